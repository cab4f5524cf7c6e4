#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What keeps the agent's memory from others, clients that take more than they
# may, a socket that a service manager passes, and an end that loses nothing.
. "$(dirname "$0")/agent.bash"

key own </dev/null
key shared <<<'allow = ( { users = [ "61001" ]; give = "secret"; } );'
start_agent

# ---- Its memory -------------------------------------------------------------------

# limit NAME SOFT HARD
limit()
{
	holds "limit of $1" grep -qE "^Max $1 +$2 +$3 " \
	    "/proc/$AGENT_PID/limits"
}
limit "core file size" 0 0
hard=$(ulimit -Hn)
limit "open files" "$hard" "$hard"
# In a process that cannot be dumped these are root's.
holds "its memory is not its user's" \
    test "$(stat -c %u "/proc/$AGENT_PID/mem")" = 0
if [ "$(id -u)" = 0 ]; then
	end_agent TERM
	# As another user, whose group may read the secrets.
	chown -R 61009 "$dir/run" "$dir/state"
	chgrp -R 61009 "$dir/secrets"
	chmod 750 "$dir/secrets"
	chmod 640 "$dir/secrets/"*
	mkdir -m 755 "$dir/roots"
	"$timeout" 90 setpriv --reuid 61009 --regid 61009 --clear-groups \
	    "$build/apamd" -c "$dir/apam.conf" --socket "$dir/roots/agent" \
	    >"$dir/out" 2>"$dir/err"
	status=$?
	expect "where its user may make no socket it says what to do" 3 '' \
	    'roots/agent.lock: this user may not make files there: .*install -d' \
	    "$dir/out" "$dir/err"
	rmdir "$dir/roots"
	setpriv --reuid 61009 --regid 61009 --clear-groups "$build/apamd" \
	    -c "$dir/apam.conf" --socket "$agent" 2>>"$dir/agent.log" &
	AGENT_PID=$!
	wait_for test -S "$agent"
	asks shared GET https://shared.example.com/x 61001
	expect "it signs as a user of its own" 0 '^header X-Key: ' '' "$dir/err"
	holds "whose memory that user cannot read" bash -c \
	    "! setpriv --reuid 61009 --regid 61009 --clear-groups \
	    head -c 1 /proc/$AGENT_PID/environ 2>'$dir/err'"
	asks own GET https://own.example.com/x 61009
	expect "the agent's own user needs no rule" 0 '^header X-Key: ' '' \
	    "$dir/err"
	end_agent TERM
	chown -R 0 "$dir/run" "$dir/state"
	"$build/apamd" -c "$dir/apam.conf" --socket "$agent" 0<&- 1>&- 2>&- &
	AGENT_PID=$!
	wait_for test -S "$agent"
	holds "where its caller has closed them, no file of its own has the number \
of standard output or error" [ "$(cd "/proc/$AGENT_PID/fd" && readlink 0 1 2 |
	    sort -u)" = /dev/null ]
	end_agent TERM
	start_agent
fi

# ---- Clients that take more than they may -------------------------------------------

# named NAME REGEX: the log names who was dropped, and why.
named()
{
	holds "$1 is named" grep -qE \
	    "user [0-9]+( \\(.*\\))?, process [0-9]+ \\(\"client.py\"\\): dropped: $2" \
	    "$dir/agent.log"
}
for part in floods reads_nothing never_ends_a_message; do
	"$timeout" 300 python3 tests/suite/agent/peers.py $part "$agent" \
	    >"$dir/out.$part" 2>"$dir/err.$part" &
	parts="${parts:-} $!"
done
asks own GET https://own.example.com/x
expect "others are served meanwhile" 0 '^header X-Key: ' '' "$dir/err"
for pid in $parts; do
	wait "$pid"
	holds "a client that misbehaves is dropped: $(cat "$dir/"err.*)" \
	    test $? = 0
done
if [ -s "$dir/out.floods" ]; then
	cat "$dir/out.floods"
else
	named "who floods" 'it floods the agent'
fi
named "who reads nothing" 'it does not read what it asked for'
named "who ends no message" 'it did not end a message in time'
end_agent TERM

# ---- A socket that is passed ----------------------------------------------------------

python3 - "$dir/run/passed" "$build/apamd" -c "$dir/apam.conf" \
    2>>"$dir/agent.log" <<'END' &
import os
import socket
import sys

listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
listener.bind(sys.argv[1])
listener.listen()
# The socket of another kind is not the agent's, whatever its place.
other = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
os.dup2(other.fileno(), 103)
os.dup2(listener.fileno(), 104)
os.dup2(103, 3)
os.dup2(104, 4)
for fd in (103, 104):
    os.close(fd)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='2',
                  LISTEN_FDNAMES='other:apamd.socket')
os.execv(sys.argv[2], sys.argv[2:])
END
AGENT_PID=$!
agent=$dir/run/passed
wait_for test -S "$agent"
asks own GET https://own.example.com/x
expect "a socket that a service manager passes" 0 '^header X-Key: ' '' \
    "$dir/err"
end_agent TERM
holds "is not removed at the end" test -S "$agent"
finish
