#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `apam run`: programs that know nothing of apam call the sandbox's providers,
# unchanged; all else goes where it would have gone; and nothing stays behind.
. "$(dirname "$0")/cli/lib.bash"
. tests/suite/cli/providers.bash
. tests/suite/nginx/lib.bash

needs_nginx
export APAM_CONFIG=$dir/apam.conf XDG_RUNTIME_DIR=$dir/run
mkdir "$XDG_RUNTIME_DIR"
unset SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE REQUESTS_CA_BUNDLE \
    NODE_EXTRA_CA_CERTS no_proxy NO_PROXY https_proxy HTTPS_PROXY
# Names are what most programs call; an address is below.
seven=https://localhost:$SEVENSIGNAL_PORT
xy=https://localhost:$XYSENSE_PORT
seed=https://localhost:$SEED_PORT
seven seven
xy xysense
seed seed

# runs NAME STATUS OUT ERR ARGS...: `apam run -- ARGS`.
runs()
{
	local name=$1 want=$2 out=$3 err=$4
	shift 4
	"$timeout" 300 "$build/apam" run -- "$@" >"$dir/out" 2>"$dir/err" \
	    </dev/null
	status=$?
	expect "$name" "$want" "$out" "$err" "$dir/out" "$dir/err"
}

# empty: nothing of any run is left.
empty()
{
	[ -z "$(ls -A "$XDG_RUNTIME_DIR")" ]
}

echo "ca_certificate = $dir/ca.pem" >"$dir/rc"

# ---- The three providers, by programs that know no key ------------------------

runs "curl: 7SIGNAL" 0 '"eyes":\[\{' '' curl -sS "$seven/eyes"
runs "curl: XY Sense" 0 '"spaces":\[\{' '' curl -sS "$xy/api/v1/occupancy"
runs "curl: SEED" 0 '"version":' '' curl -sS "$seed/api/version/"
get='import sys, urllib.request
print(urllib.request.urlopen(sys.argv[1]).read().decode())'
runs "Python: urllib" 0 '"eyes":\[\{' '' /usr/bin/python3 -c "$get" "$seven/eyes"
get='import sys, requests
print(requests.get(sys.argv[1]).text)'
runs "Python: requests" 0 '"eyes":\[\{' '' /usr/bin/python3 -c "$get" \
    "$seven/eyes"
runs "wget" 0 '"eyes":\[\{' '200 OK' wget -O - "$seven/eyes"
runs "wget with options of its own" 0 '"eyes":\[\{' '!200 OK' env \
    WGETRC=<(echo quiet = on) "$build/apam" run -- wget -O - "$seven/eyes"
runs "which are left alone where they name authorities" 0 "^$dir/rc$" '' env \
    WGETRC="$dir/rc" "$build/apam" run -- sh -c 'echo "$WGETRC"'
for name in ca-certificate cacertificate; do
	echo "$name = $dir/ca.pem" >"$dir/rc2"
	WGETRC=$dir/rc2 runs "by the name $name, too" 0 "^$dir/rc2$" '' \
	    sh -c 'echo "$WGETRC"'
