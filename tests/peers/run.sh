#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# apam against servers that nobody here wrote: npm oidc-provider, of two major
# versions, for the OAuth module, nginx with auth_basic for the Basic module, and HAProxy, which answers
# by HTTP/2 before it has read a body.  All run on free ports of 127.0.0.1 with a throwaway certificate,
# and end with this script.
#
# Prints each failing row; ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/../.."
BUILD=${BUILD:-build}
here=tests/peers
PEER_DIR=$PWD/build/peers
nginx=$PEER_DIR/nginx/usr/sbin/nginx
[ -x "$nginx" ] || nginx=$(PATH=$PATH:/usr/sbin command -v nginx)
haproxy=$PEER_DIR/haproxy/usr/sbin/haproxy
tmp=$(mktemp -d) || exit 1
passed=0 failed=0 oidc_pid= nginx_pid= haproxy_pid=

finish()
{
	for pid in $oidc_pid $nginx_pid $haproxy_pid; do
		kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	rm -rf "$tmp"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

die()
{
	echo "tests/peers: $*" >&2
	[ ! -s "$tmp/log" ] || cat "$tmp/log" >&2
	echo "$passed passed, $((failed + 1)) failed"
	exit 1
}

# ---- Servers ---------------------------------------------------------------

# RFC 6749, 2.3.1 and appendix A.2: any printable ASCII, form-encoded.
nasty_secret='p%+ :&=/?"\~fake'
utf8_user='zoë' utf8_key='fäke pässwörd €'

make_certificate()
{
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -keyout "$tmp/key.pem" -out "$tmp/cert.pem" -days 2 \
	    -subj /CN=apam-peers -addext subjectAltName=IP:127.0.0.1 \
	    2>"$tmp/log" || die "no certificate"
}

# start_oidc SECONDS [PACKAGE]: its tokens live that long.  Sets $oidc, $api and
# $control once the provider says that it is ready.
start_oidc()
{
	cat >"$tmp/clients.json" <<-END
	{ "post-client": "fake-post-secret",
	  "basic client+%": "$(printf %s "$nasty_secret" | sed 's/["\]/\\&/g')",
	  "doomed-client": "fake-doomed-secret",
	  "leaving-client": "fake-leaving-secret" }
	END
	rm -f "$tmp/ready"
	mkfifo "$tmp/ready"
	PEER_TTL=$1 PEER_PROVIDER=${2:-oidc-provider} \
	PEER_DIR=$PEER_DIR PEER_CERT=$tmp/cert.pem PEER_KEY=$tmp/key.pem \
	PEER_CLIENTS=$tmp/clients.json \
	    node $here/provider.mjs >"$tmp/ready" 2>"$tmp/log" &
	oidc_pid=$!
	line=$(timeout 120 head -n 1 "$tmp/ready")
	case $line in
	"ready "*) ;;
	*) die "oidc-provider does not start" ;;
	esac
	set -- $line
	oidc=https://127.0.0.1:$2/op
	api=https://127.0.0.1:$2
	control=http://127.0.0.1:$3
}

free_port()
{
	node -e 'const s = require("net").createServer().listen(0, "127.0.0.1",
	    () => { console.log(s.address().port); s.close(); })'
}

# One process, in the foreground, with everything it writes in $tmp.
write_nginx_conf()
{
	cat >"$tmp/nginx.conf" <<-END
	daemon off;
	master_process off;
	pid $tmp/nginx.pid;
	error_log $tmp/log;
	events { worker_connections 64; }
	http {
		access_log off;
		client_body_temp_path $tmp/body;
		proxy_temp_path $tmp/proxy;
		fastcgi_temp_path $tmp/fastcgi;
		uwsgi_temp_path $tmp/uwsgi;
		scgi_temp_path $tmp/scgi;
		server {
			listen 127.0.0.1:$1 ssl;
			ssl_certificate $tmp/cert.pem;
			ssl_certificate_key $tmp/key.pem;
			root $tmp/www;
			default_type application/json;
			auth_basic "peers";
			auth_basic_user_file $tmp/htpasswd;
			location = /open { auth_basic off; }
		}
	}
	END
}

