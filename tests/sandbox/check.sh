#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Hold the sandbox to what is known of its providers, with curl, which
# nobody here wrote. Each row is one fact: it asks, then looks at the status,
# at a header and at the body. The last line counts; any failure exits 1.
# It starts and ends its own sandbox and leaves no process or file behind.

set -u
cd "$(dirname "$0")/../.." || exit 2
sandbox=${BUILD:-build}/sandbox
dir=$(mktemp -d) || exit 2
passed=0 failed=0 pid=

cleanup()
{
	[ -z "$pid" ] || kill "$pid" 2>/dev/null
	[ -z "$pid" ] || wait "$pid" 2>/dev/null
	rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

# ---- Rows ------------------------------------------------------------------

# verdict NAME STATUS-OF-THE-TEST [WHY]
verdict()
{
	if [ "$2" -eq 0 ]; then
		passed=$((passed + 1))
		return
	fi
	failed=$((failed + 1))
	echo "FAIL: $1${3:+: $3}"
}

# get CURL-ARGS...: sets $code, and fills $dir/head and $dir/body.
get()
{
	: >"$dir/head"
	: >"$dir/body"
	code=$(curl -sS --max-time 120 --noproxy '*' --cacert "$dir/ca.pem" \
	    -D "$dir/head" -o "$dir/body" -w '%{http_code}' "$@" 2>"$dir/err")
	curl_status=$?
}

# row NAME STATUS HEADER-REGEX BODY-REGEX CURL-ARGS...
# A regex that begins with "!" must not be found; an empty one is not tried.
row()
{
	local name=$1 status=$2 head=$3 body=$4
	shift 4
	get "$@"
	if [ "$code" != "$status" ]; then
		verdict "$name" 1 "status $code, not $status"
	elif ! found "$head" "$dir/head"; then
		verdict "$name" 1 "header not as expected: $head"
	elif ! found "$body" "$dir/body"; then
		verdict "$name" 1 "body not as expected: $body"
	else
		verdict "$name" 0
	fi
}

found()
{
	case $1 in
	'') return 0 ;;
	!*) ! grep -qiE -- "${1#!}" "$2" ;;
	*) grep -qiE -- "$1" "$2" ;;
	esac
}

# breaks NAME CURL-STATUS CURL-ARGS...: curl itself must fail, and so.
breaks()
{
	local name=$1 wanted=$2
	shift 2
	get "$@"
	[ "$curl_status" -eq "$wanted" ]
	verdict "$name" $? "curl said $curl_status, not $wanted"
}

# control METHOD PATH-AND-QUERY: the answer on standard output.
control()
{
	curl -sS --max-time 120 --noproxy '*' -X "$1" \
	    "http://127.0.0.1:$CONTROL_PORT$2"
}

# tell PATH-AND-QUERY: a control command that must succeed.
tell()
{
	control POST "$1" >"$dir/told"
	grep -q '"ok":true' "$dir/told"
	verdict "control $1" $? "$(cat "$dir/told")"
}

reset()
{
	control POST /reset >"$dir/told"
}

# member NAME: a string member of the last body.
member()
{
	sed -n "s/.*\"$1\":\"\\([^\"]*\\)\".*/\\1/p" "$dir/body"
}

json='^content-type: application/json'

# ---- The sandbox itself ----------------------------------------------------

"$sandbox" >"$dir/out" 2>&1
[ $? -eq 2 ]
verdict "no --dir is a usage error" $?
"$sandbox" --dir "$dir/none" >"$dir/out" 2>&1
[ $? -eq 1 ]
verdict "a missing directory is an error" $?

# begin ARGS...: starts one and waits until it is ready.
begin()
{
	"$sandbox" --dir "$dir" --life 1800 "$@" >"$dir/out" 2>"$dir/log" &
	pid=$!
	for _ in $(seq 100); do
		grep -q '^ready$' "$dir/out" && break
		sleep 0.05
	done
	. "$dir/ports"
}

begin
[ "$(ls "$dir" | grep -c -E '^(ca.pem|ports)$')" -eq 2 ]
verdict "ready means that ca.pem and ports are there" $?
! grep -q PRIVATE "$dir/ca.pem"
verdict "no private key is written" $?

s=https://127.0.0.1:$SEVENSIGNAL_PORT
x=https://127.0.0.1:$XYSENSE_PORT
e=https://127.0.0.1:$SEED_PORT
k=https://127.0.0.1:$APIKEY_PORT
l=https://127.0.0.1:$SESSION_PORT

curl -s --max-time 120 --noproxy '*' "$s/eyes" >"$dir/body" 2>&1
[ $? -eq 60 ]
verdict "nobody trusts it without its CA" $?
row "localhost is a name of the certificate" 401 '' '' \
    "https://localhost:$SEVENSIGNAL_PORT/eyes" --resolve \
    "localhost:$SEVENSIGNAL_PORT:127.0.0.1"
breaks "another name is not" 60 "https://other.test:$SEVENSIGNAL_PORT/eyes" \
    --resolve "other.test:$SEVENSIGNAL_PORT:127.0.0.1"