done
mkdir "$dir/home" "$dir/a b"
echo "# of home" >"$dir/home/.wgetrc"
# What is set already stays, as far as there is room.
cat >"$dir/set" <<-'END'
	head -n 1 "$WGETRC"
	echo "$PHP_INI_SCAN_DIR $NODE_OPTIONS"
	echo ${#RUBYOPT}
END
long=$(printf '%09000d' 0)
HOME=$dir/home PHP_INI_SCAN_DIR=/x NODE_OPTIONS= RUBYOPT=$long runs \
    "a file of the user's" 0 '^# of home$' '' sh "$dir/set"
holds "and variables" grep -qE '^/x:/.*/php --require=/[^ ]*$' "$dir/out"
holds "one that is long stays" grep -qx 9000 "$dir/out"
PHP_INI_SCAN_DIR=$long HOME= runs "a long list" 0 "^$long --require=/" '' \
    sh "$dir/set"
runs "without a home" 0 '^:/.*/php --require=/' '' env -u HOME \
    "$build/apam" run -- sh "$dir/set"
# Where others could put files in the place of those that programs are to run.
mkdir "$dir/all" "$dir/all/own" "$dir/others"
chmod 777 "$dir/all"
[ "$(id -u)" -ne 0 ] || chown nobody "$dir/others"
ln -s run "$dir/link"
for folder in relative "/$long" /dev/null "$dir/a b" "$dir/all" "$dir/all/own" \
    "$dir/link" $([ "$(id -u)" -ne 0 ] || echo "$dir/others"); do
	XDG_RUNTIME_DIR=$folder runs "no folder: ${folder::20}" 0 \
	    ':/tmp/apam-run-.*/php ' '' sh "$dir/set"
done
SSL_CERT_FILE=$dir/home runs "authorities in no file" 3 '' \
    'the authorities of .*/home cannot be read, or written again: Is a dir' true
NODE_EXTRA_CA_CERTS=/nobody runs "in none that is there" 3 '' \
    'the authorities of /nobody cannot be read, .*: No such file' true
truncate -s 17M "$dir/huge"
SSL_CERT_FILE=$dir/huge runs "in one that is not a list of them" 3 '' \
    'the authorities of .*/huge cannot be read, .*: File too large' true
rm "$dir/huge"
SSL_CERT_FILE= NODE_EXTRA_CA_CERTS=$dir/ca.pem runs "in two files" 0 '^4$' '' \
    sh -c 'grep -c "BEGIN CERT" "$NODE_EXTRA_CA_CERTS"'
runs "PHP is told by a file" 0 '^curl.cainfo = "/' '' sh -c \
    'cat "${PHP_INI_SCAN_DIR#:}/apam.ini"'
echo 'const r = await fetch(process.argv[2]); console.log(await r.text());' \
    >"$dir/fetch.mjs"
runs "Node.js: fetch" 0 '"eyes":\[\{' '' node "$dir/fetch.mjs" "$seven/eyes"
runs "Node.js: what it is told else stays" 0 '^--no-warnings --require=/' '' \
    env NODE_OPTIONS=--no-warnings "$build/apam" run -- \
    sh -c 'echo "$NODE_OPTIONS"; node -e 0'
get='import sys, httpx
print(httpx.get(sys.argv[1]).text)'
runs "Python: httpx" 0 '"eyes":\[\{' '' /usr/bin/python3 -c "$get" "$seven/eyes"
runs "the program sees no credential" 0 '!Authorization: (Bearer|Basic) [^ ]*[^=]$' \
    '!^[<>] authorization' curl -sSv --http1.1 "$seven/eyes"
runs "of two at once, each gets its own" 0 '"version":' '' curl -sS \
    --no-progress-meter --parallel "$seven/eyes" "$seed/api/version/"
holds "and the other, too" grep -q '"eyes"' "$dir/out"
runs "a body is sent" 0 '*' '' curl -sS -X POST -d '{"a":1}' "$seed/api/version/"

start_origin
secret plain not-a-secret-key
entry own "$origin" api-key \
    "key = \"file:$dir/secrets/plain\"; header = \"X-Api-Key\";"
sed -i "s,^ca_file.*,ca_file = \"$dir/own-ca.pem\";," "$dir/apam.d/own.conf"
runs "what an answer says does not steer it" 0 'steered' '' curl -sS \
    "$origin/steer"
holds "that was one request, which was signed" [ "$(grep -c X-Api-Key \
    "$dir/origin.log")" = 1 ]

# ---- Addresses ---------------------------------------------------------------

entry address "https://$host:$SEVENSIGNAL_PORT" oauth2-client-credentials \
    "$seven_entry"
runs "an address" 0 '"eyes":\[\{' '' curl -sS \
    "https://$host:$SEVENSIGNAL_PORT/eyes"
runs "wget knows it, too" 0 '"eyes":\[\{' '200 OK' wget -O - \
    "https://$host:$SEVENSIGNAL_PORT/eyes"
sed -i "s,https://localhost:,https://$host:," "$dir/apam.d/own.conf"
runs "one that its certificate does not have" 0 'cannot prove who it is' \
    'certificate verify failed' curl -sS "https://$host:$ORIGIN_PORT/echo"
holds "that got no request" [ "$(grep -c X-Api-Key "$dir/origin.log")" = 1 ]
rm "$dir/apam.d/own.conf" "$dir/apam.d/address.conf"

# ---- What is refused ---------------------------------------------------------

runs "why a request is refused" 0 '"title"' 'read-only' curl -sS \
    "$xy/api/v2/nothing" \
    -X DELETE
run keys archive --yes demo@example.com
runs "an archived key signs nothing" 0 'APAM_E_ARCHIVED' 'was archived' curl -sS \
    "$seed/api/version/"
run keys restore demo@example.com
runs "one that is restored does" 0 '"version":' '' curl -sS "$seed/api/version/"

# ---- Placeholders ------------------------------------------------------------

secret plain not-a-secret-key
entry own "$origin" api-key \
    "key = \"file:$dir/secrets/plain\"; header = \"Authorization\";
     prefix = \"Bearer \";" \
    'run = { environment = { OWN_API_KEY = "placeholder"; OWN_ID = "none";
  OWN_TEXT = "a\\\"b\\\\c;d}"; }; };'
