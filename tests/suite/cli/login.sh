#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `apam login` and `apam logout`: by a code, by a browser, by a pasted address;
# what ends a login, and that it then has changed nothing.  The provider is
# login_provider.py; script(1) is the terminal.
. "$(dirname "$0")/lib.bash"
unset DISPLAY WAYLAND_DISPLAY BROWSER
cp "$build/tests/modules/login-test.so" "$dir/modules/"
mkdir -m 700 -p "$dir/state"
chmod 755 "$dir" "$dir/state"
printf 'fake-token-of-login\n' >>"$dir/known"
echo token >"$dir/mode"
: >"$dir/asked"

start_provider()
{
	rm -f "$dir/port"
	python3 tests/suite/cli/login_provider.py "$dir/mode" "$dir/asked" \
	    >"$dir/port" 2>"$dir/provider.err" &
	SANDBOX_PID=$!
	for _ in {1..100}; do
		[ ! -s "$dir/port" ] || break
		sleep 0.1
	done
	port=$(cat "$dir/port")
}
stop_provider()
{
	kill "$SANDBOX_PID" 2>/dev/null
	wait "$SANDBOX_PID" 2>/dev/null
	SANDBOX_PID=
}
start_provider

# login_profile NAME [MORE]: a profile of the scheme login-test.
login_profile()
{
	profile "$1" <<-END
	origins = [ "http://127.0.0.1:$port/$1" ];
	allow_http = true;
	auth = ( { scheme = "login-test"; pause = "1s";
	  server = "http://127.0.0.1:$port/login"; token = "store:$1";
	  ${2:-} } );
	END
}
login_profile demo
login_profile web 'flow = "browser";'
login_profile asks 'asks = true;'
record="$dir/state/secrets/$(id -u)"

