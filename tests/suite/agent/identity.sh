#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Which process a client is, on a kernel that does not show it (before Linux
# 6.5): the agent asks once, where a rule has a service, and takes no other
# answer than that process's. What rules decide then: tests/live/check_agent_rules.
. "$(dirname "$0")/agent.bash"

me=$(id -u)
hmac unit <<-END
allow = ( { users = [ "$me" ]; units = [ "x.service" ]; give = "signature"; } );
END
hmac plain <<-END
allow = ( { users = [ "$me" ]; give = "signature"; } );
END
apamd=$build/tests/apamd/apamd-unproven
start_agent

# part NAME [TEXT]: of identity.py; the agent's log has a line with TEXT.
part()
{
	: >"$dir/agent.log"
	"$timeout" 300 python3 tests/suite/agent/identity.py "$1" "$agent" \
	    >"$dir/out" 2>"$dir/err"
	status=$?
	expect "$1" 0 '' '' "$dir/out" "$dir/err"
	[ $# -eq 1 ] || holds "$1 is named" grep -qE \
	    "user $me( \([a-z0-9_-]+\))?, process [0-9]+ .*: dropped: $2" "$dir/agent.log"
}
part proves
part not_needed
part says_nothing 'it did not prove in time which process it is'
part proves_another 'it proved something else than it was asked to'
part proves_unasked 'it proved something else than it was asked to'
part proves_twice 'it proved something else than it was asked to'
part has_a_child_prove 'another process than the one that connected'
part goes_before_it_is_asked
part proves
end_agent TERM
holds "it ends well" test "$ended" = 0
finish