sed -i "s,^ca_file.*,ca_file = \"$dir/own-ca.pem\";," "$dir/apam.d/own.conf"
cat >"$dir/sdk.py" <<-'END'
	import os, sys, requests
	key = os.environ["OWN_API_KEY"]
	print(key, requests.get(sys.argv[1],
	    headers={"Authorization": "Bearer " + key}).status_code)
END

# one_key: the origin got the real key, once, and no placeholder.
one_key()
{
	[ "$(header Authorization)" = "Bearer not-a-secret-key" ] &&
		! tail -n 1 "$dir/origin.log" | grep -q placeholder
}
runs "a program that insists on a key has a placeholder" 0 '^placeholder 200$' \
    '' /usr/bin/python3 "$dir/sdk.py" "$origin/echo"
holds "the API gets the key alone" one_key
OWN_API_KEY=a-real-key runs "a real key does not enter it" 0 \
    '^placeholder none$' '' sh -c 'echo "$OWN_API_KEY $OWN_ID"'
runs "a text of any kind" 0 '"n": 0' '' sh -c \
    'curl -sS -H "X-Text: $OWN_TEXT" "$0/echo"' "$origin"
holds "is left out, too" [ -z "$(header X-Text)" ]
runs "curl sends it" 0 '"n": 0' '' sh -c \
    'curl -sS -H "Authorization: Bearer $OWN_API_KEY" "$0/echo"' "$origin"
holds "the API of curl gets the key alone" one_key
runs "in any header" 0 '"n": 0' '' sh -c 'curl -sS -H "X-Key: $OWN_API_KEY" \
    -u "me:$OWN_API_KEY" -H "X-Id: $OWN_ID" -H "X-More: a-$OWN_API_KEY" \
    "$0/echo"' "$origin"
holds "which is none of X-Key" [ -z "$(header X-Key)" ]
holds "of Authorization the signature's" \
    [ "$(header Authorization)" = "Bearer not-a-secret-key" ]
holds "what is short or a part of a text is sent" \
    [ "$(header X-Id) $(header X-More)" = "none a-placeholder" ]
sed 's/header = .*/query = "api_key"; } );/; /prefix/d' "$dir/apam.d/own.conf" \
    >"$dir/query"
mv "$dir/apam.d/own.conf" "$dir/header" && mv "$dir/query" "$dir/apam.d/own.conf"
runs "in the URL it is not taken out, but refused" 0 'which the scheme adds' '*' \
    sh -c 'curl -sS "$0/echo?api_key=$OWN_API_KEY"' "$origin"
mv "$dir/header" "$dir/apam.d/own.conf"
run run -p seven -- sh -c 'echo "${OWN_API_KEY-none}"'
expect "of profiles that are not meant there is none" 0 '^none$' '' \
    "$dir/out" "$dir/err"
sed 's/placeholder/another/; s/own-ca/ca/; s,'"$origin,$seven," "$dir/apam.d/own.conf" \
    >"$dir/apam.d/second.conf"
runs "one of two texts stays" 0 '^placeholder$' \
    'second: another profile has another placeholder for OWN_API_KEY' \
    sh -c 'echo "$OWN_API_KEY"'
rm "$dir/apam.d/second.conf"
sed -i 's/placeholder/not-a-secret-key/' "$dir/apam.d/own.conf"
row "the secret itself is refused" 3 '' \
    'own.conf:[0-9]*: error: run.environment.OWN_API_KEY: is the secret of entry 1' \
    lint
runs "and enters no program" 0 '^none$' 'cannot be used.*: run.environment' \
    sh -c 'echo "${OWN_API_KEY-none}"'
rm "$dir/apam.d/own.conf"

