#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Secrets stay in the agent: 20 programs of 3 users use 10 profiles for SCAN
# seconds (10; `make secret-scan` has 120), while tokens are refreshed; then
# tests/apamd/scan-inside.sh looks for the 10 long-lived secrets.
#
# What runs is in a PID namespace of its own, so that "every process" means each
# that could have come by a secret. The provider, which knows them, is outside,
# and so is this script. Needs root. Ends with "N passed, N failed".
. "$(dirname "$0")/agent.bash"

[ "$(id -u)" -eq 0 ] || skip "only root can be several users"
unshare --pid --fork --mount-proc true 2>/dev/null ||
    skip "no PID namespace can be made here"
export dir agent agent_user seconds=${SCAN:-10} programs=20
export users="61001 61002 61003" gateway=61004

coproc SANDBOX { exec "$build/sandbox" --dir "$dir" --stdin --life 3600; }
read -r -t 120 ready <&"${SANDBOX[0]}" && [ "$ready" = ready ] || {
	echo "the sandbox did not start"
	exit 1
}
. "$dir/ports"

# ---- Ten profiles, each with a secret that nobody can guess ----------------------

# scanned NAME PROVIDER: make its secret, here and at the provider.
scanned()
{
	local value
	value=fake-$(od -An -N20 -tx1 /dev/urandom | tr -d ' \n')
	own_secret "$1" "$value"
	printf '%s\n' "$value" >>"$dir/private/secrets"
	[ -z "$2" ] || curl -sf --noproxy '*' -X POST -o /dev/null \
	    "http://127.0.0.1:$CONTROL_PORT/add?provider=$2&key=$1&secret=$value"
}

# rule GIVE: the users have that.
rule()
{
	local list
	list=$(printf '"%s", ' $users)
	echo "allow = ( { users = [ ${list%, } ]; give = \"$1\"; },
	{ users = [ \"$gateway\" ]; give = \"${2:-$1}\"; } );"
}

own_user
mkdir "$dir/private"
signal=https://127.0.0.1:$SEVENSIGNAL_PORT
xy=https://127.0.0.1:$XYSENSE_PORT

# profiles GIVE: all ten, in which the users have headers or nothing.
profiles()
{
	local i
	for i in signal1 signal2 signal3 signal4; do
		profile $i <<-END
		origins = [ "$signal" ]; ca_file = "$dir/ca.pem";
		$(rule "$1" headers)
		auth = ( { scheme = "oauth2-client-credentials";
		  token_url = "$signal/oauth2/token"; client_id = "$i";
		  client_secret = "file:$dir/secrets/$i"; } );
		END
	done
	for i in xy1 xy2 xy3; do
		profile $i <<-END
		origins = [ "$xy" ]; ca_file = "$dir/ca.pem";
		$(rule "$1" headers)
		auth = ( { scheme = "key-secret-archiveable"; key = "$i";
		  secret = "file:$dir/secrets/$i"; ttl = "5s";
		  exchange = { url = "$xy/api/v1/auth"; }; } );
		END
	done
	for i in hmac1 hmac2 hmac3; do
		profile $i <<-END
		origins = [ "https://$i.example" ];
		$(rule "${1/headers/signature}" signature)
		auth = ( { scheme = "hmac-test"; key_id = "$i";
		  secret = "file:$dir/secrets/$i"; } );
		END
	done
	chmod 644 "$dir/apam.d/"* "$dir/ca.pem"
}

urls=
for i in 1 2 3 4; do
	scanned signal$i 7signal
	urls+=" signal$i=$signal/eyes"
done
for i in 1 2 3; do
	scanned xy$i xysense
	urls+=" xy$i=$xy/api/v1/occupancy"
done
for i in 1 2 3; do
	scanned hmac$i ''
	urls+=" hmac$i=https://hmac$i.example/v1/$i"
done
export urls
curl -sf --noproxy '*' -X POST -o /dev/null \
    "http://127.0.0.1:$CONTROL_PORT/life?provider=7signal&seconds=8"
cp "$build/tests/apamd/use" "$build/tests/apamd/scan" "$dir/bin/"
chmod 755 "$dir/bin/"*

# inside GIVE: run it there, and count its rows.
inside()
{
	local sum
	give=$1 unshare --pid --fork --kill-child --mount-proc -- \
	    tests/apamd/scan-inside.sh >"$dir/inside" 2>&1 </dev/null
	grep -v '^[0-9]* passed' "$dir/inside"
	sum=$(grep '^[0-9]* passed' "$dir/inside") || {
		failed=$((failed + 1))
		return
	}
	passed=$((passed + ${sum%% *})) sum=${sum#*, }
	failed=$((failed + ${sum%% *}))
}

profiles headers
inside headers
profiles nothing
inside nothing
finish
