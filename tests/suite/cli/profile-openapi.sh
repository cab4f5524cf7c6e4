#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `apam profile new --openapi`: documents of each kind, in JSON and in YAML, in the
# shape of those that providers publish; what is not understood is said.
. "$(dirname "$0")/lib.bash"
start_sandbox

api=https://127.0.0.1:$APIKEY_PORT
key=not-a-secret-key
seven_secret=not-a-secret-7signal-one
seed_key=0123456789abcdef0123456789abcdef01234567
printf '%s\n' $key $seven_secret $seed_key >>"$dir/known"
echo "ca_file = \"$dir/ca.pem\";" >>"$dir/apam.conf"
tests=tests/suite/cli
doc=$dir/document

# made NAME STATUS OUT ERR SECRET ARGS...: of the document, by options.
made()
{
	local name=$1 want=$2 out=$3 err=$4
	rm -rf "$dir/apam.d"
	mkdir "$dir/apam.d"
	printf '%s' "$5" >"$dir/input"
	shift 5
	input=$dir/input
	row "$name" "$want" "$out" "$err" profile new one --openapi "$doc" "$@"
	input=/dev/null
}

# has TEXT: a line of the profile that was made.
has()
{
	holds "it has $1" grep -qF -- "$1" "$dir/apam.d/one.conf"
}

# schemes TEXT: a document in YAML with these security schemes.
schemes()
{
	{
		printf 'openapi: 3.0.3\ninfo: {title: Acme, version: "1"}\n'
		printf 'servers: [{url: "%s/v1/"}]\n' "$api"
		printf 'security: [{one: []}]\n'
		printf 'paths: {/me: {get: {}}, "/me/{id}": {get: {}}}\n'
		printf 'components: {securitySchemes: {one: %s}}\n' "$1"
	} >"$doc"
}

confirmed=(--url "$api/v1")

# ---- Each kind of scheme ----------------------------------------------------------

schemes '{type: apiKey, in: header, name: X-Api-Key}'
made "a key in a header" 0 '^one works' '' $key "${confirmed[@]}"
has 'header = "X-Api-Key";'
has 'probe = "GET /v1/me";'
has "It was made from"
before=$(seen apikey | grep -o '"path"' | wc -l)
made "nobody confirmed its URL" 0 'not checked: nobody has confirmed the URLs' '' \
    $key
has "origins = [ \"$api/v1\" ];"
holds "nothing was sent" [ "$(seen apikey | grep -o '"path"' | wc -l)" = "$before" ]
schemes '{type: apiKey, in: query, name: api_key}'
made "a key in the query" 0 '^one works' '' $key "${confirmed[@]}"
schemes '{type: apiKey, in: cookie, name: session}'
made "a key in a cookie" 0 '^one works' '' $key "${confirmed[@]}"
schemes '{type: http, scheme: Bearer, bearerFormat: opaque}'
made "Bearer" 0 '^one works' '' $key "${confirmed[@]}"
has 'prefix = "Bearer ";'
schemes '{type: http, scheme: basic}'
made "Basic" 0 'is made' '' $seed_key --url "$seed" --no-check \
    --set email=demo@example.com
has 'scheme = "basic-email-key";'
schemes "{type: oauth2, flows: {clientCredentials: {tokenUrl: \"$seven/oauth2/token\", scopes: {}}}}"
made "client credentials" 0 'is made' '' $seven_secret --url "$seven" --no-check \
    --set client_id=SANDBOX.CLIENT.ONE
has "token_url = \"$seven/oauth2/token\";"
made "the token URL was not confirmed" 0 'not checked: nobody has confirmed' '' \
    $seven_secret --url "$seven" --set client_id=SANDBOX.CLIENT.ONE
made "once it is" 0 '^one works: .*a fresh token' '' $seven_secret --url "$seven" \
    --set client_id=SANDBOX.CLIENT.ONE --set "token_url=$seven/oauth2/token" \
    --set 'probe=GET /eyes'
schemes "{type: oauth2, flows: {authorizationCode: {authorizationUrl: \"$seven/oauth2/authorize\", tokenUrl: \"$seven/oauth2/token\", scopes: {}}}}"
made "a login by a browser" 0 '^  apam login one' '*' '' --url "$seven" \
    --set client_id=fake-client
has 'scheme = "oauth2-refresh-token";'
has "authorization_url = \"$seven/oauth2/authorize\";"
has 'refresh_token = "store:one";'
schemes "{type: oauth2, flows: {deviceAuthorization: {deviceAuthorizationUrl: \"$seven/device\", tokenUrl: \"$seven/oauth2/token\", scopes: {}}}}"
made "a login by a code" 0 '^  apam login one' '*' '' --url "$seven" \
    --set client_id=fake-client