# ---- All else ----------------------------------------------------------------

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost \
    -keyout "$dir/server.key" -out "$dir/server.pem" 2>/dev/null
cat "$dir/server.key" >>"$dir/server.pem"
mkfifo "$dir/life" "$dir/port"
/usr/bin/python3 tests/suite/cli/helper_server.py "$dir" \
    somebody:fake-password <"$dir/life" >"$dir/port" &
server=$!
exec 7>"$dir/life"
read -r -t 120 port <"$dir/port" || echo "the server did not start"
other=https://localhost:$port/keys/sts
CURL_CA_BUNDLE=$dir/server.pem runs "another host, whose authority the user names" \
    0 '^401$' '' curl -sS -o /dev/null -w '%{http_code}\n' "$other"
CURL_CA_BUNDLE=$dir/server.pem runs "it gets what the program sends" 0 \
    'AccessKeyId' '' curl -sS -u somebody:fake-password "$other"
runs "whose authority nobody names" 60 '' 'certificate' curl -sS "$other"
runs "a host that is not there" 56 '' '502' curl -sS https://localhost:1/
runs "a program that ignores the environment" 60 '' 'certificate' \
    env -i PATH="$PATH" curl -sS "$seven/eyes"
runs "http goes by itself" 0 '*' '' curl -sS -o /dev/null \
    "http://127.0.0.1:$CONTROL_PORT/"
https_proxy=socks5://127.0.0.1:1 runs "a proxy that it cannot use" 3 '' \
    'is not an http:// proxy' true
https_proxy=http://127.0.0.1:1 runs "a proxy that is not there" 56 '' '502' \
    curl -sS "$other"
CURL_CA_BUNDLE=$dir/server.pem runs "a proxy, which is another run's here" 0 \
    '^401$' '' "$build/apam" run -- curl -sS -o /dev/null -w '%{http_code}\n' \
    "$other"
runs "one that lets nobody through" 56 '' '502' sh -c '
    https_proxy=http://127.0.0.1:${https_proxy##*:} "$0" run -- curl -sS "$1"' \
    "$build/apam" "$other"
https_proxy=http://127.0.0.1:1 runs "which hosts of profiles do not need" 0 \
    '"eyes"' '' curl -sS "$seven/eyes"
https_proxy=http://127.0.0.1:1 no_proxy='x, localhost' runs \
    "nor what no_proxy names" 0 '"eyes"' '' curl -sS "$seven/eyes"
no_proxy='*' runs "no_proxy does not go past it" 0 '"eyes"' '' curl -sS \
    "$seven/eyes"
runs "other hosts stay in no_proxy" 0 '^a,b$' '' env \
    no_proxy=a,localhost,b "$build/apam" run -- sh -c 'echo $no_proxy'

# ---- Nobody else -------------------------------------------------------------

