#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# apam module drive and apam module new: each word of a script, with a module
# that does as it says and with one that does not; what is told of a difference;
# and scripts that are none.
. "$(dirname "$0")/lib.bash"

# script NAME: standard input is a script.
script()
{
	cat >"$dir/$1.drive"
}
# drives NAME STATUS OUT MODULE SCRIPT
drives()
{
	run module drive "$build/$4.so" "$dir/$5.drive"
	expect "$1" "$2" "$3" '' "$dir/out" "$dir/err"
}

key=modules/api-key
exchange=modules/key-secret-archiveable
secret known FAKE-known-secret

# ---- All is as it should be -------------------------------------------------

script exchange <<'END'
%% options
key = "reader"; secret = "env:S"; mode = "exchange";
exchange = { url = "https://a.example/auth"; };
%% secret env:S
FAKE-known-secret
%% acquire
%% exchange POST https://a.example/auth

{"ApiKey":"reader","ApiSecret":"FAKE-known-secret"}
%% answer
200
Content-Type: application/json

{"idToken":"FAKE-token","expiresIn":60}
%% credential
FAKE-token
%% lifetime 60
%% acquire
%% exchange POST https://a.example/auth

...
%% answer
500
%% fails APAM_E_PROVIDER
authentication endpoint: the server...
%% use
FAKE-other
%% sign GET https://a.example/x
%% signed
Authorization: Bearer FAKE-other
%% sign POST https://a.example/x

body
%% fails APAM_E_POLICY
...
%% time 1000
%% check
%% answer
401
Content-Type: application/json

{}
%% key revoked
authentication endpoint:...
%% judge
200
Content-Type: text/html

<html>
%% verdict unknown
an HTML page where JSON was expected
%% memo
END
drives "an exchange" 0 '^10 passed, 0 failed$' $exchange exchange
printf FAKE-known-secret >"$dir/in-a-file"
sed -e 's/^%% secret env:S/%% secret-file env:S in-a-file/' -e '/^FAKE-known/d' \
    "$dir/exchange.drive" >"$dir/file.drive"
drives "a secret in a file" 0 '^10 passed, 0 failed$' $exchange file

# ---- Something differs ------------------------------------------------------

# differs NAME PATTERN FROM TO: the script with one line changed.
differs()
{
	awk -v from="$3" -v to="$4" '!done && index($0, from) == 1 {
		$0 = to; done = 1 } { print }' "$dir/exchange.drive" \
	    >"$dir/other.drive"
	drives "$1" 1 "$2" $exchange other
}
differs "a URL" 'found: +POST https://a.example/auth' \
    '%% exchange POST' '%% exchange POST https://b.example/auth'
differs "a body" '^.*:7: the body differs' '{"ApiKey"' '{"ApiKey":"writer"}'
run module drive "$build/$exchange.so" "$dir/other.drive"
expect "a secret has stars" 1 '"ApiSecret":"\*\*\*"' '' "$dir/out" "$dir/err"
run module drive --show-secrets "$build/$exchange.so" "$dir/other.drive"
grep -q FAKE-known-secret "$dir/out"
verdict "unless they are asked for" "$([ $? -eq 0 ] || echo none)"
differs "a credential" 'the credential differs' FAKE-token FAKE-tokem
differs "a lifetime" 'lifetime differs' '%% lifetime 60' '%% lifetime forever'
differs "a status" 'expected: APAM_E_NETWORK' '%% fails APAM_E_PROVIDER' \
    '%% fails APAM_E_NETWORK'
differs "a header" 'header X-Other' 'Authorization: Bearer' 'X-Other: x'
differs "a verdict" 'expected: accepted' '%% verdict unknown' \
    '%% verdict accepted'
differs "a state" 'expected: good' '%% key revoked' '%% key good'
differs "an answer that is none" 'a status of HTTP' '500' 'what'
differs "another way" 'found: +it asks for an exchange: POST' \
    '%% exchange POST' '%% credential'

# A credential that no section names whole has stars after its run, too.
sed -e 's/"idToken":"FAKE-token"/"idToken":"FAKE-made-here"/' \
    -e 's/^FAKE-token$/FAKE-ma.../' \
    -e 's/^%% use$/%% sign GET https:\/\/a.example\/y\n%% signed\nAuthorization: Bearer x\n&/' \
    "$dir/exchange.drive" >"$dir/other.drive"
drives "a credential that only an answer has" 1 'found: +Bearer \*\*\*$' \
    $exchange other

