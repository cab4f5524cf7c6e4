#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The gateway beside the same nginx with a fixed header (tests/bench/gateway.py):
# make bench-gateway.  In one nginx, as `apam gateway` configures it, there are
# three places: /seven/, which apam signs, and /plain/ and /again/, which set
# Authorization themselves, as the gateway would be without apam.  The origin is
# another nginx, by TLS.  First libapam holds the token in nginx; then the agent
# does, and nginx signs by its page.
SANDBOX_LIFE=7200
. "$(dirname "$0")/../suite/cli/lib.bash"
. "$(dirname "$0")/../suite/cli/providers.bash"
. "$(dirname "$0")/../suite/nginx/lib.bash"

AGENT_PID=
end_all()
{
	[ -z "$AGENT_PID" ] || kill "$AGENT_PID" 2>/dev/null
	end_nginx
}
trap end_all EXIT
export PATH=$PATH:/usr/sbin

# free_port: one that nobody has now.
free_port()
{
	python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# ---- The origin ------------------------------------------------------------

own_ca && certificate localhost DNS:localhost || exit 2
cp "$dir/own-ca.pem" "$dir/both.pem"
cat "$dir/ca.pem" >>"$dir/both.pem"
ORIGIN_PORT=$(free_port)
cat >"$dir/origin.conf" <<END
$([ "$(id -u)" -ne 0 ] || echo 'user root;')
daemon off; master_process off; pid $dir/origin.pid;
error_log $dir/origin.log error;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 1000000000;
  client_body_temp_path $dir/o1; proxy_temp_path $dir/o2;
  fastcgi_temp_path $dir/o3; uwsgi_temp_path $dir/o4; scgi_temp_path $dir/o5;
  server {
    listen 127.0.0.1:$ORIGIN_PORT ssl backlog=1024;
    ssl_certificate $dir/localhost.pem; ssl_certificate_key $dir/localhost.key;
    location / {
      if (\$http_authorization !~ "^Bearer .") { return 401; }
      default_type application/json;
      return 200 '{"eyes":[{"id":1,"name":"an answer of some hundred bytes"}]}';
    }
  }
}
END
nginx -e "$dir/origin.log" -c "$dir/origin.conf" &
ORIGIN_PID=$!
until_true eval ": </dev/tcp/127.0.0.1/$ORIGIN_PORT" || exit 2

# ---- The gateway -----------------------------------------------------------

# seven_with RULES: the profile.
seven_with()
{
	profile seven <<-END
	origins = [ "https://localhost:$ORIGIN_PORT" ];
	ca_file = "$dir/both.pem";
	$1
	auth = ( { scheme = "oauth2-client-credentials";
	  $seven_entry } );
	END
}

# plain NAME: a place that has the same header, and nothing of apam's.
plain()
{
	cat <<-END
	    location /$1/ {
	      proxy_set_header Host localhost:$ORIGIN_PORT;
	      proxy_set_header Upgrade \$apam_upgrade;
	      proxy_set_header Connection \$apam_connection;
	      proxy_set_header Authorization "$fixed";
	      proxy_ssl_name localhost;
	      proxy_ssl_trusted_certificate $dir/both.pem;
	      proxy_pass https://$1/;
	    }
	END
}

# serve: nginx with all three places, at $port and $plain_port.
serve()
{
	port=$(free_port)
	"$build/apam" -c "$dir/apam.conf" gateway --dir "$dir/gateway" \
	    --listen "$port" >/dev/null 2>"$dir/gateway.log" &
	NGINX_PID=$!
	until_true eval ": </dev/tcp/127.0.0.1/$port" || exit 2
	kill "$NGINX_PID"
	wait "$NGINX_PID"
	plain_port=$(free_port)
	{
		sed '$d' "$dir/gateway/nginx.conf"
		echo "  server {"
		echo "    listen 127.0.0.1:$plain_port;"
		plain plain
		plain again
		echo "  }"
		for place in plain again; do
			echo "  upstream $place { server localhost:$ORIGIN_PORT;"
			grep -o -m 1 'keepalive [0-9]*;' \
			    "$dir/gateway/nginx.conf"
			echo "  }"
		done
		echo "}"
	} >"$dir/bench.conf"
	nginx -e stderr -c "$dir/bench.conf" 2>"$dir/gateway.log" &
	NGINX_PID=$!
	until_true eval ": </dev/tcp/127.0.0.1/$port" || exit 2
}

# measure HOW: the table of it.
failed=0
measure()
{
	serve
	python3 tests/bench/gateway.py "$1" "http://127.0.0.1:$port" \
	    "http://127.0.0.1:$plain_port" "$dir/gateway/token" || failed=1
	kill "$NGINX_PID"
	wait "$NGINX_PID"
	NGINX_PID=
}

seven_with ""
fixed=$("$build/apam" -c "$dir/apam.conf" headers seven \
    "https://localhost:$ORIGIN_PORT/eyes" | sed -n 's/^Authorization: //p')
[ -n "$fixed" ] || exit 2
measure "in process"
seven_with "allow = ( { users = [ \"$(id -un)\" ]; give = \"headers\"; } );"
cat >>"$dir/apam.conf" <<END
agent = "require";
agent_socket = "$dir/agent";
agent_user = "$(id -un)";
END
"$build/apamd" -c "$dir/apam.conf" --socket "$dir/agent" >"$dir/agent.log" 2>&1 &
AGENT_PID=$!
until_true [ -S "$dir/agent" ] || exit 2
measure "by the agent"
cat "$dir/gateway.log" >&2
exit $failed
