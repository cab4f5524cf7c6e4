#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# apam's module for nginx while memory and the system's calls fail it, one at a
# time (nginx/scarce.c): nginx does not start by halves; a request is answered by
# an error, or as it would be else, and the next one is served; and whatever
# reaches the provider is signed, whole.
. "$(dirname "$0")/cli/lib.bash"
. tests/suite/cli/providers.bash
. tests/suite/nginx/lib.bash

scarce=$build/nginx/scarce.so
needs_nginx "$scarce"
start_origin

# own NAME SCHEME ENTRY [TOP]: a profile of the origin.
own()
{
	entry "$1" "$origin" "$2" "$3" "${4:-}"
	sed -i "s,^ca_file.*,ca_file = \"$dir/own-ca.pem\";," \
	    "$dir/apam.d/$1.conf"
}
secret plain not-a-secret-key
key="key = \"file:$dir/secrets/plain\";"
own header api-key "$key header = \"X-Api-Key\";"
own cookie api-key "$key cookie = \"session\";"
own mortal api-key "$key header = \"X-Api-Key\"; key_id = \"mortal\";"
own nobody api-key "$key header = \"X-Api-Key\";" \
    'allow = ( { users = [ "64001" ]; give = "nothing"; } );'
own sockets api-key "$key header = \"X-Api-Key\";" \
    'allow = ( { users = [ "64001" ]; give = "nothing"; } );'
secret hmac not-a-secret-but-an-hmac-key
printf not-a-secret-but-an-hmac-key >"$dir/hmac"
cp "$build/tests/modules/hmac-test.so" "$build/tests/modules/challenge-test.so" \
    "$dir/modules/"
own hmac hmac-test "key_id = \"k1\"; secret = \"file:$dir/secrets/hmac\";"
own nonce challenge-test "secret = \"file:$dir/secrets/plain\"; eager = true;"
entry seven "$named_seven" oauth2-client-credentials "$seven_entry"
token=not-a-secret-but-a-token
echo $token >"$dir/token"
port=$(python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')

# ---- nginx -----------------------------------------------------------------

# location NAME UPSTREAM ORIGIN [MORE [PROFILE [URI]]]
location()
{
	echo "location /$1/ { apam ${5:-$1}; apam_origin $3; apam_prefix /$1;
	    ${4:-} proxy_pass https://$2${6:-}; }"
}
cat >"$dir/nginx.conf" <<END
$([ "$(id -u)" -ne 0 ] || echo 'user root;')
daemon off; worker_processes 1; pid $dir/nginx.pid;
error_log $dir/error.log info;
load_module $scarce;
events { worker_connections 512; }
http {
  apam_config $dir/apam.conf $([ "$(id -u)" -eq 0 ] || echo user);
  log_format all '\$apam_asked \$apam_profile \$apam_caller \$status';
  access_log $dir/access.log all;
  client_body_temp_path $dir/t1; proxy_temp_path $dir/t2;
  fastcgi_temp_path $dir/t3; uwsgi_temp_path $dir/t4; scgi_temp_path $dir/t5;
  client_body_buffer_size 8k;
  proxy_ssl_verify on; proxy_ssl_trusted_certificate $dir/own-ca.pem;
  proxy_ssl_server_name on; proxy_ssl_name localhost;
  proxy_http_version 1.1;
  proxy_set_header Host \$apam_authority;
  proxy_set_header Connection "";
  apam_placeholders sk-none; apam_problems on;
  upstream up_own { server 127.0.0.1:$ORIGIN_PORT; keepalive 4; }
  $(for i in 1 2 3; do
	echo "upstream up_$i { server 127.0.0.1:$ORIGIN_PORT; }"
  done)
  upstream up_seven { server 127.0.0.1:$SEVENSIGNAL_PORT; keepalive 4; }
  server {
    listen unix:$sock;
    listen 127.0.0.1:$port;
    $(for p in header cookie mortal nobody hmac nonce; do
	location $p up_own "$origin"
    done)
    $(location uri up_own "$origin" '' header '$apam_uri')
    $(location token up_own "$origin" "apam_callers token $dir/token;" header)
    $(location sockets up_own "$origin" "apam_callers sockets;")
    $(location seven up_seven "$named_seven" \
	"proxy_ssl_trusted_certificate $dir/ca.pem;")
    $(location any up_own "$origin" "apam_callers any;" nobody)
    location = /calls { apam_page calls; }
    location = /files { apam_page files; return 200; }
    location / { return 404; }
  }
}
END

# fail N: the module's Nth call from now on fails; 0: none does.
: >"$dir/scarce"
fail()
{
	local at
	printf -v at '\\x%02x\\x%02x' $(($1 & 255)) $(($1 >> 8))
	printf "$at"'\0\0\0\0\0\0\0\0\0\0\0\0\0\0' >"$dir/scarce.new"
	# It is mapped: its bytes change, and it stays the same file.
	dd if="$dir/scarce.new" of="$dir/scarce" conv=notrunc status=none
}
calls()
{
	od -An -tu8 -j8 -N8 "$dir/scarce" | tr -d ' '
}
fail 0
export APAM_SCARCE=$dir/scarce

# ---- The start --------------------------------------------------------------

# begins ARGS...: nginx with these; sets $status.
begins()
{
	timeout 120 "$NGINX" -e "$dir/test.log" -c "$dir/nginx.conf" "$@" \
	    >"$dir/out" 2>"$dir/err"
	status=$?
}

begins -t
holds "nginx takes the files" [ $status -eq 0 ]
n=$(calls)
bad=
for ((i = 1; i <= n; i++)); do
	fail $i
	begins -t
	[ $status -eq 1 ] || bad="$bad $i: status $status;"
done
holds "there are calls to fail" [ "$n" -gt 40 ]
verdict "each of them: nginx says that it does not start" "$bad"

# A worker that is alone, and fails after the files were read.
fail $((n + 1))
begins -g 'master_process off;'
holds "a worker that cannot watch apam's descriptor ends" eval '[ $status -eq 2 ] &&
    grep -q "its descriptor cannot be watched" "$dir/error.log"'
: >"$dir/error.log"
rm -f "$sock"

# ---- Requests ---------------------------------------------------------------

fail 0
start_nginx

# is_whole: what came to the origin is signed by the profile, and has nothing of
# the client's in its place.
is_whole()
{
	jq -e -s 'all(.[]; [.headers[] | select(.[1] | test(
	    "^(not-a-secret-key|a=1; b=2; session=not-a-secret-key|" +
	    "Challenge-Test token=not-a-secret-key.*|.*[0-9a-f]{64})$"))] |
	    length == 1) and
	    all(.[].headers[]; .[1] | test("mine|but-a-token|sk-none") | not)' \
	    "$dir/origin.log" >/dev/null
}

