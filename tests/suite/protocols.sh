#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What travels otherwise than as one request and one answer passes a gateway,
# signed and not kept back: WebSockets, server-sent events, chunks, 100-continue,
# HTTP/2 and gRPC; by `apam gateway`, by `apam run`, and by nginx with apam's
# module.
. "$(dirname "$0")/cli/lib.bash"
ORIGIN_PID= SEVENSIGNAL_PORT= XYSENSE_PORT= SEED_PORT= APIKEY_PORT=
. tests/suite/nginx/lib.bash

needs_nginx
export PATH=$PATH:/usr/sbin
GRPC_PID=
end_all()
{
	[ -z "$GRPC_PID" ] || kill "$GRPC_PID" 2>/dev/null
	end_nginx
}
trap end_all EXIT

own_ca && certificate localhost DNS:localhost || exit 2
: >"$dir/streams.log"
python3 tests/suite/nginx/streams.py serve "$dir" "$dir/localhost.pem" \
    "$dir/localhost.key" < <(exec tail --pid=$$ -f /dev/null) &
ORIGIN_PID=$!
/usr/bin/python3 tests/suite/nginx/echo_grpc.py serve "$dir" \
    "$dir/localhost.pem" "$dir/localhost.key" < <(exec tail --pid=$$ -f /dev/null) \
    2>"$dir/grpc.log" &
GRPC_PID=$!
until_true [ -s "$dir/streams.port" ] || exit 2
until_true [ -s "$dir/grpc.port" ] || exit 2
origin=https://localhost:$(cat "$dir/streams.port")
grpc=https://localhost:$(cat "$dir/grpc.port")

# key NAME ORIGIN: a profile with a key in X-Api-Key.
key()
{
	secret "$1" "not-a-secret-$1"
	profile "$1" <<-END
	origins = [ "$2" ];
	ca_file = "$dir/own-ca.pem";
	auth = ( { scheme = "api-key"; header = "X-Api-Key";
	  key = "file:$dir/secrets/$1"; } );
	END
}
key streams "$origin"
key echo "$grpc"

# client NAME OUT WHERE WHAT [COMMAND...]: a client of streams.py, perhaps within
# a command.
client()
{
	local name=$1 out=$2 where=$3 what=$4
	shift 4
	"$timeout" 120 "$@" python3 tests/suite/nginx/streams.py "$what" \
	    "$where" >"$dir/out" 2>"$dir/err" </dev/null
	holds "$name" grep -qE "$out" "$dir/out"
}

# signed TARGET: the last request for it had the key, and no other.
signed()
{
	[ "$(grep -F "\"$1\"" "$dir/streams.log" | tail -n 1 |
	    jq -r '[.headers[] | select(.[0] == "x-api-key")[1]] | join(",")')" \
	    = not-a-secret-streams ]
}

# passes HOW WHERE [COMMAND...]: all of them.
passes()
{
	local how=$1 where=$2
	shift 2
	client "$how: a WebSocket" '^100 frames came back' "$where" ws "$@"
	holds "$how: its request is signed" signed /ws
	client "$how: server-sent events" '^each event when it was sent' \
	    "$where" events "$@"
	holds "$how: their request is signed" signed /events
	client "$how: chunks, as they come" '^11 bytes' "$where" upload "$@"
	holds "$how: their request is signed" signed /upload
	client "$how: 100-continue" '^5 bytes' "$where" continue "$@"
	client "$how: chunks with a trailer" '^body' "$where" trailers "$@"
}

# ---- apam gateway ----------------------------------------------------------

"$build/apam" -c "$dir/apam.conf" gateway --dir "$dir/gateway" \
    --listen "unix:$sock" streams >"$dir/said" 2>"$dir/gateway.log" &
NGINX_PID=$!
until_true [ -S "$sock" ] || {
	cat "$dir/gateway.log"
	exit 2
}
passes "apam gateway" "$sock:/streams"
client "a refusal comes in place of 100 Continue" '^HTTP/1.1 4' \
    "$sock:/streams" early
