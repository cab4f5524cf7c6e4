#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `apam curl`: what the real curl sends to the sandbox, and, with a stand-in
# that writes down how it was called, that the credential is neither in its
# arguments nor in its environment.
. "$(dirname "$0")/lib.bash"
start_sandbox

key=0123456789abcdef0123456789abcdef01234567
credential=$(printf 'demo@example.com:%s' $key | base64 -w0)
basic seed "$seed" demo@example.com $key "ca_file = \"$dir/ca.pem\";"
basic asked "$seed/api" demo@example.com $key "ca_file = \"$dir/ca.pem\";"
sed -i 's|key = .*|&\n  query = { organization_id = "1"; };|' \
    "$dir/apam.d/asked.conf"

# ---- The real curl ---------------------------------------------------------

version=$seed/api/version/
row "a call" 0 '^\{' '' curl seed -- -sS "$version"
row "the profile of the URL" 0 '^\{' '' curl -- -sS "$version"
row "the URL alone" 0 '^\{' '*' curl "$version"
row "without --" 0 '^\{' '*' curl seed "$version"
row "-w" 0 '^200$' '' curl seed -- -sS -o "$dir/body" -w '%{http_code}\n' \
    "$version"
row "-i" 0 '^HTTP/[0-9.]+ 200' '' curl seed -- -sSi "$version"
row "-I" 0 '^HTTP/' '*' curl seed -- -sSI "$version"
row "--url" 0 '^\{' '' curl seed -- -sS --url "$version"
basic proxied "$seed" demo@example.com $key "ca_file = \"$dir/ca.pem\";
	proxy = \"http://127.0.0.1:1\";"
row "no proxy comes between here and here" 0 '^\{' '' curl proxied -- -sS \
    "$version"
row "data" 0 '^\{' '' curl seed -- -sS --data '{}' \
    -H 'Content-Type: application/json' \
    "$seed/api/v3/properties/filter/?organization_id=1"
row "the profile's query" 0 '"results"' '' curl asked -- -sS \
    "$seed/api/v3/properties/"
row "brackets are not a pattern" 0 '!curl:' '' curl seed -- -sS \
    "$seed/api/version/?a=%5B1-3%5D"
split=$'a=b\r\nContent-Length: 0\r\n\r\nGET /other HTTP/1.1\r\nX: y'
for option in -A -e -r -b; do
	row "$option that would split the request" 2 '' 'control characters' \
	    curl seed -- -sS $option "$split" "$version"
done
row "lines break in a body" 0 '^\{' '' curl seed -- -sS \
    -d $'{\n\n"a": 1}' -H 'Content-Type: application/json' \
    "$seed/api/v3/properties/filter/?organization_id=1"
row "-f" 1 '*' '*' curl seed -- -sSf "$seed/api/nothing/"
row "no redirect is followed" 0 '^301$' '' curl seed -- -sS -o "$dir/body" \
    -w '%{http_code}\n' "$seed/api/version"
control "/fault?provider=seed&path=/api/version&kind=reset&count=9"
row "a broken connection" 4 '*' '*' curl seed -- -sS "$version"
control /clear
row "another origin" 1 '' '^apam: seed: ' curl seed -- -sS "$xy/"
row "-H of the signed header" 2 '' 'sets' curl seed -- -sS \
    -H 'authorization: mine' "$version"
printf 'verbose\nlocation\ntrace-ascii -\n' >"$dir/.curlrc"
HOME=$dir CURL_HOME=$dir row "no .curlrc" 0 '^\{' '!^[*><]' curl seed -- -sS \
    "$version"
http_proxy=http://127.0.0.1:1 https_proxy=http://127.0.0.1:1 \
    ALL_PROXY=http://127.0.0.1:1 row "no proxy of the environment" 0 '^\{' '' \
    curl seed -- -sS "$version"

# ---- A stand-in ------------------------------------------------------------

mkdir "$dir/bin"
cat >"$dir/bin/curl" <<END
#!/bin/bash
printf '%s\n' "\$@" >"$dir/argv"
tr '\0' '\n' </proc/\$\$/environ >"$dir/environ"
while [ \$# -gt 0 ]; do
	[ "\$1" = -H ] && [ "\${2:0:9}" = @/dev/fd/ ] && cat "\${2#@}" >"$dir/sent"
	shift
done
exit \${CURL_EXIT:-0}
END
chmod 700 "$dir/bin/curl"
# stand_in NAME STATUS CURL-ARGS...
stand_in()
{
	local name=$1 want=$2
	shift 2
	rm -f "$dir/argv" "$dir/environ" "$dir/sent"
	PATH=$dir/bin:$PATH run -c "$dir/apam.conf" curl seed -- "$@"
	expect "$name" "$want" '*' '*' "$dir/out" "$dir/err"
}

stand_in "the stand-in" 0 -s "$version"
holds "it was given the header" grep -qx "Authorization: Basic $credential" \
    "$dir/sent"
holds "and nothing else there" [ "$(wc -l <"$dir/sent")" -eq 1 ]
holds "no credential in argv" sh -c "! grep -qFf '$dir/known' '$dir/argv'"
holds "no credential in the environment" \
    sh -c "! grep -qFf '$dir/known' '$dir/environ'"
holds "-q comes first" [ "$(head -1 "$dir/argv")" = -q ]
for option in --proto =https --max-redirs --globoff --path-as-is --noproxy \
    --cacert; do
	holds "$option is there" grep -qx -- "$option" "$dir/argv"
done
holds "the URL is there once" [ "$(grep -cxF "$version" "$dir/argv")" -eq 1 ]
holds "the headers are read from a descriptor, last" \
    grep -qE '^@/dev/fd/[0-9]+$' <(tail -1 "$dir/argv")

# maps CURL-STATUS STATUS
maps()
{
	CURL_EXIT=$1 stand_in "curl's status $1" "$2" "$version"
}
maps 0 0
maps 2 2
maps 6 4
maps 7 4
maps 22 1
maps 23 5
maps 28 4
maps 35 4
maps 60 4

printf '#!/bin/sh\nkill -TERM $$\n' >"$dir/bin/curl"
stand_in "curl ended by a signal" 4 "$version"
printf '#!/bin/sh\nexit 0\n' >"$dir/bin/curl"
stand_in "curl that reads no headers" 0 "$version"
rm "$dir/bin/curl"
PATH=$dir/bin run -c "$dir/apam.conf" curl seed -- "$version"
expect "no curl" 5 '' '^apam: cannot run curl: ' "$dir/out" "$dir/err"
finish
