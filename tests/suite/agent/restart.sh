#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The agent is killed, or told to end, KILLS times (10; `make trial-agent-restart`
# has 500) while 8 programs sign: none of them notices.  What a manager keeps of the agent's goes to
# the next one.  One profile has a refresh token that each agent replaces, and none
# of those is lost: see durable_state of manager.py.
. "$(dirname "$0")/agent.bash"

: >"$dir/asked"
printf 'fake-refresh-\nfake-access-\n' >>"$dir/known"
python3 tests/suite/agent/rotating_provider.py "$dir/hold" "$dir/asked" 300 \
    >"$dir/port" 2>"$dir/provider.err" &
SANDBOX_PID=$!
wait_for test -s "$dir/port"
rotating=http://127.0.0.1:$(cat "$dir/port")
# The secret says which agent it was.
profile rotating <<END
origins = [ "$rotating/api" ];
allow_http = true;
allow = ( { users = [ "root", "$(id -u)" ]; give = "headers"; } );
auth = ( { scheme = "oauth2-refresh-token";
  token_url = "$rotating/token";
  device_url = "$rotating/device"; login = "device";
  client_id = "fake-client"; client_secret = "env:AGENT_LIFE";
  client_auth = "post"; refresh_token = "store:rotating"; } );
END
chmod 644 "$dir/apam.d/rotating.conf"
AGENT_LIFE=nobody row "somebody logs in" 0 '*' '*' login rotating --device

key paged <<<'allow = ( { users = [ "root", "'"$(id -u)"'" ]; give = "secret"; } );'
hmac signed <<<'allow = ( { users = [ "root", "'"$(id -u)"'" ]; give = "signature"; } );'
{
	cat "$dir/apam.conf"
	echo "agent = \"require\"; agent_socket = \"$agent\";"
	echo "agent_user = \"$(id -un)\";"
} >"$dir/client.conf"
chmod 644 "$dir/client.conf"
"$timeout" 900 python3 tests/suite/agent/manager.py "${KILLS:-10}" "$build/apamd" \
    "$dir/apam.conf" "$agent" "$dir/asked" -- "$build/tests/apamd/use" "$dir/client.conf" 900 \
    paged=https://paged.example.com/x signed=https://signed.example.com/x \
    rotating="$rotating/api/x" \
    >"$dir/out" 2>"$dir/err"
status=$?
[ -z "${TIMES:-}" ] || cat "$dir/out"
expect "programs that sign while the agent is killed" 0 'kills; first answer' '*' \
    "$dir/out"
holds "no login is lost" grep -qxE 'state (ready|spending)' \
    "$dir/state/secrets/$(id -u)/rotating"
finish
