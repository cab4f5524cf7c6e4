#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A gateway without a secret or a token of its own (nginx, by `apam gateway`) asks
# the agent for its callers: the agent decides by their rules, and its log, its
# counts and its list of keys have them; nobody else is believed for whom it asks.
. "$(dirname "$0")/agent.bash"
. tests/suite/cli/providers.bash
. tests/suite/nginx/lib.bash

end_all()
{
	[ -z "$AGENT_PID" ] || kill "$AGENT_PID" 2>/dev/null
	end_nginx
}
trap end_all EXIT
export PATH=$PATH:/usr/sbin
[ -n "$NGINX" ] && [ -r "$build/nginx/ngx_http_apam_module.so" ] ||
	skip "there is no nginx, or no nginx-dev: make deps-test"
[ "$(id -u)" -eq 0 ] || skip "only root can be several users"

# ---- Ann may send, Bob may not; the gateway is a user of its own ----------------

ann=64001 bob=64002 gate=64010
own_user
start_origin
mkdir "$dir/bin/nginx"
cp "$build/nginx/ngx_http_apam_module.so" "$dir/bin/nginx/"
cp -r "$build/nginx/page" "$dir/bin/nginx/"
chmod -R a+rX "$dir/bin/nginx"
own_secret plain not-a-secret-key
own_secret one not-a-secret-7signal-one
gateway='{ users = [ "64010" ]; give = "nothing"; gateway = true; }'
entry own "$origin" api-key \
    "key = \"file:$dir/secrets/plain\"; header = \"X-Api-Key\";" \
    "allow = ( $gateway,
  { users = [ \"64001\" ]; methods = [ \"GET\" ]; give = \"nothing\"; } );"
sed -i "s,^ca_file.*,ca_file = \"$dir/own-ca.pem\";," "$dir/apam.d/own.conf"
entry seven "$named_seven" oauth2-client-credentials "$seven_entry" \
    "allow = ( $gateway, { users = [ \"64001\" ]; give = \"nothing\"; } );"
key plainly <<<'allow = ( { users = [ "64001", "64010" ]; give = "secret"; } );'
chgrp "$(id -g $agent_user)" "$dir/secrets/plainly"
chmod 640 "$dir/secrets/plainly"
chmod 644 "$dir/apam.d/"* "$dir"/*.pem
start_agent

# A directory of the gateway's.
install -d -o $gate -g $gate -m 755 "$dir/gate"
sock=$dir/gate/sock
(as $gate "$dir/bin/apam" -c "$dir/apam.conf" gateway --dir "$dir/gate/own" \
    --listen "unix:$sock" own seven) >"$dir/said" 2>"$dir/gateway.log" &
NGINX_PID=$!
until_true [ -S "$sock" ] || {
	cat "$dir/said" "$dir/gateway.log"
	exit 2
}
chmod 666 "$sock"

# by USER CODE PATH ARGS...: a request of a user through the gateway.
by()
{
	local user=$1
	shift 2
	code=$(as "$user" curl -sS --max-time 60 --unix-socket "$sock" \
	    -o - -w '\n%{http_code}' "http://localhost$1" "${@:2}" \
	    2>"$dir/err" | tee "$dir/out" | tail -n 1)
}
# through NAME USER CODE TEXT PATH ARGS...
through()
{
	local name=$1 want=$3 text=$4
	by "$2" "$want" "${@:5}"
	holds "$name (HTTP $code)" eval \
	    '[ "$code" = "$want" ] && grep -q -- "$text" "$dir/out"'
}

through "who may" $ann 200 '"n"' /own/echo
holds "it is signed" [ "$(header X-Api-Key)" = not-a-secret-key ]
through "who may, with a token" $ann 200 '"eyes"' /seven/eyes
through "who may, another method" $ann 403 'other methods or paths' /own/echo \
    -d x
through "who may not" $bob 403 'no rule for user 64002' /own/echo
through "who may not, with a token" $bob 403 'no rule for user 64002' /seven/eyes
through "who may, again" $ann 200 '"n"' /own/echo
through "who may not, after that" $bob 403 'no rule for user 64002' /own/echo
through "the gateway's own user" $gate 403 'ask for others alone' /own/echo

# ---- The agent knows for whom ----------------------------------------------------

# told NAME FILTER: some line of the audit log fits.
told()
{
	run -c "$dir/apam.conf" --json log
	holds "$1" test "$(jq "[.[] | select($2)] | length" "$dir/out")" -ge 1
}
told "the log has who used the key" '.event == "used" and .profile == "own"
  and .for_uid == "64001" and .for_program == "nginx"'
told "and who was refused" '.event == "refused" and .profile == "own"
  and .for_uid == "64002"'
run -c "$dir/apam.conf" --json log
holds "nothing was used for anybody else" test "$(jq '[.[] | select(
  .event == "used" and .for_uid != "64001")] | length' "$dir/out")" = 0
run -c "$dir/apam.conf" keys list
expect "the list of keys has the caller" 0 'nginx .64001.' '' "$dir/err"
holds "and not the gateway" eval '! grep -q 64010 "$dir/out"'

# ---- Nobody is believed but the gateway -------------------------------------------

asks own GET "$origin/echo" $ann
expect "who may send through it has nothing itself" 0 \
    'gives user 64001.* nothing to send itself' '' "$dir/out"
asks own GET "$origin/echo" $ann $ann
expect "nor by naming itself" 0 'gives user 64001.* nothing to send itself' '' \
    "$dir/out"
asks own GET "$origin/echo" $bob $ann
expect "another does not pose as one who may" 0 \
    'user 64002.* says that it asks for user 64001.*no rule of allow calls it a gateway' \
    '' "$dir/out"
told "the log names who said so, and for whom" '.event == "refused"
  and .for_uid == "64002" and (.evidence | test("for user 64001"))'
asks own GET "$origin/echo" 0 $ann
expect "nor root" 0 'says that it asks for user 64001' '' "$dir/out"
asks own GET "$origin/echo" $gate
expect "the gateway for itself" 0 'ask for others alone, as a gateway' '' \
    "$dir/out"
asks own GET "$origin/echo" $gate $ann
expect "the gateway for one who may" 0 '^header X-Api-Key: ' '' "$dir/err"
holds "is given no page" eval '! grep -q "^page" "$dir/out"'
asks plainly GET https://plainly.example.com/ $gate
expect "and of another profile, which is its own" 0 \
    '^header X-Key: fake-key-of-plainly' '' "$dir/err"
asks plainly GET https://plainly.example.com/ $gate $ann
expect "where it is not a gateway" 0 'no rule of allow calls it a gateway' '' \
    "$dir/out"

# ---- What the rules give, for whom it asks -----------------------------------------

# grants NAME USER CALLER TEXT
grants()
{
	"$timeout" 60 python3 tests/suite/agent/calls.py explain_for "$agent" \
	    "$2" "$3" own "$origin/echo" >"$dir/out" 2>"$dir/err"
	status=$?
	expect "$1" 0 "$4" '' "$dir/out" "$dir/err"
}
grants "a gateway is told of its callers" $gate $ann '^given$'
grants "and of others" $gate $bob 'no rule for user 64002'
grants "another is not" $ann $bob 'gateways alone are told'

# ---- Its key is archived, the agent is killed ---------------------------------------

run -c "$dir/apam.conf" keys archive SANDBOX.CLIENT.ONE --yes --why gone
expect "a key is archived" 0 'is archived' '*' "$dir/err"
through "and the next request is refused" $ann 403 'archived by .*: gone' \
    /seven/eyes
run -c "$dir/apam.conf" keys restore SANDBOX.CLIENT.ONE
expect "and restored" 0 '*' '*' "$dir/err"
through "and signs" $ann 200 '"eyes"' /seven/eyes
end_agent KILL
(as $ann curl -sS --max-time 60 --unix-socket "$sock" -o "$dir/late" \
    -w '%{http_code}' http://localhost/own/echo >"$dir/code" 2>&1) &
late=$!
start_agent
wait $late
through "after the agent was killed" $ann 200 '"n"' /own/echo
through "nobody else comes in by that" $bob 403 'no rule for user 64002' /own/echo
if grep -qFf "$dir/known" "$dir/agent.log" "$dir/gateway.log" "$dir/said"; then
	verdict "the logs" "a secret is shown"
fi
finish
