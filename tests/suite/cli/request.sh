#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `apam request` and `apam check` against the sandbox: what is sent, what is
# written, and the exit status of every kind of answer.
. "$(dirname "$0")/lib.bash"
start_sandbox

key=0123456789abcdef0123456789abcdef01234567
secret one not-a-secret-7signal-one
secret xy not-a-secret-xy-write
basic seed "$seed" demo@example.com $key "ca_file = \"$dir/ca.pem\";"
sed -i 's|key = .*|&\n  probe = "GET /api/version/";|' "$dir/apam.d/seed.conf"
profile 7signal <<END
origins = [ "$seven" ];
ca_file = "$dir/ca.pem";
auth = ( { scheme = "oauth2-client-credentials";
  token_url = "$seven/oauth2/token";
  client_id = "SANDBOX.CLIENT.ONE";
  client_secret = "file:$dir/secrets/one";
  probe = "GET /eyes"; } );
END
profile xy <<END
origins = [ "$xy" ];
ca_file = "$dir/ca.pem";
auth = ( { scheme = "key-secret-archiveable";
  key = "sandbox-write";
  secret = "file:$dir/secrets/xy";
  access = "write";
  exchange = { url = "$xy/api/v1/auth"; };
  probe = "GET /api/v1/occupancy"; } );
END
echo eyJhbGciOi >>"$dir/known" # how every token of the sandbox begins

# ---- What is written -------------------------------------------------------

row "the profile of the URL" 0 '^\{' '' request "$seed/api/version/"
row "no profile for the URL" 2 '' 'apam explain URL. says why' request \
    https://nobody.example.com/
row "7signal" 0 '^\{' '' request 7signal "$seven/eyes"
row "xysense" 0 '^\{' '' request xy "$xy/api/v1/occupancy"
row "seed" 0 '^\{' '' request seed "$seed/api/version/"
row "-i" 0 '^HTTP/[0-9.]+ 200' '' request -i seed "$seed/api/version/"
row "-i: headers" 0 '^[Cc]ontent-[Tt]ype: application/json' '' \
    request seed "$seed/api/version/" -i
row "not -i" 0 '!^HTTP/' '' request seed "$seed/api/version/"
row "-v: profile" 0 '^\{' "^> profile seed \($dir/apam.d/seed.conf\)$" \
    request -v seed "$seed/api/version/"
row "-v: request line" 0 '*' "^> GET $seed/api/version/$" \
    request -v seed "$seed/api/version/"
row "-v: a masked credential" 0 '*' '^> Authorization: Basic .{4}… \(76\)$' \
    request -v seed "$seed/api/version/"
row "-v: one's own header" 0 '*' '^> X-Own: yes$' request -v seed \
    "$seed/api/version/" -H 'X-Own: yes'
row "-v: one's own Authorization is replaced" 0 '*' '!mine' request -v seed \
    "$seed/api/version/" -H 'Authorization: mine'
row "-v: the answer" 0 '*' '^< HTTP 200 application/json' request -v seed \
    "$seed/api/version/"

row "-o" 0 '' '' request -o "$dir/body" seed "$seed/api/version/"
holds "-o: the body is there" grep -q '^{' "$dir/body"
holds "-o: nobody else reads it" [ "$(stat -c %a "$dir/body")" = 600 ]
echo before >"$dir/body"
row "-o: a failure leaves the file" 1 '' '^apam: ' request -o "$dir/body" \
    seed "$xy/x"
holds "-o: as it was" grep -qx before "$dir/body"
control "/fault?provider=seed&path=/api/version&kind=truncated&count=4"
row "-o: half a body leaves the file" 4 '' '^apam: ' request -o "$dir/body" \
    seed "$seed/api/version/"
control /clear
holds "-o: still as it was" grep -qx before "$dir/body"
holds "-o: nothing beside it" [ "$(echo "$dir"/body*)" = "$dir/body" ]
row "-o: no such directory" 2 '' 'No such file' request -o "$dir/none/x" \
    seed "$seed/api/version/"
row "-o: a device is written to" 0 '' '' request -o /dev/null seed \
    "$seed/api/version/"
holds "-o: and stays one" [ -c /dev/null ]

# ---- What is sent ----------------------------------------------------------

filter="$seed/api/v3/properties/filter/?organization_id=1"
row "-d is a POST" 0 '^\{' '^> POST ' request -v seed "$filter" -d '{}'
row "-d of JSON says so" 0 '*' '^> Content-Type: application/json$' \
    request -v seed "$filter" -d '{"a": 1}'
row "but not over one's own" 0 '*' '!^> Content-Type: application/json$' \
    request -v seed "$filter" -d '{}' -H 'content-type: application/x.y+json'
echo '{"from":"a file"}' >"$dir/data"
row "-d @FILE" 0 '^\{' '' request seed "$filter" -d "@$dir/data"
input=$dir/data
row "-d @-" 0 '^\{' '' request seed "$filter" -d @-
input=/dev/null
head -c 300000 /dev/zero | tr '\0' ' ' >"$dir/big"
row "a body over the sandbox's cap" 1 '*' 'HTTP 413' request seed "$filter" \
    -d "@$dir/big"
row "-X" 1 '*' '^> DELETE ' request -v -X DELETE seed "$seed/api/version/x"
row "-X with -d" 0 '*' '^> PUT ' request -v xy "$xy/api/v1/occupancy" \
    -X PUT -d '{}'

# ---- Exit statuses ---------------------------------------------------------

