#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# apam's module for nginx (hosts/nginx), in Debian's nginx, against the sandbox's
# providers and an origin that says what arrived.  What a client sends goes out
# signed, once, and with nothing of the client's in the place of what is signed;
# what the provider answers comes back; and no secret is in either, nor in
# nginx's logs.
. "$(dirname "$0")/cli/lib.bash"
. tests/suite/cli/providers.bash
. tests/suite/nginx/lib.bash

needs_nginx
start_origin

# ---- Profiles --------------------------------------------------------------

entry seven "$named_seven" oauth2-client-credentials "$seven_entry"
entry throttled "$named_seven" oauth2-client-credentials "${seven_entry//ONE/TWO}"
sed -i "s,secrets/one,secrets/two," "$dir/apam.d/throttled.conf"
entry xy "$named_xy" key-secret-archiveable \
    "$xy_entry writes = ( { methods = [ \"PUT\" ]; } );"
entry seed "$named_seed" basic-email-key "$seed_entry"
secret plain not-a-secret-key
key="key = \"file:$dir/secrets/plain\";"
entry apikey "$named_apikey" api-key "$key query = \"api_key\";"

# own NAME ENTRY [TOP]: a profile of the origin.
own()
{
	entry "$1" "$origin" "${3:-api-key}" "$2" "${4:-}"
	sed -i "s,^ca_file.*,ca_file = \"$dir/own-ca.pem\";," \
	    "$dir/apam.d/$1.conf"
}
own header "$key header = \"X-Api-Key\";"
own bearer "$key header = \"Authorization\"; prefix = \"Bearer \";"
own query "$key query = \"api_key\";"
own cookie "$key cookie = \"session\";"
own ruled "$key header = \"X-Api-Key\"; key_id = \"ruled\";" api-key 'allow = (
  { users = [ "64001" ]; methods = [ "GET" ]; give = "nothing"; },
  { groups = [ "64002" ]; give = "nothing"; } );'
secret hmac not-a-secret-but-an-hmac-key
printf not-a-secret-but-an-hmac-key >"$dir/hmac"
cp "$build/tests/modules/hmac-test.so" "$dir/modules/"
own hmac "key_id = \"k1\"; secret = \"file:$dir/secrets/hmac\";" hmac-test
cp "$build/tests/modules/challenge-test.so" "$dir/modules/"
own nonce "secret = \"file:$dir/secrets/plain\"; eager = true;" challenge-test
own mortal "$key header = \"X-Api-Key\"; key_id = \"mortal\";"

# ---- nginx -----------------------------------------------------------------

# location NAME ORIGIN UPSTREAM CA [MORE]
location()
{
	cat <<-END
	location /$1/ {
	  apam $1; apam_origin $2; apam_prefix /$1; ${5:-}
	  proxy_ssl_trusted_certificate $4;
	  proxy_pass https://$3${6:-};
	}
	END
}

