#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# One credential for all whom the agent signs for: one exchange, whoever waits
# for it; what a client says of it is a hint, and costs nobody the credential;
# changed files count at once.
. "$(dirname "$0")/agent.bash"
. "$(dirname "$0")/../cli/providers.bash"
chmod 644 "$dir/ca.pem"

seven seven '' 'allow = ( { users = [ "root", "61001", "61002" ]; give = "headers"; } );'
# A provider that does not answer is left alone for a while: each row has its own.
for name in slow cancelled gone many; do
	deadline=
	[ $name != slow ] || deadline='deadline = "2s";'
	seven $name '' 'allow = ( { users = [ "root" ]; give = "headers"; } );
	  '"$deadline"
done
start_agent

# peer NAME ARGS...: the part of peers.py.
peer()
{
	"$timeout" 300 python3 tests/suite/agent/peers.py "$1" "$agent" "${@:2}" \
	    >"$dir/out" 2>"$dir/err"
	status=$?
	expect "$1" 0 '*' '' "$dir/err"
}

# ---- One exchange -----------------------------------------------------------------

control /log/clear
control '/fault?provider=7signal&path=/oauth2/token&kind=delay&arg=300&count=1'
peer cold seven "$seven/eyes"
holds "64 clients and one token request" asked 7signal /oauth2/token 1
control /clear

# ---- Doubts -----------------------------------------------------------------------

control /log/clear
peer doubted seven "$seven/eyes"
holds "a doubt has one token acquired, and another one soon after none" \
    asked 7signal /oauth2/token "$(cat "$dir/out")"
[ "$(id -u)" != 0 ] || {
	control /log/clear
	peer judged_by_stranger seven "$seven/eyes" 61009
	holds "who may not sign does not count" asked 7signal /oauth2/token 0
}

# ---- Time, and the end of a client --------------------------------------------------

control '/fault?provider=7signal&path=/oauth2/token&kind=hang'
asks slow GET "$seven/eyes"
expect "the profile's deadline" 0 ' did not answer in time' '' \
    "$dir/out"
peer cancelled cancelled "$seven/eyes"
peer gone_meanwhile gone "$seven/eyes"
peer too_many many "$seven/eyes"
control /clear
asks seven GET "$seven/eyes"
expect "others are signed for meanwhile" 0 '^header Authorization: Bearer' '' \
    "$dir/err"

# ---- Files ------------------------------------------------------------------------

seven seven '' 'allow = ( { users = [ "61002" ]; give = "headers"; } );'
kill -HUP "$AGENT_PID"
asks seven GET "$seven/eyes"
expect "other rules, at once after SIGHUP" 0 'no rule for user 0' '' \
    "$dir/out"
seven seven '' 'allow = ( { users = [ "root" ]; give = "headers"; } );'
may_again()
{
	asks seven GET "$seven/eyes"
	grep -q '^signed' "$dir/out"
}
holds "and by itself within a second or two" wait_for may_again
rm "$dir/apam.d/seven.conf"
kill -HUP "$AGENT_PID"
asks seven GET "$seven/eyes"
expect "a profile that is gone" 0 "the profile's file is gone" '' "$dir/out"
end_agent TERM
holds "it ends well" test "$ended" = 0
finish
