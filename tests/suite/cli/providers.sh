#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The three schemes against the three providers: what `check` says of a key
# that lives, is archived, deleted, replaced, or whose provider is unwell, in
# every mode and with every shape of answer that is known.
. "$(dirname "$0")/lib.bash"
. "$(dirname "$0")/providers.bash"

declare -A url=([seven]=$seven/eyes [xy]=$xy/api/v1/occupancy
	[xy-basic]=$xy/api/v1/occupancy [xy-headers]=$xy/api/v1/occupancy
	[xy-form]=$xy/api/v1/occupancy [seed]=$seed/api/v3/properties/)

# states NAME STATUS STATE REASON PROFILE
states()
{
	row "$1" "$2" $'\t'"$3"$'\t.*'"$4" '*' check "$5"
}

# good, dead, unwell PROFILE WHAT [REASON]: check, and what a request gives.
good()
{
	states "$1: $2: good" 0 good "${3:-}" "$1"
	row "$1: $2: a request" 0 '^\{' '' request "$1" "${url[$1]}"
}
dead()
{
	states "$1: $2: revoked, with its reason" 1 revoked "${3:-[a-z]}" "$1"
	row "$1: $2: a request" 1 '*' "^apam: $1: .*[a-z]" request "$1" \
	    "${url[$1]}"
}

xy_pair='key = "sandbox-read"; probe = "GET /api/v1/occupancy";'
xy_pair="$xy_pair secret = \"file:$dir/secrets/xy\";"
seven seven
seed seed
xy xy
xy xy-basic "$xy_pair mode = \"basic\";"
xy xy-headers "$xy_pair mode = \"headers\";"
xy xy-form "$xy_pair exchange = { url = \"$xy/api/v1/auth\";
	encoding = \"form\"; };"

# ---- Exchanges, for whoever asks ---------------------------------------------

# shown NAME PATTERN COMMAND...: a line of the log.
shown()
{
	local name=$1 pattern=$2
	shift 2
	row "--debug: $name" 0 '*' "debug: $pattern" --debug "$@"
}
token="seven: entry 1: > POST $seven/oauth2/token, [0-9]+ bytes, headers: .*Content-Type"
shown "check: what is sent" "$token" check seven
shown "check: what comes" \
    'seven: entry 1: < 200, [0-9]+ bytes, after [0-9]+ ms, headers: .*Content-Type' \
    check seven
shown "check: the probe" "seed: entry 1: > GET $seed/api/version/.*, 0 bytes" \
    check seed
shown "request" "$token" request seven "$seven/eyes"

# ---- Keys that live, and that do not ----------------------------------------

for name in seven seed xy xy-basic xy-headers xy-form; do
	good $name "at the start"
done
states "seven: by a fresh mint" 0 good 'token' seven
states "seed: by the probe" 0 good 'probe: the API answered' seed
row "all at once" 0 '*' '' check
control '/archive?provider=7signal&key=SANDBOX.CLIENT.ONE'
control '/archive?provider=xysense&key=sandbox-read'
control '/archive?provider=seed&key=demo@example.com'
for name in seven seed xy xy-basic xy-headers xy-form; do
	dead $name archived
done
row "archived: no headers" 1 '' '^apam: seven: ' headers \
    seven "$seven/eyes"
control '/restore?provider=7signal&key=SANDBOX.CLIENT.ONE'
control '/restore?provider=xysense&key=sandbox-read'
control '/restore?provider=seed&key=demo@example.com'
for name in seven seed xy xy-basic; do
	good $name restored
done
control '/rotate?provider=7signal&key=SANDBOX.CLIENT.ONE&to=fake-new-seven'
control '/rotate?provider=xysense&key=sandbox-read&to=fake-new-xy'
control '/rotate?provider=seed&key=demo@example.com&to=fake-new-seed'
for name in seven seed xy xy-basic xy-headers; do
	dead $name "replaced"
done
printf fake-new-seven >"$dir/secrets/one"
printf fake-new-xy >"$dir/secrets/xy"
good seven "with the new secret"
good xy "with the new secret"
control '/delete?provider=7signal&key=SANDBOX.CLIENT.ONE'
control '/delete?provider=xysense&key=sandbox-read'
dead seven deleted
dead xy deleted
control /reset
printf not-a-secret-7signal-one >"$dir/secrets/one"
printf not-a-secret-xy-read >"$dir/secrets/xy"

