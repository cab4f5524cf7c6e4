#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The agent is killed KILLS times (10; `make trial-agent-restart` has 500) while 8
# programs sign: none of them notices.  What a manager keeps of the agent's goes to
# the next one.
. "$(dirname "$0")/agent.bash"

key paged <<<'allow = ( { users = [ "root", "'"$(id -u)"'" ]; give = "secret"; } );'
hmac signed <<<'allow = ( { users = [ "root", "'"$(id -u)"'" ]; give = "signature"; } );'
{
	cat "$dir/apam.conf"
	echo "agent = \"require\"; agent_socket = \"$agent\";"
	echo "agent_user = \"$(id -un)\";"
} >"$dir/client.conf"
chmod 644 "$dir/client.conf"
"$timeout" 900 python3 tests/suite/agent/manager.py "${KILLS:-10}" "$build/apamd" \
    "$dir/apam.conf" "$agent" -- "$build/tests/apamd/use" "$dir/client.conf" 900 \
    paged=https://paged.example.com/x signed=https://signed.example.com/x \
    >"$dir/out" 2>"$dir/err"
status=$?
[ -z "${TIMES:-}" ] || cat "$dir/out"
expect "programs that sign while the agent is killed" 0 'kills; first answer' '*' \
    "$dir/out"
finish
