#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `apam headers`: what is written is exactly what other programs send; where
# anything is wrong, nothing is written.
. "$(dirname "$0")/lib.bash"

origin=https://api.example.com
aladdin='Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=='
test='Authorization: Basic dGVzdDoxMjPCow=='

basic aladdin $origin Aladdin 'open sesame'
basic test https://utf8.example.com test $'123\xc2\xa3'
basic port https://port.example.com:8443 user fake-key-of-port
basic path https://path.example.com/api user fake-key-of-path

# RFC 7617, 2 and 2.1
signs "RFC 7617, 2" 0 "=$aladdin" '' headers aladdin $origin/
signs "RFC 7617, 2.1, UTF-8" 0 "=$test" '' headers test \
    https://utf8.example.com/x
holds "one line, with its end" [ "$(wc -lc <"$dir/out" | tr -s ' ')" = \
    "$(printf '%s\n' "$test" | wc -lc | tr -s ' ')" ]

signs "the profile of the URL" 0 "=$aladdin" '' headers $origin/
signs "-X first" 0 "=$aladdin" '' headers -X POST aladdin $origin/
signs "-X between" 0 "=$aladdin" '' headers aladdin -X POST $origin/
signs "-X last" 0 "=$aladdin" '' headers aladdin $origin/ -XPOST
signs "-- before the words" 0 "=$aladdin" '' headers -- aladdin $origin/
signs "no path" 0 "=$aladdin" '' headers aladdin $origin
signs "the port by default" 0 "=$aladdin" '' headers aladdin $origin:443/
signs "letter case of the host" 0 "=$aladdin" '' headers aladdin \
    https://API.Example.COM/
signs "a fragment" 0 "=$aladdin" '' headers aladdin "$origin/#x"
signs "a query" 0 "=$aladdin" '' headers aladdin "$origin/?a=b&c"
signs "a path below the origin's" 0 '^Authorization: Basic ' '' headers path \
    https://path.example.com/api/x
run -c "$dir/apam.conf" headers aladdin $origin/ </dev/null
APAM_CONFIG=$dir/apam.conf run headers aladdin $origin/
expect "the configuration from the environment" 0 "=$aladdin" '' "$dir/err"
APAM_CONFIG=/nonexistent signs "-c wins over the environment" 0 "=$aladdin" \
    '' headers aladdin $origin/

# refuses NAME URL [PROFILE]: status 1 and not a byte of output.
refuses()
{
	row "$1" 1 '' '^apam: ' headers "${3:-aladdin}" "$2"
}

refuses "another host" https://other.example.com/
refuses "a host that begins alike" https://api.example.com.other.test/
refuses "a host that ends alike" https://xapi.example.com/
refuses "another port" $origin:8443/
refuses "the port left out" https://port.example.com/ port
refuses "plain http" http://api.example.com/
refuses "http with the https port" http://api.example.com:443/
refuses "user info" https://user@api.example.com/
refuses "another host as user info" https://api.example.com@other.test/
refuses "user info with a password" https://a:b@api.example.com/
refuses "no scheme" api.example.com/
refuses "another scheme" ftp://api.example.com/
refuses "a file" file:///etc/passwd
refuses "no host" https:///x
refuses "empty" ''
refuses "a trailing dot" https://api.example.com./
refuses "a backslash" 'https://api.example.com\@other.test/'
refuses "a space" 'https://api.example.com/a b'
refuses "a newline" $'https://api.example.com/a\nb'
refuses "a return and newline" $'https://api.example.com/\r\nX: y'
refuses "a tab" $'https://api.example.com/\tb'
refuses "a host not ASCII" $'https://\xc3\xa4pi.example.com/'
refuses "a path not ASCII" $'https://api.example.com/\xc3\xa4'
refuses "percent in the host" https://api%2eexample.com/
refuses "an empty port" https://api.example.com:/
refuses "a port too large" https://api.example.com:65979/
refuses "outside the origin's path" https://path.example.com/other path
refuses "a longer name than the path" https://path.example.com/apix path
refuses "dots out of the path" https://path.example.com/api/../x path
refuses "encoded dots" https://path.example.com/api/%2e%2e/x path
refuses "encoded twice" https://path.example.com/api/%252e%252e/x path
long=$(printf '%09000d' 0)
refuses "too long" "$origin/$long"

row "a method with a newline" 2 '' '^apam: ' headers -X $'GET\nX' aladdin \
    $origin/
row "an unknown profile" 2 '' '`apam list`' headers nobody $origin/
row "a profile with a slash" 2 '' '*' headers ../aladdin $origin/
row "an empty profile" 2 '' '*' headers '' $origin/

run -c "$dir/apam.conf" list
"$build/apam" -c "$dir/apam.conf" headers aladdin $origin/ >/dev/full \
    2>"$dir/err"
status=$?
: >"$dir/out"
expect "a full disk" 5 '' '^apam: cannot write' "$dir/err"

# Start-up time is most of what a run costs: no command but request loads what
# sends.  glibc says which libraries it loads.
loads()
{
	LD_DEBUG=files "$build/apam" -c "$dir/apam.conf" "$@" 2>&1 >/dev/null |
	    grep -oE 'lib(apam-)?curl\.so|apam-request\.so|libapam\.so' |
	    sort -u | tr '\n' ' ' >"$dir/loaded"
}
loads list
if grep -q libapam "$dir/loaded"; then
	for words in list lint "module list" "explain $origin/" \
	    "headers aladdin $origin/"; do
		loads $words
		holds "what $words loads" grep -qx 'libapam.so ' "$dir/loaded"
	done
	loads request http://127.0.0.1:1/
	holds "a URL that no profile has loads no more" \
	    grep -qx 'libapam.so ' "$dir/loaded"
	loads request aladdin $origin:1/
	holds "what request loads" \
	    grep -q 'apam-request.so libapam-curl.so' "$dir/loaded"
fi
finish
