#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `apam gateway`: programs without a key call the sandbox's providers through it,
# by path, by Host and as a proxy for http; on a Unix socket and, with a token,
# on loopback; and nobody else does.
. "$(dirname "$0")/cli/lib.bash"
. tests/suite/cli/providers.bash
. tests/suite/nginx/lib.bash

needs_nginx
export PATH=$PATH:/usr/sbin
start_origin
entry seven "$named_seven" oauth2-client-credentials "$seven_entry"
entry xy "$named_xy" key-secret-archiveable \
    "$xy_entry writes = ( { methods = [ \"PUT\" ]; } );"
entry seed "$named_seed" basic-email-key "$seed_entry"
secret plain not-a-secret-key
entry own "$origin" api-key \
    "key = \"file:$dir/secrets/plain\"; header = \"X-Api-Key\";" \
    'allow = ( { users = [ "64001" ]; give = "nothing"; },
  { users = [ "root" ]; give = "secret"; } );'
sed -i "s,^ca_file.*,ca_file = \"$dir/own-ca.pem\";," "$dir/apam.d/own.conf"
seven to-address # an origin that is an address: $seven
entry to-misnamed "https://127.0.0.1:$ORIGIN_PORT" api-key \
    "key = \"file:$dir/secrets/plain\"; header = \"X-Api-Key\";"
sed -i "s,^ca_file.*,ca_file = \"$dir/own-ca.pem\";," "$dir/apam.d/to-misnamed.conf"
entry to-away "https://localhost:1" api-key \
    "key = \"file:$dir/secrets/plain\"; query = \"api_key\";"

# start NAME ARGS...: a gateway; its output goes to $dir/said.
start()
{
	[ -z "$NGINX_PID" ] || stop
	"$build/apam" -c "$dir/apam.conf" gateway --dir "$dir/gateway" "$@" \
	    >"$dir/said" 2>"$dir/gateway.log" &
	NGINX_PID=$!
	until_true eval 'grep -q "call it:" "$dir/said" && "${listens[@]}"'
}
stop()
{
	kill "$NGINX_PID"
	wait "$NGINX_PID"
	ended=$?
	NGINX_PID=
}

# ---- Without running it ----------------------------------------------------

row "an address of all" 2 '' '--listen takes' gateway --dir "$dir/gateway" \
    --listen 0.0.0.0:80
row "an address that others reach" 2 '' '--listen takes' gateway \
    --dir "$dir/gateway" --listen 192.0.2.1:8080
for wrong in 0 65536 127.0.0.1:080000 '[::1]:' 127.0.0.1; do
	row "not a port: $wrong" 2 '' '--listen takes .*a port from 1 to 65535' \
	    gateway --dir "$dir/gateway" --listen "$wrong"
done
row "nor for the page" 2 '' '--page takes a port from 1 to' gateway \
    --dir "$dir/gateway" --page 65536
row "a host's name" 2 '' '--listen takes' gateway --dir "$dir/gateway" \
    --listen localhost:8080
row "no workers" 2 '' '--workers takes' gateway --dir "$dir/gateway" \
    --workers 0
row "too many" 2 '' '--workers takes' gateway --dir "$dir/gateway" \
    --workers 65
row "some" 0 '^worker_processes 3;' '*' gateway --dir "$dir/gateway" --print \
    --workers 3 xy
row "a profile that there is not" 2 '' 'there is no profile nothing' gateway \
    --dir "$dir/gateway" nothing
row "the configuration" 0 '^ *apam seven;' '' \
    gateway --dir "$dir/gateway" --print
row "of one profile" 0 '!apam seven' '' gateway --dir "$dir/gateway" --print xy
row "a path that cannot be written" 3 '' 'cannot hold' gateway \
    --dir "$dir/a;b" --print
mkdir -m 755 "$dir/open"
row "a directory of everybody's" 3 '' 'of this user.s alone' gateway \
    --dir "$dir/open" xy
row "a port for both" 2 '' 'leave --page out' gateway --dir "$dir/gateway" \
    --listen 8080 --page 127.0.0.1:8080
for option in listen page; do
	other=--listen\ unix:$dir/other.sock
	[ $option = page ] || other=
	# shellcheck disable=SC2086
	row "a port in use, --$option" 3 '' \
	    "cannot listen at 127.0.0.1:$ORIGIN_PORT: Address already in use; say another address with --$option\$" \
	    gateway --dir "$dir/gateway" --$option "$ORIGIN_PORT" $other xy
done
row "a socket where there is no directory" 3 '' \
    'cannot listen at unix:.*/none/sock: No such file or directory' \
    gateway --dir "$dir/gateway" --listen "unix:$dir/none/sock" xy
if grep -q -- '-----\|not-a-secret' "$dir/out"; then
	verdict "the configuration has no secret" "it has"
fi

# ---- A Unix socket -----------------------------------------------------------

sock=$dir/gw.sock
listens=(test -S "$sock")
start --listen "unix:$sock"
holds "it says how it is called" grep -q -- \
    "--unix-socket $sock http://localhost/own/PATH" "$dir/said"