has "device_url = \"$seven/device\";"
schemes "{type: openIdConnect, openIdConnectUrl: \"$seven/.well-known/openid-configuration\"}"
made "a login at an issuer" 0 '^  apam login one' '*' '' --url "$seven" \
    --set client_id=fake-client
has "issuer = \"$seven\";"
schemes '{type: http, scheme: digest}'
made "digest" 2 '' 'one: apam has no module for this HTTP' x
schemes '{type: mutualTLS}'
made "a client certificate" 2 '' 'one: it is a client certificate' x
schemes '{type: oauth2, flows: {implicit: {authorizationUrl: "https://a.example"}}}'
made "a flow that is not used any more" 2 '' 'one: it has none of the flows' x
schemes '{type: openIdConnect, openIdConnectUrl: "https://a.example/x"}'
made "not an issuer" 2 '' 'one: its "openIdConnectUrl" is not' x
schemes '{$ref: "other.yaml#/x"}'
made "defined elsewhere" 2 '' 'one: it is not defined in the document' x
made "the scheme can still be said" 0 'is made' 'one: it is not defined' $key \
    --scheme api-key --set header=X-Api-Key "${confirmed[@]}" --no-check

# ---- Which one ---------------------------------------------------------------------

cat >"$doc" <<END
{ "openapi": "3.1.0", "info": { "title": "Two keys" },
  "servers": [ { "url": "$api" } ],
  "security": [ { "appKey": [], "apiKey": [] } ],
  "paths": { "/v1/both": { "post": { "security": [ { "bearer": [] } ],
      "servers": [ { "url": "https://else.example" } ] } } },
  "components": { "securitySchemes": {
    "apiKey": { "type": "apiKey", "in": "header", "name": "X-Api-Key" },
    "appKey": { "type": "apiKey", "in": "header", "name": "X-Application-Key" },
    "bearer": { "type": "http", "scheme": "bearer" } } } }
END
made "several" 2 '' '--security NAME is missing' x
holds "they are listed" grep -q 'apiKey+appKey  *api-key and api-key' "$dir/err"
holds "other servers are named" grep -q '1 of its operations have servers' \
    "$dir/err"
made "one by its name" 0 'is made' '*' $key --security bearer --no-check
made "no such name" 2 '' 'no such security scheme' $key --security nothing
made "one by its scheme" 2 '' '--security NAME is missing' $key --scheme api-key
secret app not-a-secret-application
made "two at once" 0 'is made' '*' $key --security apiKey+appKey --url "$api" \
    --secret "2.key=file:$dir/secrets/app" --secret 1.key=- --no-check
holds "both are required" [ "$(grep -c 'control = "required"' \
    "$dir/apam.d/one.conf")" = 2 ]
row "both are sent" 1 '*' 'one: HTTP' request one "$api/v1/both"
made "two secrets, one standard input" 2 '' '--secret 2.key=file:PATH is missing' \
    $key --security apiKey+appKey

# ---- On a terminal -------------------------------------------------------------------

rm -rf "$dir/apam.d"
mkdir "$dir/apam.d"
schemes "{type: oauth2, flows: {clientCredentials: {tokenUrl: \"$seven/oauth2/token\", scopes: {}}}}"
sed -i "s,$api/v1/,$seven/," "$doc"
printf '%s\t%s\n' 'URL of' '' 'Name of' 'doc' \
    'private CA' '' 'Token URL' '' \
    "The client's id" SANDBOX.CLIENT.ONE "not shown" $seven_secret 'Scopes' '' \
    'A harmless' /eyes >"$dir/script"
[ "$(id -u)" != 0 ] || printf 'Group whose\t\n' >>"$dir/script"
printf 'works?\t\n' >>"$dir/script"
"$timeout" 120 python3 $tests/typing.py "$dir/script" "$build/apam" -c \
    "$dir/apam.conf" profile new --openapi "$doc" >"$dir/out" 2>"$dir/err"
status=$?
expect "what leads elsewhere is confirmed" 0 '^doc works: ' '' "$dir/out"
holds "by a question" grep -q "Token URL.* \[$seven/oauth2/token\]: " "$dir/out"