# says STATE [NAME]: the record is in this state; none: there is none.
says()
{
	case $1 in
	none) [ ! -e "$record/${2:-demo}" ] ;;
	*) grep -qx "state $1" "$record/${2:-demo}" ;;
	esac
}
generation()
{
	sed -n 's/^generation //p' "$record/${1:-demo}"
}
# free_port: one that nobody has.
free_port()
{
	python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
# wait_for TEXT FILE: until it is there.
wait_for()
{
	for _ in {1..200}; do
		! grep -qE -- "$1" "$2" 2>/dev/null || return 0
		sleep 0.05
	done
	return 1
}

# ---- The command line --------------------------------------------------------

row "no profile" 2 '' 'usage: apam login PROFILE' login
row "both ways" 2 '' 'exclude each other' login demo --device --browser
row "a port for a code" 2 '' 'not for --device' login demo --device --port 80
row "a port twice" 2 '' 'exclude each other' login demo --port 80 \
    --redirect-uri http://127.0.0.1:80/
row "no port" 2 '' '--port takes a port' login demo --port 0
row "no number" 2 '' '--entry takes a number' login demo --entry 0
row "no such entry" 2 '' 'profile demo has no such entry' login demo --entry 9
row "no such scheme" 2 '' 'no such entry' login demo --scheme other
row "no time" 2 '' '--timeout takes seconds' login demo --timeout 0
for time in x 1x '' 99999999999999999999 999999999; do
	row "a time that is none: $time" 2 '' '--timeout takes seconds' login demo \
	    --timeout "$time"
done
row "a number that goes on" 2 '' '--port takes a port' login demo --port 80a
for flag in --no-browser --redirect-uri=http://127.0.0.1:80/; do
	row "$flag for a code" 2 '' 'not for --device' login demo --device $flag
done
row "a redirect that is not http" 2 '' 'does not begin with http://' login web \
    --redirect-uri ftp://127.0.0.1/
row "a long one" 2 '' 'does not begin with http://' login web \
    --redirect-uri "http://127.0.0.1/$(printf 'n%.0s' {1..5000})"
row "a redirect to elsewhere" 2 '' 'its host is not 127.0.0.1' login demo \
    --redirect-uri http://example.com:80/
row "no JSON" 2 '' 'it writes no JSON' --json login demo
row "no such profile" 2 '' 'apam list' login nobody

# ---- What says that a login is needed ------------------------------------------

row "headers: a login is needed" 1 '' \
    'store:demo has no secret yet; somebody has to log in' \
    headers demo "http://127.0.0.1:$port/demo"
holds "and which command it takes" grep -q 'run `apam login demo`' "$dir/err"
row "status: a login is needed" 0 \
    $'login needed.*store:demo has no secret yet.*`apam login demo`' '' \
    status demo
row "status: in JSON" 0 '"state": "login needed"' '' --json status demo
row "check: a login is needed" 1 \
    $'login needed.*somebody has to log in' 'run `apam login demo`' check demo

row "profile test: a login is needed" 1 \
    'demo does not work: its key: login needed: .*: run `apam login demo`$' '' \
    profile test demo
profile fixed <<-END
	origins = [ "http://127.0.0.1:$port/fixed" ];
	allow_http = true;
	auth = ( { scheme = "login-test"; token = "file:$dir/fixed";
	  server = "http://127.0.0.1:$port/login"; } );
END
echo fake-fixed >"$dir/fixed"
chmod 600 "$dir/fixed"
row "a secret of a file" 3 '' 'token is not store:NAME' login fixed
profile key <<-END
	origins = [ "https://127.0.0.1:$port/key" ];
	auth = ( { scheme = "api-key"; header = "X-Key"; key = "file:$dir/fixed"; } );
END
row "a scheme without a login" 2 '' 'the scheme api-key has no login' login key
rm "$dir/apam.d/fixed.conf" "$dir/apam.d/key.conf"
mv "$dir/state" "$dir/away"
row "no state_dir" 3 '' "state does not exist; make it: install -d" login demo
mv "$dir/away" "$dir/state"

# ---- By a code -----------------------------------------------------------------

row "by a code" 0 '^demo: logged in; the secret is in store:demo$' \
    'Code:  FAKE-12' login demo
holds "the address is shown" grep -q 'https://idp.example/enter' "$dir/err"
holds "the record is ready" says ready
holds "of one generation" [ "$(generation)" = 1 ]
signs_now()
{
	run -c "$dir/apam.conf" headers demo "http://127.0.0.1:$port/demo" &&
		grep -qx 'X-Token: fake-token-of-login' "$dir/out"
}
holds "it signs" signs_now
row "status: all is well" 0 \
    $'[0-9]Z: store:demo, generation [0-9]+; no program of this user' '' \
    status demo
holds "status needs no login" sh -c '! grep -q "login needed" "$1"' - "$dir/out"

for end in denied:1:'gave no token' expired:1:'code has expired' \
    broken:4:'gave no code'; do
	IFS=: read -r mode code text <<<"$end"
	echo "$mode" >"$dir/mode"
	row "$mode" "$code" '' "$text" login demo --device
	holds "$mode: what to do" grep -q 'begins anew' "$dir/err"
	holds "$mode: the old one stays" [ "$(generation)" = 1 ]
	holds "$mode: it still signs" signs_now
done
echo pending >"$dir/mode"
row "nobody enters the code" 4 '' 'too late|in time' login demo --device \
    --timeout 2
holds "the old one stays, too" says ready
echo token >"$dir/mode"

# ---- Ctrl-C, and others at the same time -----------------------------------------

echo pending >"$dir/mode"
# waits: a login by a code in the background, as $pid, that waits for somebody.
waits()
{
	: >"$dir/err"
	"$build/apam" -c "$dir/apam.conf" login demo --device >"$dir/first" \
	    2>"$dir/err" </dev/null 9>&- &
	pid=$!
	wait_for 'Ctrl-C ends it' "$dir/err"
}
waits
holds "it waits" grep -q 'Ctrl-C ends it' "$dir/err"
# A shell without job control has its background jobs ignore SIGINT.
kill -TERM $pid
wait $pid
holds "a signal ends it" [ $? -eq 143 ]
holds "and it says so" grep -q 'nothing was changed' "$dir/err"
holds "the record is as it was" [ "$(generation)" = 1 ]
holds "nothing is left behind" [ ! -e "$record/demo.new" ]

waits
echo token >"$dir/mode"
row "two at once: the second" 0 'logged in' '*' login demo --device
wait $pid
holds "two at once: the first" [ $? -eq 0 ]
holds "each made a generation" [ "$(generation)" = 3 ]

exec 9>>"$record/demo.lock"
flock 9
waits
: >"$dir/asked"
wait_for 'device=' "$dir/asked"
sleep 0.3
holds "while another one spends it, it is not written" [ "$(generation)" = 3 ]
exec 9>&-
wait $pid
holds "then it is" [ $? -eq 0 ]
holds "as the next generation" [ "$(generation)" = 4 ]

# ---- By a browser ----------------------------------------------------------------

good='code=fake-code&state=fake-state'
row "no terminal, no browser" 2 '' 'there is no browser here' login web
holds "what to do" grep -q 'use --device' "$dir/err"
row "a person has to confirm" 2 '' 'standard input is not a terminal' \
    login asks --device

for display in DISPLAY=:fake WAYLAND_DISPLAY=fake; do
	for browser in BROWSER= BROWSER=" " "BROWSER=:$dir/none" \
	    "BROWSER=$dir/none $(printf 'w%s ' {1..40})"; do
		export "$display" "$browser"
		row "no such browser: $display $browser" 2 '' \
		    'there is no browser here' login web
	done
	unset DISPLAY WAYLAND_DISPLAY BROWSER
done

# A browser that comes back, and its page; bash keeps what signals it was given.
back=$(free_port)
cat >"$dir/browser" <<END
#!/bin/bash
echo "\$1" >"$dir/opened"
grep '^SigBlk:' /proc/self/status >"$dir/signals"
for fd in {20..45}; do eval "exec \$fd<>/dev/tcp/127.0.0.1/$back"; done
(exec 3<>/dev/tcp/127.0.0.1/$back)
(exec 3<>/dev/tcp/127.0.0.1/$back; head -c 100000 /dev/zero >&3 2>/dev/null)
curl -s -o "$dir/elsewhere" -w '%{http_code}\n' "http://127.0.0.1:$back/favicon.ico" >"$dir/codes"
curl -s -o /dev/null -w '%{http_code}\n' -d x "http://127.0.0.1:$back/callback?$good" >>"$dir/codes"
curl -s -o /dev/null -w '%{http_code}\n' -H 'Host: evil.example' "http://127.0.0.1:$back/callback?$good" >>"$dir/codes"
curl -s -o /dev/null -w '%{http_code}\n' "http://127.0.0.1:$back/callback" >>"$dir/codes"
curl -s -i -o "$dir/page.new" "http://\${HOST-127.0.0.1}:$back/callback?\${RETURN-$good}"
mv "$dir/page.new" "$dir/page"
END
chmod 755 "$dir/browser"
export DISPLAY=:fake BROWSER="$dir/none:$dir/browser %s"
row "a browser comes back" 0 'web: logged in' '*' login web --port "$back"
holds "the page is opened" grep -qx "http://127.0.0.1:$port/login" "$dir/opened"
holds "signals end the browser" grep -q '0000000000000000$' "$dir/signals"
wait_for 'You are logged in' "$dir/page"
holds "it says what happened" grep -q 'You are logged in' "$dir/page"
holds "it is not stored" grep -qi '^cache-control: no-store' "$dir/page"
holds "it tells nobody" grep -qi '^referrer-policy: no-referrer' "$dir/page"
holds "it has no script" sh -c '! grep -qi "<script" "$1"' - "$dir/page"
holds "other requests change nothing" \
    [ "$(tr '\n' ' ' <"$dir/codes")" = '404 405 400 404 ' ]
holds "the record is ready" says ready web
rm -f "$dir/page"
export RETURN='code=fake-code&state=other'
row "another state" 1 '' 'with another state' login web --port "$back"
wait_for 'The login has failed' "$dir/page"
holds "the page says so" grep -q 'The login has failed' "$dir/page"
holds "the old one stays" [ "$(generation web)" = 1 ]
unset RETURN
export HOST=localhost
row "the address in full" 0 'logged in' '*' login web \
    --redirect-uri "http://localhost:$back/callback"
unset HOST
unset BROWSER DISPLAY

python3 -c 'import socket, sys, time
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", int(sys.argv[1]))); s.listen()
print("ready", flush=True); time.sleep(60)' "$back" >"$dir/taken" &
taken=$!
wait_for ready "$dir/taken"
row "the port is taken" 4 '' 'cannot listen on port' login web --port "$back"
holds "what to do" grep -q 'name another with --port' "$dir/err"
kill $taken
wait $taken 2>/dev/null

# ---- On a terminal ---------------------------------------------------------------

# types NAME STATUS REGEX TEXT ARGS...: TEXT is typed when the program asks.
types()
{
	local name=$1 want=$2 out=$3 text=$4 status
	shift 4
	rm -f "$dir/keys"
	mkfifo "$dir/keys"
	: >"$dir/seen"
	"$timeout" 120 script -qefc "$(printf '%q ' "$build/apam" -c \
	    "$dir/apam.conf" "$@")" /dev/null <"$dir/keys" >"$dir/seen" 2>&1 &
	local pid=$!
	exec 8>"$dir/keys"
	wait_for '(y/N|to: |an error\): |error: |\[y/N\])' "$dir/seen"
	printf "$text" >&8
	wait $pid
	status=$?
	exec 8>&-
	tr -d '\r' <"$dir/seen" >"$dir/out"
	: >"$dir/err"
	verdict "$name" "$([ $status = "$want" ] && grep -qE -- "$out" \
	    "$dir/out" || echo "status $status: $(cat "$dir/out")")"
}
types "a pasted address" 0 'web: logged in' \
    "http://127.0.0.1:$back/callback?code=fake-code&state=fake-state\\n" \
    login web --no-browser --port "$back"
types "with spaces around it" 0 'web: logged in' \
    " \t http://127.0.0.1:$back/callback?code=fake-code&state=fake-state \n" \
    login web --no-browser --port "$back"
types "after an empty line" 0 'web: logged in' \
    "\nhttp://127.0.0.1:$back/callback?code=fake-code&state=fake-state\n" \
    login web --no-browser --port "$back"
types "where the browser is sent elsewhere" 0 'web: logged in' \
    "https://app.example/back?code=fake-code&state=fake-state\n" login web \
    --no-browser --redirect-uri https://app.example/back
types "nothing is typed any more" 4 'too late|in time' '\004' login web \
    --no-browser --timeout 3
DISPLAY=:fake BROWSER=$dir/browser types "a browser comes back to a terminal" 0 \
    'was opened in a browser' '' login web --port "$back"
types "another address is asked for again" 0 \
    'is not the address that the browser was sent back to' \
    "https://elsewhere.example/?a=b\\nhttp://127.0.0.1:$back/callback?code=fake-code&state=fake-state\\n" \
    login web --no-browser --port "$back"
types "Ctrl-C" 130 'nothing was changed' '\003' login web --no-browser
types "a person says no" 1 'was not confirmed' 'n\n' login asks --device
types "a person does not answer" 1 'was not confirmed' '\004' login asks --device
types "a person answers something else" 1 'was not confirmed' 'perhaps\n' login \
    asks --device
holds "nothing was stored" says none asks
types "a person says yes" 0 'asks: logged in' 'YES\n' login asks --device
holds "it is kept who it was" grep -q '^fact server http://127' "$record/asks"
row "the same is not asked again" 0 'asks: logged in' '*' login asks --device

# ---- Logging out -----------------------------------------------------------------

: >"$dir/asked"
row "a logout" 0 '^demo: logged out; store:demo has no secret' '' logout demo
holds "the provider is told" grep -qx 'end=fake-token-of-login' "$dir/asked"
holds "the secret is gone" sh -c '! grep -q fake-token "$1"' - "$record/demo"
holds "and it says why" grep -qx 'reason logged out' "$record/demo"
row "it does not sign" 1 '' 'somebody has to log in again: logged out' \
    headers demo "http://127.0.0.1:$port/demo"
row "status says so" 0 'login needed.*logged out' '' status demo
row "once more" 0 'logged out' '' logout demo
stop_provider
row "a logout without the provider" 4 'web: logged out' \
    'the provider was not told' logout web
holds "it is gone all the same" says login web
row "a login without the provider" 4 '' 'refuses connections' \
    login demo --device

# ---- The audit log ----------------------------------------------------------------

states()
{
	jq -r 'select(.APAM_EVENT == "login") | .APAM_STATE' \
	    "$dir/state/users/$(id -u)/audit.log" | sort -u | tr '\n' ,
}
holds "the audit log has them" \
    [ "$(states)" = 'logged in,logged out,not logged in,' ]

# ---- Another user than root -------------------------------------------------------

if [ "$(id -u)" -eq 0 ]; then
	start_provider
	login_profile demo
	chmod -R a+rX "$dir"
	"$timeout" 120 setpriv --reuid nobody --clear-groups "$build/apam" -c \
	    "$dir/apam.conf" login demo --device >"$dir/out" 2>"$dir/err" \
	    </dev/null
	holds "without a place nobody is asked to log in" [ $? -eq 3 ]
	holds "and it says who makes one" grep -q 'apam users add' "$dir/err"
	holds "no code was shown" sh -c '! grep -q Code: "$1"' - "$dir/err"
	row "a user has a place" 0 '*' '' users add nobody
	"$timeout" 120 setpriv --reuid nobody --clear-groups "$build/apam" -c \
	    "$dir/apam.conf" login demo --device >"$dir/out" 2>"$dir/err" \
	    </dev/null
	holds "another user logs in" [ $? -eq 0 ]
	holds "for that user alone" \
	    [ -e "$dir/state/secrets/$(id -u nobody)/demo" ]
fi
finish