row "a body over the cap is refused" 413 '' '' "$s/oauth2/token" \
    --data-binary @<(head -c 100000 /dev/zero | tr '\0' x)

# ---- 7SIGNAL ---------------------------------------------------------------

token=$s/oauth2/token
one=(-d client_id=SANDBOX.CLIENT.ONE -d client_secret=not-a-secret-7signal-one)
grant=(-d grant_type=client_credentials)
user='SANDBOX.CLIENT.ONE:not-a-secret-7signal-one'

row "7signal: wrong secret" 400 "$json" '^\{"error":"invalid_client"\}$' \
    "$token" "${grant[@]}" -d client_id=SANDBOX.CLIENT.ONE -d client_secret=no
row "7signal: unknown client" 400 "$json" 'invalid_client' "$token" \
    "${grant[@]}" -d client_id=nobody -d client_secret=no
row "7signal: no client at all" 400 "$json" 'invalid_client' "$token" \
    "${grant[@]}"
row "7signal: wrong secret by Basic is 401 with a challenge" 401 \
    '^www-authenticate: Basic' 'invalid_client' "$token" "${grant[@]}" \
    -u SANDBOX.CLIENT.ONE:no
row "7signal: no grant_type" 400 "$json" '"invalid_grant"' "$token" "${one[@]}"
row "7signal: wrong grant_type" 400 "$json" '"invalid_grant"' "$token" \
    "${one[@]}" -d grant_type=client-credentials
row "7signal: grant it lacks" 400 "$json" '"unsupported_grant_type"' "$token" \
    "${one[@]}" -d grant_type=password
row "7signal: unknown scope" 400 "$json" '"invalid_scope"' "$token" \
    "${one[@]}" "${grant[@]}" -d scope=openid+nonsense
row "7signal: a parameter twice" 400 "$json" '"invalid_request"' "$token" \
    "${one[@]}" "${one[@]}" "${grant[@]}"
row "7signal: two ways to authenticate" 400 "$json" '"invalid_request"' \
    "$token" "${one[@]}" "${grant[@]}" -u "$user"
row "7signal: JSON instead of a form" 400 "$json" '"invalid_request"' \
    "$token" -H 'Content-Type: application/json' -d '{}'
row "7signal: GET on the token endpoint" 405 "$json" '' "$token"
row "7signal: id and secret not encoded in Basic" 401 '' 'invalid_client' \
    "$token" "${grant[@]}" -u 'sandbox:odd id:not+a%secret/&=:odd'
row "7signal: id and secret encoded in Basic" 200 '' 'access_token' "$token" \
    "${grant[@]}" -u 'sandbox%3Aodd+id:not%2Ba%25secret%2F%26%3D%3Aodd'
row "7signal: id and secret encoded in the form" 200 '' 'access_token' \
    "$token" "${grant[@]}" --data-urlencode 'client_id=sandbox:odd id' \
    --data-urlencode 'client_secret=not+a%secret/&=:odd'
row "7signal: a token by Basic" 200 "$json" 'access_token' "$token" \
    "${grant[@]}" -u "$user"
row "7signal: a token is not to be stored" 200 '^cache-control: no-store' '' \
    "$token" "${one[@]}" "${grant[@]}"
row "7signal: a token by form" 200 "$json" \
    '"token_type":"Bearer","expires_in":86400,"scope":\["openid",' \
    "$token" "${one[@]}" "${grant[@]}" --data-urlencode \
    'scope=openid https://login.7signal.com/scopes/user.read'
bearer=$(member access_token)
[[ $bearer =~ ^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$ ]]
verdict "7signal: the token is a JWT" $?
claims=$(cut -d. -f2 <<<"$bearer=" | tr -- -_ +/ | base64 -d 2>/dev/null)
exp=$(sed -n 's/.*"exp":\([0-9]*\).*/\1/p' <<<"$claims")
[ $((exp - $(date +%s))) -gt 86300 ]
verdict "7signal: the token's exp is a day ahead" $?
auth=(-H "Authorization: Bearer $bearer" -H 'Accept: application/json')

for shape in 'string:"86400"' 'zero:0' 'negative:-1' 'null:null' 'text:"soon"' \
    'huge:999999999999999999' 'overflow:99999999999999999999999999' \
    'float:86400.5' 'number:86400'; do
	tell "/set?provider=7signal&name=expires_in&value=${shape%%:*}"
	row "7signal: expires_in ${shape%%:*}" 200 "$json" \
	    "\"expires_in\":${shape#*:}[,}]" "$token" "${one[@]}" "${grant[@]}"
done
tell "/set?provider=7signal&name=expires_in&value=missing"
row "7signal: expires_in missing" 200 "$json" '!expires_in' "$token" \
    "${one[@]}" "${grant[@]}"
tell "/set?provider=7signal&name=scope&value=string"
row "7signal: scope as a string" 200 "$json" '"scope":"openid https:' \
    "$token" "${one[@]}" "${grant[@]}"