# write_conf [MORE-OF-THE-SERVER]
write_conf()
{
	cat >"$dir/nginx.conf.new" <<-END
	$([ "$(id -u)" -ne 0 ] || echo 'user root;')
	daemon off; worker_processes 1; pid $dir/nginx.pid;
	error_log $dir/error.log info;
	load_module $module;
	events { worker_connections 512; }
	http {
	  apam_config $dir/apam.conf $([ "$(id -u)" -eq 0 ] || echo user);
	  log_format all '\$request \$status \$upstream_status '
	      '\$http_authorization \$http_x_api_key \$http_cookie \$apam_uri';
	  access_log $dir/access.log all;
	  client_body_temp_path $dir/t1; proxy_temp_path $dir/t2;
	  fastcgi_temp_path $dir/t3; uwsgi_temp_path $dir/t4;
	  scgi_temp_path $dir/t5;
	  client_max_body_size 0; client_body_buffer_size 8k;
	  proxy_ssl_verify on; proxy_ssl_verify_depth 4;
	  proxy_ssl_trusted_certificate $dir/own-ca.pem;
	  proxy_ssl_server_name on; proxy_ssl_name localhost;
	  proxy_http_version 1.1; proxy_redirect off;
	  proxy_set_header Host \$apam_authority;
	  proxy_set_header Connection "";
	  apam_problems on;
	  upstream up_seven { server 127.0.0.1:$SEVENSIGNAL_PORT; keepalive 4; }
	  upstream up_xy { server 127.0.0.1:$XYSENSE_PORT; keepalive 4; }
	  upstream up_seed { server 127.0.0.1:$SEED_PORT; keepalive 4; }
	  upstream up_apikey { server 127.0.0.1:$APIKEY_PORT; keepalive 4; }
	  upstream up_otherca { server 127.0.0.1:$ORIGIN_PORT; }
	  upstream up_othername { server 127.0.0.1:$ORIGIN_PORT; }
	  upstream up_own { server 127.0.0.1:$ORIGIN_PORT; keepalive 4; }
	  server {
	    listen unix:$sock;
	    $(location seven "$named_seven" up_seven "$dir/ca.pem")
	    $(location throttled "$named_seven" up_seven "$dir/ca.pem")
	    $(location xy "$named_xy" up_xy "$dir/ca.pem")
	    $(location seed "$named_seed" up_seed "$dir/ca.pem")
	    $(location apikey "$named_apikey" up_apikey "$dir/ca.pem")
	    $(for p in header bearer cookie ruled hmac query nonce mortal; do
		location $p "$origin" up_own "$dir/own-ca.pem"
	    done)
	    $(location header "$origin" up_own "$dir/own-ca.pem" \
		"proxy_request_buffering off; proxy_buffering off;" |
		sed 's,/header,/stream,')
	    $(location nonce "$origin" up_own "$dir/own-ca.pem" \
		"proxy_set_header Host localhost:$ORIGIN_PORT;
		proxy_set_header Connection '';" |
		sed 's,/nonce,/literal,')
	    $(location query "$origin" up_own "$dir/own-ca.pem" \
		"" '$apam_uri' |
		sed 's,/query,/variable,')
	    $(location query "$origin" up_otherca "$dir/ca.pem" |
		sed 's,/query,/otherca,')
	    $(location query "$origin" up_othername "$dir/own-ca.pem" \
		"proxy_ssl_name other.example;" | sed 's,/query,/othername,')
	    ${1:-}
	    location / { return 404; }
	  }
	}
	END
	mv "$dir/nginx.conf.new" "$dir/nginx.conf"
}

write_conf
start_nginx

# reload: until new workers take requests.
reload()
{
	local before
	before=$(grep -c 'start worker process ' "$dir/error.log")
	kill -HUP "$NGINX_PID"
	until_true eval '[ "$(grep -c "start worker process " "$dir/error.log")" \
	    -ge '$((before + 1))' ]'
}

# ---- The three providers ---------------------------------------------------

gets "7SIGNAL" 200 '"eyes":\[\{' http://localhost/seven/eyes
gets "XY Sense" 200 '"spaces":\[\{' http://localhost/xy/api/v1/occupancy
gets "SEED, with a parameter of the profile's" 200 '"results":\[\{' \
    http://localhost/seed/api/v3/properties/
gets "an API key in the query" 200 sandbox-key http://localhost/apikey/v1/me
gets "a POST" 200 '"data"|"spaces"|\{' -X POST --json '{"a":1}' \
    http://localhost/xy/api/v1/query

# ---- What arrives ----------------------------------------------------------

gets "a request" 200 '*' -H 'X-Other: 1' 'http://localhost/bearer/echo?a=b&c=%20'
holds "path and query as they came" [ "$(arrived .target)" = '/echo?a=b&c=%20' ]
holds "Host is the origin's" [ "$(header Host)" = "localhost:$ORIGIN_PORT" ]
holds "other headers go along" [ "$(header X-Other)" = 1 ]
holds "it is signed" [ "$(header Authorization)" = "Bearer not-a-secret-key" ]