# each NAME CODE ARGS...: each call of this request fails in turn.  NUMBER stands
# for another number each time, and $before runs first.
before=true
client=call
number=0
one()
{
	$before
	fail "$1"
	number=$((number + 1))
	$client "${@:2}"
}
each()
{
	local name=$1 want=$2 n=0 i bad=
	shift 2
	: >"$dir/origin.log"
	one 0 "${@//NUMBER/$number}"
	[ "$code" = "$want" ] || bad="$bad HTTP $code, not $want;"
	n=$(calls)
	for ((i = 1; i <= n; i++)); do
		one $i "${@//NUMBER/$number}"
		case $code in
		000 | 401 | 403 | 500 | 502 | 503 | "$want") ;;
		*) bad="$bad call $i: HTTP $code;" ;;
		esac
	done
	[ "$n" -ge 1 ] || bad="$bad $n calls;"
	is_whole || bad="$bad a request went out otherwise;"
	one 0 "${@//NUMBER/$number}"
	[ "$code" = "$want" ] || bad="$bad HTTP $code then, not $want;"
	verdict "$name: each of $n calls" "$bad"
}
tcp=http://127.0.0.1:$port
each "a request" 200 -H 'X-Api-Key: mine' http://localhost/header/echo
each "one by \$apam_uri" 200 http://localhost/uri/echo
each "cookies" 200 -H 'Cookie: a=1' -H 'Cookie: b=2; session=mine' \
    http://localhost/cookie/echo
each "a body that is signed" 200 -d small http://localhost/hmac/hmac
head -c 20000 /dev/zero | tr '\0' b >"$dir/body"
each "one in a file" 200 --data-binary @"$dir/body" http://localhost/hmac/hmac
each "an answer that is held back" 401 http://localhost/header/denied
each "a redirect" 302 http://localhost/header/redirect
each "a user of no rule" 403 http://localhost/nobody/echo
each "anybody" 403 http://localhost/any/echo
each "another Host" 421 -H 'Host: evil.example' http://localhost/header/echo
each "nothing there" 404 http://localhost/nothing
each "the page's figures" 200 http://localhost/calls
each "the page's files" 200 http://localhost/files
each "a post to the page" 405 -d x http://localhost/calls
each "a token" 200 -H "Authorization: Bearer $token" \
    http://localhost/token/echo
each "no token" 401 http://localhost/token/echo

# What the provider rejects, and is sent once more.
before="control /expire?provider=7signal"
each "a token that has ended" 200 http://localhost/seven/eyes
before=true

# by_tcp ARGS...: curl on the port, as another user where this one can.
by_tcp()
{
	: >"$dir/out"
	code=$(${as:-} curl -sS --max-time 120 -w '%{http_code}' -o /dev/null \
	    "$@" 2>"$dir/err")
}
client=by_tcp
each "a proxy's client without a token" 407 -x "http://127.0.0.1:$port" \
    "http://localhost:$port/token/echo"
each "a port, for whom nobody knows" 403 "$tcp/header/echo"
if [ "$(id -u)" -eq 0 ]; then
	as='setpriv --reuid 64001 --regid 64001 --clear-groups'
	each "the table of sockets" 200 "$tcp/sockets/echo"
	as=
	each "root, by the table of sockets" 403 "$tcp/sockets/echo"
fi

# ---- After all that ----------------------------------------------------------

: >"$dir/out"
grep -a 'exited on signal\|\[alert\]\|\[emerg\]' "$dir/error.log" >"$dir/err"
holds "no worker crashed" [ ! -s "$dir/err" ]
grep -vxFe "" "$dir/known" >"$dir/texts"
grep -aFf "$dir/texts" "$dir/error.log" "$dir/access.log" | head -3 >"$dir/err"
holds "no secret is in nginx's logs" [ ! -s "$dir/err" ]
finish
