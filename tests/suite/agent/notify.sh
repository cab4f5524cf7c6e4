#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What the agent tells a service manager, a socket of the test's own: that it
# serves, that it lives, both ends of a reload, and that it ends.
. "$(dirname "$0")/agent.bash"

key own </dev/null
python3 - "$dir/notify" >"$dir/told" <<'END' &
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
s.settimeout(300)
while True:
    text = s.recv(4096).decode()
    print(text.replace('\n', ' '), flush=True)
    if text.startswith('STOPPING=1'):
        break
END
manager=$!
wait_for test -S "$dir/notify"
export NOTIFY_SOCKET=$dir/notify WATCHDOG_USEC=400000
start_agent
unset NOTIFY_SOCKET WATCHDOG_USEC

told()
{
	wait_for grep -qxE -- "$1" "$dir/told"
}
holds "it says that it serves" told 'READY=1 STATUS=serving'
holds "it lives, without a client" told 'WATCHDOG=1'
kill -HUP "$AGENT_PID"
holds "a reload begins" told 'RELOADING=1 MONOTONIC_USEC=[0-9]+'
twice()
{
	test "$(grep -c '^READY=1' "$dir/told")" -eq 2
}
holds "and ends" wait_for twice
alive=$(grep -c WATCHDOG "$dir/told")
lives()
{
	test "$(grep -c WATCHDOG "$dir/told")" -ge $((alive + 3))
}
holds "it goes on to live" wait_for lives
asks own GET https://own.example.com/x
expect "it signs meanwhile" 0 '^header X-Key: fake-key-of-own$' '' "$dir/err"
end_agent TERM
holds "it says that it ends" told 'STOPPING=1'
wait $manager
finish