call -H 'Authorization: Basic YTpi' -H 'authorization: Bearer x' \
    http://localhost/bearer/echo
holds "the client's Authorization is gone, each of them" \
    [ "$(header Authorization)" = "Bearer not-a-secret-key" ]
call -H 'X-Api-Key: mine' -H 'x-API-key: mine' -H 'X_Api_Key: mine' \
    http://localhost/header/echo
holds "another key is gone, however it is spelt" \
    [ "$(arrived '[.headers[] | select(.[0] | ascii_downcase |
	gsub("_"; "-") == "x-api-key")[1]] | join(",")')" = not-a-secret-key ]
call -H 'Connection: X-Secret-Hop, close' -H 'X-Secret-Hop: 1' -H 'TE: trailers' \
    -H 'Proxy-Authorization: Basic YTpi' -H 'Keep-Alive: 5' -H 'X-Stays: 1' \
    http://localhost/header/echo
holds "what is of the connection is not sent on" \
    [ "$(header X-Secret-Hop)$(header TE)$(header Proxy-Authorization)$(
	header Keep-Alive)$(header X-Stays)" = 1 ]
call -H 'Connection: X-Api-Key, Authorization' http://localhost/header/echo
holds "naming our header takes nothing away" \
    [ "$(header X-Api-Key)" = not-a-secret-key ]
call -H 'Cookie: a=1' -H 'Cookie: b=2; session=mine' \
    http://localhost/cookie/echo
holds "cookies are one, with ours" \
    [ "$(header Cookie | tr -d ' ' | tr ';' '\n' | sort | tr '\n' ';')" = \
    'a=1;b=2;session=not-a-secret-key;' ]
gets "a parameter that the client gives is not doubled" 403 '*' \
    'http://localhost/query/echo?api_key=mine'
call 'http://localhost/variable/echo?a=1'
holds "proxy_pass with \$apam_uri sends the same" \
    [ "$(arrived .target)" = '/echo?a=1&api_key=not-a-secret-key' ]
gets "a HEAD" 200 '*' -I http://localhost/header/echo
call -X OPTIONS http://localhost/header/echo
holds "an OPTIONS" [ "$(arrived .method)" = OPTIONS ]

# ---- What nginx sends again ------------------------------------------------
# A kept connection that ends: nginx sends a request once more by itself.