# typed NAME STATUS OUT QUESTION|ANSWER...: of the document, on a terminal.
group=
[ "$(id -u)" != 0 ] || group='Group whose|-'
typed()
{
	local name=$1 want=$2 out=$3
	rm -rf "$dir/apam.d"
	mkdir "$dir/apam.d"
	shift 3
	printf '%s\n' "$@" | sed '/^$/d; s/|/\t/' >"$dir/script"
	"$timeout" 120 python3 $tests/typing.py "$dir/script" "$build/apam" -c \
	    "$dir/apam.conf" profile new --openapi "$doc" >"$dir/out" 2>"$dir/err"
	status=$?
	expect "$name" "$want" "$out" '' "$dir/out"
}
cat >"$doc" <<END
{ "openapi": "3.1.0", "info": { "title": "Many ways" },
  "servers": [ { "url": "$api" } ],
  "security": [ { "appKey": [], "apiKey": [] } ],
  "paths": { "/v1/both": { "post": { "security": [ { "bearer": [] } ] } } },
  "components": { "securitySchemes": {
    "apiKey": { "type": "apiKey", "in": "header", "name": "X-Api-Key" },
    "appKey": { "type": "apiKey", "in": "header", "name": "X-Application-Key" },
    "bearer": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" },
    "digest": { "type": "http", "scheme": "digest" } } } }
END
typed "two keys at once, by a number" 0 'both is made|not checked' 'URL of|' \
    'Name of|both' 'number or name|9' 'none of the list|0' 'none of the list|1' \
    'private CA|' 'Entry 1, scheme api-key, apiKey' "not shown|$key" \
    'Entry 2, scheme api-key, appKey' "not shown|$key" "$group" 'works?|no'
holds "what cannot be chosen is shown" grep -q '^  -  digest .*no module for' \
    "$dir/out"
holds "what is taken from the document is shown" grep -q \
    '^  header: X-Application-Key' "$dir/out"
typed "a token, by a name" 0 'not checked: you said no' 'URL of|' 'Name of|token' \
    'number or name|bearer' 'private CA|' "not shown|$key" 'A harmless|-' \
    "$group" 'works?|maybe' 'works?|n'
holds "where tokens may come from is said" grep -q 'another scheme gets it' \
    "$dir/out"
typed "nobody chooses" 2 'there is no answer' 'URL of|' 'Name of|none' \
    'number or name|^D'

# ---- Documents with odd parts ----------------------------------------------------------

cat >"$doc" <<END

	{ "openapi": "3.1.0",
  "servers": [ { "description": "none" }, { "url": "$api" }
    $(printf ', { "url": "https://a%s.example" }' {1..20}) ],
  "security": [ { "one": [] } ],
  "paths": {
    "relative": { "get": {} }, "/x/{id}": { "get": {} }, "/post": { "post": {} },
    "/open/me": { "get": { "security": [] } },
    "/free/me": { "get": { "security": [ {} ] } },
    "/needs/me": { "get": { "parameters": [ { "required": true } ] } },
    "/needs/user": { "get": { "parameters": [ { "required": false },
	{ "\$ref": "#/elsewhere" } ] } },
    "/all/me": { "parameters": [ { "required": "true" } ], "get": {} },
    "/some/things": { "get": { "parameters": [ { "required": "false" } ] } },
    "/v1/user": { "get": {} }, "/v1/version": { "get": {} } },
  "components": { "securitySchemes": {
    "other": { "type": "apiKey", "in": "header", "name": "X-Api-Key" },
    "one": { "\$ref": "#/components/securitySchemes/other" },
    "two": { "\$ref": "elsewhere.json" } } } }
