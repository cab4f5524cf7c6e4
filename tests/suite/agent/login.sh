#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A login of a profile that the agent serves: the agent's user logs in and out,
# while the agent runs, and nobody else does, who is told who can.
. "$(dirname "$0")/agent.bash"
[ "$(id -u)" -eq 0 ] || skip "only root can be several users"

: >"$dir/asked"
printf 'fake-refresh-\nfake-access-\n' >>"$dir/known"
python3 tests/suite/agent/rotating_provider.py "$dir/hold" "$dir/asked" \
    >"$dir/port" 2>"$dir/provider.err" &
SANDBOX_PID=$!
wait_for test -s "$dir/port"
url=http://127.0.0.1:$(cat "$dir/port")
own_user
profile rotating <<END
origins = [ "$url/api" ];
allow_http = true;
allow = ( { users = [ "61001" ]; give = "headers"; } );
auth = ( { scheme = "oauth2-refresh-token";
  token_url = "$url/token"; device_url = "$url/device"; login = "device";
  client_id = "fake-client"; refresh_token = "store:rotating"; } );
END
chmod 644 "$dir/apam.d/rotating.conf"
record=$dir/state/secrets/$(id -u $agent_user)/rotating
start_agent

# by USER ARGS...: apam as that user.
by()
{
	"$timeout" 120 setpriv --reuid="$1" --regid="$1" --clear-groups \
	    "$dir/bin/apam" -c "$dir/apam.conf" "${@:2}" >"$dir/out" \
	    2>"$dir/err" </dev/null
	status=$?
}
others="keeps the logins of this profile, as user $agent_user: .*runuser -u $agent_user"

by 61001 headers rotating "$url/api/x"
expect "it does not sign before" 1 '' 'somebody has to log in' "$dir/err"
# needs_login WHEN SINCE WHY: what each way to ask says of it, by the agent.
needs_login()
{
	by 61001 status rotating
	expect "status: $1" 0 $'\tlogin needed\t.*\t'"$2.*$3"'.*`apam login rotating`' \
	    '' "$dir/err"
	by 61001 --json status rotating
	holds "the host API: $1" json_holds "$dir/out" --arg since "${2:+Z}" --arg why "$3" \
	    '.[0].entries[0] | .state == "login needed" and (.usable | not) and
	    .latched == "APAM_E_LOGIN" and (.stored | .login_needed and
	    (.text | contains($why)) and (.at | endswith($since)))'
	by 61001 explain "$url/api/x"
	expect "explain: $1" 0 "entry 1: .*, login needed, last error: .*$3" '' \
	    "$dir/err"
}
needs_login "before a login" '' \
    'store:rotating has no secret yet; somebody has to log in'
by 61001 check rotating
expect "check: before a login" 1 \
    $'\tlogin needed\t[0-9T:-]*Z\tstore:rotating has no secret yet' \
    'rotating: entry 1: run `apam login rotating`' "$dir/err"
by 61001 login rotating --device
expect "another user does not log in" 1 '' "$others" "$dir/err"
by 0 login rotating --device
expect "nor does root, as root" 1 '' "$others" "$dir/err"
holds "nothing was stored" test ! -e "$dir/state/secrets/0/rotating"

by $(id -u $agent_user) login rotating --device
expect "the agent's user logs in" 0 '*' '*' "$dir/err"
holds "where the agent looks" grep -qx 'state ready' "$record"
signs() { by 61001 headers rotating "$url/api/x" && [ $status -eq 0 ]; }
holds "the agent signs with it" wait_for signs
expect "with what it brought" 0 'Bearer fake-access-' '' "$dir/err"

by 61001 logout rotating
expect "another user does not log out" 1 '' "$others" "$dir/err"
holds "the login stands" grep -qx 'state ready' "$record"
by $(id -u $agent_user) logout rotating
holds "the agent's user logs out" grep -vqx 'state ready' "$record"
refused() { by 61001 headers rotating "$url/api/x"; [ $status -eq 1 ]; }
holds "and the agent signs no more" wait_for refused
needs_login "after a logout" '[0-9T:-]*Z: ' 'logged out'
by 61001 check rotating
expect "check: after a logout" 1 $'\tlogin needed\t[0-9T:-]*Z\tstore:rotating: somebody .* again: logged out' \
    'rotating: entry 1: run `apam login rotating`' "$dir/err"
holds "no other process spent its token" bash -c "! grep -q refused '$dir/asked'"
end_agent TERM
finish
