#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Client certificates in nginx: each profile's requests arrive with the
# certificate that they are signed with, by connections and TLS sessions that
# nobody else's requests use, though all share one upstream; and where that
# cannot be, nothing arrives.  The key is in no log, and not in the worker's
# memory but while it is used.
. "$(dirname "$0")/cli/lib.bash"
. tests/suite/cli/providers.bash
. tests/suite/nginx/lib.bash

needs_nginx
export PATH=$PATH:/usr/sbin
server=tests/suite/nginx/client_certificates.py
cp "$build/tests/modules/certificate-test.so" "$dir/modules/"

# ---- Certificates ----------------------------------------------------------

own_ca && certificate localhost DNS:localhost || exit 2
for name in a a2 b; do
	certificate $name DNS:client || exit 2
	sed '/-----/d' "$dir/$name.key" | tee -a "$dir/keys" >>"$dir/known"
done
chmod 644 "$dir"/*.pem
openssl pkcs8 -topk8 -v2 aes-256-cbc -in "$dir/a.key" -out "$dir/sealed.key" \
    -passout pass:not-a-secret-pass 2>/dev/null || exit 2
openssl ec -aes256 -in "$dir/a.key" -out "$dir/old.key" \
    -passout pass:not-a-secret-pass 2>/dev/null || exit 2
openssl pkey -in "$dir/a.key" -pubout -out "$dir/public.key" || exit 2
chmod 600 "$dir"/*.key
secret pass not-a-secret-pass
secret wrong-pass not-a-secret-but-wrong-all-the-same
secret plain not-a-secret-key
cat "$dir/a.pem" "$dir/own-ca.pem" >"$dir/chain.pem"
chmod 644 "$dir/chain.pem"

: >"$dir/origin.log"
python3 $server "$dir" "$dir/localhost.pem" "$dir/localhost.key" \
    "$dir/own-ca.pem" < <(exec tail --pid=$$ -f /dev/null) &
ORIGIN_PID=$!
until_true [ -s "$dir/origin.port" ] || exit 2
read -r new old <"$dir/origin.port"
origin=https://localhost:$new

# ---- Profiles and nginx -----------------------------------------------------

# own NAME SCHEME ENTRY [ORIGIN]
own()
{
	entry "$1" "${4:-$origin}" "$2" "$3"
	sed -i "s,^ca_file.*,ca_file = \"$dir/own-ca.pem\";," \
	    "$dir/apam.d/$1.conf"
}
# pair NAME CERTIFICATE KEY [MORE [ORIGIN]]
pair()
{
	own "$1" certificate-test "certificate = \"$dir/$2\";
	    ${3:+key_file = \"$dir/$3\";} ${4:-}" "${5:-}"
}
pass="passphrase = \"file:$dir/secrets/pass\";"
pair a a.pem a.key
pair b b.pem b.key
pair chain chain.pem sealed.key "$pass"
pair old a.pem old.key "$pass"
pair handle a.pem '' "key = \"file:$dir/a.key\";"
pair other a.pem b.key
pair empty b.key b.key
pair wrong a.pem sealed.key "passphrase = \"file:$dir/secrets/wrong-pass\";"
pair public a.pem '' "key = \"file:$dir/public.key\";"
pair address a.pem a.key '' "https://127.0.0.1:$new"
own none api-key "key = \"file:$dir/secrets/plain\"; header = \"X-Api-Key\";"

# location PROFILE PASS [MORE [NAME]]
location()
{
	cat <<-END
	location /${4:-$1}/ {
	  apam $1; apam_prefix /${4:-$1}; ${3:-apam_origin $origin;}
	  proxy_pass $2\$apam_uri;
	}
	END
}
cat >"$dir/nginx.conf" <<END
$([ "$(id -u)" -ne 0 ] || echo 'user root;')
daemon off; worker_processes 1; pid $dir/nginx.pid;
error_log $dir/error.log debug;
load_module $module;
events { worker_connections 512; }
http {
  apam_config $dir/apam.conf $([ "$(id -u)" -eq 0 ] || echo user);
  apam_log debug;
  access_log off;
  client_body_temp_path $dir/t1; proxy_temp_path $dir/t2;
  fastcgi_temp_path $dir/t3; uwsgi_temp_path $dir/t4; scgi_temp_path $dir/t5;
  proxy_ssl_verify on; proxy_ssl_trusted_certificate $dir/own-ca.pem;
  proxy_ssl_protocols TLSv1.2 TLSv1.3;
  proxy_ssl_server_name on; proxy_ssl_name localhost;
  proxy_http_version 1.1;
  proxy_set_header Host \$apam_authority;
  proxy_set_header Connection "";
  upstream one { server 127.0.0.1:$new; keepalive 8; }
  upstream two { server 127.0.0.1:$new; server 127.0.0.1:$old; keepalive 8; }
  server {
    listen unix:$sock;
    $(for p in a b none chain old handle other empty wrong public; do
	location $p https://one
	location $p https://two '' $p-2
    done)
    $(location a http://one '' clear)
    $(location a https://one \
	"apam_origin $origin; proxy_ssl_session_reuse off;" full)
    $(location address https://\$apam_authority \
	"apam_origin https://127.0.0.1:$new;
	proxy_ssl_trusted_certificate $dir/own-ca.pem;")
    location = /plain { proxy_pass https://one/; }
    location / { return 404; }
  }
}
END
start_nginx

# ---- Which certificate -------------------------------------------------------

gets "a certificate" 200 =a http://localhost/a/x
gets "another profile's" 200 =b http://localhost/b/x
gets "a profile without" 200 =nobody http://localhost/none/x
gets "what apam has nothing to do with" 200 =nobody http://localhost/plain
gets "with those that issued it, its key encrypted" 200 =a \
    http://localhost/chain/x
gets "a key that is encrypted in the old way" 200 =a http://localhost/old/x
gets "a key that no module sees" 200 =a http://localhost/handle/x
first=$(arrived .connection)
call http://localhost/handle/x
holds "the connection is kept" [ "$(arrived .connection)" = "$first" ]

# is_so FILTER: of what arrived.
is_so()
{
	jq -es "$1" "$dir/origin.log" >/dev/null
}

# mixed NAME SUFFIX: each profile many times, in turn; all are what they were
# signed with, and so is all else that came by their connections and sessions.
mixed()
{
	: >"$dir/origin.log"
	for i in 1 2 3 4 5 6 7 8; do
		gets "$1, $i" 200 =a "http://localhost/a$2/x"
		gets "$1, $i, another one" 200 =b "http://localhost/b$2/x"
		gets "$1, $i, none" 200 =nobody "http://localhost/none$2/x"
		gets "$1, $i, none again" 200 =nobody "http://localhost/none$2/x"
		gets "$1, $i, the first" 200 =a "http://localhost/a$2/x"
	done
	holds "$1: no connection has two" is_so 'group_by(.connection) |
	    all(map(.name) | unique | length == 1)'
	holds "$1: no session either" is_so '[.[] | select(.resumed)] |
	    all(.name == "nobody")'
}
mixed "one server" ''
mixed "two servers" -2
holds "sessions are resumed where there is no certificate" \
    is_so 'any(.resumed)'

# ---- A certificate that is replaced, and one that is taken back ----------------

call http://localhost/a/x
cp "$dir/a2.key" "$dir/new.key" && cp "$dir/a2.pem" "$dir/new.pem"
chmod 600 "$dir/new.key" && chmod 644 "$dir/new.pem"
before=$(arrived .connection)
is_replaced()
{
	call http://localhost/a/x
	[ "$(cat "$dir/out")" = a2 ]
}
mv "$dir/new.key" "$dir/a.key" && mv "$dir/new.pem" "$dir/a.pem"
holds "a certificate that is replaced" until_true is_replaced
holds "is not shown by the connection that there was" \
    [ "$(arrived .connection)" != "$before" ]
for i in 1 2 3 4; do
	gets "and the old one never again, $i" 200 =a2 http://localhost/a/x
done
sed -i 's,auth = (,allow = ( { users = [ "64999" ]; give = "nothing"; } ); &,' \
    "$dir/apam.d/a.conf"
: >"$dir/origin.log"
is_refused()
{
	call http://localhost/a/x
	[ "$code" = 403 ]
}
holds "a profile that is taken back" until_true is_refused
: >"$dir/origin.log"
problem "is refused, whatever connection is kept" 403 POLICY http://localhost/a/x
holds "and nothing arrives" [ ! -s "$dir/origin.log" ]

# ---- What cannot be ------------------------------------------------------------

# refused NAME TEXT PLACE
refused()
{
	: >"$dir/origin.log"
	problem "$1" 500 "$2" "http://localhost/$3/x"
	holds "$1: nothing arrives" [ ! -s "$dir/origin.log" ]
	holds "$1: the log says why" grep -qE "apam: .*$2" "$dir/error.log"
}
cannot='the client certificate or its key cannot be used'
refused "a key of another certificate" "$cannot" other
refused "no certificate" "$cannot" empty
refused "a wrong passphrase" "$cannot" wrong
refused "a key without its private part" 'no private part' public
pair a b.pem b.key
is_back()
{
	call http://localhost/a/x
	[ "$code" = 200 ]
}
holds "the profile is given back" until_true is_back
refused "an upstream without TLS" 'told to send without TLS' clear
refused "sessions that nginx is not to keep" 'proxy_ssl_session_reuse has to be on' \
    full
refused "a host that is not an upstream" 'has to name an upstream' address

# ---- Where the key is ------------------------------------------------------------

found()
{
	python3 $server --find "$(pgrep -P "$NGINX_PID")" "$dir/b.key"
}
if [ "$(id -u)" -eq 0 ]; then
	curl -sS --max-time 120 --unix-socket "$sock" http://localhost/b/held \
	    >"$dir/held" 2>&1 &
	held=$!
	: >"$dir/origin.log"
	until_true [ -s "$dir/origin.log" ]
	holds "the key is in memory while its request is under way" \
	    [ "$(found)" != 0 ]
	: >"$dir/go"
	wait $held
	holds "and not when that is over, though the connection is kept" \
	    [ "$(found)" = 0 ]
fi
holds "nothing of a key is in nginx's log of level debug" eval \
    'grep -q "\[debug\]" "$dir/error.log" &&
     ! grep -qF -e "PRIVATE KEY" -f "$dir/keys" "$dir/error.log"'

# ---- The gateway -------------------------------------------------------------------

kill "$NGINX_PID" && wait "$NGINX_PID"
"$build/apam" -c "$dir/apam.conf" gateway --dir "$dir/gateway" \
    --listen "unix:$dir/gw.sock" a b none other >"$dir/said" 2>"$dir/gateway.log" &
NGINX_PID=$!
sock=$dir/gw.sock
until_true eval 'grep -q "call it:" "$dir/said" && [ -S "$sock" ]'
certificate a2 DNS:client && chmod 644 "$dir/a2.pem" && chmod 600 "$dir/a2.key"
pair b a2.pem a2.key
mixed_gateway()
{
	call http://localhost/b/x
	[ "$(cat "$dir/out")" = a2 ]
}
holds "apam gateway: a certificate" until_true mixed_gateway
for i in 1 2 3; do
	gets "apam gateway: one, $i" 200 =b http://localhost/a/x
	gets "apam gateway: another one, $i" 200 =a2 http://localhost/b/x
	gets "apam gateway: none, $i" 200 =nobody http://localhost/none/x
done
problem "apam gateway: a key of another certificate" 500 "$cannot" \
    http://localhost/other/x
finish
