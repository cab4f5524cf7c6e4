#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What a token endpoint can answer in place of a token, for each scheme that
# asks one: its own message, its own status, in time, and one request only. No
# answer but the provider's plain no is taken for one.
. "$(dirname "$0")/lib.bash"
. "$(dirname "$0")/providers.bash"

seven seven '' 'deadline = "1s";'
xy xy '' 'deadline = "1s";'
declare -A said=()

# fault STATUS KIND REGEX: for both schemes.
fault()
{
	strikes 7signal /oauth2/token seven "$seven/eyes" /eyes "$@"
	strikes xysense /api/v1/auth xy "$xy/api/v1/occupancy" \
	    /api/v1/occupancy "$@"
}

# strikes PROVIDER ENDPOINT PROFILE URL PATH STATUS KIND REGEX
strikes()
{
	local name="$3: $7" provider=$1 endpoint=$2 path=$5 begun text
	control /log/clear
	control "/fault?provider=$1&path=$2&kind=${7// /%20}"
	begun=${EPOCHREALTIME/./}
	row "$name" "$6" '' "^apam: $3: .*$8" request "$3" "$4"
	holds "$name: in time" [ $((${EPOCHREALTIME/./} - begun)) -lt 2500000 ]
	text="$3 $(sed "s/ ([A-Z].*//; s/:[0-9]*$//" "$dir/err" | head -1)"
	[ "${7%%&*}" = 429 ] ||
		holds "$name: no other fault says that" [ -z "${said[$text]:-}" ]
	said[$text]=yes
	holds "$name: one request" asked "$provider" "$endpoint" 1
	holds "$name: and none of the API" asked "$provider" "$path" 0
	if [ "$6" -eq 1 ]; then
		row "$name: check" 1 $'\trevoked\t' '*' check "$3"
	else
		row "$name: check" 4 $'\tunknown\t' '*' check "$3"
	fi
	control /clear
}

fault 4 500 'endpoint: the server has a fault of its own \(HTTP 500\)'
fault 4 html200 'endpoint: an HTML page where JSON was expected \(HTTP 200\)'
fault 4 empty200 'endpoint: an empty answer \(HTTP 200\)'
fault 4 malformed 'endpoint: the JSON ends too early'
fault 4 nonsense 'endpoint: the JSON is malformed'
fault 4 truncated 'the connection failed: the response ended too early'
fault 4 duplicate 'endpoint: the JSON has a duplicate name'
fault 4 huge 'the response is larger than 1048576 bytes'
fault 4 wrongtype 'endpoint: the content type is not JSON'
fault 4 reset 'the connection failed: '
fault 4 hang 'the provider did not answer in time'
fault 4 429 'endpoint: too many requests \(HTTP 429\)'
fault 4 '429&arg=3600' 'endpoint: too many requests \(HTTP 429\)'
fault 1 401 'wrong.*\(HTTP 401\)'

# leads STATUS PROVIDER PORT: to a path that no row asks for.
leads()
{
	said=()
	fault 4 "redirect&arg=$1 https://$host:$3/led-here" \
	    "a redirect, which is never followed.*\(HTTP $1\)"
	holds "redirect $1: nobody came" asked "$2" /led-here 0
}
leads 301 seed "$SEED_PORT"
leads 302 xysense "$XYSENSE_PORT"
leads 303 7signal "$SEVENSIGNAL_PORT"
leads 307 seed "$SEED_PORT"
leads 308 seed "$SEED_PORT"

# The log would show it: else the rows above prove nothing.
curl -s --noproxy '*' --cacert "$dir/ca.pem" -o "$dir/out" "$seed/led-here"
holds "who comes is seen" asked seed /led-here 1

# In the words of RFC 6749, 5.2.
seven seven
refusal()
{
	control "/fault?provider=7signal&path=/oauth2/token&kind=oauth_error&arg=$2"
	row "oauth error $2" "$1" '' "^apam: seven: token endpoint: $2: [a-z]" \
	    request seven "$seven/eyes"
	control /clear
}
refusal 1 invalid_client
refusal 1 unauthorized_client
refusal 1 invalid_scope
refusal 1 invalid_request
refusal 1 unsupported_grant_type
finish
