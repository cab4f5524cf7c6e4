# SPDX-License-Identifier: BSD-2-Clause
# What the suites of nginx's module share.  Source cli/lib.bash and
# cli/providers.bash first.
#
# nginx holds certificates against names, so the sandbox's providers are called
# localhost here, which their certificate has as well.

. tests/suite/nginx/needs.bash
sock=$dir/gateway.sock
NGINX_PID= ORIGIN_PID=

# Many programs at once take long on a busy machine.
grep -q '^deadline' "$dir/apam.conf" ||
	echo 'deadline = "2m";' >>"$dir/apam.conf"
# Other users reach the socket.
chmod 755 "$dir"
named_seven=https://localhost:$SEVENSIGNAL_PORT
named_xy=https://localhost:$XYSENSE_PORT
named_seed=https://localhost:$SEED_PORT
named_apikey=https://localhost:$APIKEY_PORT

end_nginx()
{
	[ -z "$NGINX_PID" ] || kill "$NGINX_PID" 2>/dev/null
	[ -z "$ORIGIN_PID" ] || kill "$ORIGIN_PID" 2>/dev/null
	cleanup
}
trap end_nginx EXIT

# until_true COMMAND...: within two minutes, which nothing takes that works.
until_true()
{
	local end=$((SECONDS + 120))
	until "$@" 2>/dev/null; do
		[ $SECONDS -lt $end ] || return
		sleep 0.05
	done
}

# start_nginx: with $dir/nginx.conf; a suite that cannot have it ends.
start_nginx()
{
	"$NGINX" -e "$dir/error.log" -c "$dir/nginx.conf" 2>"$dir/nginx.err" &
	NGINX_PID=$!
	until_true [ -S "$sock" ] || {
		cat "$dir/nginx.err" "$dir/error.log"
		echo "0 passed, 1 failed"
		exit 1
	}
}

# begin_load N PATH...: so many requests, and more until end_load, which leaves in
# $dir/failed how many failed and in $dir/err why.
begin_load()
{
	mkfifo "$dir/loading"
	python3 tests/suite/nginx/client.py load "$sock" "$@" \
	    <"$dir/loading" >"$dir/failed" 2>"$dir/why" &
	LOAD=$!
	exec 6>"$dir/loading"
}
end_load()
{
	exec 6>&-
	wait $LOAD
	cp "$dir/why" "$dir/err"
	rm "$dir/loading"
}

# certificate NAME SUBJECT-ALT-NAMES: $dir/NAME.pem and .key, of $dir/own-ca.pem.
certificate()
{
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
	    -keyout "$dir/$1.key" -out "$dir/$1.csr" -subj "/CN=$1" &&
		openssl x509 -req -in "$dir/$1.csr" -CA "$dir/own-ca.pem" \
		    -CAkey "$dir/own-ca.key" -CAcreateserial -days 2 \
		    -extfile <(printf 'subjectAltName=%s' "$2") \
		    -out "$dir/$1.pem"
} 2>/dev/null

own_ca()
{
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
	    -nodes -days 2 -subj /CN=own -keyout "$dir/own-ca.key" \
	    -out "$dir/own-ca.pem" 2>/dev/null
}

# start_origin: tests/suite/nginx/origin.py, at $origin, with a certificate for
# localhost.
start_origin()
{
	own_ca && certificate localhost DNS:localhost || exit 2
	: >"$dir/origin.log"
	python3 tests/suite/nginx/origin.py "$dir" "$dir/localhost.pem" \
	    "$dir/localhost.key" < <(exec tail --pid=$$ -f /dev/null) &
	ORIGIN_PID=$!
	until_true [ -s "$dir/origin.port" ] || exit 2
	ORIGIN_PORT=$(cat "$dir/origin.port")
	origin=https://localhost:$ORIGIN_PORT
}

# processes PID: it, and all that descend from it.
processes()
{
	local child
	echo "$1"
	for child in $(pgrep -P "$1"); do
		processes "$child"
	done
}

# shown PID FOLDER: where something that is known can be read by other programs of
# this user: environments and arguments of the processes, and the folder's files.
shown()
{
	local process where
	for process in $(processes "$1"); do
		for where in environ cmdline; do
			! grep -qaFf "$dir/known" "/proc/$process/$where" ||
				echo "$process/$where"
		done
	done 2>/dev/null
	find "$2" -type f -exec grep -laFf "$dir/known" {} +
}

# call ARGS...: curl on the gateway's socket; sets $code and $status, and fills
# $dir/out, $dir/head and $dir/err.
call()
{
	: >"$dir/out" >"$dir/head"
	code=$(curl -sS --max-time 120 --unix-socket "$sock" -D "$dir/head" \
	    -o "$dir/out" -w '%{http_code}' "$@" 2>"$dir/err")
	status=$?
}

# gets NAME CODE OUT ARGS...: a call, its status and its body.
gets()
{
	local name=$1 want=$2 out=$3 why=
	shift 3
	call "$@"
	[[ $code == $want ]] || why="$why HTTP $code, not $want;"
	matches "$out" "$dir/out" || why="$why the body is not: $out;"
	if grep -qFf "$dir/known" "$dir/out" "$dir/head"; then
		why="$why a secret is shown;"
	fi
	verdict "$name" "$why"
}

# problem NAME CODE TEXT ARGS...: the same with a JSON problem.
problem()
{
	local name=$1 code=$2 text=$3
	shift 3
	gets "$name" "$code" "$text" "$@"
	holds "$name: it is a problem of RFC 9457" is_problem "$code"
}

is_problem()
{
	grep -qix $'content-type: application/problem+json\r' "$dir/head" &&
		[[ $(jq -r .status "$dir/out") == $1 ]] &&
		[ -n "$(jq -r .detail "$dir/out")" ]
}

# arrived FILTER: what jq makes of the last request that came to the origin.
arrived()
{
	tail -n 1 "$dir/origin.log" | jq -r "$1"
}

# header NAME: its values, a line each.
header()
{
	arrived ".headers[] | select(.[0] | ascii_downcase == \"${1,,}\") | .[1]"
}