tell "/set?provider=7signal&name=token_type&value=bearer"
row "7signal: token_type in lower case" 200 "$json" '"token_type":"bearer"' \
    "$token" "${one[@]}" "${grant[@]}"
tell "/set?provider=7signal&name=token&value=opaque"
row "7signal: an opaque token" 200 "$json" '"access_token":"opaque-' \
    "$token" "${one[@]}" "${grant[@]}"
row "7signal: and it works" 200 "$json" '' "$s/eyes" \
    -H "Authorization: Bearer $(member access_token)"

row "7signal: no token" 401 "$json" \
    '"timestamp":"[^"]+","status":401,"error":"Unauthorized",.*"path":"/eyes"' \
    "$s/eyes"
row "7signal: a token nobody minted" 401 "$json" '"requestId"' "$s/eyes" \
    -H 'Authorization: Bearer nonsense'
row "7signal: the word Bearer, exactly" 401 "$json" '' "$s/eyes" \
    -H "Authorization: bearer $bearer"
row "7signal: eyes" 200 '^x-ratelimit-remaining: [0-9]' '"eyes":\[' \
    "$s/eyes" "${auth[@]}"
row "7signal: incidents" 200 "$json" '"incidents":\[\{"id":' \
    "$s/incidents/agents" "${auth[@]}"
now=$(date +%s)000
row "7signal: incidents of a window" 200 "$json" '"incidents":\[\]' \
    "$s/incidents/agents?from=$now&to=$now" "${auth[@]}"
row "7signal: a window that is not a number" 400 "$json" '"Bad Request"' \
    "$s/incidents/agents?from=yesterday" "${auth[@]}"
row "7signal: a User key may not configure" 403 "$json" '"Forbidden"' \
    "$s/kpis/config" "${auth[@]}"
row "7signal: unknown path" 404 "$json" '' "$s/nothing" "${auth[@]}"
row "7signal: an Administrator key may" 200 "$json" 'access_token' "$token" \
    "${grant[@]}" -d client_id=SANDBOX.CLIENT.ADMIN \
    -d client_secret=not-a-secret-7signal-admin
row "7signal: and does" 200 "$json" '"kpis"' "$s/kpis/config" \
    -H "Authorization: Bearer $(member access_token)"
row "7signal: no discovery document" 401 "$json" '"Unauthorized"' \
    "$s/.well-known/oauth-authorization-server"
row "7signal: no introspection" 401 "$json" '' "$s/introspect" "${one[@]}" \
    -d "token=$bearer"

for name in metadata introspection revocation; do
	tell "/set?provider=7signal&name=$name&value=on"
done
row "7signal: metadata" 200 "$json" "\"issuer\":\"$s\"" \
    "$s/.well-known/oauth-authorization-server"
row "7signal: metadata of an issuer with a path" 200 "$json" \
    "\"issuer\":\"$s/tenant\"" \
    "$s/.well-known/oauth-authorization-server/tenant"
tell "/set?provider=7signal&name=issuer&value=wrong"
row "7signal: metadata of somebody else" 200 "$json" '"issuer":".*/other"' \
    "$s/.well-known/oauth-authorization-server"
row "7signal: introspection of a live token" 200 "$json" '"active":true' \
    "$s/introspect" "${one[@]}" -d "token=$bearer"
row "7signal: introspection of nonsense" 200 "$json" \
    '^\{"active":false\}$' "$s/introspect" "${one[@]}" -d token=nonsense
row "7signal: introspection by a stranger" 401 "$json" 'invalid_client' \
    "$s/introspect" -d client_id=nobody -d "token=$bearer"
row "7signal: revocation of nonsense" 200 '' '' "$s/revoke" "${one[@]}" \
    -d token=nonsense
row "7signal: revocation by another client does nothing" 200 '' '' \
    "$s/revoke" -d client_id=SANDBOX.CLIENT.TWO \
    -d client_secret=not-a-secret-7signal-two -d "token=$bearer"
row "7signal: and the token lives" 200 '' '' "$s/eyes" "${auth[@]}"
row "7signal: revocation" 200 '' '' "$s/revoke" "${one[@]}" -d "token=$bearer"
row "7signal: a revoked token" 401 "$json" '' "$s/eyes" "${auth[@]}"

# mint: a new token into $bearer and $auth.
mint()
{
	get "$token" "${one[@]}" "${grant[@]}"
	bearer=$(member access_token)
	auth=(-H "Authorization: Bearer $bearer")
}

reset
mint
row "7signal: a fresh token" 200 '' '' "$s/eyes" "${auth[@]}"
tell "/expire?provider=7signal"
row "7signal: an expired token" 401 "$json" '' "$s/eyes" "${auth[@]}"
tell "/life?provider=7signal&seconds=1"
mint
row "7signal: a token of one second" 200 '' '' "$s/eyes" "${auth[@]}"
sleep 1.1
row "7signal: a second later" 401 '' '' "$s/eyes" "${auth[@]}"
tell "/set?provider=7signal&name=challenge&value=invalid_token"
row "7signal: a challenge" 401 \
    '^www-authenticate: Bearer .*error="invalid_token"' '' "$s/eyes"
