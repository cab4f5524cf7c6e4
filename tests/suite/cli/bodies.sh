#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A scheme that signs the body (tests/modules/hmac-test.c): what `apam curl` and
# `apam headers` sign is what goes out. A stand-in for curl writes down what it
# is given; OpenSSL computes the signature anew; and the body is set beside what
# the real curl makes of the same options.
. "$(dirname "$0")/lib.bash"

origin=https://api.example.com
key=FAKE-signing-key
cp "$build/tests/modules/hmac-test.so" "$dir/modules/"
secret hmac $key
profile hmac <<END
origins = [ "$origin" ];
auth = ( { scheme = "hmac-test"; key_id = "k1";
  secret = "file:$dir/secrets/hmac"; headers = [ "Content-Type" ]; } );
END
profile bare <<END
origins = [ "https://bare.example.com" ];
auth = ( { scheme = "hmac-test"; key_id = "k1";
  secret = "file:$dir/secrets/hmac"; } );
END
basic plain https://plain.example.com demo@example.com fake-key-of-plain

mkdir "$dir/bin"
curl=$(command -v curl)
cat >"$dir/bin/curl" <<'END'
#!/bin/bash
here=$(dirname "$(dirname "$0")")
rm -f "$here"/sent-*
printf '%s\n' "$@" >"$here/sent-argv"
while [ $# -gt 0 ]; do
	case $1 in
	-H) [ "${2:0:9}" = @/dev/fd/ ] && cat "${2#@}" >"$here/sent-headers" ;;
	--data-binary | --json) cat "${2#@}" >"$here/sent-body" ;;
	--url) printf '%s' "$2" >"$here/sent-url" ;;
	-T) cat "$2" >"$here/sent-body" ;;
	esac
	shift
done
END
chmod 700 "$dir/bin/curl"
printf 'one two\r\nthree\n' >"$dir/file"

# signature METHOD URL TYPE BODY-FILE: what hmac-test.c should say.
signature()
{
	local target=/${2#https://*/}

	{
		printf '%s\n%s\n' "$1" "$target"
		[ -z "$3" ] || printf 'Content-Type:%s\n' "$3"
		printf '%s\n' "$(openssl dgst -sha256 -r "$4" | cut -d' ' -f1)"
	} | openssl dgst -sha256 -hmac $key -r | cut -d' ' -f1
}

# made_by_curl OPTION...: the body, as the real curl puts it together. It says
# so in C; nothing listens where it would send it.
made_by_curl()
{
	printf %b "$("$curl" -s --libcurl - "$@" http://127.0.0.1:1/ \
	    2>"$dir/noise" | sed -n 's/\\"/"/g; s/.*CURLOPT_POSTFIELDS, "\(.*\)");/\1/p')"
}

form=application/x-www-form-urlencoded
json=application/json
# sends METHOD TYPE OPTION...
sends()
{
	local method=$1 type=$2 name="curl ${*:3}" want
	shift 2

	PATH=$dir/bin:$PATH run -c "$dir/apam.conf" curl hmac -- "$@" $origin/a
	expect "$name" 0 '*' '' "$dir/out" "$dir/err"
	[ -e "$dir/sent-body" ] || : >"$dir/sent-body"
	want=$(signature "$method" "$(cat "$dir/sent-url")" "$type" \
	    "$dir/sent-body")
	holds "$name: what goes out is what was signed" \
	    grep -q "signature=$want" "$dir/sent-headers"
	holds "$name: no data in its arguments" \
	    sh -c "! grep -q marker '$dir/sent-argv'"
	case "$*" in
	*-T*) ;;
	*)
		holds "$name: the body is curl's" \
		    cmp -s "$dir/sent-body" <(made_by_curl "$@")
		;;
	esac
}
sends POST $form -d marker=1
sends POST $form -sSd marker=1
sends POST $form -d marker=1 -d 'b=2 3'
sends POST $form --data-raw @marker
sends POST $form --data-urlencode 'marker=a b&c/d'
sends POST $form --data-urlencode '=marker=b'
sends POST $form --data-urlencode "marker@$dir/file"
sends POST $form --data-binary "@$dir/file"
sends POST $json --json '{"marker": 1}'
sends POST $json --json '{"marker":' --json 2}
sends PATCH text/plain -X PATCH -H 'Content-Type: text/plain' -d marker
sends PUT text/plain -T "$dir/file" -H 'Content-Type: text/plain'
row "-F, whose boundary is curl's" 1 '' 'body' curl bare -- -F a=b \
    https://bare.example.com/a
row "-T from a pipe" 1 '' 'body' curl bare -- -T - https://bare.example.com/a
row "a file that is not there" 2 '' '--data cannot be read' curl hmac -- \
    -d "@$dir/none" $origin/a

# ---- headers ----------------------------------------------------------------

# headers_sign NAME METHOD BODY ARGS...
headers_sign()
{
	local name=$1 method=$2
	printf '%s' "$3" >"$dir/body"
	shift 3
	run -c "$dir/apam.conf" headers "$@"
	expect "headers: $name" 0 '^Authorization: HMAC-TEST' \
	    'send the request to' "$dir/err"
	holds "headers: $name: the URL is said, and signed" grep -q \
	    "signature=$(signature "$method" "$(tail -1 "$dir/err")" "$type" \
	    "$dir/body")" "$dir/out"
}
bare=https://bare.example.com/a
type=
headers_sign "GET" GET '' $bare
headers_sign "-d" POST hello -d hello $bare
headers_sign "--data @FILE" POST "$(cat "$dir/file")
" --data "@$dir/file" $bare
headers_sign "-X and -d" PUT hello -X PUT -d hello $bare
headers_sign "--no-body" POST '' -X POST --no-body $bare
headers_sign "an empty body" POST '' -d '' $bare
headers_sign "DELETE" DELETE '' -X DELETE $bare
type=text/plain
headers_sign "-H" POST hello -d hello -H "Content-Type: $type" \
    --header 'X-Other: y' $origin/a
holds "headers: those of -H are not printed" [ "$(wc -l <"$dir/out")" -eq 1 ]
row "headers: one that the signature covers is missing" 1 '' \
    'has no Content-Type header' headers hmac $origin/a
row "headers: -H, and no header" 2 '' 'Name: value' headers hmac -H x $origin/a
for method in POST PUT PATCH; do
	row "headers: $method, and nothing said of its body" 1 '' \
	    'give the body with -d' headers bare -X $method \
	    https://bare.example.com/a
	signs "headers: $method, of a scheme that signs none" 0 \
	    '^Authorization: Basic ' '' headers plain -X $method \
	    https://plain.example.com/a
done
row "headers: both" 2 '' 'exclude' headers bare -d x --no-body \
    https://bare.example.com/a
row "headers: no such file" 2 '' 'cannot read' headers bare -d "@$dir/none" \
    https://bare.example.com/a
finish
