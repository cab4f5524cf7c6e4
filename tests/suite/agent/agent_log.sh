#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What the agent says in its log of the place that it was given, and that no user
# has what others did go unsaid. Needs root: several users.
. "$(dirname "$0")/agent.bash"
[ "$(id -u)" -eq 0 ] || skip "only root can be several users"

own_user
own_secret crm fake-key-of-crm
profile crm <<END
origins = [ "https://crm.example.com" ];
allow = ( { users = [ "61001", "61002" ]; give = "secret"; } );
auth = ( { scheme = "api-key"; header = "X-Key";
  key = "file:$dir/secrets/crm"; } );
END
chmod 644 "$dir/apam.d/crm.conf"

# says REGEX: the agent's log has such a line.
says()
{
	grep -qE "^apamd: $1" "$dir/agent.log"
}

# still_signs NAME
still_signs()
{
	asks crm GET https://crm.example.com/x 61001
	expect "$1" 0 '^header X-Key: fake-key-of-crm' '' "$dir/err"
}

# ---- Its place --------------------------------------------------------------------

start_agent
still_signs "where all is well it signs"
holds "and says nothing of its place" \
    eval '! says "warning: (programs look|who uses)"'
end_agent TERM

expected=$agent
agent=$dir/run/other
start_agent
holds "where programs look elsewhere it says so" says \
    "warning: programs look for the agent at $expected, and this one listens at $agent: set agent_socket in the main file, or --socket\$"
still_signs "and it signs for who knows its place"
end_agent TERM
agent=$expected

: >"$dir/agent.log"
mv "$dir/state" "$dir/state.away"
start_agent
holds "without state_dir it says what it cannot note, and what to do" says \
    "warning: who uses which key cannot be noted: .*state does not exist; make it: install -d"
still_signs "and it signs all the same"
end_agent TERM
mv "$dir/state.away" "$dir/state"

: >"$dir/agent.log"
mine=$dir/state/users/$(id -u $agent_user)
mv "$mine" "$dir/mine"
start_agent
holds "in root's state_dir likewise" says \
    "warning: who uses which key cannot be noted: .*apam users add"
still_signs "and there it signs, too"
end_agent TERM
mv "$dir/mine" "$mine"

: >"$agent.lock"
chown 0 "$agent.lock"
chmod 600 "$agent.lock"
"$timeout" 90 "${as_agent[@]}" "$dir/bin/apamd" -c "$dir/apam.conf" \
    --socket "$agent" >"$dir/out" 2>"$dir/err"
status=$?
expect "a lock of another user: it says what to do" 3 '' \
    "apamd: $agent.lock: an apamd of another user made it: start this one as the same user, or remove the file" \
    "$dir/out" "$dir/err"
rm "$agent.lock"

# ---- How much of each user ----------------------------------------------------------

# spoils USER COUNT: so many connections, for each of which the agent has a line.
spoils()
{
	"$timeout" 300 python3 tests/suite/agent/peers.py spoils "$agent" "$@" \
	    >"$dir/out" 2>"$dir/err"
	status=$?
	expect "user $1 has $2 connections dropped" 0 '' '' "$dir/out" "$dir/err"
}

# lines_of USER
lines_of()
{
	grep -cE "^apamd: warning: user $1, process [0-9]+ .*: dropped: " \
	    "$dir/agent.log"
}

# left_out USER: how many lines the log says were left out.
left_out()
{
	sed -nE "s/^apamd: warning: ([0-9]+) lines about user $1 were left out\$/\1/p" \
	    "$dir/agent.log" | awk '{ n += $1 } END { print n + 0 }'
}

: >"$dir/agent.log"
start_agent
begun=$SECONDS
spoils 61001 200
# 20 in ten seconds (AGENT_LOG_LINES), however long this machine took.
most=$((20 * (2 + (SECONDS - begun) / 10)))
spoils 61002 3
said=$(lines_of 61001)
holds "a flood has at most $most lines: $said" \
    test "$said" -ge 20 -a "$said" -le $most
holds "all lines of the other user are there" test "$(lines_of 61002)" = 3
# Each second the agent looks, while it has a client.
coproc python3 -c 'import sys
sys.path.insert(0, "tests/suite/agent")
from client import Agent
agent = Agent(sys.argv[1])
sys.stdin.read()' "$agent"
all_said() { [ $(($(lines_of 61001) + $(left_out 61001))) -eq 200 ]; }
holds "and how many were left out is said" wait_for all_said
holds "none of the other user's" test "$(left_out 61002)" = 0
eval "exec ${COPROC[1]}>&-"
wait "$COPROC_PID"
end_agent TERM
holds "it ends well" test "$ended" = 0

: >"$dir/agent.log"
start_agent
spoils 61001 200
end_agent TERM
holds "at its end, too, it says how many were left out" all_said
finish