reset
mint
tell "/delete?provider=7signal&key=SANDBOX.CLIENT.ONE"
row "7signal: a deleted key mints nothing" 400 "$json" 'invalid_client' \
    "$token" "${one[@]}" "${grant[@]}"
row "7signal: its token dies with it" 401 '' '' "$s/eyes" "${auth[@]}"
tell "/set?provider=7signal&name=tokens_outlive_key&value=on"
row "7signal: unless tokens outlive their key" 200 '' '' "$s/eyes" \
    "${auth[@]}"
control POST "/restore?provider=7signal&key=SANDBOX.CLIENT.ONE" |
    grep -q '"ok":false'
verdict "7signal: deleting is final" $?

# ---- XY Sense --------------------------------------------------------------

reset
xa=$x/api/v1/auth
xo=$x/api/v1/occupancy
aj=(-H 'Content-Type: application/json')
good='{"ApiKey":"sandbox-read","ApiSecret":"not-a-secret-xy-read"}'

row "xysense: wrong secret" 401 "$json" '"message"' "$xa" "${aj[@]}" \
    -d '{"ApiKey":"sandbox-read","ApiSecret":"no"}'
row "xysense: unknown key" 401 "$json" '' "$xa" "${aj[@]}" \
    -d '{"ApiKey":"nobody","ApiSecret":"no"}'
row "xysense: no secret" 400 "$json" '' "$xa" "${aj[@]}" -d '{"ApiKey":"a"}'
row "xysense: malformed JSON" 400 "$json" '' "$xa" "${aj[@]}" -d '{"ApiKey"'
row "xysense: neither JSON nor form" 415 "$json" '' "$xa" -d "$good" \
    -H 'Content-Type: text/plain'
row "xysense: a token by form" 200 "$json" '^\{"idToken":"[^"]+"\}$' "$xa" \
    -d ApiKey=sandbox-read -d ApiSecret=not-a-secret-xy-read
row "xysense: a token by JSON" 200 "$json" '^\{"idToken":"[^"]+"\}$' "$xa" \
    "${aj[@]}" -d "$good"
xt=(-H "Authorization: Bearer $(member idToken)")
row "xysense: occupancy" 200 "$json" '"spaces":\[\{"spaceId":101' "$xo" \
    "${xt[@]}"
row "xysense: query" 200 "$json" '"spaces"' "$x/api/v1/query" "${xt[@]}" \
    "${aj[@]}" -d '{}'
row "xysense: no credential" 401 "$json" '' "$xo"
row "xysense: by two headers" 200 "$json" '"spaces"' "$xo" \
    -H 'X-Api-Key: sandbox-read-2' -H 'X-Api-Secret: not-a-secret-xy-read-2'
row "xysense: by two headers, wrong" 401 "$json" '' "$xo" \
    -H 'X-Api-Key: sandbox-read-2' -H 'X-Api-Secret: no'
row "xysense: by Basic" 200 "$json" '"spaces"' "$xo" \
    -u sandbox-read:not-a-secret-xy-read
row "xysense: a read key may not write" 403 "$json" '' "$xo" "${xt[@]}" \
    -X PUT "${aj[@]}" -d '{}'
row "xysense: a write key may" 200 "$json" '"updated":true' "$xo" \
    -u sandbox-write:not-a-secret-xy-write -X PUT "${aj[@]}" -d '{}'
row "xysense: unknown path" 404 "$json" '' "$x/api/v1/nothing" "${xt[@]}"
tell "/set?provider=xysense&name=encoding&value=form"
row "xysense: a server that takes forms only" 415 '' '' "$xa" "${aj[@]}" \
    -d "$good"
tell "/set?provider=xysense&name=expires_in&value=number"
row "xysense: a lifetime, when switched on" 200 '' '"expiresIn":3600\}' "$xa" \
    -d ApiKey=sandbox-read -d ApiSecret=not-a-secret-xy-read
tell "/archive?provider=xysense&key=sandbox-read"
row "xysense: an archived key mints nothing" 401 "$json" '' "$xa" \
    -d ApiKey=sandbox-read -d ApiSecret=not-a-secret-xy-read
row "xysense: its token dies at once" 401 "$json" '' "$xo" "${xt[@]}"
row "xysense: by Basic too" 401 "$json" '' "$xo" \
    -u sandbox-read:not-a-secret-xy-read
row "xysense: other keys live on" 200 "$json" '' "$xo" \
    -u sandbox-read-2:not-a-secret-xy-read-2
tell "/set?provider=xysense&name=tokens_outlive_key&value=on"
row "xysense: tokens that outlive their key" 200 '' '' "$xo" "${xt[@]}"
tell "/restore?provider=xysense&key=sandbox-read"
row "xysense: a restored key" 200 '' '' "$xo" \
    -u sandbox-read:not-a-secret-xy-read
tell "/add?provider=xysense&key=third&secret=not-a-secret-third&access=read"
row "xysense: an added key" 200 '' '' "$xo" -u third:not-a-secret-third

