#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# An agent that stood still, as on a busy machine, judges nobody by what it has
# not read yet: neither who said hello, ended a message, proved which process it
# is or read its answers meanwhile, nor a scraper (stopped.py).
. "$(dirname "$0")/agent.bash"

key own </dev/null
hmac unit <<END
allow = ( { users = [ "$(id -u)" ]; units = [ "x.service" ];
  give = "signature"; } );
END
apamd=$build/tests/apamd/apamd-unproven
start_agent --metrics "$dir/run/metrics"

# limits: the times in seconds that a client may be silent, the shortest first.
limits()
{
	grep -hoE '^#define (CONNECTION_GREETING|CONNECTION_UNREAD|IDENTIFY|PAGES_UNREAD|SCRAPE)_MS[[:space:]]+[0-9]+' \
	    hosts/agent/*.h | awk '{ print $3 / 1000 }' | sort -n
}
holds "all five are known" test "$(limits | wc -l)" = 5
"$timeout" 300 python3 tests/suite/agent/stopped.py "$agent" \
    "$dir/run/metrics" "$(limits | head -1)" "$(limits | tail -1)" \
    >"$dir/out" 2>"$dir/err"
status=$?
expect "who did it while the agent stood still" 0 '' '' "$dir/out" "$dir/err"
holds "nobody was dropped" \
    eval '! grep -E "dropped|refused" "$dir/agent.log"'
end_agent TERM
holds "it ends well" test "$ended" = 0
finish
