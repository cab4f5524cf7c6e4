#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# apam check, status, keys list, revoke, explain and headers through the agent:
# ordinary users have no secret, hear what the agent knows of their profiles, and
# of others nothing; one token request is enough for all of them.
. "$(dirname "$0")/agent.bash"
. "$(dirname "$0")/../cli/providers.bash"

chmod 644 "$dir/ca.pem"
chmod 755 "$dir/state"
cat >>"$dir/apam.conf" <<END
agent = "require";
agent_socket = "$agent";
agent_user = "root";
END
secret seven not-a-secret-7signal-one

# live NAME USERS: a profile with an exchange, for these users.
live()
{
	profile "$1" <<-END
	origins = [ "$seven/$1" ];
	ca_file = "$dir/ca.pem";
	allow = ( { users = [ $2 ]; give = "headers"; } );
	auth = ( { scheme = "oauth2-client-credentials";
	  token_url = "$seven/oauth2/token"; client_id = "SANDBOX.CLIENT.ONE";
	  client_secret = "file:$dir/secrets/seven"; client_auth = "post"; } );
	END
	chmod 644 "$dir/apam.d/$1.conf"
}

# The program where all may run it.
mkdir -m 755 "$dir/bin"
cp "$build/apam" "$build"/libapam*.so.0 "$build/apam-request.so" "$dir/bin/"
chmod 755 "$dir/bin/"*

# as USER COMMAND...: root is another user then; others stay who they are.
as()
{
	local who=$1
	shift
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid "$who" --regid "$who" --clear-groups "$@"
	else
		"$@"
	fi
}

# user USER NAME STATUS OUT ERR ARGS...: apam as this user.
user()
{
	local who=$1 name=$2 want=$3 out=$4 err=$5
	shift 5
	as "$who" "$timeout" 300 "$dir/bin/apam" -c "$dir/apam.conf" "$@" \
	    >"$dir/out" 2>"$dir/err" </dev/null
	status=$?
	expect "$name" "$want" "$out" "$err" "$dir/out" "$dir/err"
}

live eyes '"61001", "61002", "61003", "61004"'
live own '"61009"'

# ---- Without an agent ------------------------------------------------------------

user 61001 "no agent" 4 '' 'agent' headers eyes "$seven/eyes/x"
user 61001 "no agent, status" 4 '' 'agent' status eyes
user 61001 "no agent, check" 4 '' 'agent' check eyes
user 61001 "no agent, keys list" 4 'SANDBOX.CLIENT.ONE' 'agent' keys list

# A file in error is refused before anybody is asked.
cp "$dir/apam.d/own.conf" "$dir/own.conf"
echo 'nonsense = 1;' >>"$dir/apam.d/own.conf"
user 61001 "in error, no agent" 3 '' 'own.conf:[0-9]*: error: nonsense is' \
    headers "$seven/own/x"
# The rest is about users, whom root alone can be.
[ "$(id -u)" = 0 ] || finish

# ---- 64 programs of 4 users, and a provider that takes its time ---------------------

start_agent
user 61001 "in error" 3 '' 'own.conf:[0-9]*: error: nonsense is' \
    headers "$seven/own/x"
cp "$dir/own.conf" "$dir/apam.d/own.conf"
holds "mended" eval \
    'as 61009 "$dir/bin/apam" -c "$dir/apam.conf" headers "$seven/own/x" \
    >/dev/null'
control "/fault?provider=7signal&path=/oauth2/token&kind=delay&arg=500"
control /log/clear
pids=
for i in $(seq 16); do
	for who in 61001 61002 61003 61004; do
		as $who "$dir/bin/apam" -c "$dir/apam.conf" headers eyes \
		    "$seven/eyes/x" >"$dir/out.$who.$i" 2>&1 </dev/null &
		pids="$pids $!"
	done
done
signed=0
for pid in $pids; do
	wait "$pid" && signed=$((signed + 1))
