#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `apam request` counted at the provider: one replay after a rejection and
# never two, no second request anywhere after a redirect, each status its exit
# status, and -o that writes all or nothing. `apam curl` watched while it runs.
. "$(dirname "$0")/lib.bash"
. "$(dirname "$0")/providers.bash"

seven seven '' 'deadline = "5s";'
xy xy
seed seed
api=$seven/eyes
occupancy=$xy/api/v1/occupancy
version=$seed/api/version/

# fault PROVIDER PATH KIND [MORE]
fault()
{
	control /clear
	control /log/clear
	control "/fault?provider=$1&path=$2&kind=$3${4:-}"
}

# ---- Replays -----------------------------------------------------------------

fault 7signal /eyes 401 '&count=1'
row "one 401: the replay succeeds" 0 '"eyes"' '' request seven "$api"
holds "it was asked twice" asked 7signal /eyes 2
holds "with another token" asked 7signal /oauth2/token 2
fault 7signal /eyes 401
row "401 after 401: the end" 1 '*' 'HTTP 401' request seven "$api"
holds "it was asked twice and no more" asked 7signal /eyes 2
holds "two tokens were made and no more" asked 7signal /oauth2/token 2
fault xysense /api/v1/occupancy 401 '&count=1'
row "xy: one 401" 0 '^\{' '' request xy "$occupancy"
holds "xy: asked twice" asked xysense /api/v1/occupancy 2
holds "xy: two tokens" asked xysense /api/v1/auth 2
fault seed /api/version 401 '&count=1'
row "seed: one 401: the probe clears the key, there is no other" 1 \
    '*' 'HTTP 401.*no other credential' request seed "$version"
holds "seed: request, probe" asked seed /api/version/ 2
fault seed /api 401
row "seed: 401 of the probe too" 1 '*' '^apam: seed: ' request seed \
    "$seed/api/v3/properties/"
holds "seed: a dead key is not replayed" asked seed /api/v3/properties/ 1
fault 7signal /eyes 401 '&count=1'
row "a body is sent again" 1 '*' 'HTTP 404' request seven "$api" -d '{}'
holds "a body: sent twice" asked 7signal /eyes 2
holds "a body: all of it, each time" [ "$(seen 7signal |
	grep -oE '"path":"/eyes"[^}]*"body_bytes":2,' | wc -l)" -eq 2 ]

# A static key is not sent again, whatever the probe finds; what is not
# idempotent not after a redirect, even with another key. The rows: how the API
# answers, how the probe does, how often each method is sent then.
seed two "$seed_entry }, { scheme = \"basic-email-key\";
  email = \"second@example.com\"; key = \"file:$dir/secrets/seed2\";
  probe = \"GET /api/version/\";"
login="redirect&arg=302%20$seed/app/login"
properties=$seed/api/v3/properties/

# counts PROFILE API PROBE METHOD TIMES
counts()
{
	local name="$1: $4: ${2%%&*}, probe ${3%%&*}"

	fault seed /api/v3 "$2" '&count=1'
	[ "$3" = good ] ||
		control "/fault?provider=seed&path=/api/version&kind=$3&count=1"
	run -c "$dir/apam.conf" request "$1" -X "$4" -d '{}' "$properties"
	: >"$dir/out"
	holds "$name: sent $5 times" asked seed /api/v3/properties/ "$5"
	holds "$name: probed" asked seed /api/version/ 1
	control /reset
}
for profile in seed two; do
	for method in POST PATCH PUT; do
		counts $profile 401 good $method 1
		counts $profile 401 500 $method 1
		counts $profile "$login" good $method 1
		counts $profile "$login" 500 $method 1
	done
done
for method in POST PUT; do
	counts seed 401 401 $method 1
	counts seed "$login" "$login" $method 1
	counts two 401 401 $method 2
done
counts two "$login" "$login" POST 1
counts two "$login" "$login" PATCH 1
counts two "$login" "$login" PUT 2
counts two "$login" 401 POST 1

# A server as SEED's document has it: 302 to /app/login, from API and probe.
fault seed /api "$login" '&count=2'
row "a login redirect of the probe: the standby takes over" 0 '"results"' '' \
    request two "$properties?organization_id=1"
holds "the first key, then the other" asked seed /api/v3/properties/ 2
fault seed /api "$login"
row "a login redirect of the probe: the key is dead" 1 'revoked.*redirect to a login page' '*' \
    check seed
control /reset

# The API's own 401 this time. RFC 6750, 3.1: a new token would have no more
# scope than this one, so none is asked for.
dead_at_birth()
{
	control '/life?provider=7signal&seconds=0'
	control "/set?provider=7signal&name=challenge&value=$1"
	control /log/clear
	row "dead at birth, challenge $1" 1 '*' 'HTTP 401' request seven "$api"
	holds "challenge $1: $2 tokens" asked 7signal /oauth2/token "$2"
	holds "challenge $1: $2 requests" asked 7signal /eyes "$2"
	control /reset
}
dead_at_birth off 2
dead_at_birth invalid_token 2
dead_at_birth insufficient_scope 1

# ---- Statuses ----------------------------------------------------------------

# answers EXIT KIND COUNT: the API answers KIND; it is asked COUNT times.
answers()
{
	fault seed /api/version "$2"
	row "seed: $2" "$1" '*' '.' request seed "$version"
	holds "seed: $2: asked $3 times" asked seed /api/version/ "$3"
	fault 7signal /eyes "$2"
	row "7signal: $2" "$1" '*' '.' request seven "$api"
	holds "7signal: $2: asked $3 times" asked 7signal /eyes "$3"
	control /clear
}
answers 1 403 1
answers 4 429 1
answers 4 "429&arg=1" 1
answers 4 500 1
answers 4 503 1
answers 4 reset 1
for code in 301 302 303 307 308; do
	answers 1 "redirect&arg=$code%20https://$host:$XYSENSE_PORT/led-here" 1
	holds "redirect $code: nobody came" asked xysense /led-here 0
	answers 1 "redirect&arg=$code%20$seed/led-here" 1
	holds "redirect $code to itself: nobody came" asked seed /led-here 0