cat >"$dir/strangers" <<-'END'
	proxy=${https_proxy##*@}
	to=$1
	for pair in "" "apam:" "apam:00000000000000000000000000000000"; do
		curl -s -o /dev/null -w '%{http_connect} ' \
		    --proxy "http://$proxy" ${pair:+--proxy-user "$pair"} "$to"
	done
	curl -s -o /dev/null -w '%{http_code} ' --proxy "$https_proxy" \
	    http://localhost/
	curl -s -o /dev/null -w '%{http_connect}\n' --proxy "$https_proxy" "$to"
END
runs "who does not know the token is not let in" 0 '^407 407 407 405 200$' '' \
    sh "$dir/strangers" "$seven/eyes"
# A client without CONNECT, such as an old axios: the whole URL, without TLS.
cat >"$dir/whole.py" <<-'END'
	import base64, os, socket, sys, urllib.parse
	proxy = urllib.parse.urlsplit(os.environ["https_proxy"])
	pair = "%s:%s" % (proxy.username, proxy.password)
	known = base64.b64encode(pair.encode()).decode()
	url, word, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
	host = urllib.parse.urlsplit(url).netloc
	text = "GET %s HTTP/1.1\r\nHost: %s\r\n" % (url, host)
	if word == "known":
	    text += "Proxy-Authorization: Basic %s\r\n" % known
	s = socket.create_connection((proxy.hostname, proxy.port))
	s.sendall((text + "\r\n").encode() * times)
	got = b"".join(iter(lambda: s.recv(65536), b""))
	print(got.count(b"HTTP/1.1 "), got.decode().replace("\r\n", " "))
	END
runs "the whole URL without CONNECT" 0 '^1 HTTP/1.1 200 .*"eyes"' '' \
    /usr/bin/python3 "$dir/whole.py" "$seven/eyes" known 1
runs "one request of a connection" 0 '^1 HTTP/1.1 200 .*"eyes"' '' \
    /usr/bin/python3 "$dir/whole.py" "$seven/eyes" known 3
runs "not for a stranger" 0 '^1 HTTP/1.1 407 ' '' \
    /usr/bin/python3 "$dir/whole.py" "$seven/eyes" stranger 1
runs "nor for a host that no profile signs for" 0 \
    '^1 HTTP/1.1 502 .*has to use CONNECT' '' \
    /usr/bin/python3 "$dir/whole.py" https://localhost:1/ known 1
runs "nor for what is not HTTP" 0 '^1 HTTP/1.1 400 .*that is not CONNECT' '' \
    /usr/bin/python3 -c 'import os, socket, urllib.parse
p = urllib.parse.urlsplit(os.environ["https_proxy"])
s = socket.create_connection((p.hostname, p.port))
s.sendall(b"CONNECT nothing HTTP/1.1\r\n\r\n")
got = b"".join(iter(lambda: s.recv(65536), b""))
print(got.count(b"HTTP/1.1 "), got.decode().replace("\r\n", " "))'
runs "nor without TLS to the API" 0 '^1 HTTP/1.1 405 ' '' \
    /usr/bin/python3 "$dir/whole.py" "http://localhost:$SEVENSIGNAL_PORT/eyes" \
    known 1

# As another user's programs could, who cannot know the token.
cat >"$dir/crowd.py" <<-'END'
	import os, resource, socket, subprocess, sys, urllib.parse
	proxy = urllib.parse.urlsplit(os.environ["https_proxy"])
	n = int(sys.argv[1])
	soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
	resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, n + 100), hard))
	crowd = []
	for i in range(n):
	    s = socket.create_connection((proxy.hostname, proxy.port))
	    s.sendall(b"CONNECT "[:i % 9])
	    crowd.append(s)
	sys.exit(subprocess.call(["curl", "-sS", "--max-time", "120", sys.argv[2]]))
	END
runs "a crowd of strangers keeps nobody away" 0 '"eyes":\[\{' '' \
    /usr/bin/python3 "$dir/crowd.py" 1200 "$seven/eyes"

runs "the sockets are this user's" 0 '^700$' '' sh -c \
    'stat -c %a "$XDG_RUNTIME_DIR"/apam-run-*'
runs "one authority for each host" 0 '^3$' '' sh -c \
    'grep -c "BEGIN CERTIFICATE" "$NODE_EXTRA_CA_CERTS"'
runs "no key of it" 1 '^0$' '' sh -c \
    'grep -c PRIVATE "$NODE_EXTRA_CA_CERTS"'

# ---- How it ends -------------------------------------------------------------

runs "the gateway has ended" 56 '' 'the gateway has ended: what needs' sh -c '
    pkill -P $PPID nginx
    while pgrep -P $PPID nginx; do sleep 0.05; done >/dev/null
    curl -sS "$0"' "$seven/eyes"
holds "what needs it is refused, and the rest goes on" grep -q 502 "$dir/err"
runs "the program's status" 7 '' '' sh -c 'exit 7'
runs "the program's signal" 137 '' '' sh -c 'kill -9 $$'
runs "the status where the caller ignores its children" 7 '' '' bash -c \
    'trap "" CHLD; exec "$0" run -- sh -c "exit 7"' "$build/apam"
runs "which the program does, too" 0 '^SigIgn:.*[13579bdf][0-9a-f]{4}$' '' bash -c \
    'trap "" CHLD; exec "$0" run -- grep SigIgn /proc/self/status' "$build/apam"
runs "no such program" 127 '' 'nobody-there cannot be run' nobody-there
runs "no program that runs" 126 '' 'cannot be run' "$dir/apam.conf"
# What apam gives it, as nobody else does.
direct()
{
	local name=$1 want=$2 err=$3
	shift 3
	"$timeout" 300 "$build/apam-run" "$@" >"$dir/out" 2>"$dir/err" </dev/null
	status=$?
	expect "$name" "$want" '' "$err" "$dir/out" "$dir/err"
}
for args in "" -v -c "-p seven" "-x y -- true" "-p -- true" --; do
	direct "apam-run $args" 2 'apam-run is for `apam run`' $args
