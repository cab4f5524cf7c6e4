#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What a token endpoint can answer in place of a token, for each scheme that
# asks one: its own message, its own status, in time, and one request only. No
# answer but the provider's plain no is taken for one.
. "$(dirname "$0")/lib.bash"
. "$(dirname "$0")/providers.bash"

# deadline TIME: of both profiles.
deadline()
{
	seven seven '' "deadline = \"$1\";"
	xy xy '' "deadline = \"$1\";"
}
declare -A said=()

# A helper that hangs gets ten seconds from the core: meanwhile, on with the
# rest. It leaves its process id, to see that it was ended.
printf '#!/bin/bash\necho $$ >"%s"\nexec sleep 1000\n' "$dir/hangs.pid" \
    >"$dir/hangs"
chmod 700 "$dir/hangs"
mkdir "$dir/hang.d"
seven hangs "token_url = \"$seven/oauth2/token\"; client_id = \"x\";
	client_secret = \"exec:$dir/hangs\";"
mv "$dir/apam.d/hangs.conf" "$dir/hang.d/"
sed "s|$dir/apam.d|$dir/hang.d|" "$dir/apam.conf" >"$dir/hang.conf"
(
	begun=$SECONDS
	timeout 120 "$build/apam" -c "$dir/hang.conf" headers hangs \
	    "$seven/eyes" >"$dir/hang.out" 2>"$dir/hang.err"
	echo $? $((SECONDS - begun)) >"$dir/hang.end"
) &
hanging=$!

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
	# Nothing else waits for it, however slow this machine is.
	[ "$7" = hang ] && deadline 1s || deadline 1h
	begun=$SECONDS
	row "$name" "$6" '' "^apam: $3: .*$8" request "$3" "$4"
	holds "$name: in time" [ $((SECONDS - begun)) -lt 60 ]
	text="$3 $(sed "s/ ([A-Z].*//; s/:[0-9]*$//" "$dir/err" | head -1)"
	[ "${7%%&*}" = 429 ] ||
		holds "$name: no other fault says that" [ -z "${said[$text]:-}" ]
	said[$text]=yes
	holds "$name: one request" asked "$provider" "$endpoint" 1
	holds "$name: and none of the API" asked "$provider" "$path" 0
	if [ "$7" = hang ]; then
		: # a second for each row
	elif [ "$6" -eq 1 ]; then
		row "$name: check" 1 $'\trejected\t' '*' check "$3"
	else
		row "$name: check" "$6" $'\tunknown\t' '*' check "$3"
	fi
	control /clear
}

fault 4 500 'endpoint: the server has a fault of its own \(HTTP 500\)'
fault 3 html200 'endpoint: an HTML page where JSON was expected \(HTTP 200\)'
fault 4 empty200 'endpoint: an empty answer \(HTTP 200\)'
fault 4 malformed 'endpoint: the JSON ends too early'
fault 4 nonsense 'endpoint: the JSON is malformed'
fault 4 truncated '[0-9] ended its response too early'
fault 4 duplicate 'endpoint: the JSON has a duplicate name'
fault 4 huge 'the response is larger than 1048576 bytes'
fault 3 wrongtype 'endpoint: the content type is not JSON'
fault 4 reset '127\.0\.0\.1:[0-9]+ (broke the connection|closed the connection before any answer)'
fault 4 hang '(127\.0\.0\.1:[0-9]+|the provider) did not answer in time'
fault 4 429 'endpoint: too many requests \(HTTP 429\)'
fault 4 '429&arg=3600' 'endpoint: too many requests \(HTTP 429\)'
fault 1 401 'wrong.*\(HTTP 401\)'

# leads STATUS PROVIDER PORT EXIT: to a path that no row asks for.
leads()
{
	said=()
	fault "$4" "redirect&arg=$1 https://$host:$3/led-here" \
	    "a redirect, which is never followed.*\(HTTP $1\)"
	holds "redirect $1: nobody came" asked "$2" /led-here 0
}
leads 301 seed "$SEED_PORT" 3
leads 302 xysense "$XYSENSE_PORT" 4
leads 303 7signal "$SEVENSIGNAL_PORT" 4
leads 307 seed "$SEED_PORT" 4
leads 308 seed "$SEED_PORT" 3

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

wait $hanging
read -r ended took <"$dir/hang.end"
holds "a helper that hangs: status 3" [ "$ended" = 3 ]
holds "a helper that hangs: not for ever" [ "$took" -le 90 ]
holds "a helper that hangs: it says so" grep -q \
    "hang.d/hangs.conf:[0-9]*: error: .*did not finish" "$dir/hang.err"
holds "a helper that hangs: no header" [ ! -s "$dir/hang.out" ]
holds "a helper that hangs: is ended" \
    sh -c "! kill -0 $(<"$dir/hangs.pid") 2>/dev/null"
finish