gets "by path" 200 '"eyes":\[\{' http://localhost/seven/eyes
gets "an address" 200 '"eyes":\[\{' http://localhost/to-address/eyes
problem "an address that the certificate does not have" 502 'cannot prove' \
    http://localhost/to-misnamed/echo
problem "a provider that is away" 502 '*' \
    'http://localhost/to-away/x?sig=not-a-secret-of-a-client'
holds "nginx's log has that" grep -q 'connect() failed.*GET /to-away/x' \
    "$dir/gateway.log"
holds "without the client's query and the signed one" \
    eval '! grep -q "not-a-secret\|api_key\|sig=" "$dir/gateway.log"'
gets "by Host" 200 '"eyes":\[\{' -H "Host: localhost:$SEVENSIGNAL_PORT" \
    http://localhost/eyes
gets "another by Host" 200 '"spaces":\[\{' \
    "http://localhost:$XYSENSE_PORT/api/v1/occupancy"
gets "with a parameter of the profile's" 200 '"results":\[\{' \
    "http://localhost:$SEED_PORT/api/v3/properties/"
gets "a request that streams" 200 '"n": 5' -H 'Transfer-Encoding: chunked' \
    -d hello http://localhost/own/echo
holds "it is signed" [ "$(header X-Api-Key)" = not-a-secret-key ]
holds "all its processes are looked at" \
    [ "$(processes $NGINX_PID | wc -l)" -ge 3 ]
holds "no secret or token in an environment, an argument or a file" \
    [ -z "$(shown $NGINX_PID "$dir/gateway")" ]
problem "what nothing serves" 404 '*' http://localhost/nothing/x
problem "an internal place" 404 '*' http://localhost/.apam/0
problem "another Host" 404 '*' -H 'Host: evil.example' http://localhost/eyes
problem "another Host, by path" 421 '*' -H 'Host: evil.example' \
    http://localhost/seven/eyes
python3 tests/suite/nginx/hostile.py "$sock" "$dir" "$ORIGIN_PORT" \
    "$dir/secrets/plain" >"$dir/out" 2>"$dir/err"
holds "hostile requests, 60 or more" eval \
    '[[ $(tail -n 1 "$dir/out") =~ ^([6-9][0-9]|1[0-9][0-9])" rows, 0 failed"$ ]]'
control "/expire?provider=7signal"
gets "a token that has ended" 200 '"eyes":\[\{' http://localhost/seven/eyes
control "/expire?provider=xysense"
gets "a small body is sent once more" 200 '"data"|"spaces"|\{' -X POST \
    --json '{"a":1}' http://localhost/xy/api/v1/query
row "a key is archived" 0 '*' '*' keys archive sandbox-read --yes --why gone
problem "and the next request is refused, with the reason" 403 \
    'archived by .*: gone' http://localhost/xy/api/v1/occupancy