done
direct "with very many profiles" 2 'apam-run is for' \
    $(printf -- '-p x%.0s ' {1..65}) -- true
direct "without a main file" 3 '/nobody.conf: ' -c /nobody.conf -- true
echo 'module_dir = ;' >"$dir/bad.conf"
direct "with one that is wrong" 3 'bad.conf: ' -c "$dir/bad.conf" -- true
mkdir "$dir/none.d"
cat >"$dir/none.conf" <<-END
	module_dir = "$dir/modules"; profile_dir = "$dir/none.d";
	state_dir = "$dir/state"; audit = "file";
END
direct "without profiles" 3 'no profile has an https .*apam profile new' \
    -v -c "$dir/none.conf" -- true
echo 'origins = [ ' >"$dir/apam.d/broken.conf"
runs "a profile that is wrong" 0 '' 'broken: the profile cannot be used: .*conf:2' \
    true
run run -p broken -- true
expect "or is asked for" 3 '' 'broken: the profile cannot be used' "$dir/out" \
    "$dir/err"
rm "$dir/apam.d/broken.conf"
entry proxied https://proxied.example oauth2-client-credentials "$seven_entry" \
    'proxy = "http://127.0.0.1:1";'
run run -p proxied -- true
expect "a profile with a proxy" 3 '' 'proxied: the profile has a proxy' \
    "$dir/out" "$dir/err"
holds "nothing is left to sign for" grep -q 'no profile that -p names' "$dir/err"
rm "$dir/apam.d/proxied.conf"
# A label of 64 bytes is looked up nowhere.  RFC 1035, 2.3.4
away=https://$(printf '%064d' 0).example
entry away "$away" oauth2-client-credentials "$seven_entry"
runs "a host without an address" 0 \
    '"detail":"the host.s name could not be looked up.*"APAM_E_NETWORK"' \
    'example: its name cannot be looked up now' curl -sS "$away/eyes"
runs "all others are served" 0 '"eyes":\[\{' 'looked up now' curl -sS "$seven/eyes"
run run -p away -- curl -sS -o /dev/null -w '%{http_code} %{content_type}' \
    "$away/eyes"
expect "or none" 0 '^502 application/problem.json$' 'looked up now' "$dir/out" "$dir/err"
rm "$dir/apam.d/away.conf"
row "no program at all" 2 '' 'usage: apam run' run
row "no such profile" 2 '' 'no profile nobody; .apam list' run -p seven \
    -p nobody -- true