# ---- SEED ------------------------------------------------------------------

key=0123456789abcdef0123456789abcdef01234567
new=fedcba9876543210fedcba9876543210fedcba98
ok=(-u "demo@example.com:$key")
bad=(-u demo@example.com:ffffffffffffffffffffffffffffffffffffffff)
padded=$(printf 'second@example.com:89abcdef0123456789abcdef0123456789abcdef' |
    base64 -w0)
basic=$(printf 'demo@example.com:%s' "$key" | base64 -w0)
refused='"status":"error","message":'

row "seed: version" 200 "$json" '"version":"3' "$e/api/version/" "${ok[@]}"
row "seed: the user, with the key in the body" 200 "$json" "$key" \
    "$e/api/v3/users/current/" "${ok[@]}"
row "seed: no header on the API" 403 "$json" "$refused" "$e/api/version/"
row "seed: health needs no key" 200 "$json" '' "$e/api/health_check/"
row "seed: bad key" 401 "$json" "$refused" "$e/api/version/" "${bad[@]}"
row "seed: bad key has no challenge" 401 '!www-authenticate' '' \
    "$e/api/version/" "${bad[@]}"
row "seed: bad key on an unknown path" 401 "$json" "$refused" \
    "$e/api/nothing/" "${bad[@]}"
row "seed: bad key off the API" 401 "$json" "$refused" "$e/app/" "${bad[@]}"
row "seed: unknown user" 401 "$json" '' "$e/api/version/" \
    -u "nobody@example.com:$key"
row "seed: the word basic in lower case" 401 '' '' "$e/api/version/" \
    -H "Authorization: basic $basic"
row "seed: the word Basic, exactly" 200 '' '' "$e/api/version/" \
    -H "Authorization: Basic $basic"
row "seed: padding missing" 401 '' '' "$e/api/version/" -H \
    "Authorization: Basic ${padded%=}"
row "seed: padding in place" 200 '' '' "$e/api/version/" \
    -H "Authorization: Basic $padded"
row "seed: a second colon" 401 '' '' "$e/api/version/" \
    -u "demo@example.com:$key:"
row "seed: a key in capitals" 401 '' '' "$e/api/version/" \
    -u "demo@example.com:${key^^}"
row "seed: the user name without case" 200 '' '' "$e/api/version/" \
    -u "Demo@Example.COM:$key"
tell "/set?provider=seed&name=case&value=sensitive"
row "seed: an older server compares with case" 401 '' '' "$e/api/version/" \
    -u "Demo@Example.COM:$key"
row "seed: missing slash" 301 '^location: /api/version/' '' "$e/api/version" \
    "${ok[@]}"
row "seed: missing slash, POST, query" 301 \
    '^location: /api/v3/properties/filter/\?organization_id=1' '' \
    "$e/api/v3/properties/filter?organization_id=1" "${ok[@]}" -d '{}'
row "seed: unknown path" 404 "$json" "$refused" "$e/api/nothing/" "${ok[@]}"
row "seed: properties" 200 "$json" '"status":"success".*"results":\[\{"id"' \
    "$e/api/v3/properties/?organization_id=1" "${ok[@]}"
row "seed: no organization" 400 "$json" "$refused" "$e/api/v3/properties/" \
    "${ok[@]}"
row "seed: organization as a word" 400 "$json" "$refused" \
    "$e/api/v3/properties/?organization_id=one" "${ok[@]}"
row "seed: somebody else's organization" 403 "$json" "$refused" \
    "$e/api/v3/properties/?organization_id=9" "${ok[@]}"
row "seed: organization in the body" 200 "$json" '"results"' \
    "$e/api/v3/properties/filter/" "${ok[@]}" "${aj[@]}" \
    -d '{"organization_id":1}'
row "seed: wrong method" 405 "$json" '' "$e/api/version/" "${ok[@]}" -d x
row "seed: off the API to the login page, valid key" 302 \
    '^location: /accounts/login/\?next=/app/' '' "$e/app/" "${ok[@]}"
row "seed: off the API, no key" 302 '^location: /accounts/login/' '' "$e/app/x"
row "seed: the trap at its end is 200 HTML" 200 '^content-type: text/html' \
    '<html>' -L "$e/app/" "${ok[@]}"
tell "/set?provider=seed&name=old_server&value=on"
row "seed: an older server redirects a bad key" 302 '^location: /app/login' \
    '' "$e/api/version/" "${bad[@]}"
row "seed: to a page that looks like success" 200 \
    '^content-type: text/html' '<html>' "$e/app/login"
row "seed: an older server, good key" 200 "$json" '' "$e/api/version/" \
    "${ok[@]}"
tell "/set?provider=seed&name=old_server&value=half"
row "seed: half old: views redirect" 302 '^location: /app/login' '' \
    "$e/api/v3/properties/" "${bad[@]}"
row "seed: half old: the probe tells" 401 "$json" "$refused" \
    "$e/api/version/" "${bad[@]}"
