#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The page of `apam gateway` for people, as far as it is files and JSON: who is
# shown what, and nobody else anything; what was called and what was refused is
# there, and no secret is.  tests/peers/page.sh looks at it with a browser.
. "$(dirname "$0")/cli/lib.bash"
. tests/suite/cli/providers.bash
. tests/suite/nginx/lib.bash
. tests/suite/nginx/page.bash

needs_nginx
export PATH=$PATH:/usr/sbin
page_profiles
page_words
row "--page takes a port" 2 '' '--page takes' gateway --dir "$dir/gateway" \
    --page 0.0.0.0:80
row "--who takes two words" 2 '' '--who takes' gateway --dir "$dir/gateway" \
    --listen 1 --who anybody
row "--who is for a port" 2 '' '--who takes' gateway --dir "$dir/gateway" \
    --who sockets
row "the configuration to print has no page" 0 '!apam_page' '*' gateway \
    --dir "$dir/gateway" --print

# header_is NAME REGEX
header_is()
{
	grep -qiE "^$1: $2"$'\r$' "$dir/head"
}
# json FILTER: jq's answer to a question about what came.
json()
{
	json_holds "$dir/out" "$1"
}

# ---- Loopback: files ---------------------------------------------------------

port=$(free_port)
url=http://127.0.0.1:$port
at=$url/-/apam
listens=(eval ": </dev/tcp/127.0.0.1/$port")
start --listen "$port"
run_token=$(cat "$dir/gateway/token")
page_token=$(cat "$dir/gateway/page-token")
printf '%s\n' "$run_token" "$page_token" >>"$dir/known"
holds "its token is this user's alone" \
    [ "$(stat -c %a "$dir/gateway/page-token" "$dir/gateway/page.html" |
	sort -u)" = 600 ]
holds "what is not a terminal is not told it" \
    eval '! grep -q "$page_token" "$dir/said" "$dir/gateway.log"'
holds "but where it is" grep -q "xdg-open $dir/gateway/page.html" "$dir/said"
holds "it leads there" grep -q "url=$at/#$page_token\"" "$dir/gateway/page.html"
for file in :text/html index.html:text/html page.css:text/css \
    page.js:text/javascript icon.svg:image/svg; do
	fetch "the file ${file%%:*}" 200 '*' "$at/${file%%:*}"
	holds "${file%%:*} is ${file#*:}" header_is Content-Type "${file#*:}.*"
	holds "${file%%:*} runs nothing else" header_is Content-Security-Policy \
	    "default-src 'none'; script-src 'self'; .*trusted-types 'none'"
	holds "${file%%:*} has no referrer" header_is Referrer-Policy no-referrer
	holds "${file%%:*} is not guessed at" \
	    header_is X-Content-Type-Options nosniff
done
holds "the page has no script and no style of its own in it" \
    eval '! grep -qiE "<style|style=|<script>| on[a-z]+=|javascript:|//[a-z]" \
    hosts/nginx/page/index.html'
holds "nothing of it is elsewhere's" eval '! grep -E "https?://" \
    hosts/nginx/page/* | grep -v "http://www.w3.org/2000/svg\""'
holds "its script makes no HTML" eval '! grep -qE \
    "innerHTML|outerHTML|insertAdjacent|document\.write|eval|DOMParser" \
    hosts/nginx/page/page.js'
fetch "a way out of its folder" 40? '*' --path-as-is "$at/../../gateway.log"
fetch "another, encoded" 40? '*' --path-as-is "$at/..%2f..%2fpage-token"

# ---- Loopback: who may see ---------------------------------------------------

bearer="Authorization: Bearer"
for what in state calls; do
	fetch "$what: nobody" 401 'has no token' "$at/$what.json"
	fetch "$what: a wrong token" 401 '*' -H "$bearer x$page_token" \
	    "$at/$what.json"
	fetch "$what: the token of calls" 401 '*' -H "$bearer $run_token" \
	    "$at/$what.json"
	fetch "$what: its own" 200 '^\{' -H "$bearer $page_token" \
	    "$at/$what.json"
	holds "$what: it is JSON" header_is Content-Type application/json
	holds "$what: it is not kept" header_is Cache-Control no-store
	fetch "$what: another method" 405 '*' -X POST -H "$bearer $page_token" \
	    "$at/$what.json"
	fetch "$what: another Host" 421 '*' -H 'Host: evil.example' \
	    -H "$bearer $page_token" "$at/$what.json"
	fetch "$what: a page of another origin" 403 'web page' \
	    -H 'Origin: https://evil.example' -H "$bearer $page_token" \
	    "$at/$what.json"
	fetch "$what: a page's script" 403 'web page' \
	    -H 'Sec-Fetch-Site: cross-site' -H "$bearer $page_token" \
	    "$at/$what.json"
	fetch "$what: a window" 403 'web page' -H 'Sec-Fetch-Site: cross-site' \
	    -H 'Sec-Fetch-Dest: document' -H "$bearer $page_token" \
	    "$at/$what.json"
	fetch "$what: its own page" 200 '^\{' -H 'Sec-Fetch-Site: same-origin' \
	    -H "$bearer $page_token" "$at/$what.json"
