#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `apam profile new` on a terminal: a profile for four kinds of API, each
# question, each wrong answer, and Ctrl-C at each of them. typing.py types.
. "$(dirname "$0")/lib.bash"
start_sandbox

api=https://127.0.0.1:$APIKEY_PORT
key=not-a-secret-key
seven_secret=not-a-secret-7signal-one
seed_key=0123456789abcdef0123456789abcdef01234567
xy_secret=not-a-secret-xy-read
printf '%s\n' $xy_secret $key $seven_secret $seed_key FAKE-wrong-key >>"$dir/known"
echo "ca_file = \"$dir/ca.pem\";" >>"$dir/apam.conf"
tests=tests/suite/cli

# The secret is for root alone; other users are not asked for a group.
group=
[ "$(id -u)" != 0 ] || group='Group whose|-'

# typed NAME STATUS OUT QUESTION|ANSWER...: the terminal's text is the output;
# what stands behind -- are arguments.
typed()
{
	local name=$1 want=$2 out=$3 args=()
	shift 3
	: >"$dir/script"
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		[ -z "$1" ] || printf '%s\n' "${1/|/$'\t'}" >>"$dir/script"
		shift
	done
	[ $# -eq 0 ] || args=("${@:2}")
	"$timeout" 120 python3 $tests/typing.py "$dir/script" "$build/apam" -c \
	    "$dir/apam.conf" profile new "${args[@]}" >"$dir/out" 2>"$dir/err" \
	    </dev/null
	status=$?
	expect "$name" "$want" "$out" '' "$dir/out"
}

nothing()
{
	holds "$1: nothing is left" [ -z "$(ls -A "$dir/apam.d")" ]
}

clean()
{
	rm -rf "$dir/apam.d"
	mkdir "$dir/apam.d"
}

# ---- Four kinds of API --------------------------------------------------------

one=("URL of|$api/v1" 'Name of|one' 'number or name|api-key' 'private CA|'
	'Header that|X-Api-Key' "not shown|$key" 'A harmless|/v1/me' "$group"
	'works?|')
typed "an API key" 0 '^one works: the provider accepts the key' "${one[@]}"
holds "the next step" grep -q "^  apam request one $api/v1/me" "$dir/out"
holds "a prefix is for Authorization alone" \
    sh -c '! grep -q prefix "$1"' sh "$dir/apam.d/one.conf"
typed "client credentials" 0 '^two works: .*a fresh token' "URL of|$seven" \
    'Name of|two' 'number or name|oauth2-client-credentials' 'private CA|' \
    "Token URL|$seven/oauth2/token" "The client's id|SANDBOX.CLIENT.ONE" \
    "The client's secret|$seven_secret" 'Scopes|' 'A harmless|/eyes' "$group" \
    'works?|y'
typed "Basic" 0 '^three works: ' "URL of|$seed" 'Name of|three' \
    'number or name|2' 'private CA|' 'The user id|demo@example.com' "not shown|$seed_key" \
    "A harmless|$seed/api/v3/users/current/" "$group" 'works?|yes'
holds "a URL is a probe" grep -q 'probe = "GET /api/v3/users/current/"' \
    "$dir/apam.d/three.conf"
typed "a login in two steps" 0 '^xy works: .*a fresh token' "URL of|$xy" \
    'Name of|xy' 'number or name|login-token' 'private CA|' "URL of the login|$xy/api/v1/auth" \
    'The user|sandbox-read' 'for the user|ApiKey' "not shown|$xy_secret" \
    'for the secret|ApiSecret' 'How fields|' 'JSON pointer|/idToken' \
    'Header that carries|' 'Word that|' \
    'A harmless|/api/v1/occupancy' "$group" 'works?|'
row "all are in order" 0 '' '' lint
holds "where the token goes" grep -q 'header = "Authorization";' \
    "$dir/apam.d/xy.conf"
holds "and the word before it" grep -q 'prefix = "Bearer ";' "$dir/apam.d/xy.conf"
clean
typed "a login whose token has a header of its own" 0 'not checked: you said no' \
    "URL of|$xy" 'Name of|xy' 'number or name|login-token' 'private CA|' \
    "URL of the login|$xy/api/v1/auth" 'The user|sandbox-read' \
    'for the user|ApiKey' "not shown|$xy_secret" 'for the secret|ApiSecret' \
    'How fields|' 'JSON pointer|/idToken' 'Header that carries|X-Auth-Token' \
    'A harmless|-' "$group" 'works?|n'
holds "that header" grep -q 'header = "X-Auth-Token";' "$dir/apam.d/xy.conf"
holds "and no word" sh -c '! grep -q prefix "$1"' sh "$dir/apam.d/xy.conf"
clean
typed "a CA of one's own" 0 '^one works: ' "URL of|$api/v1" 'Name of|one' \
    'number or name|api-key' "private CA|$dir/no-such-file" \
    "will not do: ca_file: |$dir/apam.conf" "will not do: ca_file: |$dir/ca.pem" \
    'Header that|X-Api-Key' "not shown|$key" 'A harmless|/v1/me' "$group" \
    'works?|'
holds "it is the profile's" grep -q "^ca_file = \"$dir/ca.pem\";" \
    "$dir/apam.d/one.conf"
clean
typed "a client that apam registers" 0 '^  apam login reg' "URL of|$seven" \
    'Name of|reg' 'number or name|oauth2-refresh-token' 'private CA|' \
    "Issuer|$seven" 'How a person|' "The client's id|-" 'Scopes|' \
    'Where `apam login` keeps|' 'A harmless|'
holds "no client is written" sh -c '! grep -q client_id "$1"' sh \
    "$dir/apam.d/reg.conf"
clean
typed "a login" 0 '^  apam login seven' "URL of|$seven" 'Name of|seven' \
    'number or name|oauth2-refresh-token' 'private CA|' "Issuer|$seven" 'How a person|' \
    "The client's id|fake-client" "The client's secret|-" \
    'Scopes|offline_access' \
    'Where `apam login` keeps|' 'A harmless|/eyes'
holds "its key is in the store" grep -q 'refresh_token = "store:seven"' \
    "$dir/apam.d/seven.conf"
holds "it was not checked" grep -q 'somebody has to log in first' "$dir/out"
typed "endpoints by hand" 0 '^  apam login eight' "URL of|$seven/v2" 'Name of|eight' \
    'number or name|6' 'private CA|' 'Issuer|-' "Token URL|$seven/oauth2/token" \
    'How a person|device' "Device auth|$seven/device" \
    "The client's id|" 'an answer is needed|fake-client' "The client's secret|-" \
    'Scopes|' 'Where `apam login` keeps|' 'A harmless|'
clean
typed "Bearer" 0 '^four works' "URL of|$api/v1" 'Name of|four' \
    'number or name|api-key' 'private CA|' 'Header that|' 'Word that|' "not shown|$key" \
    'A harmless|GET /v1/me' "$group" 'works?|y'
holds "a word gets its space" grep -q 'prefix = "Bearer ";' \
    "$dir/apam.d/four.conf"
typed "the query" 0 '^five works' "URL of|$api/v1" 'Name of|five' \
    'number or name|api-key' 'private CA|' 'Header that|-' 'Query parameter|' \
    "not shown|$key" 'A harmless|/v1/me' "$group" 'works?|y'
typed "a cookie" 0 '^six works' "URL of|$api/v1" 'Name of|six' \
    'number or name|api-key' 'private CA|' 'Header that|-' 'Query parameter|-' \
    'Cookie that|session' "not shown|$key" 'A harmless|/v1/me' "$group" \
    'works?|y'
clean
typed "a login, and a client without a secret" 0 'somebody has to log in' \
    "URL of|$api/v1" 'Name of|log' 'number or name|oauth2-refresh-token' 'private CA|' \
    'Issuer URL|https://idp.example.com' 'How a person|device' \
    "The client's id|public" "The client's secret|" 'Scopes|a b' \
    'Where `apam login`|' 'A harmless|'
holds "where the secret goes" \
    grep -q 'refresh_token = "store:log";' "$dir/apam.d/log.conf"
holds "no secret is stored" [ ! -e "$dir/apam.d/secrets/log" ]
typed "a server of the Model Context Protocol" 0 'somebody has to log in' \
    "URL of|$api/mcp" 'Name of|mcp' 'number or name|oauth2-refresh-token' 'private CA|' \
    'Issuer URL|' 'Token URL|-' "Resource URL|$api/mcp" 'How a person|' \
    'Scopes|' 'Where `apam login`|' 'A harmless|'
holds "it registers by itself" \
    sh -c '! grep -q "client_id =" "$1"' sh "$dir/apam.d/mcp.conf"
clean

# ---- Wrong answers -------------------------------------------------------------------

typed "each wrong answer is said, and asked for again" 0 '^seven works' \
    'URL of|example.com' 'will not do: it is not a URL|http://api.example.com' \
    'will not do: origins: http|https://user@api.example.com' \
    "will not do: origins: |https://127.0.0.1:$APIKEY_PORT/v1/" \
    'Name of|../seven' 'will not do: a name has|seven' \
    'number or name|9' 'none of the list|api-kye' 'none of the list|1' 'private CA|' \
    'Header that|-' 'Query parameter|-' 'Cookie that|-' \
    'will not do: this one is needed|' 'an answer is needed|session' \
    'not shown|' "will not do: the secret is empty|$key" \
    'A harmless|v1/me' 'will not do: |/me' \
    'will not do: its path is not below the API|/v1x/me' \
    'write the whole path, as in /v1/v1x/me|/v1/me' "$group" 'works?|what' \
    'will not do: answer y or n|y'
holds "the slash at its end is dropped" \
    grep -q "origins = \[ \"$api/v1\" \];" "$dir/apam.d/seven.conf"
typed "a name that is taken" 0 'not checked: you said no' "URL of|$api/v1" 'Name of|seven' \
    'a profile of that name already|eight' 'number or name|1' 'private CA|' 'Header that|' \
    'Word that|' "not shown|$key" 'A harmless|' "$group" 'works?|n'
rm "$dir/apam.d/eight.conf"
typed "a secret that is there already" 0 '^eight works' "URL of|$api/v1" \
    'Name of|eight' 'number or name|1' 'private CA|' 'Header that|' 'Word that|' \
    'where it is|FAKE-wrong-key' 'a secret in that file already|' \
    'A harmless|/v1/me' 'works?|'
clean
typed "what only the module refuses is asked for again" 0 '^nine works' \
    "URL of|$seed" 'Name of|nine' 'number or name|basic-email-key' 'private CA|' \
    'The user id|demo:x' "not shown|$seed_key" \
    'A harmless|/api/v3/users/current/' "$group" \
    'will not do: email: has a colon|demo@example.com' 'works?|'
clean
typed "a wrong secret: the profile stays" 1 \
    '^ten does not work: its key: rejected: ' "URL of|$api/v1" 'Name of|ten' \
    'number or name|1' 'private CA|' 'Header that|' 'Word that|' 'not shown|FAKE-wrong-key' \
    'A harmless|/v1/me' "$group" 'works?|'
holds "it does" [ -e "$dir/apam.d/ten.conf" ]
holds "what to do next is said" grep -q '^  apam secret set ' "$dir/out"
clean
typed "where the secret is, once it can be read" 0 '^eleven works' \
    "URL of|$api/v1" 'Name of|eleven' 'number or name|1' 'private CA|' 'Header that|' \
    'Word that|' 'not shown|env:APAM_TEST_NOT_THERE' 'A harmless|/v1/me' \
    "no such variable|$key" 'works?|'
clean

secret good $key
typed "a secret that was typed wrong lies elsewhere" 0 'not checked: you said no' \
    "URL of|$api/v1" 'Name of|twelve' 'number or name|basic-email-key' 'private CA|' \
    'The user id|x' 'not shown|has:colon' 'A harmless|-' "$group" \
    "will not do: key: has a colon|file:$dir/secrets/good" 'works?|n'
holds "it is not stored" [ ! -e "$dir/apam.d/secrets" ]
clean

# ---- Ctrl-C, and the end of the input, at each question ---------------------------------

at=0
while [ $at -lt $((${#one[@]} - 1)) ]; do
	question=${one[$at]%%|*}
	if [ -n "$question" ]; then
		typed "Ctrl-C at $question" 130 '*' "${one[@]:0:$at}" "$question|^C"
		nothing "Ctrl-C at $question"
		typed "Ctrl-D at $question" 2 'nothing was made' \
		    "${one[@]:0:$at}" "$question|^D"
		nothing "Ctrl-D at $question"
	fi
	at=$((at + 1))
done
typed "Ctrl-C at the check" 130 'is made' "${one[@]:0:$at}" 'works?|^C'
holds "the profile is there by then" [ -e "$dir/apam.d/one.conf" ]

# ---- What options say is not asked for -----------------------------------------------------

clean
secret it $key
typed "only what is missing" 0 '^one works' 'private CA|' 'A harmless|/v1/me' 'works?|' -- one \
    --url "$api/v1" --scheme api-key --set header=X-Api-Key \
    --secret "key=file:$dir/secrets/it"
finish