reset
tell "/rotate?provider=seed&key=demo@example.com&to=$new"
row "seed: the old key is dead at once" 401 "$json" '' "$e/api/version/" \
    "${ok[@]}"
row "seed: the new key lives" 200 "$json" '' "$e/api/version/" \
    -u "demo@example.com:$new"

# ---- Plain keys ------------------------------------------------------------

plain=not-a-secret-key
odd='not+a%secret&=/key'
me='"name":"sandbox-key"'
row "apikey: in a header" 200 "$json" "$me" "$k/v1/me" -H "X-Api-Key: $plain"
row "apikey: Bearer" 200 '' "$me" "$k/v1/me" -H "Authorization: Bearer $plain"
row "apikey: Token token=" 200 '' "$me" "$k/v1/me" \
    -H "Authorization: Token token=$plain"
row "apikey: in the query" 200 '' "$me" "$k/v1/me?api_key=$plain"
row "apikey: in a cookie" 200 '' "$me" "$k/v1/me" -b "a=b; session=$plain"
row "apikey: odd, in a header" 200 '' sandbox-key-2 "$k/v1/me" \
    -H "X-Api-Key: $odd"
row "apikey: odd, in the query, encoded" 200 '' sandbox-key-2 "$k/v1/me" -G \
    --data-urlencode "api_key=$odd"
row "apikey: odd, in the query, as it is" 401 '' '' "$k/v1/me?api_key=$odd"
row "apikey: none" 401 "$json" API_KEY_INVALID "$k/v1/me"
row "apikey: a bad one" 401 '' '' "$k/v1/me" -H "X-Api-Key: no"
row "apikey: not its own word" 401 '' '' "$k/v1/me" -H "Authorization: $plain"
row "apikey: forbidden" 403 '' PERMISSION_DENIED "$k/v1/forbidden?api_key=$plain"
row "apikey: unknown path" 404 '' '' "$k/v1/nothing?api_key=$plain"
more=(-H "X-Api-Key: $plain" -H "X-Application-Id: app-1")
row "apikey: both" 200 '' "$me" "$k/v1/both" "${more[@]}" \
    -H "X-Application-Key: not-a-secret-application"
row "apikey: the second is missing" 403 '' APPLICATION_KEY "$k/v1/both" \
    "${more[@]}"
row "apikey: a token" 200 "$json" '"token":"token-of-not-a-secret-key"' \
    "$k/token" -d '{"id":"sandbox-key","secret":"not-a-secret-key"}'
row "apikey: no token" 401 "$json" KEY_INVALID "$k/token" \
    -d '{"id":"sandbox-key","secret":"no"}'
row "apikey: the token" 200 '' "$me" "$k/v1/me" \
    -H "Authorization: Bearer token-of-$plain"
signature=$(printf 'POST\n/v1/signed?a=b\n1700000000\n%s' \
    "$(printf body | sha256sum | cut -c 1-64)" |
    openssl dgst -sha256 -hmac $plain | sed 's/.* //')
signed=("$k/v1/signed?a=b" -H "X-Acme-Key: sandbox-key"
	-H "X-Acme-Signature: $signature")
row "apikey: signed" 200 '' "$me" "${signed[@]}" -d body \
    -H "X-Acme-Time: 1700000000"
row "apikey: another body" 401 '' SIGNATURE "${signed[@]}" -d other \
    -H "X-Acme-Time: 1700000000"
row "apikey: another time" 401 '' SIGNATURE "${signed[@]}" -d body \
    -H "X-Acme-Time: 1700000001"
for status in 400 403 200; do
	tell "/set?provider=apikey&name=refusal&value=$status"
	row "apikey: refused by $status" $status "$json" \
	    '"reason":"API_KEY_INVALID"' "$k/v1/me?api_key=no"
done
reset

# ---- Logins ----------------------------------------------------------------

login='{"user":{"name":"robot","password":"not-a-secret-robot"}}'
form="user=robot&password=not-a-secret-robot"
forged=(-b csrf=csrf-of-the-page -H "X-CSRF-Token: csrf-of-the-page")
row "session: no session" 401 "$json" SESSION_ENDED "$l/json/me"
row "session: a wrong password" 401 "$json" LOGIN_INVALID "$l/json/login" \
    -d '{"user":{"name":"robot","password":"no"}}'
row "session: JSON" 201 "$json" '"expires":"20..-..-..T..:..:..Z"' \
    "$l/json/login" -d "$login"
sid=$(member token)
row "session: the token" 200 '' '"name":"robot"' "$l/json/me" -H "X-Session: $sid"
row "session: as a cookie" 200 '' robot "$l/form/me" -b "a=b; sid=$sid"
row "session: the logout" 200 '' robot "$l/json/logout" -H "X-Session: $sid" -X POST
row "session: it has ended" 401 '' '' "$l/json/me" -H "X-Session: $sid"
row "session: a form" 302 '^set-cookie: sid=opaque-.*max-age=3600' '' \
    "$l/form/login" -d "$form"