# htpasswd USER PASSWORD ...: nginx reads the file at each request.
htpasswd()
{
	while [ $# -ge 2 ]; do
		printf '%s:%s\n' "$1" \
		    "$(printf %s "$2" | openssl passwd -apr1 -stdin)"
		shift 2
	done >"$tmp/htpasswd.new"
	mv "$tmp/htpasswd.new" "$tmp/htpasswd"
}

# Is nginx there?  No: it ended, or five seconds were not enough.
nginx_answers()
{
	for try in $(seq 50); do
		curl -so /dev/null --cacert "$tmp/cert.pem" "$web/open" &&
			return 0
		kill -0 $nginx_pid 2>/dev/null || return 1
		sleep 0.1
	done
	return 1
}

stop_oidc()
{
	kill $oidc_pid
	wait $oidc_pid 2>/dev/null
}

# Another may take the port before nginx does: then try the next.
start_nginx()
{
	mkdir "$tmp/www"
	echo '{ "name": "open" }' >"$tmp/www/open"
	echo '{ "name": "data" }' >"$tmp/www/data"
	htpasswd plain@example.com fake-basic-key "$utf8_user" "$utf8_key"
	for try in 1 2 3; do
		port=$(free_port)
		web=https://127.0.0.1:$port
		write_nginx_conf "$port"
		"$nginx" -p "$tmp" -e "$tmp/log" -c "$tmp/nginx.conf" \
		    2>>"$tmp/log" &
		nginx_pid=$!
		nginx_answers && return
		kill $nginx_pid 2>/dev/null
	done
	die "nginx does not start"
}

# Whatever is asked: 401, at once.
write_haproxy_conf()
{
	cat "$tmp/key.pem" "$tmp/cert.pem" >"$tmp/both.pem"
	cat >"$tmp/haproxy.conf" <<-END
	defaults
	  mode http
	  timeout client 10s
	  timeout server 10s
	  timeout connect 10s
	frontend early
	  bind 127.0.0.1:$1 ssl crt $tmp/both.pem alpn h2,http/1.1
	  http-request return status 401 content-type application/json string {}
	END
}

haproxy_answers()
{
	for try in $(seq 50); do
		curl -so /dev/null --cacert "$tmp/cert.pem" "$early/" &&
			return 0
		kill -0 $haproxy_pid 2>/dev/null || return 1
		sleep 0.1
	done
	return 1
}

# Its libraries were unpacked beside it.
start_haproxy()
{
	for try in 1 2 3; do
		port=$(free_port)
		early=https://127.0.0.1:$port
		write_haproxy_conf "$port"
		LD_LIBRARY_PATH=$(echo "$PEER_DIR"/haproxy/usr/lib/*-linux-gnu) \
		    "$haproxy" -db -f "$tmp/haproxy.conf" 2>>"$tmp/log" &
		haproxy_pid=$!
		haproxy_answers && return
		kill $haproxy_pid 2>/dev/null
	done
	die "haproxy does not start"
}

# ---- Configuration ----------------------------------------------------------

# secret NAME TEXT: a file that a profile may refer to.
secret()
{
	(umask 077 && printf '%s\n' "$2" >"$tmp/secrets/$1")
}

# profile NAME ORIGIN: entry's options on standard input.
profile()
{
	{
		echo "origins = [ \"$2\" ];"
		echo "ca_file = \"$tmp/cert.pem\";"
		echo "auth = ( {"
		cat
		echo "} );"
	} >"$tmp/apam.d/$1.conf"
}

# oauth NAME CLIENT SECRET: further options on standard input.
oauth()
{
	profile "$1" "$api" <<-END
	scheme = "oauth2-client-credentials";
	client_id = "$2";
	client_secret = "file:$tmp/secrets/$3";
	$(cat)
	END
}

# basic NAME USER SECRET
basic()
{
	profile "$1" "$web" <<-END
	scheme = "basic-email-key";
	email = "$2";
	key = "file:$tmp/secrets/$3";
	probe = "GET /data";
	END
}

write_oauth_profiles()
{
	token="token_url = \"$oidc/token\";"
	ask="introspection_url = \"$oidc/token/introspection\";"
	jwt="resource = [ \"$api/api\" ];"
	read='scope = [ "read" ];'
	oauth opaque post-client post <<-END
	$token $ask $read client_auth = "post";
	revocation_url = "$oidc/token/revocation";
	END
	oauth jwt "basic client+%" nasty <<-END
	$token $jwt $read client_auth = "basic";
	END
	oauth issuer post-client post <<-END
	issuer = "$oidc"; $read client_auth = "post";
	END
	oauth issuer-jwt post-client post <<-END
	issuer = "$oidc"; $jwt $read client_auth = "post";
	END
	oauth issuer-inexact post-client post <<-END
	issuer = "$oidc/"; $read client_auth = "post";
	END
	oauth wrong-post post-client wrong <<-END
	$token $read client_auth = "post";
	END
	oauth wrong-basic "basic client+%" wrong <<-END
	$token $read client_auth = "basic";
	END
	oauth nobody nobody wrong <<-END
	$token $read client_auth = "post";
	END
	oauth jwt-asked post-client post <<-END
	$token $ask $jwt $read client_auth = "post";
	END
	oauth leaving leaving-client leaving <<-END
	$token $ask $read client_auth = "post";
	END
	oauth doomed doomed-client doomed <<-END
	$token $read client_auth = "post";
	END
}

write_config()
{
	mkdir -p -m 755 "$tmp/apam.d" "$tmp/state"
	mkdir -p -m 700 "$tmp/secrets"
	cat >"$tmp/apam.conf" <<-END
	module_dir = "$(cd "$BUILD" && pwd)/modules";
	profile_dir = "$tmp/apam.d";
	state_dir = "$tmp/state";
	audit = "file";
	END
	secret post fake-post-secret
	secret nasty "$nasty_secret"
	secret doomed fake-doomed-secret
	secret leaving fake-leaving-secret
	secret wrong fake-wrong-secret
	secret web fake-basic-key
	secret utf8 "$utf8_key"
	write_oauth_profiles
	basic web plain@example.com web
	basic web-utf8 "$utf8_user" utf8
	basic web-wrong plain@example.com wrong
	basic web-nobody nobody@example.com web
	web=$early basic early plain@example.com web
}

# ---- Rows -------------------------------------------------------------------

# result STATUS WHAT: count a row; show the last run where it failed.
result()
{
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
		return
	fi
	failed=$((failed + 1))
	echo "FAIL  $2"
	sed 's/^/      /' "$tmp/output"
}

# row NAME STATUS PATTERN APAM-ARGUMENT ...
# The exit status and a basic regular expression of the output; and no secret
# in it, ever.
row()
{
	name=$1 want=$2 pattern=$3 why=
	shift 3
	timeout 120 "$BUILD/apam" -c "$tmp/apam.conf" "$@" \
	    >"$tmp/output" 2>&1 </dev/null
	got=$?
	[ $got -eq "$want" ] || why="exit status $got, not $want"
	grep -q -- "$pattern" "$tmp/output" || why="$why; no '$pattern'"
	! cat "$tmp"/secrets/* | grep -qFf - "$tmp/output" ||
		why="$why; shows a secret"
	[ -z "$why" ]
	result $? "$name: ${why#; }"
}

order()
{
	curl -sf -X "$1" "$control$2" || die "control port: $1 $2"
}

# mints WHAT CLIENT "COUNT METHOD"
mints()
{
	got=$(order GET "/mints?client=$2")
	[ "$got" = "$3" ]
	result $? "$1: tokens made: $got, not $3"
}

rows_tokens()
{
	row opaque 0 '/api/data' request opaque "$api/api/data"
	mints "client_secret_post" post-client "1 post"
	row jwt 0 '/api/data' request jwt "$api/api/data"
	mints "client_secret_basic, form-encoded" basic%20client%2B%25 "1 basic"
	row metadata 0 '/api/data' request issuer "$api/api/data"
	row metadata-jwt 0 '/api/data' request issuer-jwt "$api/api/data"
	# RFC 8414, 3.3: the issuer must be the same, to the last character.
	row issuer-inexact 3 'not the configured one' \
	    request issuer-inexact "$api/api/data"
	row headers 0 '^Authorization: Bearer [A-Za-z0-9._-]*$' \
	    headers opaque "$api/api/data"
}

rows_refused()
{
	row wrong-post 1 'invalid_client' request wrong-post "$api/api/data"
	row wrong-basic 1 'invalid_client' request wrong-basic "$api/api/data"
	row nobody 1 'invalid_client' request nobody "$api/api/data"
	row wrong-origin 1 . request opaque "$web/data"
	before=$(order GET /mints?client=post-client)
	row insufficient-scope 1 . request opaque "$api/api/admin"
	mints "insufficient_scope does not refresh" post-client \
	    "$((${before% *} + 1)) post"
}

rows_revoked()
{
	before=$(order GET /mints?client=post-client)
	used=$(order GET /uses)
	order POST /revoke-at-use
	row revoked-at-use 0 '/api/data' request opaque "$api/api/data"
	mints "a revoked token is replaced, once" post-client \
	    "$((${before% *} + 2)) post"
	[ "$(order GET /uses)" -eq $((used + 2)) ]
	result $? "the request was sent again, once"
	order POST /revoke-at-use
	row revoked-at-use-jwt 0 '/api/data' request jwt "$api/api/data"
	row doomed-yet-good 0 good check doomed
	order POST "/forget?client=doomed-client"
	row doomed 1 'invalid_client' request doomed "$api/api/data"
	row check-doomed 1 revoked check doomed
}

rows_check()
{
	# One process, one check: there is no token yet to introspect.
	row check-opaque 0 'good.*token endpoint' check opaque
	row check-jwt 0 'good.*token endpoint' check jwt
	row check-metadata 0 good check issuer
	# This provider says of any JWT that it is not active: it keeps none.
	row check-jwt-not-introspectable 0 good check issuer-jwt
	row check-wrong 1 rejected check wrong-post
	row check-nobody 1 rejected check nobody
}

rows_basic()
{
	row basic 0 '"data"' request web "$web/data"
	row basic-utf8 0 '"data"' request web-utf8 "$web/data"
	row basic-wrong 1 . request web-wrong "$web/data"
	row basic-nobody 1 . request web-nobody "$web/data"
	row basic-check 0 good check web
	row basic-check-utf8 0 good check web-utf8
	row basic-check-wrong 1 rejected check web-wrong
	htpasswd plain@example.com fake-other-key "$utf8_user" "$utf8_key"
	row basic-check-replaced 1 revoked check web
	row basic-replaced 1 . request web "$web/data"
	row basic-check-kept 0 good check web-utf8
}

# Not one answer may be lost, whatever is sent, and however it falls out.
rows_early()
{
	head -c 20000 /dev/zero | tr '\0' x >"$tmp/large"
	for i in $(seq 15); do
		row early-post 1 'HTTP 401' request early "$early/x" -d a=b
		row early-body 1 'HTTP 401' request early "$early/x" \
		    -d "@$tmp/large"
	done
}

# proves NAME PROFILE STEPS EXPECTED: what a program with these steps prints.
proves()
{
	timeout 60 "$BUILD/peers/prove" "$tmp/apam.conf" "$2" $3 \
	    >"$tmp/output" 2>&1 </dev/null
	printf '%s\n' "$4" | cmp -s - "$tmp/output" &&
		! cat "$tmp"/secrets/* | grep -qFf - "$tmp/output"
	result $? "$1, not as expected:
$(printf '%s\n' "$4" | sed 's/^/      /')"
}

# rows_evidence WORD: what this provider says where it is asked about a JWT.
rows_evidence()
{
	call=call=$api/api/data
	fresh="token endpoint: a fresh token was issued"
	gone="token endpoint: invalid_client: the client is revoked or unknown, or its secret or key is wrong (HTTP 401)"
	down="token endpoint: the server has a fault of its own (HTTP 503)"
	proves revoked-by-rfc7009 opaque "$call check
	    order=$control/rfc7009?client=post-client check status $call" \
"call: 200, token 1, 1 sent
check: good: introspection: the token is active
check: good: introspection: the token is not active (HTTP 200); $fresh
status: good, usable: introspection: the token is not active (HTTP 200); $fresh
call: 200, token 2, 1 sent"
	proves jwt-good-by-the-mint jwt-asked "$call check status $call" \
"call: 200, token 1, 1 sent
check: good: introspection: $1; $fresh
status: good, usable: introspection: $1; $fresh
call: 200, token 2, 1 sent"
	proves jwt-unknown jwt-asked "$call order=$control/break check status
	    $call order=$control/mend check" \
"call: 200, token 1, 1 sent
check: unknown: introspection: $1; $down
status: unknown, usable: introspection: $1; $down
call: 200, token 1, 1 sent
check: good: introspection: $1; $fresh"
	proves forgotten leaving "$call
	    order=$control/forget?client=leaving-client check status" \
"call: 200, token 1, 1 sent
check: revoked: introspection: it does not accept this client (HTTP 401); $gone
status: revoked, not usable: introspection: it does not accept this client (HTTP 401); $gone"
}

# Tokens of three seconds, and a program that runs for ten.
rows_short_lived()
{
	for name in opaque jwt issuer; do
		timeout 120 "$BUILD/peers/renew" "$tmp/apam.conf" $name \
		    "$api/api/data" 10 >"$tmp/$name" 2>&1 </dev/null &
		eval "${name}_pid=\$!"
	done
	for name in opaque jwt issuer; do
		eval "wait \$${name}_pid"
		status=$?
		cp "$tmp/$name" "$tmp/output"
		result $status "short-lived: $name"
	done
}

[ -x "$BUILD/apam" ] || die "no $BUILD/apam: make all"
[ -n "$nginx" ] || die "no nginx: make deps-peers"
[ -x "$haproxy" ] || die "no haproxy: make deps-peers"
make_certificate
start_oidc 600
start_nginx
start_haproxy
write_config
rows_tokens
rows_refused
rows_revoked
rows_check
rows_basic
rows_early
rows_evidence "the token is not active (HTTP 200)"
stop_oidc
if node -e 'process.exit("hash" in require("crypto") ? 0 : 1)'; then
	start_oidc 600 oidc-provider-9
	write_config
	rows_evidence "unsupported_token_type: it cannot be asked about this token (HTTP 400)"
	stop_oidc
else
	echo "not run, for it needs Node 20.12: the provider that refuses" \
	    "to introspect a JWT"
fi
start_oidc 3
write_config
rows_short_lived
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