# differing NAME PATTERN: standard input is the script, of api-key.
differing()
{
	script other
	drives "$1" 1 "$2" $key other
}
base='%% options
key = "env:S"; header = "X-Api-Key";
%% secret env:S
FAKE-known-secret'
differing "what is signed beside headers" 'what is not a header differs' <<END
$base
%% use
FAKE-known-secret
%% sign GET https://a.example/
%% signed
X-Api-Key: FAKE-known-secret
covers Accept
END
differing "a run that is left" 'the run comes to its end' <<END
$base
%% probe GET /me
%% check
%% probed
%% open
END
differing "an end of which nothing is said" 'says how the run ends' <<END
$base
%% acquire
%% open
END
differing "a signature of which nothing is said" 'says what comes of it' <<END
$base
%% use
FAKE-known-secret
%% sign GET https://a.example/
END
differing "options that are refused" 'header: is missing' <<'END'
%% options
key = "env:S";
%% secret env:S
FAKE-known-secret
%% open
%% acquire
%% credential
FAKE-known-secret
END
grep -qx '0 passed, 1 failed' "$dir/out"
verdict "and the rest is passed over" "$([ $? -eq 0 ] || echo not)"
differing "options that are taken" 'expected: the option is refused' <<END
$base
%% refused header
...
END
differing "another option" 'expected: query' <<'END'
%% options
key = "env:S"; header = "Host";
%% secret env:S
FAKE-known-secret
%% refused query
...
END
differing "a secret that is not there" 'no section "secret env:T"' <<'END'
%% options
key = "env:T"; header = "X";
%% open
END
differing "a secret's file that is not there" 'none that can be read' <<'END'
%% secret-file env:S nowhere
%% options
key = "env:S"; header = "X";
END
differing "an expectation without a cause" 'something that was done' <<END
$base
%% credential
x
END
differing "no such function" 'no such function' <<END
$base
%% revoke
%% done
END
differing "bytes that steer a terminal" '\\x1b\[2J' <<END
$base
%% use
FAKE\\x1b[2J
%% sign GET https://a.example/
%% fails APAM_E_HEADER
\\x1b[2J
END

# ---- Other ways than by https, and memos ------------------------------------

# drives_test NAME COUNT MODULE: standard input is its script.
drives_test()
{
	script other
	drives "$1" 0 "^$2 passed, 0 failed\$" "tests/modules/$3" other
}
drives_test "a Unix socket, HTTP/2 and raw bytes" 2 spiffe-test <<'END'
%% options
socket = "/run/spire/agent.sock"; audience = "a";
%% acquire
%% exchange POST http://localhost/SpiffeWorkloadAPI/FetchJWTSVID
te: trailers
workload.spiffe.io: true
(socket): /run/spire/agent.sock
(http2): yes

\x00\x00\x00\x00\x03\x0a\x01a
%% answer
200
Content-Type: application/grpc
grpc-status: 7
%% fails APAM_E_DENIED
...
END
drives_test "http to an address that the profile names" 3 imds-test <<'END'
%% options
endpoint = "http://169.254.169.254";
%% http-addresses
169.254.169.254
%% acquire
%% exchange PUT http://169.254.169.254/latest/api/token
X-aws-ec2-metadata-token-ttl-seconds: 60
%% answer
200
Content-Type: text/plain

FAKE-metadata-token
%% exchange GET http://169.254.169.254/latest/meta-data/iam/security-credentials/
...
%% answer
404
%% fails APAM_E_CONFIG
...
END
drives_test "a challenge, and its memo" 7 challenge-test <<'END'
%% options
secret = "env:S";
%% secret env:S
FAKE-known-secret
%% use
FAKE-known-secret
%% sign GET https://api.example/
%% signed
nothing
%% judge POST https://other.example
401
WWW-Authenticate: Challenge-Test nonce=n1
Asked: POST https://other.example
%% verdict challenged
the server gave a nonce to sign with
%% memo
n1
%% sign GET https://api.example/
%% signed
Authorization: Challenge-Test token=FAKE-known-secret, nonce=n1, nc=1
%% sign GET https://api.example/
%% signed
Authorization: Challenge-Test token=FAKE-known-secret, nonce=n1, nc=2
%% judge
401
Asked: POST https://other.example
%% verdict forbidden
the answer is to another request
%% memo
n1
END
drives_test "waiting" 3 return-test <<'END'
%% options
acquire = 3; wait = 5;
%% acquire
%% wait 5
%% credential
returned
%% lifetime 3600
END
for reference in env:R store:durable; do
	drives_test "a secret that is replaced: $reference" 9 durable-test <<END
%% options
token_url = "https://a.example/token"; client_id = "c";
refresh_token = "$reference";
%% secret $reference
FAKE-first
%% acquire
%% exchange POST https://a.example/token

refresh_token=FAKE-first&client_id=c&...
%% spends refresh_token
%% answer
200
Content-Type: application/json

{"access_token":"FAKE-access","refresh_token":"FAKE-second","expires_in":9}
%% successor refresh_token
FAKE-second
%% credential
FAKE-access
%% acquire
%% exchange POST https://a.example/token

refresh_token=FAKE-second&client_id=c&...
%% spends refresh_token
%% answer
400
Content-Type: application/json

{"error":"invalid_grant"}
%% fails APAM_E_REVOKED
the provider refuses the refresh token
%% acquire
%% spends refresh_token
%% answer
503
%% fails APAM_E_PROVIDER
...
END
done
mac=$({
	printf 'GET\nhttps://api.example/x\nFAKE-known-secret\n200\n'
	printf 'whole body' | openssl dgst -sha256 -binary
} | openssl dgst -sha256 -hmac FAKE-known-secret | sed 's/.* //')
drives_test "answers that are verified" 9 verify-test <<END
%% options
secret = "env:S";
%% secret env:S
FAKE-known-secret
%% use
FAKE-known-secret
%% sign GET https://api.example/x
Accept: text/plain
%% signed
Authorization: FAKE-known-secret
%% judge
200
%% verdict accepted
the status alone
%% verify
200
Answer-Mac: $mac

whole body
%% authentic
%% verify
200
Answer-Mac: $mac
%% body
whole
%% body
\x20bo
%% body
dy
%% authentic
%% verify
200
Answer-Mac: $mac

whole
%% fails APAM_E_NOT_AUTHENTIC
the answer is not authentic: its Answer-Mac is another one
%% verify
201
Answer-Mac: $mac

whole body
%% fails APAM_E_NOT_AUTHENTIC
...
%% verify
200
Answer-Mac: $mac

whole
%% cut
%% fails APAM_E_NOT_AUTHENTIC
the answer is not authentic: its body did not come to its end
%% verify
200

whole body
%% body
more
%% fails APAM_E_NOT_AUTHENTIC
the answer is not authentic: it has no Answer-Mac
%% options
secret = "env:S"; break = "silent";
%% verify
200
Answer-Mac: $mac
%% fails APAM_E_ABI
...
END
drives_test "a client certificate" 4 certificate-test <<'END'
%% options
certificate = "/etc/apam/client.pem"; key_file = "/etc/apam/client.key";
%% acquire
%% credential
the certificate
%% sign GET https://api.example/
%% signed
certificate /etc/apam/client.pem
key /etc/apam/client.key
%% options
certificate = "/c"; key_file = "/k"; header = "X-It"; passphrase = "env:S";
%% secret env:S
FAKE-known-secret
%% acquire
%% credential
the certificate
%% sign GET https://api.example/
%% signed
X-It: here
certificate /c
key /k
passphrase FAKE-known-secret
END
drives_test "a login with a code" 9 login-test <<'END'
%% options
server = "https://a.example/login"; token = "store:token";
%% login
%% exchange POST https://a.example/login
%% answer
200
Content-Type: application/json

{"code":"AB-12","page":"https://a.example/enter","device":"FAKE-device"}
%% show
text: open this page and enter the code
url: https://a.example/enter
code: AB-12
%% wait 5
%% exchange POST https://a.example/login

device=FAKE-device
%% answer
200
Content-Type: application/json

{"pending":"yes"}
%% wait 5
%% exchange POST https://a.example/login

...
%% answer
200
Content-Type: application/json

{"token":"FAKE-from-login"}
%% successor token
FAKE-from-login
%% done
%% acquire
%% credential
FAKE-from-login
END
drives_test "a person who confirms, facts, a way, a logout" 14 login-test <<'END'
%% options
server = "https://a.example/login"; token = "store:token"; asks = true;
%% login browser
%% confirm
text: log in at this server?
url: https://a.example/login
%% redirect
...
%% redirected
code=FAKE-code&state=fake-state
%% exchange POST https://a.example/login

...
%% answer
200
Content-Type: application/json

{"token":"FAKE-from-login","client":"FAKE-client"}
%% successor token
FAKE-from-login
%% fact server
https://a.example/login
%% fact client
FAKE-client
%% fact none
%% done
%% login code
%% exchange POST https://a.example/login
%% answer
500
Content-Type: text/plain

%% fails APAM_E_PROVIDER
...
%% acquire
%% credential
FAKE-from-login
%% revoke
%% done
%% logout
%% exchange POST https://a.example/login

end=FAKE-from-login
%% answer
200
Content-Type: application/json

{}
%% done
END
drives_test "a login with a browser" 5 login-test <<'END'
%% options
server = "https://a.example/login"; token = "store:token"; flow = "browser";
%% login
%% redirect
text: log in there
url: https://a.example/login
%% redirected
code=FAKE-code&state=fake-state
%% exchange POST https://a.example/login

query=code%3DFAKE-code%26state%3Dfake-state
%% answer
200
Content-Type: application/json

{"token":"FAKE-from-login"}
%% successor token
...
%% login
%% redirect
...
%% redirected
error=access_denied&state=fake-state
%% answer
200
Content-Type: application/json

{}
%% fails APAM_E_DENIED
the server gave no token
END
for kind in "ec -pkeyopt ec_paramgen_curve:P-256 ES256" "ed25519 EdDSA"; do
	openssl genpkey -algorithm ${kind% *} 2>"$dir/err" >"$dir/key.pem"
	verdict "a key is made: ${kind%% *}" "$([ $? -eq 0 ] || cat "$dir/err")"
	drives_test "a key in PEM: ${kind%% *}" 1 key-test <<-END
	%% options
	key_id = "k"; sign = { key = "file:/fake/key"; };
	%% secret-file file:/fake/key key.pem
	%% use
	none
	%% sign GET https://a.example/
	%% signed
	Authorization: Key-Test alg=${kind##* },jwk=...
	END
done
# Its bytes are those of RFC 8037, A.1; its signature by RFC 8032 is fixed.
drives_test "a key as JWK" 2 key-test <<'END'
%% options
key_id = "k"; sign = { key = "env:K"; };
%% secret env:K
{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
%% open
%% use
none
%% sign GET https://a.example/
%% signed
Authorization: Key-Test alg=EdDSA,jwk={"crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},sig=...
END
# A body that is signed in chunks, by AWS's published example.
chunks()
{
	local aaa
	aaa=$(head -c 65536 /dev/zero | tr '\0' a)
	cat <<-END
	%% options
	key_id = "AKIAIOSFODNN7EXAMPLE"; secret = "env:S"; date = "20130524T000000Z";
	%% secret env:S
	wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
	%% use
	none
	%% sign PUT https://s3.amazonaws.com/examplebucket/chunkObject.txt
	x-amz-storage-class: REDUCED_REDUNDANCY

	$aaa${aaa::1024}
	%% signed
	Content-Encoding: aws-chunked
	x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD
	x-amz-date: 20130524T000000Z
	x-amz-decoded-content-length: 66560
	Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class,Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9
	%% sends
	10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\x0d\x0a$aaa\x0d
	400;chunk-signature=$1\x0d\x0a${aaa::1024}\x0d
	0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\x0d\x0a\x0d\x0a
	END
}
chunks 0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497 |
    drives_test "a body in chunks" 2 chunked-test
# differs_test NAME PATTERN MODULE: standard input is the script.
differs_test()
{
	script other
	drives "$1" 1 "$2" "tests/modules/$3" other
}
signed='%% options
secret = "env:S";
%% secret env:S
FAKE-known-secret
%% use
FAKE-known-secret
%% sign GET https://api.example/x
%% signed
...'
differs_test "an answer that is not authentic" \
    'found: +the answer is not authentic: its Answer-Mac' verify-test <<END
$signed
%% verify
200
Answer-Mac: $mac

another body
%% authentic
END
differs_test "an answer that is authentic" 'found: +the answer is authentic' \
    verify-test <<END
$signed
%% verify
200
Answer-Mac: $mac

whole body
%% fails APAM_E_NOT_AUTHENTIC
END
differs_test "an answer of which nothing is said" 'verify differs' \
    verify-test <<END
$signed
%% verify
200
Answer-Mac: $mac
%% open
END
differs_test "an answer to nothing" 'no request was signed' verify-test <<END
${signed%%%% use*}
%% verify
200
END
differing "a module that does not verify" 'has no such function' <<END
$base
%% use
FAKE-known-secret
%% sign GET https://a.example/
%% signed
X-Api-Key: FAKE-known-secret
%% verify
200
END
differs_test "a piece of nothing" 'that was done before it' verify-test <<END
$signed
%% body
x
END
differs_test "another certificate" 'what is not a header differs' \
    certificate-test <<'END'
%% options
certificate = "/c"; key_file = "/k";
%% sign GET https://api.example/
%% signed
certificate /c
END
differs_test "another code" 'header code differs' login-test <<'END'
%% options
server = "https://a.example/login"; token = "store:token";
%% login
%% answer
200
Content-Type: application/json

{"code":"AB-12","page":"https://a.example/enter","device":"FAKE-device"}
%% show
text: open this page and enter the code
url: https://a.example/enter
code: AB-13
END
differs_test "a browser instead of a code" 'it waits for a browser' \
    login-test <<'END'
%% options
server = "https://a.example/login"; token = "store:t"; flow = "browser";
%% login
%% show
...
END
chunks 1055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497 >"$dir/chunks"
differs_test "a chunk with another signature" 'the body' chunked-test \
    <"$dir/chunks"
{
	cat <<-END
	$signed
	END
	printf '%%%% sends\nabc\n'
} >"$dir/chunks"
differs_test "a body that is sent as it is" 'sent as it is' verify-test \
    <"$dir/chunks"
differs_test "a key that is none" 'is not a key in PEM or as JWK' \
    key-test <<'END'
%% options
key_id = "k"; sign = { key = "env:K"; };
%% secret env:K
FAKE
%% open
END
script other <<'END'
%% options
acquire = 3; wait = 5;
%% acquire
%% wait 6
%% credential
returned
END
drives "waiting for another time" 1 'found: +it waits for 5 seconds' \
    tests/modules/return-test other

# ---- Scripts and modules that are none --------------------------------------

# wrong NAME PATTERN: standard input is the script.
wrong()
{
	script wrong
	run module drive "$build/$key.so" "$dir/wrong.drive"
	expect "$1" 2 '*' "wrong.drive:$2" "$dir/out" "$dir/err"
}
printf '' | wrong "an empty one" '0: it has no sections'
printf 'text\n' | wrong "no section" '0: it has no sections'
printf '%%%% open\n%%%% openn\n' | wrong "a word" '2: "openn" is not a word'
printf '%%%% sign\n' | wrong "an argument" '1: "sign" is followed by'
printf '%%%% wait x\n' | wrong "a number" '1: "wait" is followed by a number'
printf '%%%% verdict x\n' | wrong "a name" '1: "verdict" is followed by'
printf '%%%% open\nx\n' | wrong "lines below" '1: "open" has no lines'
row "no script" 2 '' 'usage: apam module drive' module drive "$build/$key.so"
row "a script that is not there" 2 '*' 'No such file' module drive \
    "$build/$key.so" "$dir/nowhere.drive"
row "a module that is not there" 3 '' 'nowhere.so: No such file' module drive \
    "$dir/nowhere.so" "$dir/exchange.drive"
row "an object that is not a module" 3 '' 'apam_module_1' module drive \
    "$build/libapam.so.0" "$dir/exchange.drive"
cp "$build/$key.so" "$dir/other-name.so"
row "a module of another name" 3 '' "scheme" module drive \
    "$dir/other-name.so" "$dir/exchange.drive"

# ---- apam module new --------------------------------------------------------

made()
{
	(cd "$dir" && "$build/apam" module new "$@" >out 2>err)
	status=$?
}
for kind in '' --exchange --sign; do
	made $kind "my-scheme${kind#-}"
	expect "new $kind" 0 "^my-scheme${kind#-}/Makefile\$" '*' "$dir/out" \
	    "$dir/err"
	! grep -rhi acme "$dir/my-scheme${kind#-}" | grep -vqi x-acme
	verdict "new $kind: the name is everywhere" \
	    "$([ $? -eq 0 ] || echo it is not)"
done
made my-scheme
expect "what is there is not overwritten" 3 '' 'File exists' "$dir/err"
for name in Upper 1st a_b a. a/b -- '' "$(printf 'a%.0s' $(seq 70))" a-; do
	made -- "$name"
	expect "a name: $name" 2 '' "a scheme's name has" "$dir/err"
done
(trap '' XFSZ && ulimit -f 1 && made full; exit $status)
status=$?
expect "a full disk" 3 '' \
    'full/.* cannot be made: File too large; remove full before' "$dir/err"
row "two kinds" 2 '' 'exclude each other' module new --exchange --sign x
finish