# answers STATUS KIND ERR: the exit status that stands for a fault.
answers()
{
	control "/fault?provider=seed&path=/api/version&kind=$2&count=4"
	row "answer: $2" "$1" '*' "$3" request seed "$seed/api/version/"
	control /clear
}

answers 1 403 'HTTP 403'
answers 4 429 'HTTP 429'
answers 4 500 'HTTP 500'
answers 4 503 'HTTP 503'
answers 4 reset '^apam: seed: '
# RFC 9110, 15: for the program a 5xx; the body comes all the same.
for status in 600 799 999; do
	answers 4 "status&arg=$status" "HTTP $status"
done
control "/fault?provider=seed&path=/api/version&kind=status&arg=700&count=4"
row "answer: status 700 has a body" 4 '"code": *700' '*' request seed \
    "$seed/api/version/"
control /clear
row "answer: 404" 1 '*' 'HTTP 404' request seed "$seed/api/nothing/"
row "another origin" 1 '' '^apam: seed: ' request seed "$xy/"
row "answer: a missing slash is a redirect" 1 '*' \
    'HTTP 301.*not followed' request seed "$seed/api/version"
control "/fault?provider=seed&path=/api/version&kind=redirect&arg=$xy/secret-path"
row "a redirect names its host" 1 '*' 'points to 127\.0\.0\.1$' request seed \
    "$seed/api/version/"
row "and nothing else" 1 '*' '!secret-path' request seed "$seed/api/version/"
control /clear
holds "the redirect was not followed" sh -c "! grep -q secret-path" \
    < <(seen xysense)
control "/fault?provider=seed&path=/api/version&kind=hang"
row "--timeout" 4 '' '^apam: seed: ' request --timeout 1 seed \
    "$seed/api/version/"
control /clear

control "/expire?provider=7signal"
row "check: all good" 0 $'^xy\t1\tkey-secret-archiveable\t.*\tgood\t' '' check
row "check: a time in UTC" 0 \
    $'\t20[0-9-]+T[0-9:]+Z\t' '' check seed
row "check --json" 0 '"state": "good"' '' --json check 7signal
holds "check's is JSON" is_json "$dir/out"
row "check: an unknown profile" 2 '' '^apam: nobody: ' check nobody
row "check: and the others go on" 2 '^seed' '*' check nobody seed
control "/fault?provider=seed&path=/api/version&kind=500"
row "check: unknown" 4 $'\tunknown\t' '*' check seed 7signal
echo 'origins = 1;' | profile broken
row "check: a broken profile wins over unknown" 3 $'\tunknown\t' \
    'broken.conf:1: error: ' check
control "/archive?provider=xysense&key=sandbox-write"
row "check: a dead key wins over both" 1 $'^xy\t.*\trevoked\t' '*' check
rm "$dir/apam.d/broken.conf"
control /clear
row "request with a dead key" 1 '*' '^apam: xy: ' request xy \
    "$xy/api/v1/occupancy"
control "/rotate?provider=seed&key=demo@example.com&to=$(echo $key | rev)"
row "request with a rotated key" 1 '*' '^apam: seed: ' request seed \
    "$seed/api/version/"
control /reset

# ---- What sends is missing, or of another version ---------------------------

# The program looks beside itself, before LD_LIBRARY_PATH.
mkdir "$dir/bin"
cp "$build/apam" "$dir/bin/apam"
sends()
{
	LD_LIBRARY_PATH=$build build=$dir/bin row "$@" \
	    request seed "$seed/api/version/"
}
echo 'not an object' >"$dir/bin/apam-request.so"
sends "what sends does not load" 5 '' \
    '^apam: the part of apam that sends requests does not load: .*; install libcurl'
printf '%s\n' '#include <stddef.h>' 'extern const struct apam_sender {' \
    'size_t size; const char *version; void (*send)(void); } apam_sender;' \
    'const struct apam_sender apam_sender = { sizeof(apam_sender), "0", 0 };' |
    ${CC:-cc} -shared -fPIC -o "$dir/bin/apam-request.so" -x c -
sends "what sends is of another version" 5 '' \
    '^apam: apam-request.so belongs to another version'
cp "$build/apam-request.so" "$dir/bin/"
sends "what sends is its own" 0 '*' '*'

# Nor does LD_LIBRARY_PATH say where that finds the libraries it needs.
mkdir "$dir/lib"
for name in libapam.so.0 libapam-curl.so.0; do
	echo 'not an object' >"$dir/lib/$name"
done
LD_LIBRARY_PATH=$dir/lib row "what sends needs is its own" 0 '*' '*' \
    request seed "$seed/api/version/"

# ---- Secrets, at every level of the log ------------------------------------

for level in error warning info debug; do
	export APAM_LOG=$level
	for call in "7signal $seven/eyes" "xy $xy/api/v1/occupancy" \
	    "seed $seed/api/version/"; do
		row "APAM_LOG=$level request $call" 0 '*' '*' request -v -i \
		    $call
		signs "APAM_LOG=$level headers $call" 0 '*' '*' headers $call
	done
	row "APAM_LOG=$level check" 0 '*' '*' check
	row "APAM_LOG=$level lint" 0 '' '*' lint
	row "APAM_LOG=$level list" 0 '*' '*' list --json
	control "/fault?provider=7signal&path=/oauth2&kind=oauth_error&arg=invalid_client"
	row "APAM_LOG=$level a refused mint" 1 '' '*' request 7signal \
	    "$seven/eyes"
	control /clear
done
unset APAM_LOG
row "--debug" 0 '*' '*' --debug request seed "$seed/api/version/"
finish