done
fetch "the page's token signs nothing" 401 '*' -H "$bearer $page_token" \
    "$url/own/echo"
fetch "a provider's answer as a page of a browser" 403 "browser's window" \
    -H 'Sec-Fetch-Site: none' -H 'Sec-Fetch-Dest: document' \
    -u "any:$run_token" "$url/own/echo?window"
fetch "and of one that does not say what it is for" 403 "browser's window" \
    -H 'Upgrade-Insecure-Requests: 1' -u "any:$run_token" "$url/own/echo?old"
# Without Sec-Fetch-Site a page of another origin is known by Origin, or has a name
# of its own that was made to lead here; what it may not read is of this origin.
fetch "an old browser's page of another origin" 403 'web page' \
    -H 'Origin: http://evil.example' -H "$bearer $page_token" "$at/calls.json"
fetch "one of no origin" 403 'web page' -H 'Origin: null' \
    -H "$bearer $page_token" "$at/calls.json"
fetch "one whose name leads here" 421 '*' -H "Host: evil.example:$port" \
    -H "Origin: http://evil.example:$port" -H "$bearer $page_token" \
    "$at/calls.json"
fetch "an old browser's own page" 200 '^\{' -H "Origin: $url" \
    -H "$bearer $page_token" "$at/calls.json"
holds "no page of another origin can have it in it" \
    header_is Cross-Origin-Resource-Policy same-origin
holds "nor read it as a script" header_is X-Content-Type-Options nosniff
fetch "a link to the page" 200 '<h1>' -H 'Sec-Fetch-Site: cross-site' \
    -H 'Sec-Fetch-Dest: document' "$at/"
fetch "a frame of it" 403 'web page' -H 'Sec-Fetch-Site: cross-site' \
    -H 'Sec-Fetch-Dest: iframe' "$at/"
fetch "its script in another page" 403 'web page' \
    -H 'Sec-Fetch-Site: cross-site' -H 'Sec-Fetch-Dest: script' "$at/page.js"
fetch "the page for another Host" 421 '*' -H 'Host: evil.example' "$at/"

# ---- What is shown -----------------------------------------------------------

# calls FILTER: what calls.json says.
calls()
{
	fetch "what was called" 200 '*' -H "$bearer $page_token" "$at/calls.json"
	holds "$1" json "$1"
}
for i in 1 2 3; do
	fetch "a call" 200 '*' -H "$bearer $run_token" "$url/own/echo"
done
calls ".all and ([.calls[] | select(.profile == \"own\" and .uid == $(id -u))
    | .signed] == [3])"
row "a key is archived" 0 '*' '*' keys archive sandbox-read --yes \
    --why "lost; $hostile"
fetch "and the call is refused" 403 '*' -H "$bearer $run_token" \
    "$url/xy/api/v1/occupancy"
calls '.refusals[0] | .profile == "xy" and .status == 403 and
    .apam == "APAM_E_ARCHIVED" and (.why | contains("onerror"))'
calls '[.refusals[] | select(.status == 401 and .uid == null)] | length > 0'
calls "[.calls[] | select(.profile == \"xy\")][0] | .refused == 1 and
    .refused_at >= .signed_at"
kill -HUP "$NGINX_PID"
until_true eval '[ "$(grep -c "^apam gateway on" "$dir/said")" -ge 2 ]'
fetch "a call after a reload" 200 '*' -H "$bearer $run_token" "$url/own/echo"
calls "[.calls[] | select(.profile == \"own\" and .uid == $(id -u)) |
    .signed] == [4]"
fetch "what there is" 200 '*' -H "$bearer $page_token" "$at/state.json"
holds "all profiles, a wrong one, too" json \
    '[.profiles[].name] | sort == ["broken", "own", "seven", "xy"]'
