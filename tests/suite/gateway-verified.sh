#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Answers that a provider signs, through nginx and apam's module: one that is the
# provider's comes to the client; of any other one nothing does, in its place a
# problem. By a worker that has the secret, and by one that asks the agent, which
# no other request waits for.
. "$(dirname "$0")/agent/agent.bash"
. tests/suite/cli/providers.bash
. tests/suite/nginx/lib.bash

end_all()
{
	[ -z "$AGENT_PID" ] || kill -CONT "$AGENT_PID" 2>/dev/null
	[ -z "$AGENT_PID" ] || kill "$AGENT_PID" 2>/dev/null
	end_nginx
}
trap end_all EXIT
needs_nginx
[ "$(id -u)" -eq 0 ] || skip "only root can be several users"

own_user
start_origin
cp "$build/tests/modules/verify-test.so" "$dir/modules/"
chmod 755 "$dir/modules/verify-test.so"
own_secret verify not-a-secret-of-verify
printf not-a-secret-of-verify >"$dir/verify"
# own NAME TOP
own()
{
	entry "$1" "$origin" verify-test \
	    "secret = \"file:$dir/secrets/verify\";" \
	    "limits = { body = 65536; }; ${2:-}"
	sed -i "s,^ca_file.*,ca_file = \"$dir/own-ca.pem\";," \
	    "$dir/apam.d/$1.conf"
}
own here 'agent = "off";'
own far
chmod 644 "$dir/apam.d/"* "$dir"/*.pem
start_agent

# location NAME BUFFERING
location()
{
	cat <<-END
	location /$1/ {
	  apam $1; apam_origin $origin; apam_prefix /$1;
	  proxy_pass https://up; proxy_buffering $2;
	}
	END
}
cat >"$dir/nginx.conf" <<END
user root; daemon off; worker_processes 1; pid $dir/nginx.pid;
error_log $dir/error.log info;
load_module $module;
events { worker_connections 64; }
http {
  apam_config $dir/apam.conf; access_log off;
  client_body_temp_path $dir/t1; proxy_temp_path $dir/t2;
  fastcgi_temp_path $dir/t3; uwsgi_temp_path $dir/t4; scgi_temp_path $dir/t5;
  proxy_ssl_verify on; proxy_ssl_trusted_certificate $dir/own-ca.pem;
  proxy_ssl_server_name on; proxy_ssl_name localhost;
  proxy_http_version 1.1; proxy_set_header Host \$apam_authority;
  map \$http_upgrade \$switching { default ""; websocket upgrade; }
  proxy_set_header Upgrade \$http_upgrade;
  proxy_set_header Connection \$switching; apam_problems on;
  upstream up { server 127.0.0.1:$ORIGIN_PORT; keepalive 4; }
  server {
    listen unix:$sock;
    $(location here on)
    $(location far off)
    location / { return 404; }
  }
}
END
start_nginx

# answers NAME CODE PATH: with the provider's body, or a problem and nothing of it.
answers()
{
	call "http://localhost$3"
	holds "$1 (HTTP $code)" [ "$code" = "$2" ]
}
genuine()
{
	answers "$1: genuine" 200 "/$2/verified?genuine"
	holds "$1: with its body" [ "$(cat "$dir/out")" = "told xxxxxxxxxx" ]
	holds "$1: with its headers" grep -qi '^x-told: told' "$dir/head"
}
# is_problem STATUS TEXT
is_problem()
{
	json_holds "$dir/out" --arg status "$1" --arg text "$2" '.status == 502 and
	    .apam == $status and (.detail | contains($text))'
}
# refused NAME PATH STATUS TEXT
refused()
{
	answers "$1" 502 "$2"
	holds "$1: a problem" is_problem "$3" "$4"
	holds "$1: nothing of the answer" eval \
	    '! grep -qi told "$dir/head" "$dir/out"'
}

# alone PATH: behind the first answer of a connection comes the second, and nothing
# of the provider's between them.
alone()
{
	python3 - "$sock" "$1" >"$dir/alone" <<-'END'
	import socket, sys
	s = socket.socket(socket.AF_UNIX)
	s.settimeout(120)
	s.connect(sys.argv[1])
	s.sendall(b"".join(b"GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n" % way for way in (
	    (sys.argv[2].encode(), b""), (b"/none", b"Connection: close\r\n"))))
	got = b"".join(iter(lambda: s.recv(65536), b""))
	head, _, rest = got.partition(b"\r\n\r\n")
	size = [int(line[15:]) for line in head.split(b"\r\n")
	        if line.lower().startswith(b"content-length:")]
	print(got[:2000])
	sys.exit(not rest[size[0]:].startswith(b"HTTP/1.1 404 "))
	END
}

for by in here far; do
	genuine "$by" $by
	another='its Answer-Mac is another one'
	for what in body header status; do
		refused "$by: another $what" "/$by/verified?$what" \
		    APAM_E_NOT_AUTHENTIC "$another"
	done
	refused "$by: no header" "/$by/verified?none" APAM_E_NOT_AUTHENTIC \
	    'it has no Answer-Mac'
	refused "$by: larger than limits.body" "/$by/verified?long" \
	    APAM_E_PROVIDER 'too large to be verified'
	holds "$by: larger: the rest is dropped" alone "/$by/verified?long"
	holds "$by: larger: the log has the profile" grep -q \
	    "apam: $by: the answer is too large" "$dir/error.log"
	# What comes behind a change of protocols cannot be verified.
	call --http1.1 --http0.9 -H 'Connection: Upgrade' \
	    -H 'Upgrade: websocket' "http://localhost/$by/verified?switch"
	holds "$by: another protocol (HTTP $code)" [ "$code" = 502 ]
	holds "$by: another protocol: a problem" \
	    grep -q '"detail":".*changed to another protocol' "$dir/out"
	holds "$by: another protocol: nothing of it" eval \
	    '! grep -qi told "$dir/head" "$dir/out"'
	genuine "$by, after all that" $by
done

# ---- The agent is stopped once the request was signed -------------------------

# While one request waits for the agent, the worker has others answered.
hold_up()
{
	: >"$dir/held"
	curl -sS --max-time 120 --unix-socket "$sock" -o "$dir/late" \
	    -w '%{http_code}' "http://localhost/far/verified?slow" \
	    >"$dir/late.code" 2>"$dir/err" &
	LATE=$!
	until_true [ -e "$dir/reached" ] && kill -STOP "$AGENT_PID" &&
		rm "$dir/held"
}
holds "a request that waits" hold_up
genuine "others are answered meanwhile" here
holds "it waits" kill -0 $LATE
kill -CONT "$AGENT_PID"
holds "it is answered then" wait $LATE
holds "it is the provider's" [ "$(cat "$dir/late.code") $(cat "$dir/late")" = \
    "200 told xxxxxxxxxx" ]
# A client that goes away leaves nothing that is waited for.
rm -f "$dir/reached"
holds "a client that will go away" hold_up
kill $LATE
wait $LATE 2>/dev/null
kill -CONT "$AGENT_PID"
genuine "after it went away" far

finish
