# SPDX-License-Identifier: BSD-2-Clause
# What a gateway of two workers does while something fails, for tests/suite/
# failures.sh and the trial, which does more of it.  Source cli/lib.bash,
# cli/providers.bash and nginx/lib.bash first.

PLAIN_PID=
end_failing()
{
	[ -z "$PLAIN_PID" ] || kill "$PLAIN_PID" 2>/dev/null
	end_nginx
}
trap end_failing EXIT

# tally N CLIENTS PATH...: fills $dir/tally with lines of outcome and count.
tally()
{
	python3 tests/suite/nginx/client.py tally "$sock" "$@" >"$dir/tally" \
	    2>"$dir/err"
	cp "$dir/tally" "$dir/out"
}

# tally_while NAME SOCKET N COMMAND...: the same, into $dir/NAME, by four clients
# who go on for as long as the command runs, and for N requests at least.
tally_while()
{
	local load
	mkfifo "$dir/$1.on"
	python3 tests/suite/nginx/client.py tally-on "$2" "$3" 4 /own/echo \
	    <"$dir/$1.on" >"$dir/$1" 2>"$dir/$1.err" &
	load=$!
	exec 6>"$dir/$1.on"
	"${@:4}"
	exec 6>&-
	wait $load
	rm "$dir/$1.on"
}

# count OUTCOME [NAME]: how many of the last tally, or of that one, ended so.
count()
{
	awk -v o="$1" '$1 == o { n = $2 } END { print n + 0 }' \
	    "$dir/${2:-tally}"
}

# total: how many requests the last tally had.
total()
{
	awk '{ n += $NF } END { print n + 0 }' "$dir/tally"
}

# requests PATH: how many of 7SIGNAL's were for it.
requests()
{
	seen 7signal | grep -o "\"path\": *\"$1\"" | wc -l
}

# workers [PLACE]: their process ids; of the plain nginx: workers plain.
workers()
{
	local master
	master=$(cat "$dir/${1:-gateway}/nginx.pid") && pgrep -P "$master"
}

# two_workers [SOCKET PLACE]: both are there, and take requests.
two_workers()
{
	[ "$(workers "${2:-gateway}" | wc -l)" -eq 2 ] &&
		[ "$(curl -s --max-time 20 --unix-socket "${1:-$sock}" \
		    -o /dev/null -w '%{http_code}' \
		    http://localhost/own/echo)" = 200 ]
}

# start_failing: a gateway of two workers, for `seven` and `own`.
start_failing()
{
	start_origin
	entry seven "$named_seven" oauth2-client-credentials "$seven_entry"
	secret plain not-a-secret-key
	entry own "$origin" api-key \
	    "key = \"file:$dir/secrets/plain\"; header = \"X-Api-Key\";"
	sed -i "s,^ca_file.*,ca_file = \"$dir/own-ca.pem\";," \
	    "$dir/apam.d/own.conf"
	"$build/apam" -c "$dir/apam.conf" gateway --dir "$dir/gateway" \
	    --workers 2 --listen "unix:$sock" seven own >"$dir/said" \
	    2>"$dir/gateway.log" &
	NGINX_PID=$!
	until_true two_workers || {
		cat "$dir/gateway.log"
		exit 2
	}
}

# start_plain: an nginx without apam's module that sets the header itself, with as
# many workers, at $dir/plain.sock.  It keeps its files in $dir/plain.
start_plain()
{
	mkdir "$dir/plain"
	cat >"$dir/plain/nginx.conf" <<-END
	$([ "$(id -u)" -ne 0 ] || echo 'user root;')
	daemon off; worker_processes 2; pid $dir/plain/nginx.pid;
	error_log stderr error;
	events { worker_connections 1024; }
	http {
	  access_log off; proxy_request_buffering off; proxy_buffering off;
	  proxy_http_version 1.1;
	  $(for kind in client_body proxy fastcgi uwsgi scgi; do
		echo "${kind}_temp_path $dir/plain/$kind;"
	  done)
	  upstream own { server localhost:$ORIGIN_PORT; keepalive 64; }
	  server {
	    listen unix:$dir/plain.sock;
	    location /own/ {
	      proxy_set_header Host localhost:$ORIGIN_PORT;
	      proxy_set_header Connection "";
	      proxy_set_header X-Api-Key not-a-secret-key;
	      proxy_ssl_verify on; proxy_ssl_name localhost;
	      proxy_ssl_server_name on;
	      proxy_ssl_trusted_certificate $dir/own-ca.pem;
	      proxy_pass https://own/;
	    }
	  }
	}
	END
	"$NGINX" -e stderr -c "$dir/plain/nginx.conf" 2>"$dir/plain.log" &
	PLAIN_PID=$!
	until_true two_workers "$dir/plain.sock" plain || {
		cat "$dir/plain.log"
		exit 2
	}
}

# all_signed: whatever came to the origin had the key, once, and was for it.
all_signed()
{
	jq -e -s --arg host "localhost:$ORIGIN_PORT" 'length > 0 and all(.[];
	    [.headers[] | select(.[0] | ascii_downcase == "x-api-key")[1]] ==
	    ["not-a-secret-key"] and
	    [.headers[] | select(.[0] | ascii_downcase == "host")[1]] ==
	    [$host])' "$dir/origin.log" >/dev/null
}

