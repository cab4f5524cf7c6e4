#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# SIGTERM while a refresh token that is good once has been sent: the agent waits
# for its successor and stores it before it ends.
. "$(dirname "$0")/agent.bash"

: >"$dir/asked"
printf 'fake-refresh-\nfake-access-\n' >>"$dir/known"
python3 tests/suite/agent/rotating_provider.py "$dir/hold" "$dir/asked" \
    >"$dir/port" 2>"$dir/provider.err" &
SANDBOX_PID=$!
wait_for test -s "$dir/port"
port=$(cat "$dir/port")
profile rotating <<END
origins = [ "http://127.0.0.1:$port/api" ];
allow_http = true;
auth = ( { scheme = "oauth2-refresh-token";
  token_url = "http://127.0.0.1:$port/token";
  device_url = "http://127.0.0.1:$port/device"; login = "device";
  client_id = "fake-client"; refresh_token = "store:rotating"; } );
END
chmod 644 "$dir/apam.d/rotating.conf"
row "somebody logs in" 0 '*' '*' login rotating --device
record=$dir/state/secrets/$(id -u)/rotating
holds "its token is stored" grep -qx 'state ready' "$record"

start_agent
touch "$dir/hold"
asks rotating GET "http://127.0.0.1:$port/api/x" &
asking=$!
holds "the token is on its way" wait_for grep -qx 'spent fake-refresh-1' \
    "$dir/asked"
kill "$AGENT_PID"
holds "its socket is gone at once" wait_for test ! -e "$agent"
rm "$dir/hold"
wait "$AGENT_PID"
ended=$?
AGENT_PID=
wait "$asking"
holds "it ends well" test "$ended" = 0
holds "with the successor stored" grep -qx 'state ready' "$record"

start_agent
asks rotating GET "http://127.0.0.1:$port/api/x"
expect "which the next agent spends" 0 '^header Authorization: Bearer fake-access' \
    '' "$dir/err"
holds "and nothing was refused" bash -c "! grep -q refused '$dir/asked'"
end_agent TERM
finish