row "it is restored" 0 '*' '*' keys restore sandbox-read
if [ "$(id -u)" -eq 0 ]; then
	as()
	{
		setpriv --reuid "$1" --regid "$1" --clear-groups curl -sS \
		    --max-time 120 --unix-socket "$sock" -o /dev/null \
		    -w '%{http_code}' "$2"
	}
	holds "a user of a rule" \
	    [ "$(as 64001 http://localhost/own/echo)" = 200 ]
	holds "another user" [ "$(as 64002 http://localhost/own/echo)" = 403 ]
	holds "another user, by Host" \
	    [ "$(as 64002 "http://localhost:$ORIGIN_PORT/echo")" = 403 ]
	holds "a user of a profile without rules" \
	    [ "$(as 64001 http://localhost/seven/eyes)" = 403 ]
fi
row "a second gateway there" 3 '' 'runs at .* already: end it, or say another address' gateway \
    --dir "$dir/gateway2" --listen "unix:$sock"

# ---- Profiles that come, change and go ----------------------------------------

# said N: it has said N times what it serves.
said()
{
	[ "$(grep -c '^apam gateway on' "$dir/said")" -ge "$1" ]
}
# answers CODE URL: the gateway answers so.
answers()
{
	call "$2"
	[ "$code" = "$1" ]
}
# put NAME: the profile `own` under another name, at once.
put()
{
	sed 's,64001,64003,' "$dir/apam.d/own.conf" >"$dir/put" &&
		mv "$dir/put" "$dir/apam.d/$1.conf"
}
said 1 && kill -HUP "$NGINX_PID"
until_true said 2
gets "after a reload" 200 '"eyes":\[\{' http://localhost/seven/eyes
problem "a profile that is not there" 404 '*' http://localhost/later/echo
begin_load 400 /own/echo /seven/eyes /xy/api/v1/occupancy
put later
holds "a new profile is served" until_true answers 200 \
    http://localhost/later/echo
holds "and said" grep -q "/later/ is $origin/" "$dir/said"
rm "$dir/apam.d/later.conf"
holds "one that is gone is not" until_true answers 404 \
    http://localhost/later/echo
sed -i 's,users = .*64001,users = [ "64009,' "$dir/apam.d/own.conf"
put later
holds "and it can come again" until_true answers 200 http://localhost/later/echo
end_load
holds "meanwhile no request was lost" [ "$(cat "$dir/failed")" = 0 ]
echo 'nonsense' >"$dir/apam.d/wrong.conf"
holds "one that is wrong is left out" until_true \
    grep -q 'wrong is left out: .*/wrong.conf:[0-9]*: ' "$dir/gateway.log"
cp "$dir/apam.d/later.conf" "$dir/later"
echo 'nonsense' >"$dir/apam.d/later.conf"
holds "one that is served, and then wrong, is not" until_true \
    grep -q 'the gateway goes on as it was' "$dir/gateway.log"
holds "and why, with file and line" \
    grep -q "^$dir/apam.d/later.conf:[0-9]*: error: " "$dir/gateway.log"
holds "it is not said to be left out" \
    eval '! grep -q "later is left out" "$dir/gateway.log"'
gets "it is as it was" 200 '"n"' http://localhost/later/echo
mv "$dir/later" "$dir/apam.d/later.conf"
rm "$dir/apam.d/wrong.conf"
if [ "$(id -u)" -eq 0 ]; then
	holds "a changed rule holds" until_true eval \
	    '[ "$(as 64009 http://localhost/own/echo)" = 200 ]'
	holds "and the old one no more" until_true eval \
	    '[ "$(as 64001 http://localhost/own/echo)" = 403 ]'
fi
sed -i 's,64009,64001,' "$dir/apam.d/own.conf"
rm "$dir/apam.d/later.conf"
holds "all that is left" until_true answers 404 http://localhost/later/echo
nginx=$(cat "$dir/gateway/nginx.pid")
stop
holds "it ends as it is told" [ "$ended" = 0 ]
holds "and nginx with it" eval '! kill -0 "$nginx" 2>/dev/null'
: >"$sock"
rm -f "$sock"
start --listen "unix:$sock"
until_true [ -s "$dir/gateway/nginx.pid" ]
nginx=$(cat "$dir/gateway/nginx.pid")
kill -KILL "$NGINX_PID"
wait "$NGINX_PID" 2>/dev/null
holds "it is killed, and nginx ends" until_true eval \
    '! kill -0 "$nginx" 2>/dev/null'
NGINX_PID=
rm -f "$sock"

# ---- Loopback ----------------------------------------------------------------

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')
listens=(eval ": </dev/tcp/127.0.0.1/$port")
start --listen "$port"
token=$(cat "$dir/gateway/token")
echo "$token" >>"$dir/known"
holds "its token is this user's alone" \
    [ "$(stat -c %a "$dir/gateway/token")" = 600 ]
holds "it is not said" eval '! grep -q "$token" "$dir/said" "$dir/gateway.log"'
# tcp NAME CODE OUT ARGS...
tcp()
{
	local name=$1 want=$2 out=$3
	shift 3
	sock=/nonexistent
	code=$(curl -sS --max-time 120 -D "$dir/head" -o "$dir/out" \
	    -w '%{http_code}' "$@" 2>"$dir/err")
	holds "$name" eval '[[ $code == $want ]] && matches "$out" "$dir/out"'
}
url=http://127.0.0.1:$port
row "a second gateway at its port" 3 '' 'Address already in use; say another' \
    gateway --dir "$dir/gateway" --listen "$port" xy
tcp "nobody" 401 'has no token' "$url/seven/eyes"
holds "which says how" grep -qi '^www-authenticate: Basic' "$dir/head"
tcp "a wrong token" 401 '*' -H "Authorization: Bearer x$token" "$url/seven/eyes"
tcp "a part of it" 401 '*' -H "Authorization: Bearer ${token%?}" "$url/seven/eyes"
tcp "a Bearer token" 200 '"eyes"' -H "Authorization: Bearer $token" \
    "$url/seven/eyes"
tcp "a password" 200 '"eyes"' -u "any:$token" "$url/seven/eyes"
tcp "in place of a key" 200 '"n"' -H "X-Api-Key: $token" "$url/own/echo"
holds "the token does not go on" eval '! grep -q "$token" "$dir/origin.log"'
tcp "as a proxy" 200 '"eyes"' -x "http://any:$token@127.0.0.1:$port" \
    "http://localhost:$SEVENSIGNAL_PORT/eyes"
tcp "as a proxy, nobody" 407 '*' -x "$url" \
    "http://localhost:$SEVENSIGNAL_PORT/eyes"
tcp "as a proxy, for another origin" 404 '*' \
    -x "http://any:$token@127.0.0.1:$port" "http://evil.example/eyes"
tcp "the token of a proxy does not go on" 200 '"n"' \
    -x "http://any:$token@127.0.0.1:$port" "http://localhost:$ORIGIN_PORT/echo"
holds "as no header" eval '! grep -qi "proxy-auth\|$token" "$dir/origin.log"'
tcp "a web page's script" 403 'web page' -H "Authorization: Bearer $token" \
    -H 'Origin: https://evil.example' "$url/seven/eyes"
stop
: >"$dir/err"
grep -aFf "$dir/known" "$dir/gateway.log" "$dir/said" >"$dir/err"
holds "no secret is in what it says" [ ! -s "$dir/err" ]
finish