row "session: half a form" 400 '' FIELDS_MISSING "$l/form/login" -d user=robot
row "session: the page" 200 '^set-cookie: csrf=' form "$l/csrf/page"
row "session: without its token" 403 '' CSRF_MISSING "$l/csrf/login" -d "$form"
row "session: without its cookie" 403 '' CSRF_MISSING "$l/csrf/login" \
    -d "$form" -H "X-CSRF-Token: csrf-of-the-page"
row "session: with both" 302 '^set-cookie: sid=' '' "$l/csrf/login" -d "$form" \
    "${forged[@]}"
for status in 302 403 200; do
	tell "/set?provider=session&name=ended&value=$status"
	row "session: ended by $status" $status "$json" SESSION_ENDED "$l/form/me"
done
reset

# ---- Faults ----------------------------------------------------------------

# fault KIND COUNT [ARG]: on XY Sense's API paths.
fault()
{
	tell "/fault?provider=xysense&path=/api&kind=$1&count=$2${3:+&arg=$3}"
}

reset
xk=(-u sandbox-read:not-a-secret-xy-read)
fault 429 1 7
row "fault: 429 with seconds" 429 '^retry-after: 7' '' "$xo" "${xk[@]}"
fault 429 1 'Wed,%2021%20Oct%202065%2007:28:00%20GMT'
row "fault: 429 with a date" 429 '^retry-after: Wed, 21 Oct 2065 07:28:00 GMT' \
    '' "$xo" "${xk[@]}"
fault 429 1
row "fault: 429 without" 429 '!retry-after' '' "$xo" "${xk[@]}"
fault 500 2
row "fault: 500" 500 "$json" '' "$xo" "${xk[@]}"
row "fault: it counts: again" 500 '' '' "$xo" "${xk[@]}"
row "fault: it counts: over" 200 '' '' "$xo" "${xk[@]}"
fault 503 0
row "fault: 503" 503 '' '' "$xo" "${xk[@]}"
row "fault: until cleared" 503 '' '' "$xo" "${xk[@]}"
tell /clear
row "fault: cleared" 200 '' '' "$xo" "${xk[@]}"
fault html200 1
row "fault: html200" 200 '^content-type: text/html' '<title>' "$xo" "${xk[@]}"
fault empty200 1
row "fault: empty200" 200 '^content-length: 0' '!.' "$xo" "${xk[@]}"
fault truncated 1
breaks "fault: truncated" 18 "$xo" "${xk[@]}"
fault malformed 1
row "fault: malformed" 200 "$json" '!\}$' "$xo" "${xk[@]}"
fault duplicate 1
row "fault: duplicate" 200 "$json" 'access_token.*access_token' "$xo"
fault huge 1
row "fault: huge" 200 '^content-length: 2097152' '' "$xo" "${xk[@]}"
fault redirect 1 "$e/api/version/"
row "fault: redirect" 302 "^location: $e/api/version/" '' "$xo" "${xk[@]}"
fault redirect 1 "307%20$e/api/version/"
row "fault: redirect with another status" 307 "^location: $e" '' "$xo"
fault wrongtype 1
row "fault: wrongtype" 200 '^content-type: text/plain' '"spaces"' "$xo" \
    "${xk[@]}"
fault reset 1
get "$xo" "${xk[@]}"
[ "$curl_status" -ne 0 ] && [ "$code" = 000 ]
verdict "fault: reset" $? "curl said $curl_status, status $code"
fault nonsense 1
row "fault: nonsense" 200 "$json" '!^\{' "$xo" "${xk[@]}"
fault oauth_error 1 temporarily_unavailable
row "fault: oauth_error" 400 "$json" '"error":"temporarily_unavailable"' "$xo"
fault 401 1
row "fault: 401" 401 '' '' "$xo" "${xk[@]}"
fault 403 1
row "fault: 403" 403 '' '' "$xo" "${xk[@]}"
fault delay 1 400
begun=$(date +%s%N)
row "fault: delay, then the true answer" 200 "$json" '"spaces"' "$xo" "${xk[@]}"
took=$((($(date +%s%N) - begun) / 1000000))
[ $took -ge 400 ]
verdict "fault: delay takes its time" $? "$took ms"
fault hang 0
breaks "fault: hang" 28 "$xo" "${xk[@]}" --max-time 0.5
curl -sS --max-time 120 --noproxy '*' --cacert "$dir/ca.pem" -o "$dir/hung" \
    "$xo" "${xk[@]}" 2>/dev/null &
hung=$!
one_is_left()
{
	control GET /counts | grep -q '"in_flight":1,'
}
for _ in $(seq 600); do
	! one_is_left || break
	sleep 0.1
done
one_is_left
verdict "fault: hang: the one that gave up is gone" $? "$(control GET /counts)"
tell /clear
wait $hung
grep -q '"spaces"' "$dir/hung"
verdict "fault: hang ends when it is cleared" $?

