#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Pages: who is given one, what can be done with it, when it ends.
. "$(dirname "$0")/agent.bash"

key paged <<<'allow = ( { users = [ "root", "61004", "'"$(id -u)"'" ]; give = "secret"; } );'
start_agent

# page NAME WHAT: the part of pages.py.
page()
{
	"$timeout" 300 python3 tests/suite/agent/pages.py "$1" "$agent" \
	    "$dir/apam.d/paged.conf" >"$dir/out" 2>"$dir/err"
	status=$?
	expect "$2" 0 '' '' "$dir/out" "$dir/err"
}
page given "a page is given, once, with what the answer has"
page not_given "another counter or clock gets none"
page behind_a_greeting "one that has not read its greeting is given one"
page unread "who does not read has one descriptor to read"
page many "programs that read are given pages, however many they are"
if [ "$(id -u)" = 0 ]; then
	page hoarded "a user who leaves descriptors unread is alone with that"
	holds "who leaves one unread is dropped and named" grep -qE \
	    'user 61004, .*dropped: it does not read' "$dir/agent.log"
fi
page locked "nobody can write, map, cut, punch, open or seal it"
page kept_fresh "it is kept fresh while it is used, and no longer"
page changed "changed rules end it for all who have it"
page ended "nor is it left where nobody keeps it for the next agent"
wait "$AGENT_PID"
ended=$?
AGENT_PID=
holds "it ends well" test "$ended" = 0
finish
