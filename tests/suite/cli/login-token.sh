#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# login-token from the profile to a provider: a token in JSON and a header, a
# form and a cookie, a CSRF token first; sessions that end, however the API says
# so; wrong passwords, which are tried once; logouts; and that neither a password
# nor a token is in any output, log, audit log or shared file.
. "$(dirname "$0")/lib.bash"
. "$(dirname "$0")/providers.bash"
chmod 755 "$dir/state"
t=$'\t'
api=https://$host:$SESSION_PORT
odd='not+a%secret&"=/\robot'
secret robot not-a-secret-robot
secret odd-robot "$odd"
secret no-robot not-a-secret-of-any-robot
# As JSON, a form and a shell would spell it.
printf '%s\n' 'not+a%secret&\"=/\\robot' 'not%2Ba%25secret%26%22%3D%2F%5Crobot' \
    opaque- >>"$dir/known"
probe='probe = "GET /json/me";'

# shape NAME USER SECRET KIND [MORE [TOP]]: a profile of this kind.
shape()
{
	local who="user = \"$2\"; secret = \"file:$dir/secrets/$3\";"
	case $4 in
	json) entry "$1" "$api" login-token "$who
		login = { url = \"$api/json/login\";
		  user_field = \"/user/name\"; secret_field = \"/user/password\"; };
		token = ( { from_pointer = \"/session/token\"; header = \"X-Session\"; } );
		lifetime = { pointer = \"/session/expires\"; unit = \"rfc3339\"; };
		logout = { url = \"$api/json/logout\"; }; ${5:-}" "${6:-}" ;;
	form) entry "$1" "$api" login-token "$who
		login = { url = \"$api/form/login\"; encoding = \"form\"; status = 302;
		  user_field = \"user\"; secret_field = \"password\"; };
		token = ( { from_cookie = \"sid\"; } );
		login_redirects = [ \"/form/login\" ]; ${5:-}" "${6:-}" ;;
	csrf) entry "$1" "$api" login-token "$who
		csrf = { url = \"$api/csrf/page\"; from_cookie = \"csrf\";
		  header = \"X-CSRF-Token\"; };
		login = { url = \"$api/csrf/login\"; encoding = \"form\"; status = 302;
		  user_field = \"user\"; secret_field = \"password\"; };
		token = ( { from_cookie = \"sid\"; },
		  { from_cookie = \"csrf\"; header = \"X-CSRF-Token\"; } ); ${5:-}" \
	    "${6:-}" ;;
	esac
}
fresh()
{
	control /reset
	control /log/clear
}
# asked_of N PATH: the provider's log has exactly N requests of the path.
asked_of()
{
	asked session "$2" "$1"
}

# ---- The three shapes ---------------------------------------------------------

for kind in json form csrf; do
	fresh
	shape one robot robot $kind
	row "$kind: a token" 0 '"name":"robot"' '' request one "$api/$kind/me"
	holds "$kind: one login" asked_of 1 "/$kind/login"
	shape odd "odd robot" odd-robot $kind
	row "$kind: odd characters" 0 '"name":"odd robot"' '' request odd \
	    "$api/$kind/me"
done
holds "the page came first" asked_of 2 /csrf/page
row "a write needs the CSRF token" 0 '"name":"robot"' '' request one \
    -X POST "$api/csrf/write" -d '{}'
shape cookie robot robot form
row "beside the program's own cookie" 0 robot '' request cookie \
    -H 'Cookie: a=b' "$api/form/me"
signs "one Cookie header" 0 '^Cookie: a=b; sid=opaque-' '' headers cookie \
    -H 'Cookie: a=b' "$api/form/me"

# ---- Sessions that end ----------------------------------------------------------

# Processes share the session, so that the next one sends one that has ended.
share='share_credentials = true;'
ended='ended = ( { status = 403; pointer = "/error/code"; value = "SESSION_ENDED"; },
	{ status = 200; pointer = "/error/code"; value = "SESSION_ENDED"; } );'
# ends HOW: the API says so, and the request is sent once more.
ends()
{
	control "/set?provider=session&name=ended&value=$1"
	row "$1: a session" 0 robot '' request shared "$api/form/me"
	control "/expire?provider=session"
	control /log/clear
	row "$1: it has ended" 0 '"name":"robot"' '' request shared \
	    "$api/form/me"
	holds "$1: sent once more" asked_of 2 /form/me
	holds "$1: one login anew" asked_of 1 /form/login
}
fresh
apam_user=$(id -u)
shape shared robot robot form "$ended" "$share"
for how in 401 302 403; do
	ends $how
done
# A success is passed on as it comes, before anybody has read its body.
control "/set?provider=session&name=ended&value=200"
control "/expire?provider=session"
row "200: passed on" 0 SESSION_ENDED '' request shared "$api/form/me"
holds "it is shared" [ -e "$dir/state/users/$apam_user/shared.0" ]
shape shared robot robot form '' "$share"
control "/set?provider=session&name=ended&value=403"
row "403 alone ends nothing" 0 robot '' request shared "$api/form/me"
control "/expire?provider=session"
row "where the profile does not say so" 1 '*' 403 request shared "$api/form/me"

# ---- Wrong passwords ------------------------------------------------------------

fresh
for kind in json form csrf; do
	shape wrong robot no-robot $kind
	control /log/clear
	row "$kind: a wrong password" 1 '' 'login: .*(wrong|revoked|rejected)' \
	    request wrong "$api/$kind/me"
	holds "$kind: it was tried once" asked_of 1 "/$kind/login"
done
shape wrong robot no-robot json "$probe"
row "check: wrong" 1 "$t(revoked|rejected)$t.*may not log in" '*' check wrong
shape good robot robot json "$probe"
row "check: good" 0 "${t}good$t.*probe: the API answered" '*' check good
control "/archive?provider=session&key=robot"
row "check: archived there" 1 "$t(revoked|rejected)$t" '*' check good
control /reset
for kind in "500 4" "nonsense 4" "redirect 4" "html200 3"; do
	control "/fault?provider=session&path=/json/login&kind=${kind% *}&arg=https://$host/"
	row "check: ${kind% *} proves nothing" "${kind#* }" "${t}unknown$t" '*' \
	    check good
	control /clear
done

# ---- Logouts ----------------------------------------------------------------------

fresh
shape out robot robot json '' "$share"
row "a session" 0 robot '' request out "$api/json/me"
row "revoked" 0 "${t}revoked${t}everywhere" '' revoke out
holds "the provider was told" asked_of 1 /json/logout
shape out robot robot form '' "$share"
row "a session without a logout" 0 robot '' request out "$api/form/me"
row "cannot be revoked" 1 "${t}impossible${t}.*no logout" '' revoke out

# ---- Mistakes ---------------------------------------------------------------------

# wrong NAME REGEX MORE
wrong()
{
	shape bad robot robot json "$3"
	row "$1" 3 '' "^$dir/apam.d/bad.conf:[0-9]+: error: .*$2" lint
	rm "$dir/apam.d/bad.conf"
}
wrong "a part without a value" 'send\[1\]\.text|send\[1\]\.value' \
    'send = ( { field = "a"; } );'
wrong "a place used twice" 'send\[1\]\.field: .*another field' \
    'send = ( { text = "a"; field = "/user"; } );'
wrong "a bad pointer" 'ended\[1\]\.pointer: .*JSON pointer' \
    'ended = ( { status = 403; pointer = "a"; value = "b"; } );'

# ---- Leaks --------------------------------------------------------------------------

# shows NAME ARGS...: any status will do.
shows()
{
	local name=$1
	shift
	run -c "$dir/apam.conf" "$@"
	expect "$name" "$status" '*' '*' "$dir/out" "$dir/err"
}
fresh
for kind in json form csrf; do
	shape one robot robot $kind
	shape wrong "odd robot" no-robot $kind
	for level in error debug; do
		export APAM_LOG=$level
		row "$kind, $level" 0 '*' '*' request -v one "$api/$kind/me"
		shows "$kind, $level: wrong" request -v wrong "$api/$kind/me"
		row "$kind, $level: check" 0 '*' '*' check one
		unset APAM_LOG
	done
	for fault in 401 500 html200 nonsense duplicate; do
		control "/fault?provider=session&path=/$kind&kind=$fault"
		shows "$kind, $fault" --debug request one "$api/$kind/me"
		control /clear
	done
	row "$kind: list --json" 0 '*' '' list --json
done
holds "nothing in the state directory, the audit log among it" \
    sh -c "! grep -rqFf '$dir/known' '$dir/state'"
holds "there is something to look at" [ -s "$dir/state/users/$apam_user/audit.log" ]
# And the search can find: `headers` writes a token on purpose.
shape one robot robot json
signs "a token, on purpose" 0 '^X-Session: opaque-' '*' headers one "$api/json/me"
holds "is found" grep -qFf "$dir/known" "$dir/out"
finish
