#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# make demo: the whole of apam against the sandbox, in a few seconds.
#
# For each provider it shows the profile, the request line, the signed headers
# with the credential masked, and the provider's JSON. Then it archives the
# XY Sense key and rotates the SEED key at the provider, and shows what apam
# says. As another user it calls all three through the agent, whose secrets that
# user cannot read, and kills the agent meanwhile. With a standby key in the
# profile the same archiving costs not one request of a loop that runs meanwhile.
# Where nginx is, programs without a key call all three by the gateway and by
# `apam run`, until the keys are archived. A provider counts as ok only when each
# of its steps did what it should; the last line says how many are, and the exit
# status is 0 for all three.
# It leaves no process and no file behind.

set -u
umask 077
unset http_proxy https_proxy all_proxy HTTPS_PROXY ALL_PROXY APAM_CONFIG \
    APAM_LOG
cd "$(dirname "$0")/../.." || exit 1
build=$(cd "${BUILD:-build}" && pwd -P) || exit 1
dir=$(mktemp -d) && dir=$(cd "$dir" && pwd -P) || exit 1

cleanup()
{
	[ -z "${AGENT_KEEPER:-}" ] || kill "$AGENT_KEEPER" 2>/dev/null
	[ -z "${GATEWAY_PID:-}" ] || kill "$GATEWAY_PID" 2>/dev/null
	[ -z "${SANDBOX_PID:-}" ] || kill "$SANDBOX_PID" 2>/dev/null
	wait 2>/dev/null
	rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

# None of these is a secret of anything; no output may show one all the same.
seven_secret=not-a-secret-7signal-one
xy_secret=not-a-secret-xy-read
xy_standby=not-a-secret-xy-read-2
seed_key=0123456789abcdef0123456789abcdef01234567
seed_new=89abcdef0123456789abcdef0123456789abcdef

jwt_head=eyJhbGciOi # how every token of the sandbox begins

# ---- Sandbox and configuration ---------------------------------------------

# Its standard input is ours: it ends when this script does, however that ends.
# On a terminal it goes on until Enter is pressed, so that its commands can be
# typed again, as they were printed.
if [ -t 0 ] && [ -t 1 ]; then
	life=3600
else
	life=60
fi
coproc SANDBOX { exec "$build/sandbox" --dir "$dir" --stdin --life $life; }
read -r -t 120 ready <&"${SANDBOX[0]}" && [ "$ready" = ready ] || {
	echo "demo: the sandbox did not start"
	exit 1
}
. "$dir/ports"
seven=https://127.0.0.1:$SEVENSIGNAL_PORT
xy=https://127.0.0.1:$XYSENSE_PORT
seed=https://127.0.0.1:$SEED_PORT

# write NAME: standard input into a file of the configuration.
write()
{
	cat >"$dir/$1"
}

mkdir "$dir/apam.d" "$dir/state" "$dir/modules"
# apam loads no module that others could have written; a build directory may
# be writable by a group, so the demo has its own copy.
cp "$build"/modules/*.so "$dir/modules/" || exit 1
printf '%s\n' "$seven_secret" | write 7signal.secret
printf '%s\n' "$xy_secret" | write xysense.secret
printf '%s\n' "$xy_standby" | write xysense-2.secret
printf '%s\n' "$seed_key" | write seed.secret

write apam.conf <<END
module_dir  = "$dir/modules";
profile_dir = "$dir/apam.d";
state_dir   = "$dir/state";
audit       = "file";
END

write apam.d/7signal.conf <<END
origins = [ "$seven" ];
ca_file = "$dir/ca.pem";
auth = (
  { scheme        = "oauth2-client-credentials";
    token_url     = "$seven/oauth2/token";
    client_id     = "SANDBOX.CLIENT.ONE";
    client_secret = "file:$dir/7signal.secret";
    scope         = [ "openid", "https://login.7signal.com/scopes/user.read" ];
    probe         = "GET /eyes"; }
);
END

write apam.d/xysense.conf <<END
origins = [ "$xy" ];
ca_file = "$dir/ca.pem";
auth = (
  { scheme   = "key-secret-archiveable";
    key      = "sandbox-read";
    secret   = "file:$dir/xysense.secret";
    exchange = { url = "$xy/api/v1/auth"; };
    probe    = "GET /api/v1/occupancy"; }
);
END

write apam.d/xysense-pair.conf <<END
origins = [ "$xy" ];
ca_file = "$dir/ca.pem";
auth = (
  { scheme   = "key-secret-archiveable";
    key      = "sandbox-read";
    secret   = "file:$dir/xysense.secret";
    exchange = { url = "$xy/api/v1/auth"; };
    probe    = "GET /api/v1/occupancy"; },
  { scheme   = "key-secret-archiveable";
    key      = "sandbox-read-2";
    secret   = "file:$dir/xysense-2.secret";
    exchange = { url = "$xy/api/v1/auth"; };
    probe    = "GET /api/v1/occupancy"; }
);
END

write apam.d/seed.conf <<END
origins = [ "$seed" ];
ca_file = "$dir/ca.pem";
auth = (
  { scheme          = "basic-email-key";
    email           = "demo@example.com";
    key             = "file:$dir/seed.secret";
    login_redirects = [ "/app/login", "/accounts/login/" ];
    query           = { organization_id = "1"; };
    probe           = "GET /api/version/"; }
);
END

# ---- Steps -----------------------------------------------------------------

if [ -t 1 ]; then
	bold=$'\e[1m' plain=$'\e[0m'
else
	bold='' plain=''
fi
bad=' ' # providers of which a step failed, each between spaces

# failed PROVIDER WHY...
failed()
{
	bad="$bad$1 "
	shift
	echo "demo: FAILED: $*"
}

title()
{
	printf '\n%s== %s%s\n' "$bold" "$*" "$plain"
}

# control PATH-AND-QUERY: at the provider's console, so to say.
control()
{
	curl -sS --fail --noproxy '*' --max-time 60 -X POST -o /dev/null \
	    "http://127.0.0.1:$CONTROL_PORT$1"
}

# apam ARGS...: runs it, shows what it says, and sets $status; what it said
# stays in $dir/err and $dir/out. One line for each element of a JSON list.
apam()
{
	local word line=
	for word; do
		case $word in
		*[' &?;<>|*']*) line="$line '$word'" ;;
		*) line="$line $word" ;;
		esac
	done
	echo "\$ apam$line"
	timeout 60 "$build/apam" -c "$dir/apam.conf" "$@" >"$dir/out" \
	    2>"$dir/err" </dev/null
	status=$?
	cat "$dir/err"
	sed 's/\[{/[\n  {/g; s/},{/},\n  {/g; s/}\],/}\n],/g' "$dir/out"
	[ ! -s "$dir/out" ] || [ -z "$(tail -c 1 "$dir/out")" ] || echo
	cat "$dir/out" "$dir/err" >>"$dir/all"
}

# works PROVIDER TEXT URL: the call succeeds and its JSON has TEXT; the request
# line and a masked credential, which is a short one, were shown.
works()
{
	apam request -v "$1" "$3"
	if [ $status -ne 0 ]; then
		failed "$1" "$1: exit status $status"
	elif ! grep -qF -- "$2" "$dir/out"; then
		failed "$1" "$1: the JSON has no $2"
	elif ! grep -qF "GET $3" "$dir/err" ||
	    ! grep -qiE 'authorization: (Basic|Bearer) .{1,30}$' "$dir/err"
	then
		failed "$1" "$1: request line or signed headers are not shown"
	fi
}

# refused PROVIDER WHY ARGS...: apam ends with 1 and says why.
refused()
{
	local provider=$1 why=$2
	shift 2
	apam "$@"
	[ $status -eq 1 ] ||
		failed "$provider" "$provider: exit status $status, not 1"
	cat "$dir/out" "$dir/err" | grep -qiE -- "$why" ||
		failed "$provider" "$provider: it does not say: $why"
}

# not_shown PROVIDER SECRET: nowhere in all that apam has said.
not_shown()
{
	! grep -qF -- "$2" "$dir/all" ||
		failed "$1" "$1: a secret was shown"
}

# request_loop N: so many requests with the pair of keys, one after the other;
# a line with the exit status of each in $dir/loop.
request_loop()
{
	local i
	for ((i = 0; i < $1; i++)); do
		timeout 60 "$build/apam" -c "$dir/apam.conf" request \
		    xysense-pair "$xy/api/v1/occupancy" >"$dir/loop.out" \
		    2>>"$dir/all" </dev/null
		echo $? >>"$dir/loop"
		cat "$dir/loop.out" >>"$dir/all"
	done
}

# by_key KEY: how many of its requests for data the provider answered with 200.
by_key()
{
	curl -sS --noproxy '*' "http://127.0.0.1:$CONTROL_PORT/log?provider=xysense" |
	    sed 's/},{/},\n{/g' | grep -F '"path":"/api/v1/occupancy"' |
	    grep -F '"status":200' | grep -cF "\"key\":\"$1\""
}

# wait_lines N: until the loop has written so many; ten seconds at most.
wait_lines()
{
	local i
	for ((i = 0; i < 200; i++)); do
		[ "$(wc -l <"$dir/loop")" -lt "$1" ] || return 0
		sleep 0.05
	done
	return 1
}

echo "What is typed here is typed after:"
echo "\$ export APAM_CONFIG=$dir/apam.conf PATH=$build:\$PATH"
title "7SIGNAL: incidents of the last 24 hours"
now=$(date +%s)
works 7signal '"incidents":[{' \
    "$seven/incidents/agents?from=$((now - 86400))000&to=${now}000"

title "XY Sense: occupancy"
works xysense '"spaces":[{' "$xy/api/v1/occupancy"

title "SEED: properties, with organization_id from the profile"
works seed '"results":[{' "$seed/api/v3/properties/"

title "XY Sense: the key is archived at the provider; the next call"
control "/archive?provider=xysense&key=sandbox-read" ||
	failed xysense "the key cannot be archived"
refused xysense 'archived|revoked|refused|401' request xysense \
    "$xy/api/v1/occupancy"

title "XY Sense with a standby key: the first is archived while a loop runs"
curl -sS --noproxy '*' -X POST -o /dev/null \
    "http://127.0.0.1:$CONTROL_PORT/log/clear"
: >"$dir/loop"
control "/restore?provider=xysense&key=sandbox-read" ||
	failed xysense "the key cannot be restored"
request_loop 40 &
loop=$!
wait_lines 10 && control "/archive?provider=xysense&key=sandbox-read" ||
	failed xysense "the loop does not run"
wait $loop
first=$(by_key sandbox-read) second=$(by_key sandbox-read-2)
lost=$(grep -cvx 0 "$dir/loop")
echo "$(wc -l <"$dir/loop") requests, $lost failed:" \
    "$first by sandbox-read, then $second by sandbox-read-2"
[ "$lost" -eq 0 ] && [ $((first + second)) -eq 40 ] &&
	[ "$first" -ge 10 ] && [ "$second" -ge 1 ] ||
	failed xysense "a request was lost, or no other key took over"

title "The audit: which keys there are, who used them last, who names them"
apam keys list
grep -q '^sandbox-read-2.*good.*apam.*xysense-pair' "$dir/out" ||
	failed xysense "the audit does not show who used the standby key"

title "The administrator archives the standby key: it signs nowhere from now on"
apam keys archive sandbox-read-2 --yes --why "end of the demo"
[ $status -eq 0 ] || failed xysense "the key cannot be archived here"
refused xysense 'archived by' request xysense-pair "$xy/api/v1/occupancy"
apam keys list
grep -q '^sandbox-read-2.*archived' "$dir/out" ||
	failed xysense "the audit does not show that the key is archived"

title "SEED: a new key was made; a call with the old one meets a login page"
control "/rotate?provider=seed&key=demo@example.com&to=$seed_new" &&
	control "/set?provider=seed&name=old_server&value=half" ||
	failed seed "the key cannot be rotated"
refused seed 'redirect was not followed' request seed "$seed/api/v3/properties/"
curl -sS --noproxy '*' "http://127.0.0.1:$CONTROL_PORT/log?provider=seed" \
    >"$dir/seen"
! grep -q login "$dir/seen" || failed seed "the login redirect was followed"

title "SEED: the probe finds the old key dead"
refused seed 'revoked' check seed

. tests/sandbox/demo_agent.bash
. tests/sandbox/demo_gateway.bash

not_shown 7signal "$seven_secret"
not_shown 7signal "$jwt_head"
not_shown xysense "$xy_secret"
not_shown xysense "$xy_standby"
not_shown xysense "$jwt_head"
not_shown seed "$seed_key"
not_shown seed "$(printf 'demo@example.com:%s' "$seed_key" | base64 -w0)"

# ---- Result ----------------------------------------------------------------

ok=0
for provider in 7signal xysense seed; do
	[[ $bad == *" $provider "* ]] || ok=$((ok + 1))
done
echo
echo "demo: $ok of 3 providers ok"
if [ -t 0 ] && [ -t 1 ]; then
	# As it was at the begin, so that each command says the same again.
	control "/restore?provider=xysense&key=sandbox-read" &&
		control "/rotate?provider=seed&key=demo@example.com&to=$seed_key" &&
		control "/set?provider=seed&name=old_server&value=off"
	"$build/apam" -c "$dir/apam.conf" keys restore sandbox-read-2 >/dev/null
	echo "Its providers go on until you press Enter; till then the commands"
	echo "above can be typed in another terminal, after the export."
	read -r _
fi
[ $ok -eq 3 ]