# Two hundred at once, each told to wait: they wait together, not in turn.
tell /log/clear
fault delay 200 500
begun=$(date +%s%N)
curl -s --max-time 120 --noproxy '*' --cacert "$dir/ca.pem" --http1.1 "${xk[@]}" \
    --parallel --parallel-immediate --parallel-max 200 -o /dev/null \
    -w '%{http_code}\n' "$xo?n=[1-200]" >"$dir/many" 2>/dev/null
took=$((($(date +%s%N) - begun) / 1000000))
[ "$(grep -c '^200$' "$dir/many")" -eq 200 ]
verdict "200 delayed at once are all answered" $?
[ $took -lt 30000 ] # in turn it is 40 s
verdict "and wait together" $? "$took ms"
control GET /counts | grep -q '"xysense":{"requests":200,.*"in_flight":0,'
verdict "and are done" $? "$(control GET /counts)"
tell "/fault?provider=xysense&path=/api/v1/auth&kind=503&count=0"
row "fault: another path is spared" 200 '' '' "$xo" "${xk[@]}"
row "fault: another provider is spared" 403 '' '' "$e/api/version/"
row "fault: its path is not" 503 '' '' "$xa" -d a=b

# ---- Control and log -------------------------------------------------------

c=http://127.0.0.1:$CONTROL_PORT
row "control: unknown command" 404 "$json" '"ok":false' "$c/nothing" -X POST
row "control: GET does not change anything" 404 '' '' \
    "$c/archive?provider=xysense&key=sandbox-read"
row "control: no provider" 400 '' 'provider=' "$c/expire" -X POST
row "control: unknown key" 400 '' 'no such key' \
    "$c/archive?provider=seed&key=nobody" -X POST
row "control: unknown switch" 400 '' 'no such switch' \
    "$c/set?provider=seed&name=nothing&value=on" -X POST
row "control: unknown value" 400 '' 'no such switch' \
    "$c/set?provider=seed&name=old_server&value=maybe" -X POST
row "control: unknown fault" 400 '' 'no such kind' \
    "$c/fault?provider=seed&path=/&kind=nothing" -X POST
row "control: delay without a time" 400 '' 'arg' \
    "$c/fault?provider=seed&path=/&kind=delay" -X POST
row "control: switches" 200 "$json" '"name":"expires_in"' "$c/switches"

reset
get "$xo?since=5" -H 'X-Api-Key: sandbox-read' \
    -H 'X-Api-Secret: not-a-secret-xy-read'
get "$xa" -d ApiKey=sandbox-read -d ApiSecret=not-a-secret-xy-read
get "$e/api/version/" "${ok[@]}"
get "$e/api/version/"
row "log: path, query, status and key" 200 "$json" \
    '"path":"/api/v1/occupancy","query":"since=5","status":200,"key":"sandbox-read","has_authorization":false' \
    "$c/log?provider=xysense"
row "log: the names of the headers" 200 '' \
    '"header_names":"[^"]*X-Api-Key X-Api-Secret' "$c/log?provider=xysense"
row "log: never a secret" 200 '' '!not-a-secret' "$c/log?provider=xysense"
row "log: a credential that arrived" 200 '' \
    '"key":"demo@example.com","has_authorization":true' "$c/log?provider=seed"
row "log: and none" 200 '' '"key":null,"has_authorization":false' \
    "$c/log?provider=seed"
row "log: never a key" 200 '' "!$key" "$c/log?provider=seed"
row "counts" 200 "$json" \
    '"xysense":\{"requests":2,"minted":1,"in_flight":0,' "$c/counts"
row "counts: by path" 200 "$json" '"GET /api/version/":2' "$c/counts"
tell /log/clear
get "$s/%ff%0d%0a?a=%ff"
row "log: what is not text" 200 "$json" '"path":"/\?\?\?"' "$c/log?provider=7signal"
row "7signal: nor in its errors" 401 "$json" '"path":"/\?\?\?"' "$s/%ff%0d%0a"
row "log: cleared" 200 "$json" '^\[\]$' "$c/log?provider=seed"

# ---- Its end ---------------------------------------------------------------

tell "/fault?provider=seed&path=/&kind=hang&count=0"
curl -s --max-time 120 --noproxy '*' --cacert "$dir/ca.pem" -o /dev/null \
    "$e/api/version/" &
hung=$!
sleep 0.3
kill -TERM "$pid"
wait "$pid"
verdict "SIGTERM ends it in good order, with a request hanging" $?
pid=
wait $hung
[ ! -e "$dir/ports" ] && [ ! -e "$dir/ca.pem" ]
verdict "it takes its files away" $?
[ ! -s "$dir/log" ]
verdict "it had nothing to complain of" $? "$(head -5 "$dir/log")"

mkfifo "$dir/pipe"
"$sandbox" --dir "$dir" --stdin <"$dir/pipe" >"$dir/out" &
pid=$!
exec 9>"$dir/pipe"
sleep 0.5
kill -0 "$pid"
verdict "--stdin: it runs while the parent does" $?
exec 9>&-
wait "$pid"
verdict "--stdin: it ends with its parent" $?
pid=
"$sandbox" --dir "$dir" --life 1 >"$dir/out" </dev/null
verdict "--life: it ends by itself" $?

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
