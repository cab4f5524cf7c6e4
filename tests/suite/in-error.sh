#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A profile whose file is in error, in `apam gateway` and `apam run`: what is
# meant for it is refused with what is wrong, and never sent without a signature;
# profiles beside it are served, and so is this one once it is mended.
. "$(dirname "$0")/cli/lib.bash"
. tests/suite/cli/providers.bash
. tests/suite/nginx/lib.bash

needs_nginx
export PATH=$PATH:/usr/sbin XDG_RUNTIME_DIR=$dir/run
mkdir "$XDG_RUNTIME_DIR"
unset no_proxy NO_PROXY https_proxy HTTPS_PROXY
start_origin
secret plain not-a-secret-key
entry own "$origin" api-key \
    "key = \"file:$dir/secrets/plain\"; header = \"X-Api-Key\";"
sed -i "s,^ca_file.*,ca_file = \"$dir/own-ca.pem\";," "$dir/apam.d/own.conf"
file=$dir/apam.d/wrong.conf
mistake='nonsense is not an option of the profile'

# in_error ORIGINS: the profile `wrong` with a mistake in line 2.
in_error()
{
	printf 'origins = [ %s ];\nnonsense = 1;\n' "$1" >"$file"
}
# mend [EXPRESSION]: it is `own` under another name, at once.
mend()
{
	sed "${1-}" "$dir/apam.d/own.conf" >"$dir/put" && mv "$dir/put" "$file"
}
answers()
{
	call "$2"
	[ "$code" = "$1" ]
}
sent()
{
	wc -l <"$dir/origin.log"
}

# ---- apam gateway ------------------------------------------------------------

sock=$dir/gw.sock
in_error "\"https://wrong.example\", \"$origin\""
"$build/apam" -c "$dir/apam.conf" gateway --dir "$dir/gateway" \
    --listen "unix:$sock" >"$dir/said" 2>"$dir/gateway.log" &
NGINX_PID=$!
until_true eval 'grep -q "call it:" "$dir/said" && test -S "$sock"'
holds "it is said why, and where" grep -q \
    'wrong is refused until it is mended: .*/wrong.conf:2: ' "$dir/gateway.log"
holds "it is not said to be served" eval '! grep -q /wrong/ "$dir/said"'
problem "by path" 500 "$mistake" http://localhost/wrong/x
problem "by Host" 500 "$mistake" http://wrong.example/x
problem "as a proxy" 500 "$mistake" --request-target http://wrong.example/x \
    http://wrong.example/
gets "another profile of the same host is served" 200 '"n"' \
    -H "Host: localhost:$ORIGIN_PORT" http://localhost/echo
mend
holds "it is served once it is mended" until_true answers 200 \
    http://localhost/wrong/echo
# nginx's workers look for themselves, at once; the gateway, which gives a profile
# its place and takes it away, looks a moment later.
has_place()
{
	grep -q /wrong/ "$dir/gateway/nginx.conf"
}
goes()
{
	rm "$file"
	until_true answers 404 http://localhost/wrong/echo &&
		until_true eval '! has_place'
}
lacks_secret()
{
	has_place && answers 500 http://localhost/wrong/echo &&
		grep -q '/nobody does not exist' "$dir/out"
}
holds "it is gone" goes
mend 's,file:.*/plain,file:/nobody,'
holds "one without its secret is refused, too, with the reason" until_true \
    lacks_secret
holds "it is gone, too" goes
echo nonsense >"$file"
holds "one of which nothing is known is left out" until_true \
    grep -q 'wrong is left out: .*/wrong.conf:[0-9]*: ' "$dir/gateway.log"
kill "$NGINX_PID"
wait "$NGINX_PID"
NGINX_PID=

# ---- apam run ----------------------------------------------------------------

# runs NAME STATUS OUT ERR ARGS...: `apam run -- ARGS`.
runs()
{
	local name=$1 want=$2 out=$3 err=$4
	shift 4
	"$timeout" 300 "$build/apam" -c "$dir/apam.conf" run -- "$@" \
	    >"$dir/out" 2>"$dir/err" </dev/null
	status=$?
	expect "$name" "$want" "$out" "$err" "$dir/out" "$dir/err"
}

there=https://127.0.0.1:$ORIGIN_PORT
in_error "\"$there\", \"$origin/wrong\""
: >"$dir/origin.log"
runs "what is sent to its hosts is refused" 0 "$mistake" \
    'wrong: .*, and what is sent to its hosts is refused: .*/wrong.conf:2: ' \
    curl -sS "$there/echo"
runs "also where another profile has the host" 0 "$mistake" '*' \
    curl -sS "$origin/wrong/x"
holds "nothing was sent" [ "$(sent)" = 0 ]
runs "the other one signs for the rest" 0 '"n"' '*' curl -sS "$origin/echo"
holds "that was sent" [ "$(sent)" = 1 ]
mend "s,^origins.*,origins = [ \"$there\" ];,"
mv "$file" "$dir/mended"
in_error "\"$there\""
runs "once it is mended, nothing is sent without a new start" 0 502 '*' \
    sh -c 'mv "$1" "$2"; curl -sS -o /dev/null -w "%{http_code}" "$3/echo"' - \
    "$dir/mended" "$file" "$there"
holds "and nothing was" [ "$(sent)" = 1 ]
mend "s,^origins.*,origins = [ \"$there\" ];,
	s,file:.*/plain,file:/nobody,"
runs "one without its secret is refused, too" 0 '/nobody does not exist' \
    'wrong: .*, and what is sent to its hosts is refused: ' \
    curl -sS "$there/echo"
holds "with nothing sent" [ "$(sent)" = 1 ]
rm "$dir/apam.d/own.conf"
in_error "\"$there\""
runs "there is nothing to sign for" 3 '' 'no profile has an https origin' true
finish