call --http2-prior-knowledge http://localhost/streams/ws
holds "HTTP/2 is not spoken there, and that is said" [ "$status" -ne 0 ]
kill "$NGINX_PID"
wait "$NGINX_PID"
NGINX_PID=

# ---- apam run --------------------------------------------------------------

export APAM_CONFIG=$dir/apam.conf XDG_RUNTIME_DIR=$dir/run
mkdir "$XDG_RUNTIME_DIR"
passes "apam run" "$origin" "$build/apam" run --

# ---- nginx, with HTTP/2 ----------------------------------------------------

cat >"$dir/nginx.conf" <<END
$([ "$(id -u)" -ne 0 ] || echo 'user root;')
daemon off; worker_processes 1; pid $dir/nginx.pid;
error_log $dir/error.log info;
load_module $module;
events { worker_connections 512; }
http {
  apam_config $dir/apam.conf $([ "$(id -u)" -eq 0 ] || echo user);
  access_log off;
  client_body_temp_path $dir/t1; proxy_temp_path $dir/t2;
  fastcgi_temp_path $dir/t3; uwsgi_temp_path $dir/t4; scgi_temp_path $dir/t5;
  proxy_ssl_verify on; proxy_ssl_trusted_certificate $dir/own-ca.pem;
  proxy_ssl_name localhost; proxy_http_version 1.1; proxy_buffering off;
  proxy_set_header Host \$apam_authority; proxy_set_header Connection "";
  upstream streams { server ${origin#https://}; keepalive 4; }
  upstream echo { server ${grpc#https://}; keepalive 4; }
  server {
    listen unix:$sock.h2 http2;
    location /streams/ {
      apam streams; apam_origin $origin; apam_prefix /streams;
      proxy_pass https://streams;
    }
    location /grpc/ {
      apam echo; apam_origin $grpc; apam_prefix /grpc;
      grpc_pass grpcs://echo;
      grpc_set_header Host \$apam_authority;
      grpc_ssl_verify on; grpc_ssl_trusted_certificate $dir/own-ca.pem;
      grpc_ssl_name localhost;
    }
  }
}
END
sock=$sock.h2
start_nginx
h2=--http2-prior-knowledge
gets "HTTP/2: a body" 200 '5 bytes' $h2 --data-binary hello \
    http://localhost/streams/upload
holds "HTTP/2: it is signed" signed /upload
gets "HTTP/2: a client's key is not sent on" 200 '5 bytes' $h2 \
    -H 'X-Api-Key: mine' --data-binary hello http://localhost/streams/upload
holds "HTTP/2: in its place is ours" signed /upload
problem "HTTP/2: another host" 421 'does not answer for that host' $h2 \
    -H 'Host: evil.example' http://localhost/streams/upload
problem "HTTP/2: a web page's script" 403 'web page' $h2 \
    -H 'Origin: https://evil.example' http://localhost/streams/upload
h2load -n 200 -c 2 -m 20 --base-uri="unix:$sock" \
    http://localhost/streams/next >"$dir/out" 2>"$dir/err"
holds "HTTP/2: many at once on a connection" grep -q '200 succeeded' "$dir/out"
holds "HTTP/2: each of them is signed" \
    [ "$(grep '"/next"' "$dir/streams.log" | grep -c not-a-secret-streams)" = \
    "$(grep -c '"/next"' "$dir/streams.log")" ]
/usr/bin/python3 tests/suite/nginx/echo_grpc.py call "$sock" >"$dir/out" \
    2>"$dir/err"
holds "gRPC: one message, signed" \
    grep -qx 'one: hello, signed with not-a-...-echo' "$dir/out"
holds "gRPC: a stream of a hundred" grep -qx 'many: 100' "$dir/out"
holds "gRPC: a status in the trailers" \
    grep -qx 'none: UNIMPLEMENTED' "$dir/out"

: >"$dir/out"
grep -vxFe "" "$dir/known" >"$dir/texts"
grep -aFf "$dir/texts" "$dir/error.log" "$dir/gateway.log" "$dir/said" \
    >"$dir/err"
holds "no secret is in the logs" [ ! -s "$dir/err" ]
finish
