#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `apamd --replace` while one of the two is killed, at each call of a socket, or
# stands still: one of them serves then. `make trial-agent-replace` has HALTED=all:
# killed at each call of the system, and at 500 moments; stopped at each call of a
# socket.
. "$(dirname "$0")/agent.bash"
halt=$build/tests/apamd/halt
"$halt" connect all -1 kill /bin/true >/dev/null || skip "no process may be traced"

key paged <<<'allow = ( { users = [ "root", "'"$(id -u)"'" ]; give = "secret"; } );'

# halted FOLDER WHAT ARG: as halted.py.
halted()
{
	mkdir "$dir/run/$1"
	"$timeout" 3000 python3 tests/suite/agent/halted.py "$halt" "$build/apamd" \
	    "$dir/apam.conf" "$dir/run/$1" "${@:2}" >"$dir/$1.out" 2>"$dir/$1.err"
}

# judge FOLDER STATUS WHAT
judge()
{
	status=$2
	mv "$dir/$1.out" "$dir/out"
	mv "$dir/$1.err" "$dir/err"
	expect "one of two agents is $3" 0 '[1-9]' '' "$dir/out" "$dir/err"
	[ -z "${HALTED:-}" ] || cat "$dir/out"
}

halted stopped stop "$([ -n "${HALTED:-}" ] && echo sockets || echo some)" &
stopped=$!
halted killed kill "${HALTED:-sockets}"
judge killed $? "killed"
if [ -n "${HALTED:-}" ]; then
	halted any random 500
	judge any $? "killed at any moment"
fi
wait $stopped
judge stopped $? "stopped for a while"
finish
