#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# apam module drive: runs and signatures that go another way than the script
# says, at each word; what a script names that is not there; and scripts and
# modules of unusual sizes.
. "$(dirname "$0")/lib.bash"

tests=tests/modules
known=FAKE-known-secret
secret known $known

# drives NAME STATUS OUT MODULE: standard input is a script.
drives()
{
	cat >"$dir/a.drive"
	run module drive "$build/$4.so" "$dir/a.drive"
	expect "$1" "$2" "$3" '' "$dir/out" "$dir/err"
}
# differs NAME FOUND MODULE: the script fails once, with FOUND on what was found.
differs()
{
	drives "$1" 1 "found: +$2" "$3"
	grep -qx '[0-9]* passed, 1 failed' "$dir/out"
	verdict "$1: once" "$([ $? -eq 0 ] || echo more than once)"
}

# ---- Each word, where the run is elsewhere ----------------------------------

api='%% options
key = "env:S"; header = "X-Api-Key";
%% secret env:S
FAKE-known-secret'
durable='%% options
token_url = "https://a.example/token"; client_id = "c";
refresh_token = "env:S";
%% secret env:S
FAKE-first'
done_here='it ends with a credential'
for section in 'answer|200' 'redirected|code=1' \
    'exchange POST https://a.example/|' 'probed|' 'wait 1|' 'show|...' \
    'redirect|...' 'spends key|' 'successor key|x' 'key good|' \
    'fails APAM_E_DENIED|'; do
	differs "where a run ended: ${section%%|*}" "$done_here" modules/api-key \
	    <<-END
	$api
	%% acquire
	%% ${section%%|*}
	${section#*|}
	END
done
for section in 'credential|x' 'lifetime 60|' 'key good|' 'done|' \
    'fails APAM_E_DENIED|' 'probed|' 'redirected|x' 'wait 1|' \
    'successor refresh_token|x'; do
	differs "where it asks for an exchange: ${section%%|*}" \
	    'it asks for an exchange: POST https://a.example/token' \
	    $tests/durable-test <<-END
	$durable
	%% acquire
	%% ${section%%|*}
	${section#*|}
	END
done
for section in 'credential|x' 'lifetime 60|' 'exchange GET https://a.example/|'
do
	differs "where it asks for the probe: ${section%%|*}" \
	    'it asks for the probe' modules/api-key <<-END
	$api
	%% probe GET /me
	%% check
	%% ${section%%|*}
	${section#*|}
	END
done
for section in 'spends key|' 'answer|200' 'wait 1|'; do
	differs "where the state of a key is found: ${section%%|*}" \
	    'it ends: the key is unknown: probe: a success that is not JSON' modules/api-key <<-END
	$api
	%% probe GET /me
	%% check
	%% answer
	200

	%% ${section%%|*}
	${section#*|}
	END
done
differs "where a person is told something" 'it tells a person something' \
    $tests/login-test <<'END'
%% options
server = "https://a.example/login"; token = "store:t";
%% login
%% answer
200
Content-Type: application/json

{"code":"AB-12","page":"https://a.example/enter","device":"FAKE-device"}
%% credential
END
differs "where a browser is waited for" 'it waits for a browser' \
    $tests/login-test <<'END'
%% options
server = "https://a.example/login"; token = "store:t"; flow = "browser";
%% login
%% answer
200
END
differs "where it failed" 'it fails: APAM_E_PROVIDER: return-test' $tests/return-test <<'END'
%% options
acquire = 0;
%% acquire
%% credential
returned
END

# ---- What differs -----------------------------------------------------------

differs "another spent option" refresh_token $tests/durable-test <<END
$durable
%% acquire
%% spends client_id
%% answer
503
%% fails APAM_E_PROVIDER
...
END
succeeds='%% answer
200
Content-Type: application/json

{"access_token":"FAKE-access","refresh_token":"FAKE-second","expires_in":9}'
differs "another succeeded option" refresh_token $tests/durable-test <<END
$durable
%% acquire
$succeeds
%% successor client_id
FAKE-second
%% credential
FAKE-access
END
for lifetime in forever unsaid 60; do
	drives "a lifetime of 3600 is not $lifetime" 1 'found: +3600' \
	    $tests/return-test <<-END
	%% options
	%% acquire
	%% credential
	returned
	%% lifetime $lifetime
	END
done
differs "a lifetime without end" forever $tests/hmac-test <<'END'
%% options
key_id = "k"; secret = "env:S"; headers = [ "Accept" ];
%% secret env:S
FAKE-known-secret-of-32-bytes-xxx
%% acquire
%% credential
k
%% lifetime 60
END
differs "a lifetime of which nothing is said" unsaid $tests/return-test <<'END'
%% options
lifetime = -1;
%% acquire
%% credential
returned
%% lifetime 60
END
differs "a signature that was refused" "a header's value has" modules/api-key <<END
$api
%% use
FAKE\\x1b[2J
%% sign GET https://a.example/
%% signed
X-Api-Key: x
END
differs "a refusal that is a signature" 'a signature' modules/api-key <<END
$api
%% use
FAKE-known-secret
%% sign GET https://a.example/
%% fails APAM_E_HEADER
END
differs "a verdict on nothing" 'nothing was judged' modules/api-key <<END
$api
%% open
%% verdict accepted
END
differs "a signature of nothing" none modules/api-key <<END
$api
%% open
%% signed
END
differs "another memo" n1 $tests/challenge-test <<'END'
%% options
secret = "env:S";
%% secret env:S
FAKE-known-secret
%% judge GET https://api.example
401
WWW-Authenticate: Challenge-Test nonce=n1
%% verdict challenged
...
%% memo
n2
END
differs "a judged answer of which nothing is said" 'it says nothing of it' \
    modules/api-key <<END
$api
%% judge
200
END
differs "the wrong log" '$' modules/api-key <<END
$api
%% open
%% logged
another line
END
differs "a request's URL" 'the URL does not begin with https:' modules/api-key <<END
$api
%% use
FAKE-known-secret
%% sign GET ftp://a.example/
END
differs "a request's method" 'the method is not an HTTP method' modules/api-key <<END
$api
%% use
FAKE-known-secret
%% sign G(T https://a.example/
END
for what in judge verify; do
	drives "a status of $what" 1 'found: +another line' $tests/verify-test \
	    <<-END
	%% options
	secret = "env:S";
	%% secret env:S
	FAKE-known-secret
	%% use
	FAKE-known-secret
	%% sign GET https://api.example/x
	%% signed
	...
	%% $what
	99
	END
done
differs "another state of the key" unknown modules/api-key <<END
$api
%% check
%% key good
END
drives "what does not open is told once, for whatever is done" 1 \
    '^0 passed, 1 failed$' modules/api-key <<'END'
%% options
key = "env:S";
%% secret env:S
FAKE-known-secret
%% sign GET https://a.example/
%% signed
X: y
%% judge
200
%% verdict accepted
%% verify
200
%% authentic
%% memo
END
drives "a module that refuses without a word" 1 'found: +APAM_E_CONFIG' \
    $tests/return-test <<'END'
%% options
open = 512; silent = true;
%% open
END
drives "a long text is cut" 1 'Y{2000} \(cut\)$' modules/api-key <<END
$api
%% use
$(printf 'X%.0s' $(seq 2500))
%% sign GET https://a.example/
%% signed
X-Api-Key: $(printf 'Y%.0s' $(seq 2500))
END

# ---- What is beside headers -------------------------------------------------

drives "a parameter of the query" 0 '^1 passed, 0 failed$' modules/api-key \
    <<'END'
%% options
key = "env:S"; query = "key";
%% secret env:S
FAKE-known-secret
%% use
FAKE-known-secret
%% sign GET https://a.example/
%% signed
?key=FAKE-known-secret
END
drives "headers that are covered, and the time" 0 '^1 passed, 0 failed$' \
    $tests/hmac-test <<'END'
%% time 5000
%% options
key_id = "k"; secret = "env:S"; headers = [ "Accept" ];
%% secret env:S
FAKE-known-secret-of-32-bytes-xxx
%% use
k
%% sign GET https://a.example/
Accept: text/plain
%% signed
Authorization: HMAC-TEST keyid=k,...
?hmac-date=5
covers Accept
END
differs "a certificate that the exchange shows" '/c' $tests/certificate-test \
    <<'END'
%% options
certificate = "/c"; key_file = "/k"; token_url = "https://a.example/token";
%% acquire
%% exchange GET https://a.example/token
%% answer
401
%% fails APAM_E_PROVIDER
...
END

# ---- Many and large ---------------------------------------------------------

# numbered N FORMAT: the format for each of 1 to N.
numbered()
{
	# shellcheck disable=SC2059 # the format is ours
	printf "$2" $(seq "$1")
}
for n in 64 65; do
	drives "$n secrets" $((n - 64)) 'passed' modules/api-key <<-END
	$(numbered $((n - 1)) '%%%% secret env:S%s\nFAKE-a-secret\n')
	$api
	%% open
	END
done
grep -q 'expected: *at most 64 secrets' "$dir/out"
verdict "the 65th secret is told" "$([ $? -eq 0 ] || echo it is not)"
printf '%s\n' $known >"$dir/in-a-file"
for n in 64 65; do
	drives "a secret is read from a file $n times" $((n - 64)) passed \
	    modules/api-key <<-END
	$(numbered "$n" '%%%% secret-file env:S in-a-file\n%%%% time %s\n')
	%% options
	key = "env:S"; header = "X-Api-Key";
	%% open
	END
done
drives "a secret in a file with an absolute name" 0 '^1 passed, 0' \
    modules/api-key <<END
%% secret-file env:S $dir/in-a-file
%% options
key = "env:S"; header = "X-Api-Key";
%% acquire
%% credential
$known
END
head -c 70000 /dev/zero | tr '\0' x >"$dir/large"
for n in 65536 65537; do
	head -c $n /dev/zero | tr '\0' x >"$dir/large"
	drives "a secret of $n bytes" $((n - 65536)) 'passed' modules/api-key \
	    <<-END
	%% secret-file env:S large
	%% options
	key = "env:S"; header = "X-Api-Key";
	%% acquire
	%% credential
	x...
	END
done
grep -q 'an empty or too large one' "$dir/out"
verdict "one byte too many is told" "$([ $? -eq 0 ] || echo it is not)"

# ---- No number and no length of secrets shows one ---------------------------

drives "a text is cut behind a long secret, and not in it" 1 \
    'found: +Bearer\*\*\*$' modules/api-key <<END
%% options
key = "env:S"; header = "X-Api-Key"; prefix = "Bearer";
%% secret env:S
FAKE-known-secret
%% use
$(printf 'Y%.0s' $(seq 3000))
%% sign GET https://a.example/
%% signed
X-Api-Key: x
END
drives "the last of 4,000 credentials" 1 'found: +\*\*\*$' modules/api-key <<END
$api
$(numbered 4000 '%%%% use\nFAKE-credential-%s-x\n')
%% sign GET https://a.example/
%% signed
X-Api-Key: x
END
# refused NAME LINE-AND-TEXT: standard input is the script.
refused()
{
	cat >"$dir/a.drive"
	run module drive "$build/modules/api-key.so" "$dir/a.drive"
	expect "$1" 2 '*' "a.drive:$2" "$dir/out" "$dir/err"
}
numbered 4097 '%%%% time %s\n' | refused "4,097 sections" \
    '4097: there are too many'
{
	printf '%%%% options\n'
	head -c 1048576 /dev/zero | tr '\0' '\n'
} | refused "more than a mebibyte" '0: it is larger than 1048576 bytes'
printf '%%%% %s\n' "$(printf 'a%.0s' $(seq 41))" |
    refused "a word of 41 letters" '1: this is not a word of a script'
printf '%%%% \x1b[2J\n' | refused "a word that steers a terminal" \
    '1: this is not a word of a script'
printf '%%%%\n' | refused "no word" '1: "" is not a word of a script'
printf '%%%%%%\n' | refused "three percent signs" '0: it has no sections'
printf '%%%%' | refused "a head at the end" '1: "" is not a word of a script'
printf '%%%% key x\n' | refused "a state" '1: "key" is followed by'
printf '%%%% fails x\n' | refused "a status" '1: "fails" is followed by'
printf '%%%% lifetime x\n' | refused "a lifetime" '1: "lifetime" is followed'
printf '%%%% open x\n' | refused "an argument too many" \
    '1: "open" is followed by nothing'
row "a script that is a directory" 2 '*' 'Is a directory' module drive \
    "$build/modules/api-key.so" "$dir"
row "an option that is none" 2 '' 'usage|option' module drive --shown \
    "$build/modules/api-key.so" "$dir/a.drive"
printf x >"$dir/empty.so"
row "a file that is not an object" 3 '' 'not a shared object that loads' \
    module drive "$dir/empty.so" "$dir/a.drive"
(
	cd "$dir" && cp "$build/modules/api-key.so" . &&
	    printf '%s\n%%%% open\n' "$api" >here.drive &&
	    "$build/apam" module drive api-key.so here.drive >out 2>err
)
status=$?
expect "names without a folder" 0 '^1 passed, 0 failed$' '' "$dir/out" \
    "$dir/err"
finish