# storm N: the provider takes no token, however new it is.  Some requests are
# answered with its 401; then apam leaves it alone for a while, and says so.
storm()
{
	control "/fault?provider=7signal&path=/eyes&kind=401"
	control /log/clear
	tally "$1" 8 /seven/eyes
	holds "401 for all: each of $1 requests is answered" \
	    [ $(($(count 401) + $(count 502))) -eq "$1" ]
	holds "401 for all: none was sent more than twice" \
	    [ "$(requests /eyes)" -le $((2 * $1)) ]
	holds "401 for all: few exchanges, not one for each" \
	    [ "$(requests /oauth2/token)" -le $(($1 / 2)) ]
	echo "401 for all: $1 requests, of which $(count 401) were answered 401;" \
	    "$(requests /eyes) sendings, $(requests /oauth2/token) exchanges" \
	    >>"$dir/figures"
	control /clear
	holds "401 for all: once it takes tokens again, it gets some" \
	    until_true eval 'call http://localhost/seven/eyes && [ $code = 200 ]'
}

# slow N: a token takes its time; those who wait share it.
slow()
{
	control "/expire?provider=7signal"
	control "/fault?provider=7signal&path=/oauth2/token&kind=delay&arg=700"
	control /log/clear
	tally "$1" "$1" /seven/eyes
	holds "a slow exchange: all $1 are answered" [ "$(count 200)" -eq "$1" ]
	holds "a slow exchange: one for each worker" \
	    [ "$(requests /oauth2/token)" -le 2 ]
	control /clear
}

# kills TIMES SOCKET PLACE: one of its workers at a time, once both take requests.
kills()
{
	local i
	for ((i = 0; i < $1; i++)); do
		until_true two_workers "${@:2}"
		kill -KILL "$(workers "$3" | head -n 1)"
	done
}

# plain_crashes N KILLS: those of a plain nginx, into $dir/plain.tally.
plain_crashes()
{
	tally_while plain.tally "$dir/plain.sock" "$1" \
	    kills "$2" "$dir/plain.sock" plain
}

# crashes N KILLS: workers are killed under load, by SIGKILL.  Without an answer
# are those that the killed worker had; nothing else.
crashes()
{
	: >"$dir/origin.log"
	tally_while tally "$sock" "$1" kills "$2" "$sock" gateway
	cp "$dir/tally" "$dir/out"
	echo "killed workers: $2 in $(total) requests, of which $(count closed)" \
	    "had no answer" >>"$dir/figures"
	holds "a killed worker: nothing but what it had is lost" \
	    [ $(($(count 200) + $(count closed))) -eq "$(total)" ]
	holds "a killed worker: four for each at most" \
	    [ "$(count closed)" -le $((4 * $2)) ]
	holds "a killed worker: nothing is signed otherwise" all_signed
}

# replaced: both workers are there again after crashes.
replaced()
{
	until_true two_workers
	tally 40 4 /own/echo /seven/eyes
	holds "a killed worker: another one takes its place" \
	    [ "$(count 200)" -eq 40 ]
}

# no_more_lost GATEWAY PLAIN: than by the plain nginx, but for what chance does.  A
# kill takes the requests that the worker has then, of four clients at most, so
# that two such counts differ by less than six times the root of their sum.
no_more_lost()
{
	awk -v a="$1" -v b="$2" 'BEGIN { exit !(a - b <= 6 * sqrt(a + b)) }'
}

# crashes_beside N KILLS: the same, and beside it a plain nginx whose workers are
# killed as often under as much load.
crashes_beside()
{
	local plain
	start_plain
	plain_crashes "$@" &
	plain=$!
	crashes "$@"
	wait $plain
	echo "the same of a plain nginx: $(count closed plain.tally) of" \
	    "$(awk '{ n += $NF } END { print n }' "$dir/plain.tally")" \
	    "had no answer" >>"$dir/figures"
	holds "a killed worker: no more is lost than by a plain nginx" \
	    no_more_lost "$(count closed)" "$(count closed plain.tally)"
	kill "$PLAIN_PID"
	wait "$PLAIN_PID"
	PLAIN_PID=
}

# reload TIMES: nginx is told to read its files anew.
reload()
{
	local i before
	for ((i = 0; i < $1; i++)); do
		before=$(workers)
		kill -HUP "$NGINX_PID"
		until_true eval '[ "$(workers)" != "$before" ]'
		until_true two_workers
	done
}

# reloads N TIMES: the same under load.
reloads()
{
	: >"$dir/origin.log"
	tally_while tally "$sock" "$1" reload "$2"
	cp "$dir/tally" "$dir/out"
	echo "reloads: $2 in $(total) requests, of which $(count 200) were" \
	    "answered" >>"$dir/figures"
	holds "a reload: none is lost" [ "$(count 200)" -eq "$(total)" ]
	holds "a reload: nothing is signed otherwise" all_signed
}

# origin_gone: the origin is away, and the answer says so.
origin_gone()
{
	kill "$ORIGIN_PID"
	wait "$ORIGIN_PID" 2>/dev/null
	ORIGIN_PID=
	tally 20 4 /own/echo
	holds "the provider is away: all are told so" [ "$(count 502)" -eq 20 ]
	problem "the provider is away: what they are told" 502 'cannot be reached' \
	    http://localhost/own/echo
	gets "another one is not affected" 200 '"eyes"' \
	    http://localhost/seven/eyes
}