# sent N NAME: the header of the last N requests, each value once.
sent()
{
	tail -n "$1" "$dir/origin.log" | jq -r ".headers[] |
	    select(.[0] | ascii_downcase == \"${2,,}\") | .[1]" | sort -u
}

gets "a nonce is given" 200 nonce http://localhost/nonce/nonce
gets "the connection ends with the next request" 200 '"n"' \
    http://localhost/nonce/dies?1
holds "which is sent twice, and signed anew" [ "$(sent 2 Authorization |
    tr '\n' ' ')" = "Challenge-Test token=not-a-secret-key, nonce=first, nc=1 $(:
    )Challenge-Test token=not-a-secret-key, nonce=first, nc=2 " ]
gets "the same where the location says Host itself" 200 '"n"' \
    http://localhost/literal/dies?5
holds "and it is signed anew" eval '[ "$(sent 2 Authorization | wc -l)" = 2 ]'
gets "the same with a body" 200 '"n": 5' -X PUT -d 'three' \
    http://localhost/nonce/dies?2
holds "which is there both times, signed anew" eval '[ "$(sent 2 \
    Authorization | wc -l)" = 2 ] && [ "$(sent 2 Content-Length)" = 5 ]'
gets "a POST" 502 'cannot be reached' -d three http://localhost/nonce/dies?3
holds "is sent once" eval '[ "$(grep -c "dies?3" "$dir/origin.log")" = 1 ]'
call http://localhost/mortal/echo
: >"$dir/dies"
call http://localhost/mortal/dies?4 &
until_true grep -q 'dies?4' "$dir/origin.log"
row "a key is archived while the provider has its request" 0 '*' '*' \
    keys archive mortal --yes --why gone
rm "$dir/dies"
wait $!
holds "it does not sign a second sending" eval 'is_problem 502 &&
    [ "$(grep -c "dies?4" "$dir/origin.log")" = 1 ] &&
    grep -q "could not be signed anew" "$dir/out" &&
    grep -q "mortal: the request is not sent again" "$dir/error.log"'

# ---- Bodies ----------------------------------------------------------------

head -c 100000 /dev/zero | tr '\0' b >"$dir/body"
sum=$(sha256sum <"$dir/body" | cut -d ' ' -f 1)
gets "a scheme that signs the body, in memory" 200 hmac --data-binary small \
    http://localhost/hmac/hmac
gets "the same, in a file" 200 hmac --data-binary @"$dir/body" \
    http://localhost/hmac/hmac
gets "the same, in chunks" 200 hmac -H 'Transfer-Encoding: chunked' \
    --data-binary @"$dir/body" http://localhost/hmac/hmac
gets "the same, with none" 200 hmac 'http://localhost/hmac/hmac?x=1'
gets "an empty body" 200 hmac -X POST -d '' http://localhost/hmac/hmac
gets "100-continue" 200 "$sum" -H 'Expect: 100-continue' \
    --data-binary @"$dir/body" http://localhost/header/echo
gets "chunks that stream" 200 "$sum" -H 'Transfer-Encoding: chunked' \
    --data-binary @"$dir/body" http://localhost/stream/echo

# peak: of the workers' memory, in KiB.
peak()
{
	local p most=0 kb
	for p in $(pgrep -P "$NGINX_PID"); do
		kb=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$p/status")
		[ "${kb:-0}" -le $most ] || most=$kb
	done
	echo $most
}
size=$((64 << 20))
before=$(peak)
head -c $size /dev/zero | call -X POST -T - http://localhost/stream/echo
holds "64 MiB up" [ "$(arrived .n)" = $size ]
call "http://localhost/stream/big?n=$size"
holds "64 MiB down" [ "$(wc -c <"$dir/out")" = $size ]
holds "and the workers' memory grew by less than 8 MiB" \
    [ $(($(peak) - before)) -lt 8192 ]

# ---- Answers ---------------------------------------------------------------

gets "a redirect is handed back" 302 '' http://localhost/header/redirect
holds "as it is" grep -qix $'location: https://other.example/\r' "$dir/head"
call http://localhost/header/denied
holds "a refusal with nothing else to try is the provider's, whole" \
    [ "$code $(wc -c <"$dir/out")" = '401 100007' ]
holds "and was asked once" [ "$(grep -c '"/denied"' "$dir/origin.log")" = 1 ]
call http://localhost/header/short
holds "an answer that breaks off breaks off" [ "$status" = 18 ]
gets "a HEAD that is refused" 401 '*' -I http://localhost/header/denied

# again NAME ARGS...: the provider takes none of the tokens that there are.
again()
{
	local name=$1
	shift
	control "/expire?provider=7signal"
	gets "$name" 200 '*' "$@"
	holds "$name: it was sent twice" until_true was_sent_twice
}
was_sent_twice()
{
	tail -n 1 "$dir/access.log" | grep -q ' 200 401 : 200 '
}
again "a token that has ended" http://localhost/seven/eyes
control "/expire?provider=7signal"
call -I http://localhost/seven/eyes
holds "a HEAD with such a token" [ "$code" != 401 ]
control "/expire?provider=xysense"
{
	printf '{"a":"'
	head -c 20000 "$dir/body"
	printf '"}'
} >"$dir/query"
gets "a POST with such a token, its body in a file" 200 '*' \
    --json @"$dir/query" http://localhost/xy/api/v1/query
holds "it was sent twice" until_true was_sent_twice
control "/archive?provider=7signal&key=SANDBOX.CLIENT.ONE"
control "/expire?provider=7signal"
call http://localhost/seven/eyes
holds "where no other token is to be had the first answer stands" \
    [ "$code" = 401 ]
problem "and the next request is refused here" 403 APAM_E_RE \
    http://localhost/seven/eyes
control "/restore?provider=7signal&key=SANDBOX.CLIENT.ONE"

# ---- Keys ------------------------------------------------------------------

row "a key is archived" 0 '*' '*' keys archive sandbox-read --yes --why gone
problem "and the next request is refused" 403 'archived by .*: gone' \
    http://localhost/xy/api/v1/occupancy
row "a key is restored" 0 '*' '*' keys restore sandbox-read
gets "and the next request is signed" 200 '*' \
    http://localhost/xy/api/v1/occupancy

# ---- Errors ----------------------------------------------------------------

: >"$dir/origin.log"
problem "a certificate of another CA" 502 'prove who it is' \
    http://localhost/otherca/echo
problem "a certificate of another name" 502 'prove who it is' \
    http://localhost/othername/echo
holds "and nothing was sent to it" [ ! -s "$dir/origin.log" ]
problem "a path that nothing serves" 404 'nothing is served' \
    http://localhost/nothing
problem "a header of the profile's that cannot be given twice" 403 APAM_E_POLICY \
    'http://localhost/query/echo?api_key=mine'
problem "a method that the key is not for" 403 'counts as a write' -X PUT \
    -d '{}' http://localhost/xy/api/v1/occupancy
xy_down="/fault?provider=xysense&path=/api/v1/auth&kind=503"
control "/expire?provider=xysense"
control "$xy_down"
call http://localhost/xy/api/v1/occupancy
problem "a provider that has no token to give" 502 APAM_E_ \
    http://localhost/xy/api/v1/occupancy
control /clear
control "/fault?provider=7signal&path=/oauth2/token&kind=429&arg=30"
problem "a provider that is to be left alone" 503 THROTTLED \
    http://localhost/throttled/eyes
holds "the client is told to wait as long as apam does" \
    grep -qiE '^retry-after: ([12][0-9]|3[0-9])'$'\r' "$dir/head"
control /clear

# ---- Who calls -------------------------------------------------------------

# as UID GID ARGS...: curl as another user.
as()
{
	local uid=$1 gid=$2
	shift 2
	setpriv --reuid "$uid" --regid "$gid" --clear-groups curl -sS \
	    --max-time 120 --unix-socket "$sock" -o - -w '\n%{http_code}' "$@" \
	    >"$dir/out" 2>"$dir/err"
	code=$(tail -n 1 "$dir/out")
}
if [ "$(id -u)" -eq 0 ]; then
	as 64001 1 http://localhost/ruled/echo
	holds "a user of a rule" [ "$code" = 200 ]
	as 64001 1 -X POST http://localhost/ruled/echo
	holds "another method" [ "$code" = 403 ]
	as 64003 64002 -X POST http://localhost/ruled/echo
	holds "a group of a rule" [ "$code" = 200 ]
	as 200000 64002 -X POST http://localhost/ruled/echo
	holds "a user of a directory service" [ "$code" = 200 ]
	as 65534 64002 -X POST http://localhost/ruled/echo
	holds "nobody" [ "$code" = 403 ]
	as 64003 64003 http://localhost/ruled/echo
	holds "a user of no rule" [ "$code" = 403 ]
	holds "it is told which user" grep -q 'no rule for user 64003' "$dir/out"
	run -c "$dir/apam.conf" keys list
	holds "the list of keys has whom it signed for" grep -q \
	    "nginx ([^)]*) for 64001" "$dir/out"
	holds "the audit log has whom it signed for" grep -q \
	    '"APAM_EVENT":"used".*"APAM_FOR_UID":"64001"' \
	    "$dir"/state/users/*/audit.log
	holds "and whom it did not sign for" grep -q \
	    '"APAM_EVENT":"refused".*"APAM_FOR_UID":"64003"' \
	    "$dir"/state/users/*/audit.log
	as 64003 64003 http://localhost/header/echo
	holds "no rules: another user" [ "$code" = 403 ]
	holds "no rules: what to do" grep -q 'write one that names that user' "$dir/out"
fi

# ---- Hostile clients -------------------------------------------------------

: >"$dir/origin.log"
problem "another Host" 421 '*' -H 'Host: evil.example' \
    http://localhost/header/echo
problem "a name that begins alike" 421 '*' -H 'Host: localhost.evil.example' \
    http://localhost/header/echo
problem "user information in Host" 400 '*' -H 'Host: localhost@evil.example' \
    http://localhost/header/echo
problem "a web page's script" 403 'web page' -H 'Origin: https://evil.example' \
    http://localhost/header/echo
problem "a sandboxed page's" 403 'web page' -H 'Origin: null' \
    http://localhost/header/echo
problem "a page's image" 403 'web page' -H 'Sec-Fetch-Site: cross-site' \
    http://localhost/header/echo
problem "dots out of the profile" 400 '*' --path-as-is \
    http://localhost/header/../../header/echo
problem "encoded dots" '4??' '*' --path-as-is http://localhost/header/%2e%2e/echo
problem "an encoded slash after the name" 400 '*' --path-as-is \
    http://localhost/header%2Fecho
problem "an encoded name" 400 '*' --path-as-is http://localhost/%68eader/echo
problem "a head that is too large" 400 '*' \
    -H "X-Large: $(head -c 40000 /dev/zero | tr '\0' a)" \
    http://localhost/header/echo

# raw NAME TEXT: sent as it is, with \r\n at the end of each line; nothing may
# arrive at the origin.
raw()
{
	printf '%b' "$2" | python3 tests/suite/nginx/client.py raw "$sock" \
	    >"$dir/out" 2>"$dir/err"
	holds "$1" grep -aqE '^HTTP/1.1 (400|403|405|421|501) ' "$dir/out"
}
end='Host: localhost\r\nConnection: close\r\n\r\n'
raw "an absolute URL to another origin" \
    "GET http://evil.example/header/echo HTTP/1.1\r\nHost: evil.example\r\n\r\n"
raw "an absolute URL and another Host" \
    "GET http://evil.example/header/echo HTTP/1.1\r\n$end"
raw "two Hosts" "GET /header/echo HTTP/1.1\r\nHost: localhost\r\n$end"
raw "no Host" "GET /header/echo HTTP/1.1\r\nConnection: close\r\n\r\n"
raw "CONNECT" "CONNECT evil.example:443 HTTP/1.1\r\n$end"
raw "TRACE" "TRACE /header/echo HTTP/1.1\r\n$end"
raw "both lengths" "POST /header/echo HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n$end"
raw "two lengths" "POST /header/echo HTTP/1.1\r\nContent-Length: 4\r\nContent-Length: 5\r\n${end}abcd"
raw "a length with a sign" "POST /header/echo HTTP/1.1\r\nContent-Length: +4\r\n${end}abcd"
raw "another encoding" "POST /header/echo HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n${end}"
raw "a space before the colon" "GET /header/echo HTTP/1.1\r\nX-A : b\r\n$end"
raw "a bare CR in a value" "GET /header/echo HTTP/1.1\r\nX-A: b\rX-B: c\r\n$end"
raw "a NUL in a value" "GET /header/echo HTTP/1.1\r\nX-A: b\\0000c\r\n$end"
raw "no path" "GET header HTTP/1.1\r\n$end"
raw "a star" "OPTIONS * HTTP/1.1\r\n$end"
holds "none of these arrived" [ ! -s "$dir/origin.log" ]

# smuggled NAME TEXT: what is in a body is not a request.
smuggled()
{
	: >"$dir/origin.log"
	printf '%b' "$2" | python3 tests/suite/nginx/client.py raw "$sock" \
	    >"$dir/out" 2>"$dir/err"
	holds "$1" eval '! grep -q smuggled "$dir/origin.log"'
}
inner='GET /header/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n'
body=$(printf "${inner}x")
body=${body%x}
smuggled "a request in a body" "POST /header/echo HTTP/1.1\r\nContent-Length: ${#body}\r\n$end$inner"
holds "which arrived as one" [ "$(arrived .n)" = ${#body} ]
smuggled "a request in a chunk" "POST /header/echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n${end}$(printf %x ${#body})\r\n$inner\r\n0\r\n\r\n"
holds "which arrived as one, too" [ "$(arrived .n)" = ${#body} ]
smuggled "a request behind a folded encoding" "POST /header/echo HTTP/1.1\r\nTransfer-Encoding:\r\n chunked\r\n${end}$inner"
smuggled "CR LF in a path" "GET /header/%0d%0aX-Y:%20z%0d%0a HTTP/1.1\r\n$end"
holds "which make no header" [ -z "$(header X-Y)" ]
smuggled "an upgrade to HTTP/2" "GET /header/echo HTTP/1.1\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\n\r\n"
holds "which is not passed on" [ -z "$(header Upgrade)$(header HTTP2-Settings)" ]

# ---- Reload under load -----------------------------------------------------

# The provider has refused this key above.
works_again()
{
	call http://localhost/seven/eyes
	[ "$code" = 200 ]
}
reload
holds "a reload forgets that a key was refused" until_true works_again
begin_load 1000 /seven/eyes /header/echo /bearer/echo /seed/api/version/
for ((i = 0; i < 6; i++)); do
	reload
	# Another key of the same provider, and a comment.
	seven_as=$([ $((i % 2)) -eq 0 ] && echo TWO || echo ONE)
	entry seven.new "$named_seven" oauth2-client-credentials \
	    "${seven_entry//ONE/$seven_as}"
	[ $seven_as = ONE ] || sed -i "s,secrets/one,secrets/two," \
	    "$dir/apam.d/seven.new.conf"
	mv "$dir/apam.d/seven.new.conf" "$dir/apam.d/seven.conf"
	echo "# $i" >>"$dir/apam.d/header.conf"
done
end_load
holds "1,000 requests while nginx and profiles are reloaded, none failed" \
    [ "$(cat "$dir/failed")" = 0 ]

grep -a 'exited on signal\|\[alert\]\|\[emerg\]' "$dir/error.log" >"$dir/err"
holds "no worker crashed" [ ! -s "$dir/err" ]

# ---- Files -----------------------------------------------------------------

write_conf 'location /gone/ { apam gone; apam_origin https://localhost;
  proxy_pass https://up_own; }'
"$NGINX" -t -e "$dir/test.log" -c "$dir/nginx.conf" >"$dir/out" 2>"$dir/err"
holds "a profile that is missing is found by nginx -t" \
    grep -q 'apam: gone: there is no profile' "$dir/err"
write_conf 'location /x/ { apam header; }'
"$NGINX" -t -e "$dir/test.log" -c "$dir/nginx.conf" >"$dir/out" 2>"$dir/err"
holds "so is a location without an origin" \
    grep -q 'apam header: apam_origin has to say' "$dir/err"
printf short >"$dir/token"
write_conf "location /x/ { apam_callers token $dir/token; }"
"$NGINX" -t -e "$dir/test.log" -c "$dir/nginx.conf" >"$dir/out" 2>"$dir/err"
holds "and a token that could be guessed" grep -q '16 to 256 bytes' "$dir/err"

# ---- Nothing leaks ---------------------------------------------------------

: >"$dir/out"
: >"$dir/err"
grep -vxFe "" "$dir/known" >"$dir/texts"
grep -aFf "$dir/texts" "$dir/error.log" "$dir/access.log" | head -3 >"$dir/err"
holds "no secret is in nginx's logs" [ ! -s "$dir/err" ]
finish