holds "what is wrong with it" json \
    '.profiles[] | select(.name == "broken") | .problem.error | length > 0'
holds "the key is archived, and why" json '.keys[] |
    select(.id == "sandbox-read") | .state == "archived" and
    (.archived.why | contains("onerror"))'
holds "which program used it" json '.keys[] | select(.id == "sandbox-read") |
    .used.program | contains("onerror")'
holds "the log" json '[.log[] | select(.event == "refused")] | length > 0'
holds "users have names" json '.users["0"] == "root"'
stop

# ---- The table of sockets ----------------------------------------------------

start --listen "$port" --who sockets
holds "no token is needed, or said" eval '[ ! -e "$dir/gateway/page-token" ] ||
    ! grep -q "#" "$dir/gateway/page.html"'
if [ "$(id -u)" -ne 0 ]; then
	fetch "the gateway's user" 200 '"own"' "$at/state.json"
else
	fetch "root is not known so" 403 'use a Unix socket' "$at/state.json"
fi
fetch "the page" 200 '<h1>' "$at/"
stop

# ---- A Unix socket, and who looks ---------------------------------------------

sock=$dir/gw.sock
listens=(test -S "$sock")
page=$(free_port)
start --listen "unix:$sock" --page "$page"
at=http://127.0.0.1:$page/-/apam
until_true eval ": </dev/tcp/127.0.0.1/$page"
page_token=$(cat "$dir/gateway/page-token")
echo "$page_token" >>"$dir/known"
fetch "the page on a port of its own" 200 '<h1>' "$at/"
fetch "with its token" 200 '"own"' -H "$bearer $page_token" "$at/state.json"
fetch "and nothing else is there" 404 '*' "http://127.0.0.1:$page/own/echo"
gets "the gateway's user, on the socket" 200 '"own"' \
    http://localhost/-/apam/state.json
if [ "$(id -u)" -eq 0 ]; then
	# look UID WHAT ARGS...: as another user.
	look()
	{
		local uid=$1 what=$2
		shift 2
		setpriv --reuid "$uid" --regid "$uid" --clear-groups curl -sS \
		    --max-time 60 --unix-socket "$sock" "$@" \
		    "http://localhost/-/apam/$what.json" >"$dir/out"
	}
	setpriv --reuid 64001 --regid 64001 --clear-groups curl -sS \
	    --unix-socket "$sock" -o /dev/null -d x http://localhost/own/echo
	look 64001 state
	holds "a user of a rule sees that profile" json \
	    '[.profiles[].name] == ["own"] and (.all | not)'
	holds "its state" json '[.status[].profile] == ["own"]'
	holds "its key" json '[.keys[].id] == ["own-key"]'
	holds "his own use, and not who else used it" json \
	    '.keys[0].used == null and [.keys[0].uses[].uid] == [64001]'
	holds "and no log" json '.log == null and .agent == null'
	look 64001 calls
	holds "his own calls" json \
	    '[.calls[] | [.profile, .uid, .signed]] == [["own", 64001, 1]]'
	look 64001 state -H 'X-Apam-Caller: 0' -H 'X-Apam-Caller: 0 0'
	holds "what he says of himself means nothing" json '.all | not'
	look 64002 state
	holds "a user of none sees none" json '[.profiles, .status, .keys] |
	    flatten == []'
	setpriv --reuid 64002 --regid 64002 --clear-groups curl -sS \
	    --unix-socket "$sock" -o /dev/null -d x http://localhost/own/echo
	look 64002 calls
	holds "but what he was refused" json '(.refusals | length == 1) and
	    .refusals[0].uid == 64002'
	look 64001 calls
	holds "and nobody else sees that" json '.refusals == []'
fi
stop

# ---- What a terminal is told ---------------------------------------------------

script -qefc "$build/apam -c $dir/apam.conf gateway --dir $dir/gateway \
    --listen $port" /dev/null >"$dir/typed" 2>&1 </dev/null &
typed=$!
until_true grep -q 'call it:' "$dir/typed"
holds "the address, with the token" grep -q \
    "http://127.0.0.1:$port/-/apam/#$(cat "$dir/gateway/page-token")" \
    "$dir/typed"
until_true [ -s "$dir/gateway/nginx.pid" ]
kill "$(cat "$dir/gateway/nginx.pid")"
wait "$typed"
: >"$dir/err"
grep -aFf "$dir/known" "$dir/gateway.log" >"$dir/err"
holds "no secret is in what it says" [ ! -s "$dir/err" ]
finish