# ---- Providers that are unwell ----------------------------------------------

# unwell PROFILE PROVIDER PATH: each fault there says nothing of the key.
unwell()
{
	local kind code
	for kind in 500 503 429 403 html200 empty200 reset \
	    "redirect&arg=https://$host:$SEED_PORT/elsewhere"; do
		[ "$1 $kind" != "xy 403" ] || continue # a plain no, see below
		control "/fault?provider=$2&path=$3&kind=$kind"
		# A page in place of JSON, from an endpoint of the profile's.
		case $1.$kind in
		seven.html200 | xy.html200) code=3 ;;
		*) code=4 ;;
		esac
		states "$1: $3: $kind: unknown" $code unknown '[a-z]' "$1"
		control /clear
	done
}
unwell seven 7signal /oauth2/token
unwell xy xysense /api/v1/auth
unwell xy-headers xysense /api/v1/occupancy
unwell xy-basic xysense /api/v1/occupancy
unwell seed seed /api/version
holds "no redirect was followed" asked seed /elsewhere 0

# A mint is proof enough: the probe's trouble takes nothing away from it.
control "/fault?provider=7signal&path=/eyes&kind=503"
states "seven: a mint, and a probe that fails" 0 good '.' seven
control /clear
control "/fault?provider=xysense&path=/api/v1/auth&kind=403"
states "xy: 403 of the auth endpoint is a no" 1 rejected '403' xy
control /clear

# ---- SEED -------------------------------------------------------------------