END
made "the best of what a key alone can ask for" 0 'is made' '' $key --no-check
has 'probe = "GET /v1/user";'
has 'header = "X-Api-Key";'
five=$(printf ', "s%s": []' {1..5})
cat >"$doc" <<END
{ "openapi": "3.1.0", "servers": [ { "url": "$api" } ],
  "security": [ { ${five#, } } ],
  "paths": { "/a": { "get": { "security": [ { "a": [], "b": [] },
      { "b": [], "a": [] } ] } } },
  "components": { "securitySchemes": {
    "a": { "type": "apiKey", "in": "header", "name": "A" },
    "b": { "type": "apiKey", "in": "header", "name": "" } } } }
END
made "too many at once" 2 '' '--security NAME is missing' x
made "a header without a name" 2 '' '--set 2\.header=VALUE.* is missing' x \
    --security a+b
made "five of them" 2 '' 'it needs too many schemes at once' x \
    --security s1+s2+s3+s4+s5
{
	printf '{ "openapi": "3.1.0", "servers": [ { "url": "%s" } ],\n' "$api"
	printf '"components": { "securitySchemes": { "k0": {}'
	printf ', "k%s": { "type": "http", "scheme": "bearer" }' {1..40}
	printf '} } }\n'
} >"$doc"
made "more ways than there is room for" 2 '' '--security NAME is missing' x
made "the last one that has" 0 'is made' '' $key --security k31 --no-check
made "the first that has not" 2 '' 'no such security scheme' x --security k32
cat >"$doc" <<END
openapi: 3.0.3
info: ~
servers: [{url: "$api"}, {url: null}, {url: }]
security: [{one: []}]
paths: {/v1/me: {get: {parameters: [{required: true}]}}, /v1/you: {get: &get {}},
    /v1/they: {get: *get}}
components: {securitySchemes: {one: {type: http, scheme: bearer}}}
END
made "nothing, in YAML" 0 'is made' '' $key --no-check
has 'probe = "GET /v1/you";'
cat >"$doc" <<END
{ "openapi": "3.1.0", "servers": [ { "url": "$api" } ], "paths": {} }
END
cat >"$doc" <<END
{ "openapi": "3.1.0", "servers": [ { "url": "$api" } ],
  "components": { "securitySchemes": { "a": { "type": "apiKey", "in": "header",
    "name": "$(printf 'n%.0s' {1..3000})" } } } }
END
made "a header with a long name" 2 '' 'its header is left out: it is too long' x
cat >"$doc" <<END
{ "openapi": "3.1.0", "servers": [ { "url": "$api" } ] }
END
made "nothing about keys" 2 '' 'says nothing of how requests are auth' x
made "then the scheme is asked for" 0 'is made' 'says nothing of how' $key \
    --no-check --scheme api-key --set header=X-Api-Key

# ---- Documents that will not do ---------------------------------------------------------

# refused NAME REGEX: standard input is the document.
refused()
{
	cat >"$doc"
	made "$1" 2 '' "$2" x
	holds "$1: nothing is left" [ -z "$(ls -A "$dir/apam.d")" ]
}
refused "Swagger 2" 'Swagger 2: convert it' <<<'swagger: "2.0"'
refused "something else" 'not an OpenAPI 3 document' <<<'a: b'
refused "a version to come" 'not an OpenAPI 3 document' <<<'{"openapi":"4.0"}'
refused "nothing" 'there is nothing in it' </dev/null
refused "broken JSON" 'line 2, column [0-9]+: not JSON' <<<'{"openapi":'
refused "broken YAML" 'line [0-9]+: ' <<<'a: ]'
refused "a name twice" 'line 2: a name that is given twice' <<<$'a: 1\na: 2'
refused "names that are not text" 'line 1: a name that is not text' <<<'[a]: b'
refused "a list that does not end" 'line [0-9]+: ' <<<'a: [b, "c'
refused "an alias of nothing" 'did not come before' <<<'a: *b'
refused "itself" 'did not come before' <<<'a: &a [*a]'
refused "two documents" 'more than one document' <<<$'a: b\n---\nc: d'
refused "a NUL" 'a text has a NUL' <<<'a: "\0"'
refused "not YAML" 'line 1: ' <<<$'a: \xc3('
refused "JSON with a name twice" 'a name that is given twice' \
    <<<'{"openapi": "3.0.0", "openapi": "3.0.0"}'
refused "JSON too deep" 'nested too deeply' \
    < <(printf '{"a":' && printf '[%.0s' {1..3000})
refused "a directory of paths" 'cannot be shown' \
    <<<$'openapi: 3.0.0\nservers: [{url: "https://a.example"}]\ninfo: {title: "a\\e"}'
refused "too deep" 'nested too deeply' < <(printf '[%.0s' {1..300})
refused "a bomb of aliases" 'line [0-9]+: too many values' < <(
	echo 'a: &a [x, x, x, x, x, x, x, x, x]'
	for i in {a..x}; do
		n=$(tr a-y b-z <<<"$i")
		printf '%s: &%s [*%s, *%s, *%s, *%s]\n' "$n" "$n" $i $i $i $i
	done)
refused "control characters" 'cannot be shown' <<<$'openapi: 3.0.0
servers: [{url: "https://a\\e[2J"}]'
long=$(printf 'n%.0s' {1..400})
refused "control characters at the end of a long name" 'cannot be shown' <<END
openapi: 3.0.0
servers: [{url: "$api"}]
security: [{"$long\\nkey=\\"exec:/usr/bin/id\\";#": []}]
components: {securitySchemes: {"$long\\nkey=\\"exec:/usr/bin/id\\";#": {type: http, scheme: bearer}}}
END
refused "a relative server" 'server /v1 is left out: it is relative' \
    <<<$'openapi: 3.0.0\nservers: [{url: /v1}]'
holds "what to do is said" grep -q -- '--url URL is missing' "$dir/err"
refused "variables" 'it has variables' \
    <<<$'openapi: 3.0.0\nservers: [{url: "https://{region}.example.com"}]'
refused "http" '--url: origins: http sends credentials' \
    <<<$'openapi: 3.0.0\nservers: [{url: "http://api.example.com"}]'
head -c 33554433 /dev/zero | tr '\0' ' ' | refused "too large" 'too large'
finish
