#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `apam gateway --who sockets`: on loopback the kernel's table of sockets says who
# calls, and the profile's rules decide for that user; a client that has sent its
# request and closed, one that is root, and a window of a browser get nothing.
. "$(dirname "$0")/cli/lib.bash"
. tests/suite/cli/providers.bash
. tests/suite/nginx/lib.bash
. tests/suite/nginx/page.bash

needs_nginx
export PATH=$PATH:/usr/sbin
start_origin
secret plain not-a-secret-key
user=$(id -u)
[ "$user" -ne 0 ] || user=64001
entry own "$origin" api-key \
    "key = \"file:$dir/secrets/plain\"; header = \"X-Api-Key\";" \
    "allow = ( { users = [ \"$user\" ]; give = \"nothing\"; },
  { users = [ \"root\" ]; give = \"secret\"; } );"
[ "$user" -eq 64001 ] || sed -i "/\"root\"/d; s/\"nothing\"; },/\"secret\"; } );/" \
    "$dir/apam.d/own.conf"
sed -i "s,^ca_file.*,ca_file = \"$dir/own-ca.pem\";," "$dir/apam.d/own.conf"

# Another user can read neither the tree nor root's own Python, perhaps.
install -m 755 tests/suite/nginx/client.py "$dir/client.py"
python=/usr/bin/python3
[ -x $python ] || python=python3

# as UID COMMAND...: as another user, where this one can.
as()
{
	local uid=$1
	shift
	if [ "$(id -u)" -eq "$uid" ]; then
		"$@"
	else
		setpriv --reuid "$uid" --regid "$uid" --clear-groups "$@"
	fi
}
# code UID ARGS...: the status of a request.
code()
{
	local uid=$1
	shift
	as "$uid" curl -sS --max-time 60 -o "$dir/out" -w '%{http_code}' "$@"
}
origin_has()
{
	grep -cE "\"/echo[?/]($1)\"" "$dir/origin.log"
}

: >"$dir/out"
chmod 666 "$dir/out"
for host in 127.0.0.1 '[::1]'; do
	port=$(free_port)
	url=http://$host:$port
	name=${host//[\[\]]/}
	listens=(eval ": </dev/tcp/$name/$port")
	start --listen "$host:$port" --who sockets
	holds "$name: a user of a rule" [ "$(code "$user" "$url/own/echo?1")" = 200 ]
	holds "$name: by Host" [ "$(code "$user" -x "$url" \
	    "http://localhost:$ORIGIN_PORT/echo?2")" = 200 ]
	holds "$name: a web page" [ "$(code "$user" -H 'Origin: https://a.example' \
	    "$url/own/echo?page")" = 403 ]
	holds "$name: a page's script" [ "$(code "$user" \
	    -H 'Sec-Fetch-Site: same-site' "$url/own/echo?page")" = 403 ]
	holds "$name: another Host" [ "$(code "$user" -H 'Host: a.example' \
	    "$url/own/echo?page")" = 421 ]
	holds "$name: a browser's window" [ "$(code "$user" \
	    -H 'Sec-Fetch-Site: none' -H 'Sec-Fetch-Dest: document' \
	    "$url/own/echo?page")" = 403 ]
	if [ "$(id -u)" -eq 0 ]; then
		holds "$name: another user" \
		    [ "$(code 64002 "$url/own/echo?other")" = 403 ]
		holds "$name: root" [ "$(code 0 "$url/own/echo?root")" = 403 ]
		holds "$name: it is said" grep -q 'use a Unix socket' "$dir/out"
	fi
	# The worker sees these requests only once their clients have left, or
	# have said that they send no more.
	until_true [ -s "$dir/gateway/nginx.pid" ]
	worker=$(pgrep -P "$(cat "$dir/gateway/nginx.pid")" | head -n 1)
	for how in leave half; do
		kill -STOP "$worker"
		as "$user" "$python" "$dir/client.py" $how "$name" \
		    "$port" "/own/echo/$how" >"$dir/$how" &
		client=$!
		holds "$name: $how: it has sent its request" \
		    until_true grep -q '^sent' "$dir/$how"
		[ $how = half ] || wait "$client"
		kill -CONT "$worker"
		holds "$name: $how: that is seen" until_true \
		    grep -q 'not an open socket.*/echo/'$how "$dir/gateway.log"
		wait "$client"
	done
	holds "$name: who waits is told" \
	    grep -q 'not an open socket' "$dir/half"
	: >"$dir/gateway.log"
	holds "$name: nothing foreign was signed" \
	    [ "$(origin_has 'page|other|root|leave|half')" = 0 ]
	stop
done
finish
