#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# api-key from the profile to a provider: each place, two keys at once, and what
# `check` says where a bad key is answered by 401, 400, 403 or 200.
. "$(dirname "$0")/lib.bash"
. "$(dirname "$0")/providers.bash"

api=https://$host:$APIKEY_PORT
odd_key='not+a%secret&=/key'
secret plain not-a-secret-key
secret odd-key "$odd_key"
secret comma FAKE,key
secret application not-a-secret-application
echo not%2Ba%25secret%26%3D%2Fkey >>"$dir/known"
probe='probe = "GET /v1/me";'

# key NAME ENTRY
key()
{
	entry "$1" "$api" api-key "$2"
}
# sends NAME ID WHERE: both keys arrive whole.
sends()
{
	key one "key = \"file:$dir/secrets/plain\"; $2"
	row "$1" 0 '"name":"sandbox-key"' '' request one "$api/v1/me"
	key two "key = \"file:$dir/secrets/odd-key\"; $2"
	row "$1: odd characters" 0 '"name":"sandbox-key-2"' '' request two \
	    "$api/v1/me"
}

lacks()
{
	! grep -q -- "$1" "$2"
}

sends "a header" 'header = "X-Api-Key";'
sends "Bearer" 'header = "Authorization"; prefix = "Bearer ";'
sends "Token token=" 'header = "Authorization"; prefix = "Token token=";'
sends "the query" 'query = "api_key";'
sends "a cookie" 'cookie = "session";'
key query "key = \"file:$dir/secrets/plain\"; query = \"api_key\";"
row "beside the program's own query" 0 sandbox-key '' request query \
    "$api/v1/me?a=b"
row "a parameter that the request has" 1 '' 'api_key' request query \
    "$api/v1/me?api_key=mine"
key cookie "key = \"file:$dir/secrets/plain\"; cookie = \"session\";"
row "beside the program's own cookie" 0 sandbox-key '' request cookie \
    -H 'Cookie: a=b' "$api/v1/me"

# ---- Two at once ------------------------------------------------------------

both="key = \"file:$dir/secrets/plain\"; header = \"X-Api-Key\"; also = (
	{ key = \"file:$dir/secrets/application\"; header = \"X-Application-Key\"; },
	{ text = \"app-1\"; header = \"X-Application-Id\"; } );"
key both "$both"
row "two keys and an id" 0 sandbox-key '' request both "$api/v1/both"
key both "key = \"file:$dir/secrets/plain\"; header = \"X-Api-Key\";"
row "the second is needed there" 1 '*' '403' request both "$api/v1/both"

# ---- Options ----------------------------------------------------------------

# wrong NAME LINE REGEX ENTRY
wrong()
{
	key wrong "$4"
	row "$1" 3 '' "^$dir/apam.d/wrong.conf:$2: error: .*$3" lint
	rm "$dir/apam.d/wrong.conf"
}
k="key = \"file:$dir/secrets/plain\";"
wrong "nowhere" 4 'header: .*say where' "$k"
wrong "a framing header" 5 'header: .*sender' "$k header = \"Host\";"
wrong "a bad name" 5 'header: .*without the colon' "$k header = \"A:\";"
wrong "a cookie's characters" 5 'key: .*cookie cannot' \
    "key = \"file:$dir/secrets/comma\"; cookie = \"c\";"
wrong "in a group" 5 'also\[1\]\.header: .*used twice' \
    "$k header = \"A\"; also = ( { text = \"t\"; header = \"a\"; } );"
wrong "a group that lacks a member" 5 'pointer' \
    "$k header = \"A\"; refusals = ( { status = 400; value = \"x\"; } );"

# ---- Checks -----------------------------------------------------------------

# states NAME STATUS STATE REASON
states()
{
	row "$1" "$2" $'\t'"$3"$'\t.*'"$4" '*' check one
}
rm "$dir"/apam.d/*.conf
key one "$k header = \"X-Api-Key\";"
states "no probe" 4 unknown 'no probe'
key one "$k header = \"X-Api-Key\"; key_id = \"reader\"; $probe"
states "good" 0 good 'probe: the API answered'
row "the key is named" 0 reader '' check one
control '/archive?provider=apikey&key=sandbox-key'
states "refused by 401" 1 revoked 401
rules='refusals = ( { status = 400; pointer = "/error/reason"; value = "API_KEY_INVALID"; },
	{ status = 403; pointer = "/error/reason"; value = "API_KEY_INVALID"; },
	{ status = 200; pointer = "/error/reason"; value = "API_KEY_INVALID"; } );'
for code in 400 403 200; do
	control "/set?provider=apikey&name=refusal&value=$code"
	control '/restore?provider=apikey&key=sandbox-key'
	key one "$k header = \"X-Api-Key\"; $probe"
	states "good, with a provider that says $code" 0 good .
	control '/archive?provider=apikey&key=sandbox-key'
	case $code in
	200) states "200 looks like success where nothing is said of it" 0 \
	    good . ;;
	*) states "$code alone proves nothing" 4 unknown . ;;
	esac
	key one "$k header = \"X-Api-Key\"; $probe $rules"
	states "refused by $code" 1 'revoked|rejected' refusals
	control '/restore?provider=apikey&key=sandbox-key'
	states "and good again" 0 good .
done
control /reset
key one "$k header = \"X-Api-Key\"; probe = \"GET /v1/forbidden\"; $rules"
states "403 for another reason" 4 unknown 403
control "/fault?provider=apikey&path=/v1&kind=html200"
key one "$k header = \"X-Api-Key\"; $probe"
states "a page" 4 unknown HTML
control /clear

# ---- An id that is not there ------------------------------------------------

control /reset
states "without an id" 0 good .
holds "and not the word for nothing" lacks null "$dir/out"
row "keys list" 0 '*' '' keys list
holds "not there, either" lacks null "$dir/out"
finish
