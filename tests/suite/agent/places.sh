#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# How many descriptors a service manager keeps for the agent, which it does not
# say, decides what becomes of a page when the agent is told to end.
. "$(dirname "$0")/agent.bash"

key paged <<<'allow = ( { users = [ "root", "'"$(id -u)"'" ]; give = "secret"; } );'

# places NUMBER WHAT
places()
{
	"$timeout" 300 python3 tests/suite/agent/places.py "$1" "$build/apamd" \
	    "$dir/apam.conf" "$agent.$1" >"$dir/out" 2>"$dir/err"
	status=$?
	expect "$2" 0 '' '*' "$dir/out" "$dir/err"
}
lone='^apamd: warning: the service manager does not keep all pages of headers: '

places 0 "a page ends with its agent where none is kept"
holds "each agent says so, once" test "$(grep -c "$lone" "$dir/err")" -eq 2
places 1 "nor is one kept that has the last place"
places 2 "one that is kept is the next agent's"
holds "nothing is said of that" test "$(grep -c "$lone" "$dir/err")" -eq 0
finish