if [ "$(id -u)" -eq 0 ]; then
	# as NAME STATUS OUT ERR ARGS...: `apam run ARGS` by a user without rights.
	as()
	{
		local name=$1 want=$2 out=$3 err=$4
		shift 4
		(cd / && exec "$timeout" 300 setpriv --reuid 64002 --regid 64002 \
		    --clear-groups "$run_as" -c "$dir/apam.conf" run "$@") \
		    >"$dir/out" 2>"$dir/err" </dev/null
		status=$?
		expect "$name" "$want" "$out" "$err" "$dir/out" "$dir/err"
	}
	run_as=$dir/bin/apam
	mkdir "$dir/bin"
	cp "$build/apam" "$build/apam-run" "$build/libapam.so.0" "$dir/bin"
	chmod 755 "$dir" "$dir/bin" "$dir/bin"/* "$dir/apam.d"
	chmod 644 "$dir/apam.conf"
	chmod 600 "$dir/apam.d"/*.conf
	as "profiles of others" 3 '' \
	    '!the profile cannot be used' -- true
	as "where they are all, it is said how to see why" 3 '' \
	    'no profile that this user may use .*--verbose' -- true
	as "which they are" 3 '' \
	    'seven: the profile cannot be used: .*seven.conf: .*may not be read' \
	    --verbose -- true
	as "one by name" 3 '' 'seven: the profile cannot be used: .*not be read' \
	    -p seven -- true
	holds "nothing advises to make one" \
	    eval '! grep -q "profile new" "$dir/err"'
	chmod 644 "$dir/apam.d"/*.conf
fi
run run -p seven -p seed -- curl -sS "$seven/eyes"
expect "profiles by name" 0 '"eyes"' '' "$dir/out" "$dir/err"
run run curl -sS "$seven/eyes"
expect "without --" 0 '"eyes"' '' "$dir/out" "$dir/err"
holds "nothing is left" until_true empty

mkdir -p "$dir/path/nginx"
PATH=$dir/path:$PATH runs "a directory called nginx is not a program" 0 '"eyes"' '' \
    curl -sS "$seven/eyes"

# killed SIGNAL WANT: the signal goes to apam, and to the program from there.
killed()
{
	local pid
	"$build/apam" run -- sh -c 'trap "kill \$child; echo got; exit 9" TERM HUP
	    sleep 1000 & child=$!; echo ready >"$0"; wait' "$dir/ready" \
	    >"$dir/out" 2>&1 7>&- &
	pid=$!
	until_true [ -s "$dir/ready" ] || return 1
	rm "$dir/ready"
	kill "-$1" $pid
	wait $pid
	[ $? -eq "$2" ] && grep -q got "$dir/out"
}
holds "SIGTERM is passed on" killed TERM 9 2>/dev/null
holds "SIGHUP is passed on" killed HUP 9 2>/dev/null

# gone PID ...: none of them runs.
gone()
{
	! kill -0 "$@"
}
"$build/apam" run -- sh -c 'echo $$ >"$0.new"; mv "$0.new" "$0"; exec sleep 1000' \
    "$dir/ready" 2>/dev/null 7>&- &
pid=$!
until_true [ -s "$dir/ready" ]
children="$(pgrep -P $pid | tr '\n' ' ')"
kill -9 $pid
wait $pid 2>/dev/null
for child in $children; do
	holds "SIGKILL leaves no process" until_true gone "$child"
done
holds "SIGKILL leaves nothing" until_true empty
rm "$dir/ready"

# ---- What can be read of it ---------------------------------------------------

# A secret that a command says, so that whoever runs commands is looked at, too.
entry command "https://$host:$XYSENSE_PORT" key-secret-archiveable \
    "${xy_entry/file:/exec:/usr/bin/cat }"
cat >"$dir/stay" <<-'END'
	for url in $URLS; do
		curl -sS -o /dev/null "$url" || exit
	done
	echo $$ >"$READY.new"
	mv "$READY.new" "$READY"
	exec sleep 1000
END
# stays ARGS...: a run whose program, ARGS, calls all and stays; sets $pid, and
# $stayed for what stays, which may be a child of the program.
stays()
{
	READY=$dir/ready URLS="$seven/eyes $xy/api/v1/occupancy $seed/api/version/
	    https://$host:$XYSENSE_PORT/api/v1/occupancy" \
	    "$build/apam" run -- "$@" >/dev/null 2>&1 7>&- &
	pid=$!
	until_true [ -s "$dir/ready" ]
	stayed=$(cat "$dir/ready")
	rm "$dir/ready"
}
end_stay()
{
	kill $pid
	wait $pid 2>/dev/null
	kill "$stayed" 2>/dev/null
}
stays sh "$dir/stay"
holds "all processes are looked at: run, nginx, remover, program" \
    [ "$(processes $pid | wc -l)" -ge 4 ]
holds "no secret or token in an environment, an argument or a file" \
    [ -z "$(shown $pid "$XDG_RUNTIME_DIR")" ]
echo not-a-secret-key >"$(echo "$XDG_RUNTIME_DIR"/apam-run-*)/planted"
holds "one in a file would be found" eval \
    '[[ $(shown $pid "$XDG_RUNTIME_DIR") == */planted ]]'
end_stay
stays env PLANTED=not-a-secret-key sh "$dir/stay"
holds "one in an environment" eval \
    '[[ $(shown $pid "$XDG_RUNTIME_DIR") == [0-9]*/environ ]]'
end_stay
stays sh -c 'sh "$0"; :' "$dir/stay" not-a-secret-key
holds "one in an argument" eval \
    '[[ $(shown $pid "$XDG_RUNTIME_DIR") == *[0-9]/cmdline* ]]'
end_stay
rm "$dir/apam.d/command.conf"

# many: a hundred runs side by side, ten at a time.
many()
{
	seq 100 | xargs -P 10 -I {} "$build/apam" run -- curl -sS -o /dev/null \
	    -w '%{http_code}\n' "$seven/eyes" | sort | uniq -c | tr -s ' '
}
holds "a hundred runs" [ "$(many)" = " 100 200" ]
holds "they leave nothing" until_true empty

exec 7>&-
wait $server
finish