control '/set?provider=seed&name=old_server&value=on'
good seed "an old server"
seed wrong "email = \"demo@example.com\"; key = \"file:$dir/secrets/wrong\";
  login_redirects = [ \"/app/login\" ]; query = { organization_id = 1; };
  probe = \"GET /api/version/\";"
row "an old server, a bad key: the login page is not an answer" 1 '*' \
    'redirect was not followed' request wrong "${url[seed]}"
states "and the probe meets the same page: in doubt" 1 rejected "login page" wrong
control '/set?provider=seed&name=old_server&value=half'
states "a half-old server: the probe decides" 1 rejected 401 wrong
row "a half-old server, a bad key" 1 '*' 'redirect was not followed' \
    request wrong "${url[seed]}"
control '/set?provider=seed&name=old_server&value=off'
states "a current server" 1 rejected 401 wrong
holds "the login page was never asked for" asked seed /app/login 0
control '/set?provider=seed&name=case&value=sensitive'
seed case "email = \"Demo@Example.com\"; key = \"file:$dir/secrets/seed\";
  probe = \"GET /api/version/\";"
states "letter case, with a server that minds" 1 rejected 401 case
seed case "email = \"Demo@Example.com\"; key = \"file:$dir/secrets/seed\";
  lowercase = true; probe = \"GET /api/version/\";"
states "lowercase = true" 0 good "probe: the API answered" case
control /reset
row "organization_id is added" 0 '"results"' '' request seed "${url[seed]}"
row "but not over one's own" 0 '"results"' '!organization_id=2.*=1' \
    request -v seed "${url[seed]}?organization_id=2"
seed bare "email = \"demo@example.com\"; key = \"file:$dir/secrets/seed\";"
row "without it" 1 '*' 'HTTP 4' request bare "${url[seed]}"

# ---- XY Sense ---------------------------------------------------------------

write='PUT /api/v1/occupancy'
control /log/clear
for mode in exchange headers basic; do
	exchange=
	[ $mode != exchange ] || exchange="exchange = {
		url = \"$xy/api/v1/auth\"; };"
	xy reader "$xy_pair $exchange mode = \"$mode\"; access = \"read\";"
	row "$mode: a read key does not write" 1 '' 'reads only|read' \
	    request reader "${url[xy]}" -X PUT -d '{"spaceId":1}'
	row "$mode: nor are its headers made" 1 '' 'read' headers -X DELETE \
	    reader "${url[xy]}"
done
holds "nothing was asked" asked xysense '[^"]*' 0
for mode in exchange headers basic; do
	exchange=
	[ $mode != exchange ] || exchange="exchange = {
		url = \"$xy/api/v1/auth\"; };"
	xy writer "key = \"sandbox-write\"; secret = \"file:$dir/secrets/xyw\";
		mode = \"$mode\"; access = \"write\"; $exchange"
	row "$mode: a write key writes" 0 '^\{' '' request writer "${url[xy]}" \
	    -X PUT -d '{"spaceId":1}'
	row "$mode: a write key reads" 0 '^\{' '' request writer "${url[xy]}"
done
xy query "$xy_entry writes = ( { methods = [ \"PUT\" ]; } );"
row "a POST that only reads, said so" 0 '^\{' '' request query \
    "$xy/api/v1/query" -d '{}'
row "the same key's PUT" 1 '' read request query "${url[xy]}" -X PUT -d '{}'
for encoding in json form; do
	control "/set?provider=xysense&name=encoding&value=$encoding"
	xy other "$xy_pair exchange = { url = \"$xy/api/v1/auth\";
		encoding = \"$encoding\"; };"
	states "encoding $encoding" 0 good . other
done
states "the other encoding says nothing of the key" 3 unknown . xy
control /reset
for shape in missing string number zero negative huge overflow float null \
    text; do
	control "/set?provider=xysense&name=expires_in&value=$shape"
	row "xy: expiresIn $shape" 0 '^\{' '' request xy "${url[xy]}"
done
control /reset

# ---- 7SIGNAL ----------------------------------------------------------------

for switch in expires_in:{number,string,missing,zero,negative,huge,overflow} \
    expires_in:{float,null,text} scope:{array,string,missing} \
    token_type:bearer token:{jwt_no_exp,opaque}; do
	control "/set?provider=7signal&name=${switch%:*}&value=${switch#*:}"
	row "seven: $switch" 0 '^\{' '' request seven "${url[seven]}"
	control /reset
done
control '/set?provider=7signal&name=token_type&value=other'
row "seven: a token that is not a bearer's" 4 '' 'token_type' request seven \
    "${url[seven]}"
control '/set?provider=7signal&name=token_type&value=missing'
row "seven: a token of no type" 4 '' 'token_type' request seven \
    "${url[seven]}"
control /reset

# seven_as NAME ID SECRET MORE
seven_as()
{
	seven "$1" "client_id = \"$2\"; client_secret = \"file:$dir/secrets/$3\";
		probe = \"GET /eyes\"; $4"
}
url[post]=${url[seven]} url[basic]=${url[seven]} url[issuer]=${url[seven]}
token="token_url = \"$seven/oauth2/token\";"
seven_as post 'sandbox:odd id' odd "$token client_auth = \"post\";"
good post "an odd id and secret in the form"
seven_as basic 'sandbox:odd id' odd "$token client_auth = \"basic\";"
good basic "an odd id and secret, RFC 6749, 2.3.1"
seven_as scopes SANDBOX.CLIENT.ONE one "$token scope = [ \"openid\",
	\"https://login.7signal.com/scopes/user.read\" ];"
states "scopes" 0 good . scopes
row "a user's key has no configuration" 1 '*' 'HTTP 403' request seven \
    "$seven/kpis/config"
states "and lives all the same" 0 good . seven

control '/set?provider=7signal&name=metadata&value=on'
seven_as issuer SANDBOX.CLIENT.ONE one "issuer = \"$seven\";"
good issuer "RFC 8414"
control /log/clear
control '/set?provider=7signal&name=issuer&value=wrong'
row "the metadata of somebody else" 3 '' 'issuer' request issuer \
    "${url[seven]}"
holds "no secret was sent there" asked 7signal /oauth2/token 0
control '/set?provider=7signal&name=metadata&value=off'
row "no metadata" 4 '' 'metadata' request issuer "${url[seven]}"
control /reset

control '/set?provider=7signal&name=introspection&value=on'
control '/set?provider=7signal&name=revocation&value=on'
seven_as asks SANDBOX.CLIENT.ONE one "$token
	introspection_url = \"$seven/introspect\";
	revocation_url = \"$seven/revoke\";"
states "introspection" 0 good . asks
states "introspection of what was minted" 0 good "introspection: the token is active" asks
holds "each check asks once" asked 7signal /introspect 2
control '/archive?provider=7signal&key=SANDBOX.CLIENT.ONE'
states "introspection: archived" 1 revoked . asks
control /reset
finish
