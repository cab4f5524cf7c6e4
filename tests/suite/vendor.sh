#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The way of a vendor, typed through from installed files alone: a module of each
# kind is made by `apam module new`, built, checked, driven, installed, named in
# a profile and used for requests to the sandbox.  All but the installing is done
# as another user than root, too.
#
# What is installed lies below a directory of this test, which is mounted over
# /usr/local for the commands alone, so that each path is what it will be.  That
# takes root; without it the rows are passed over, and one says so.
#
# Prints each failing row; ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
build=$(cd "$BUILD" && pwd -P) || exit 1
tmp=$(mktemp -d) && chmod 755 "$tmp" || exit 1
root=$tmp/root
passed=0 failed=0 sandbox=

cleanup()
{
	[ -z "$sandbox" ] || kill "$sandbox" 2>/dev/null
	[ -z "$sandbox" ] || wait "$sandbox" 2>/dev/null
	for counter in "$tmp"/state*/index/counter; do
		[ ! -s "$counter" ] || ipcrm -m "$(od -An -tu4 -j8 -N4 \
		    "$counter" | tr -d ' ')" 2>/dev/null
	done
	rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM
. tests/suite/result

# row NAME COMMAND ...: what it said is in $tmp/output.
row()
{
	local name=$1
	shift
	"$@" >"$tmp/output" 2>&1 </dev/null
	result $? "$name: $(tail -15 "$tmp/output")"
}

# said PATTERN: the last row's command said a line like it.
said()
{
	grep -qE -- "$1" "$tmp/output"
	result $? "no line is like $1: $(tail -5 "$tmp/output")"
}

# Nothing of the make that runs the tests is inherited.
clean_env()
{
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u APAM_CONFIG -u LD_LIBRARY_PATH \
	    -u http_proxy -u https_proxy -u all_proxy "$@"
}

# as WHO COMMAND ...: in what is installed, in that user's directory.  The
# loader's cache does not know of it.
as()
{
	local who=$1 change=()
	shift
	[ "$who" = root ] || change=(setpriv --reuid "$who" --regid "$who"
		--clear-groups)
	clean_env unshare -m sh -c \
	    'mount --bind "$0" /usr/local && cd "$1" && shift && exec "$@"' \
	    "$root/usr/local" "$tmp/$who" "${change[@]}" env \
	    HOME="$tmp/$who" PATH="/usr/local/bin:/usr/bin:/bin" \
	    PKG_CONFIG_PATH=/usr/local/lib/pkgconfig "$@"
}

install_apam()
{
	# One at a time in a build tree: install.sh installs from it, too.
	flock "$BUILD/install.lock" env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL \
	    make BUILD="$BUILD" -o "$BUILD/directories" DESTDIR="$root" \
	    PREFIX=/usr/local SYSCONFDIR=/etc STATEDIR=/var/lib/apam install
}

# ---- A module of each kind ---------------------------------------------------

# develops WHO KIND NAME: from nothing to a module that has passed its tests.
develops()
{
	local who=$1 name=$3 kind=()
	[ "$2" = key ] || kind=("--$2")
	row "$who: module new $2" as "$who" apam module new "${kind[@]}" "$name"
	said "^$name/$name\\.c\$"
	row "$who: $2: make" as "$who" make -C "$name" CFLAGS='-O2 -Werror'
	row "$who: $2: make test" as "$who" make -C "$name" test
	said ' passed, 0 failed'
	said '^replayed 3 inputs'
	# /usr/local is a place of the system, of which compilers say nothing.
	row "$who: $2: no warning where apam is elsewhere" as "$who" \
	    make -C "$name" -B all replay CPPFLAGS="-I$include" \
	    CFLAGS='-O2 -Werror' CC='cc -Werror'
	row "$who: $2: its page" as "$who" mandoc -Tlint -W warning \
	    "$name/$name.7"
	! as "$who" apam module new "$name" >"$tmp/output" 2>&1
	result $? "$who: $2: a directory that is there is overwritten"
	said 'nothing that is there is overwritten'
}

# ---- With a provider ---------------------------------------------------------

start_sandbox()
{
	mkdir "$tmp/sandbox"
	"$build/sandbox" --dir "$tmp/sandbox" --life 3600 >"$tmp/ready" 2>&1 &
	sandbox=$!
	for _ in $(seq 200); do
		grep -q '^ready$' "$tmp/ready" && break
		sleep 0.05
	done
	. "$tmp/sandbox/ports"
}

# profile NAME PORT ENTRY
profile()
{
	cat >"$tmp/apam.d/$1.conf" <<-END
	origins = [ "https://127.0.0.1:$2" ];
	ca_file = "$tmp/sandbox/ca.pem";
	auth = ( { $3 } );
	END
}

configure()
{
	mkdir "$tmp/apam.d" "$tmp/state"
	printf not-a-secret-key >"$tmp/secret"
	chmod 600 "$tmp/secret"
	cat >"$tmp/apam.conf" <<-END
	profile_dir = "$tmp/apam.d";
	state_dir = "$tmp/state";
	audit = "file";
	END
	profile key "$APIKEY_PORT" "scheme = \"vendor-key\";
	    key = \"file:$tmp/secret\"; header = \"X-Api-Key\";
	    probe = \"GET /v1/me\";"
	profile token "$APIKEY_PORT" "scheme = \"vendor-token\"; id = \"sandbox-key\";
	    secret = \"file:$tmp/secret\"; probe = \"GET /v1/me\";
	    token_url = \"https://127.0.0.1:$APIKEY_PORT/token\";"
	profile sign "$APIKEY_PORT" "scheme = \"vendor-sign\"; id = \"sandbox-key\";
	    key = \"file:$tmp/secret\"; probe = \"GET /v1/signed\";"
}

# installs KIND NAME URL-PATH: and uses it.
installs()
{
	local apam=(apam -c "$tmp/apam.conf")
	row "$1: make install" as root make -C "$2" install
	row "$1: the scheme is there" as root "${apam[@]}" module list "$2"
	row "$1: lint" as root "${apam[@]}" lint "$tmp/apam.d/$1.conf"
	row "$1: a request" as root "${apam[@]}" request "$1" \
	    "https://127.0.0.1:$APIKEY_PORT$3"
	said '"name":"sandbox-key"'
	row "$1: a check" as root "${apam[@]}" check "$1"
	said 'good'
	row "$1: make uninstall" as root make -C "$2" uninstall
}

mkdir "$tmp/root" "$tmp/65534"
chown 65534:65534 "$tmp/65534" 2>/dev/null
row "make install" install_apam
cp -r "$root/usr/local/include" "$tmp/include"
include=$tmp/include
if ! as root true 2>/dev/null; then
	echo "passed over: only root can mount what is installed"
	echo "$passed passed, $failed failed"
	exit
fi
for who in root 65534; do
	develops $who key vendor-key
	develops $who exchange vendor-token
	develops $who sign vendor-sign
done
start_sandbox
configure
installs key vendor-key /v1/me
installs token vendor-token /v1/me
installs sign vendor-sign /v1/signed

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