done
control /reset
row "404" 1 '*' 'HTTP 404' request seed "$seed/api/nothing/"
row "403 of the provider" 1 '*' 'HTTP 403' request seven "$seven/kpis/config"
fault seed /api/version hang
begun=$SECONDS
row "--timeout" 4 '' 'time' request --timeout 1 seed "$version"
holds "--timeout is kept" [ $((SECONDS - begun)) -le 20 ]
control /reset

# ---- -o, -i, -d, -X ----------------------------------------------------------

body=$dir/body
row "-o" 0 '' '' request -o "$body" seven "$api"
holds "-o: its mode" [ "$(stat -c %a "$body")" = 600 ]
holds "-o: all of it" is_json "$body"
chmod 644 "$body"
row "-o: over another file" 0 '' '' request -o "$body" seven "$api"
for kind in reset truncated hang; do
	rm -f "$body"
	fault 7signal /eyes $kind
	row "-o: $kind writes nothing" 4 '' . request -o "$body" seven "$api" \
	    --timeout 1
	holds "-o: $kind: no file" [ ! -e "$body" ]
	control /clear
done
row "-o: what is not signed writes nothing" 1 '' . request -o "$body" seven \
    "$xy/"
holds "-o: no file, and nothing beside it" [ -z "$(find "$dir" \
	-maxdepth 1 -name 'body*' -o -maxdepth 1 -name '.body*')" ]
echo before >"$dir/target"
ln -s "$dir/target" "$dir/link"
row "-o: a link is replaced, not written through" 0 '' '' request \
    -o "$dir/link" seven "$api"
holds "-o: what it led to is as it was" grep -qx before "$dir/target"
row "-i" 0 '^HTTP/[0-9.]+ 200' '' request -i seven "$api"
row "-i holds no credential" 0 '!Authorization' '' request -i seven "$api"
printf '{"from": "a file"}' >"$dir/data"
row "-d @FILE" 0 '^\{' '' request seed "$seed/api/v3/properties/filter/" \
    -d "@$dir/data"
holds "-d @FILE: all of it went out" grep -q '"body_bytes": *18' <(seen seed)
row "-d @FILE that is not there" 2 '' 'cannot read' request seven "$api" \
    -d "@$dir/none"
row "-X" 1 '*' '^> DELETE ' request -v -X DELETE seven "$api"
row "-X of no method" 2 '' 'method' request -X 'GE T' seven "$api"
row "-H of the credential's name" 0 '*' '!mine' request -v seven "$api" \
    -H 'Authorization: mine'
row "-H with a newline" 2 '' . request seven "$api" -H $'X-A: b\r\nX-B: c'

# ---- curl --------------------------------------------------------------------

# refused OPTION...: status 2 and nothing is sent.
refused()
{
	row "curl $*" 2 '' 'refused|exactly one URL|sets|not among' curl seed -- \
	    "$@" "$version"
}
control /log/clear
for option in -L --location --location-trusted -k --insecure -v --verbose \
    --next -n --netrc --anyauth --basic --doh-insecure --proxy-insecure; do
	refused $option
done
refused -x http://127.0.0.1:1
refused --proxy http://127.0.0.1:1
refused -u a:b
refused -K /dev/null
refused --config /dev/null
refused --trace -
refused --trace-ascii "$dir/trace"
refused --connect-to ::127.0.0.1:1
refused --resolve 127.0.0.1:1:127.0.0.1
refused --unix-socket "$dir/socket"
refused --cacert /dev/null
refused --proto all
refused --tlsv1.0
refused -sSL
refused -sk
refused -H 'Authorization: mine'
refused --oauth2-bearer mine
refused "$seed/api/other/"
holds "nothing was sent" asked seed '[^"]*' 0
row "organization_id is added" 0 'organization_id=1$' '' curl seed -- -sS \
    -o "$body" -w '%{url_effective}' "$seed/api/v3/properties/"
row "organization_id is there already" 0 'id=2$' '' curl seed -- -sS \
    -o "$body" -w '%{url_effective}' "$seed/api/v3/properties/?organization_id=2"

# While curl waits, nobody who may look at processes sees the credential.
fault seed /api/version hang
"$build/apam" -c "$dir/apam.conf" curl seed -- -sS "$version" \
    >"$dir/out" 2>"$dir/err" </dev/null &
runs=$!
watched=
for _ in {1..50}; do
	watched=$(pgrep -P $runs curl) && break
	sleep 0.1
done
# Its arguments are there once it is curl and no more a copy of apam.
sleep 0.2
: >"$dir/processes"
for process in $runs $watched; do
	for what in cmdline environ; do
		tr '\0' '\n' <"/proc/$process/$what" >>"$dir/processes"
	done
done
holds "a curl was watched" [ -n "$watched" ]
holds "it was seen" grep -qxF "$version" "$dir/processes"
holds "no secret in arguments and environments" \
    sh -c "! grep -qFf '$dir/known' '$dir/processes'"
spelt demo@example.com $seed_key >>"$dir/processes"
holds "one would be found" grep -qFf "$dir/known" "$dir/processes"
control /clear
wait $runs
status=$?
expect "it ends with its answer" 0 '^\{' '*' "$dir/out" "$dir/err"
finish
