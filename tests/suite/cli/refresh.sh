#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A refresh token that is good once, by the program: five programs find that the
# access token of one login has ended, at a provider that ends a login whose spent
# token comes again; and the disk that the login lies on is full, or may only be
# read.
# Root can mount a small disk, which nobody else then sees.
if [ -z "${MOUNTS:-}" ] && [ "$(id -u)" -eq 0 ] &&
    unshare --mount mount -t tmpfs tmpfs /tmp 2>/dev/null; then
	MOUNTS=own exec unshare --mount bash "$0"
fi
. "$(dirname "$0")/lib.bash"
chmod 755 "$dir/state"
: >"$dir/asked"
ROTATING_DETECTS=1 python3 tests/suite/agent/rotating_provider.py "$dir/hold" \
    "$dir/asked" >"$dir/port" 2>"$dir/provider.log" &
SANDBOX_PID=$!
for _ in {1..600}; do
	[ ! -s "$dir/port" ] || break
	sleep 0.1
done
port=$(cat "$dir/port")
url=http://127.0.0.1:$port

# refreshing NAME [TOP]: a profile whose login is of that name.
refreshing()
{
	profile "$1" <<-END
	origins = [ "$url/$1" ]; allow_http = true; ${2:-}
	auth = ( { scheme = "oauth2-refresh-token"; client_id = "fake";
	  device_url = "$url/device"; token_url = "$url/token";
	  refresh_token = "store:$1"; } );
	END
}
# asked WORD: how many lines of the provider's log begin so.
asked()
{
	grep -c "^$1 " "$dir/asked"
}
# says NAME STATE: what its record says.
says()
{
	grep -qx "state $2" "$dir/state/secrets/$(id -u)/$1"
}
# logged_in NAME: somebody logs in, and what that brought has ended a second later.
logged_in()
{
	row "$1: a login" 0 'logged in' '*' login "$1" --device
	sleep 1.2
	: >"$dir/asked"
}

# ---- Five programs ------------------------------------------------------------

# five NAME: all at once, while the first one's refresh is on its way.
five()
{
	local i pids=()
	touch "$dir/hold"
	for i in 1 2 3 4 5; do
		"$build/apam" -c "$dir/apam.conf" request "$1" "$url/$1" \
		    >"$dir/out.$i" 2>"$dir/err.$i" &
		pids+=($!)
	done
	for _ in {1..600}; do
		[ "$(asked spent)" -eq 0 ] || break
		sleep 0.1
	done
	rm "$dir/hold"
	why=
	for i in 1 2 3 4 5; do
		wait "${pids[$((i - 1))]}" && grep -q '"login"' "$dir/out.$i" ||
		    why="$why program $i: $(cat "$dir/err.$i");"
	done
	verdict "$1: all five go on" "$why"
	holds "$1: no token was sent twice" [ "$(asked refused)" -eq 0 ]
	holds "$1: the login is kept" says "$1" ready
	row "$1: and good" 0 '"login"' '' request "$1" "$url/$1"
}
refreshing shared 'share_credentials = true;'
logged_in shared
five shared
holds "shared: one refresh for all of them" [ "$(asked spent)" -eq 1 ]
refreshing alone
logged_in alone
five alone
holds "alone: one refresh for all of them, too" [ "$(asked spent)" -eq 1 ]

# ---- Disks ---------------------------------------------------------------------

[ -n "${MOUNTS:-}" ] || finish
mount -t tmpfs -o size=256k,mode=755 tmpfs "$dir/state" || exit 2
refreshing full
logged_in full
dd if=/dev/zero of="$dir/state/filler" bs=4k 2>"$dir/err"
row "a full disk: it does not sign" 3 '' \
    'there is no room for the successor' request full "$url/full"
holds "a full disk: what to do" grep -q 'make room in state_dir' "$dir/err"
holds "a full disk: nothing is sent" [ ! -s "$dir/asked" ]
holds "a full disk: nothing is lost" says full ready
mount -o remount,ro "$dir/state"
row "a disk to be read: it does not sign" 3 '' \
    'Read-only file system' request full "$url/full"
holds "a disk to be read: nobody is sent to log in" \
    sh -c '! grep -q "run .apam login" "$1"' - "$dir/err"
holds "a disk to be read: nothing is sent" [ ! -s "$dir/asked" ]
mount -o remount,rw "$dir/state"
rm "$dir/state/filler"
row "with room it signs" 0 '"login"' '' request full "$url/full"
holds "with room: one refresh" [ "$(asked spent)" -eq 1 ]
umount "$dir/state"
finish