done
holds "64 programs of 4 users sign" test $signed = 64
holds "all with the same token" test \
    "$(cat "$dir"/out.*.* | grep '^Authorization: Bearer ' | sort | uniq -c |
	wc -l)" = 1
holds "by one token request" asked 7signal /oauth2/token 1
rm "$dir"/out.*.*
control /clear

# ---- What each hears -----------------------------------------------------------------

user 61001 "check" 0 'good' '' check eyes
user 61001 "status" 0 'valid' '' status eyes
user 61001 "keys list" 0 'apam .61001.' '' keys list
holds "with the others' uses" grep -q 'apam (61004)' "$dir/out"
user 61001 "revoke" 1 '' 'root and the agent.s own user alone may revoke it' \
    revoke eyes
user 61001 "explain" 0 'eyes' '' explain "$seven/eyes/x"
user 61009 "a stranger's check" 1 '' 'no rule of the profile names user 61009' \
    check eyes
user 61009 "a stranger's status" 1 '' 'no rule of the profile names user 61009' \
    status eyes
user 61009 "a stranger's keys" 0 'eyes' '' keys list
holds "without anybody's uses" test "$(grep -c 'apam (6100[1-4])' "$dir/out")" = 0
user 61001 "keys list --json" 0 '"requests":' '' --json keys list
user 61001 "explain --as itself" 0 'user 61001, GET: rule 1 .* gives "headers"' \
    '' explain --as 61001 GET "$seven/eyes/x"

# ---- What root does is for all -----------------------------------------------------

run -c "$dir/apam.conf" check eyes
expect "root's check" 0 'good' '*' "$dir/out"
control /log/clear
run -c "$dir/apam.conf" revoke eyes
expect "root's revocation" 1 'impossible' '*' "$dir/out"
run -c "$dir/apam.conf" status eyes
expect "nobody has one now" 0 '	none	' '' "$dir/err"
for who in 61001 61002; do
	as $who "$dir/bin/apam" -c "$dir/apam.conf" headers eyes "$seven/eyes/x" \
	    >"$dir/out" 2>&1 </dev/null
	holds "user $who has a new one" grep -q '^Authorization: Bearer' \
	    "$dir/out"
done
rm "$dir/out"
holds "by one token request again" asked 7signal /oauth2/token 1

# ---- What explain says of entries ----------------------------------------------------

control "/fault?provider=7signal&path=/oauth2/token&kind=503"
run -c "$dir/apam.conf" revoke eyes
user 61001 "no token is to be had" 4 '' '.' headers eyes "$seven/eyes/x"
user 61001 "explain: the agent's last error" 0 'entry 1: .*, last error: .' '' \
    explain "$seven/eyes/x"
user 61009 "which no rule has a stranger know" 0 'entry 1: ' '' \
    explain "$seven/eyes/x"
holds "and which it does not" eval '! grep -q "last error" "$dir/out"'
user 61001 "in JSON, too" 0 '"last_error": ".' '' --json explain "$seven/eyes/x"
control /clear
run -c "$dir/apam.conf" keys archive SANDBOX.CLIENT.ONE --yes --why gone
user 61001 "explain: archived" 1 'entry 1: .*by .*: gone' 'signs nothing' \
    explain "$seven/eyes/x"
run -c "$dir/apam.conf" keys restore SANDBOX.CLIENT.ONE
end_agent TERM

# ---- Who prefers an agent does without ----------------------------------------------

sed -i 's/"require"/"prefer"/' "$dir/apam.conf"
run -c "$dir/apam.conf" check eyes
expect "root checks itself" 0 'good' '*' "$dir/err"
user 61001 "a user cannot" 3 '' 'there is no agent, and this program cannot sign itself' \
    check eyes
if grep -qFf "$dir/known" "$dir/agent.log"; then
	verdict "its log" "a secret is shown"
fi
finish
