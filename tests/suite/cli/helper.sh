#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `apam helper`: what each protocol is answered, what is handed out to nobody,
# and git itself with a repository behind a password.
. "$(dirname "$0")/lib.bash"
. "$(dirname "$0")/providers.bash"

basic store https://git.example.com Aladdin 'open sesame'
basic port https://git.example.com:8443 other fake-key-of-port
basic below https://path.example.com/api user fake-key-of-path
basic loop http://127.0.0.1:8080 user fake-key-of-loop 'allow_http = true;'
seven token '' 'share_credentials = true;'
secret plain fake-key-of-a-query
entry query https://query.example.com api-key \
    "key = \"file:$dir/secrets/plain\"; query = \"api_key\";"
entry named https://header.example.com api-key \
    "key = \"file:$dir/secrets/plain\"; header = \"X-Api-Key\";"

silently()
{
	"$@" >/dev/null 2>&1
}

# says TEXT: what the next runs read.
says()
{
	printf "$1" >"$dir/in"
	input=$dir/in
}

# ---- git ---------------------------------------------------------------------

says 'protocol=https\nhost=git.example.com\n\n'
signs "git: user and password" 0 "=username=Aladdin
password=open sesame" '' helper git get
says 'capability[]=authtype\nprotocol=https\nhost=git.example.com\npath=a.git\n'
signs "git: with a path, no empty line" 0 '^username=Aladdin$' '' helper git get
says 'protocol=https\nhost=git.example.com:8443\n\n'
signs "git: of this port" 0 '^username=other$' '' helper git get
says 'protocol=https\nhost=git.example.com:9443\n\n'
row "git: of no other port" 0 '' '' helper git get
says 'protocol=https\nhost=other.example.com\n\n'
row "git: of no other host" 0 '' '' helper git get
profile wrong <<END
origins = [ "https://wrong.example.com" ];
nonsense = 1;
END
says 'protocol=https\nhost=wrong.example.com\n\n'
row "git: of a profile in error" 3 '=quit=1' 'wrong.conf:2: error: nonsense is' \
    helper git get
says 'protocol=https\nhost=other.example.com\n\n'
row "git: it is in nobody's way" 0 '' '' helper git get
says 'https://wrong.example.com'
row "docker: of a profile in error" 3 '!Secret' 'wrong.conf:2: error: ' \
    helper docker get
chmod 666 "$dir/apam.d/wrong.conf"
says 'protocol=https\nhost=wrong.example.com\n\n'
row "git: a file that others may change claims nothing, and is told" 0 '' \
    'profile wrong, which may be for it, is not used: .*chmod go-w' \
    helper git get
rm -f "$dir/apam.d/wrong.conf"
says 'protocol=http\nhost=git.example.com\n\n'
row "git: nothing by http" 0 '' '' helper git get
says 'protocol=http\nhost=127.0.0.1:8080\n\n'
row "git: nor where the profile has it" 0 '' '' helper git get
says 'protocol=https\nhost=path.example.com\n\n'
row "git: of no origin with a path" 0 '' '' helper git get
says 'protocol=https\nhost=sub.git.example.com\n\n'
row "git: of no subdomain" 0 '' '' helper git get
says 'protocol=https\nhost=user@git.example.com\n\n'
row "git: no user in the host" 0 '' '' helper git get
says 'protocol=https\nhost=git.example.com\\@other.test\n\n'
row "git: no trick in the host" 0 '' '' helper git get
says 'protocol=https\nhost=query.example.com\n\n'
row "git: no query parameter" 1 '=quit=1' 'adds a query parameter' \
    helper git get
says 'protocol=https\nhost=header.example.com\n\n'
row "git: no other header" 1 '=quit=1' 'a header that is not Authorization' \
    helper git get
says "protocol=https\nhost=127.0.0.1:$SEVENSIGNAL_PORT\n\n"
row "git: an old one gets no token" 1 '=quit=1' 'git 2.46 or later' \
    helper git get
says "capability[]=authtype\nprotocol=https\nhost=127.0.0.1:$SEVENSIGNAL_PORT\n\n"
signs "git: a new one does" 0 '^authtype=Bearer$' '' helper git get
holds "git: the token" grep -q '^credential=eyJ' "$dir/out"
holds "git: which is not to be stored" grep -qx ephemeral=1 "$dir/out"
holds "git: when it ends" grep -qE '^password_expiry_utc=[0-9]{10}$' "$dir/out"
row "git: a token that was refused" 0 '' '' helper git erase
# token_now: what git is given.
token_now()
{
	says "capability[]=authtype\nprotocol=https\nhost=127.0.0.1:$SEVENSIGNAL_PORT\n\n"
	"$timeout" 120 "$build/apam" -c "$dir/apam.conf" helper git get \
	    <"$input" 2>"$dir/err" | sed -n 's/^credential=//p'
}
git_old=$(token_now)
# refused TOKEN: git says so.
refused()
{
	says "protocol=https\nhost=127.0.0.1:$SEVENSIGNAL_PORT\ncredential=$1\n\n"
	row "git: a token that was refused" 0 '' '' helper git erase
}
refused "$git_old"
git_new=$(token_now)
holds "git: it is not given again" [ "$git_new" != "$git_old" ]
refused "$git_old"
holds "git: one that took its place is not renewed" [ "$(token_now)" = "$git_new" ]
holds "git: that is a token" grep -q '^eyJ' <<<"$git_new"
says 'protocol=https\nhost=git.example.com\npassword=open sesame\n\n'
row "git: a password that was refused" 0 '' '' helper git erase
says 'protocol=https\nhost=other.example.com\n\n'
row "git: of no profile" 0 '' '' helper git erase
says 'protocol=https\n\nhost=git.example.com\n'
row "git: no host before an empty line" 0 '' '' helper git get
says 'host=git.example.com\n'
row "git: no protocol" 0 '' '' helper git get
says "protocol=https\nhost=$(printf 'n%.0s' {1..9000})\n"
row "git: a long host" 0 '' '' helper git get
# basic_of NAME KEY [PREFIX]: what stands behind the word is KEY.
basic_of()
{
	secret "$1" "$2"
	entry "$1" "https://$1.example.com" api-key "header = \"Authorization\";
	    key = \"file:$dir/secrets/$1\"; prefix = \"${3:-Basic }\";"
	says "capability[]=authtype\nprotocol=https\nhost=$1.example.com\n"
}
basic_of odd-letters 'fake*key'
row "git: not base64" 1 '=quit=1' 'not a user and a password' helper git get
basic_of odd-colon "$(printf fake-key | base64)"
row "git: no colon" 1 '=quit=1' 'not a user and a password' helper git get
basic_of odd-line "$(printf 'fake:a\nhost=b' | base64)"
row "git: a line break" 1 '=quit=1' 'not a user and a password' helper git get
basic_of odd-end "$(printf 'fake:a\177' | base64)"
row "git: another control" 1 '=quit=1' 'not a user and a password' helper git get
basic_of odd-word fake-key 'Token '
row "git: neither Basic nor Bearer" 1 '=quit=1' 'neither Basic nor Bearer' \
    helper git get
basic_of odd-spaces "$(printf 'fake:a' | base64)" 'basic   '
signs "git: more than one space" 0 '^password=a$' '' helper git get
says 'protocol=https\nhost=git.example.com\n'
"$timeout" 120 "$build/apam" -c "$dir/apam.conf" helper git get <"$input" \
    >/dev/full 2>"$dir/err"
status=$?
: >"$dir/out"
expect "git: nobody reads it" 5 '' 'cannot write standard output' "$dir/err"
input=$dir
row "git: a directory" 5 '' 'cannot read standard input: Is a dir' helper git get
input=$dir/in
row "git: nothing is stored" 0 '' '' helper git store
row "git: what a later git asks" 0 '' '' helper git capability
head -c 70000 /dev/zero | tr '\0' a >"$dir/in"
row "git: too much" 5 '' 'more than 65536 bytes' helper git get

# Of these no protocol is answered: another port, another name, below and above
# what a profile has, no https, an origin with a path, tricks.
nowhere="https://git.example.com:9443 https://git.example.com.test
https://sub.git.example.com https://example.com http://git.example.com
http://127.0.0.1:8080 https://path.example.com https://path.example.com/api
https://git.example.com@other.test https://other.test#@git.example.com
https://other.test?git.example.com ftp://git.example.com
https://git.example.com:8443@other.test https://git.example.com\\@other.test"

# ---- docker ------------------------------------------------------------------

says 'git.example.com'
signs "docker: user and password" 0 "={\"ServerURL\":\"git.example.com\",\
\"Username\":\"Aladdin\",\"Secret\":\"open sesame\"}" '' helper docker get
says 'https://git.example.com:8443/v1/\n'
signs "docker: of a URL" 0 '"Username":"other"' '' helper docker get
says 'other.example.com'
row "docker: of no other" 1 '=credentials not found in native keychain' '' \
    helper docker get
says 'http://git.example.com'
row "docker: nothing by http" 1 '=credentials not found in native keychain' '' \
    helper docker get
for url in $nowhere; do
	printf '%s' "$url" >"$dir/in"
	row "docker: nothing for $url" 1 \
	    '=credentials not found in native keychain' '' helper docker get
done
says "127.0.0.1:$SEVENSIGNAL_PORT"
row "docker: no token" 1 'not user and password' '' helper docker get
row "docker: no list" 0 '={}' '' helper docker list
row "docker: nothing is stored" 1 'keeps no logins' '' helper docker store
row "docker: nor erased" 1 'keeps no logins' '' helper docker erase
row "docker: nothing else" 2 '' 'is not get, list' helper docker version

# ---- bazel -------------------------------------------------------------------

says '{"uri":"https://header.example.com/a/b?c"}'
signs "bazel: any header" 0 \
    '={"headers":{"X-Api-Key":["fake-key-of-a-query"]}}' '' helper bazel get
says "{\"uri\":\"$seven/x\"}"
signs "bazel: a token" 0 '"Authorization":\["Bearer eyJ' '' helper bazel get
holds "bazel: when it ends" grep -qE '"expires":"20..-..-..T..:..:..Z"' \
    "$dir/out"
says '{"uri":"https://other.example.com/"}'
row "bazel: of no other" 0 '={}' '' helper bazel get
for url in $nowhere; do
	jq -cn --arg uri "$url" '{ $uri }' >"$dir/in"
	row "bazel: nothing for $url" 0 '={}' '' helper bazel get
done
says '{"url":"https://git.example.com/"}'
row "bazel: no URI" 2 '' 'is not { "uri"' helper bazel get
says '{"uri":"https://git.example.com/","uri":"https://header.example.com/"}'
row "bazel: two URIs" 2 '' 'is not { "uri"' helper bazel get
row "bazel: nothing else" 2 '' 'is not get' helper bazel set

# ---- kubectl -----------------------------------------------------------------

input=/dev/null
row "kubectl: not from kubectl" 2 '' 'kubectl sets it' helper kubectl "$seven"
# info VERSION [CLUSTER]: what clients of Kubernetes say in the environment, with
# all that the published types have (kubernetes.io/docs/reference/config-api/
# client-authentication.v1 and .v1beta1; v1alpha1 is gone since 1.24).
info()
{
	jq -cn --arg version "client.authentication.k8s.io/$1" \
	    --argjson cluster "${2:-null}" '{ kind: "ExecCredential",
	    apiVersion: $version, spec: ({ interactive: false } +
	    if $cluster then { $cluster } else {} end) }'
}
cluster='{ "server": "'$seven'", "tls-server-name": "other.example",
  "insecure-skip-tls-verify": false, "certificate-authority-data": "LS0t",
  "proxy-url": "http://127.0.0.1:1", "disable-compression": true,
  "config": { "apiVersion": "v1", "kind": "Any", "audience": "x" } }'
# answered VERSION: as the same types say it; the time is RFC 3339's, and to come.
answered()
{
	json_holds "$dir/out" --arg version "client.authentication.k8s.io/$1" '
	    (keys == ["apiVersion", "kind", "status"]) and
	    .apiVersion == $version and .kind == "ExecCredential" and
	    (.status | keys == ["expirationTimestamp", "token"] and
		(.token | type == "string" and length > 0) and
		(.expirationTimestamp | fromdateiso8601 > now))'
}
export KUBERNETES_EXEC_INFO
for version in v1 v1beta1; do
	KUBERNETES_EXEC_INFO=$(info $version)
	row "kubectl, $version: no server" 2 '' 'provideClusterInfo' \
	    helper kubectl
	signs "kubectl, $version: the server's URL" 0 '"token":"eyJ' '' \
	    helper kubectl "$seven"
	holds "kubectl, $version: as it has to be" answered $version
	KUBERNETES_EXEC_INFO=$(info $version "$cluster")
	signs "kubectl, $version: the server that it names" 0 '"token":"eyJ' '' \
	    helper kubectl
	holds "kubectl, $version: as it has to be for that" answered $version
done
for version in v1alpha1 v2 ''; do
	KUBERNETES_EXEC_INFO=$(info "$version" "$cluster")
	row "kubectl: of version '$version'" 2 '' 'v1 or v1beta1' helper kubectl
done
for KUBERNETES_EXEC_INFO in '' '{' '[]' '"v1"' '{"apiVersion":1}'; do
	row "kubectl: '$KUBERNETES_EXEC_INFO'" 2 '' 'v1 or v1beta1' \
	    helper kubectl "$seven"
done
KUBERNETES_EXEC_INFO=$(info v1 "$cluster")
row "kubectl: no user and password" 1 '' 'not a Bearer token' \
    helper kubectl https://git.example.com
row "kubectl: of no other" 3 '' 'no profile is for' \
    helper kubectl https://other.example.com
for url in $nowhere; do
	row "kubectl: nothing for $url" 3 '' 'no profile is for' \
	    helper kubectl "$url"
done

# ---- A scheme that signs each request -----------------------------------------

cp "$build/tests/modules/hmac-test.so" "$dir/modules/"
secret hmac 0123456789abcdef0123456789abcdef
entry each https://each.example.com hmac-test "key_id = \"one\";
  secret = \"file:$dir/secrets/hmac\";"
says '{"uri":"https://each.example.com/"}'
row "what signs each request is not handed out" 1 '' 'signs each request anew' \
    helper bazel get
input=/dev/null

# ---- A server ----------------------------------------------------------------

PATH=$build:$PWD/hosts/cli/helper:$PATH
export GIT_CONFIG_NOSYSTEM=1 HOME=$dir GIT_TERMINAL_PROMPT=0
export APAM_CONFIG=$dir/apam.conf GIT_SSL_CAINFO=$dir/server.pem
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
    -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 \
    -keyout "$dir/server.key" -out "$dir/server.pem" 2>/dev/null
cat "$dir/server.key" >>"$dir/server.pem"
git init -q --bare "$dir/repositories/a.git"
git -C "$dir/repositories/a.git" config http.receivepack true
mkfifo "$dir/life" "$dir/port"
/usr/bin/python3 tests/suite/cli/helper_server.py "$dir" \
    somebody:fake-password-of-git <"$dir/life" >"$dir/port" &
git_pid=$!
exec 7>"$dir/life"
read -r -t 120 port <"$dir/port" || echo "the server did not start"
basic hub "https://127.0.0.1:$port" somebody fake-password-of-git
git config --global credential.helper apam
git config --global user.email somebody@example.com
git config --global user.name somebody

# ---- aws ---------------------------------------------------------------------

sed -i "s,^origins,ca_file = \"$dir/server.pem\"; &," "$dir/apam.d/hub.conf"
api=https://127.0.0.1:$port/keys
keys='"Version":1,"AccessKeyId":"FAKEID","SecretAccessKey":"fake-aws-key"'
session='"SessionToken":"fake-session"'
ends='"Expiration":"2038-01-19T03:14:07Z"'
signs "aws: as a container endpoint says it" 0 "={$keys,$session,$ends}" '' \
    helper aws "$api/container"
signs "aws: as STS does" 0 "={$keys,$session,$ends}" '' helper aws "$api/sts"
signs "aws: as Vault does" 0 "={$keys,$session}" '' helper aws -X POST \
    "$api/vault"
signs "aws: when a lease of Vault's ends" 0 \
    '"SessionToken":"fake-session","Expiration":"20..-..-..T..:..:..Z"' '' \
    helper aws "$api/lease"
row "aws: no keys" 1 '' 'is not JSON with AccessKeyId' helper aws "$api/none"
row "aws: another answer" 1 '' 'HTTP 404 instead of keys' helper aws "$api/x"
for api_path in list numbers; do
	row "aws: no keys: $api_path" 1 '' 'JSON with AccessKeyId' helper aws \
	    "$api/$api_path"
done
row "aws: a long answer" 2 '' 'did not accept the response' helper aws "$api/long"
signs "aws: an end beats a lease" 0 "={$keys,$session,$ends}" '' helper aws \
    "$api/both"
signs "aws: no lease is so long" 0 "={$keys}" '' helper aws "$api/never"
signs "aws: nor one that is over" 0 "={$keys,$session}" '' helper aws "$api/past"
for code in 429:4 500:4 403:1; do
	row "aws: the API says ${code%:*}" "${code#*:}" '' "HTTP ${code%:*} instead" \
	    helper aws "$api/status/${code%:*}"
done
row "aws: of no other" 2 '' 'no profile' helper aws https://other.example.com/

# A program asks as SDKs do: ask [CURL'S OPTIONS].
cat >"$dir/ask" <<'END'
#!/bin/sh
exec curl -sS -w '%{http_code}' \
    -H "Authorization: ${SAYS-$AWS_CONTAINER_AUTHORIZATION_TOKEN}" "$@" \
    "$AWS_CONTAINER_CREDENTIALS_FULL_URI$BEHIND"
END
chmod +x "$dir/ask"
served="{${keys#*,},\"Token\":\"fake-session\",$ends}"
signs "aws: a program has an endpoint" 0 "=${served}200" '' \
    helper aws "$api/sts" -- "$dir/ask"
signs "aws: which says when a lease ends" 0 '"Expiration":"20.*}200$' '' \
    helper aws -X POST "$api/lease" -- "$dir/ask"
row "aws: and nothing where no end is known" 0 '"NoKeys"' \
    'use credential_process' helper aws "$api/vault" -- "$dir/ask"
row "aws: nor where the API has no keys" 0 '^403$' 'HTTP 404 instead of keys' \
    helper aws "$api/x" -- "$dir/ask"
row "aws: nor where there is no session" 0 '"NoKeys"' 'use credential_process' \
    helper aws "$api/endless" -- "$dir/ask"
row "aws: nor while the API is busy" 0 '^503$' 'HTTP 429 instead of keys' \
    helper aws "$api/status/429" -- "$dir/ask"
: >"$dir/text"
row "aws: a program that cannot be run" 126 '' 'cannot be run' \
    helper aws "$api/sts" -- "$dir/text"
SAYS=other row "aws: not for another token" 0 '={}
401' '' helper aws "$api/sts" -- "$dir/ask"
row "aws: not by a name that was made to lead here" 0 '={}
400' '' helper aws "$api/sts" -- "$dir/ask" -H Host:rebound.example
BEHIND=/x row "aws: not at another path" 0 '={}
404' '' helper aws "$api/sts" -- "$dir/ask"
row "aws: a GET alone" 0 '={}
405' '' helper aws "$api/sts" -- "$dir/ask" -X PUT
cat >"$dir/program" <<'END'
#!/bin/sh
echo "$AWS_ACCESS_KEY_ID$AWS_PROFILE$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI."
echo "$AWS_CONTAINER_CREDENTIALS_FULL_URI" >"$1"
kill -PIPE $$
END
chmod +x "$dir/program"
AWS_PROFILE=other AWS_ACCESS_KEY_ID=OTHER row \
    "aws: what SDKs would take first is not there; the signal is the program's" \
    141 '=.' '' helper aws "$api/sts" -- "$dir/program" "$dir/endpoint"
# The endpoint ends with the program: it refuses connections then.
for i in $(seq 600); do
	curl -sS "$(cat "$dir/endpoint")" >/dev/null 2>&1
	status=$?
	[ $status -ne 7 ] || break
	sleep 0.1
done
holds "aws: the endpoint ends with the program" [ $status -eq 7 ]
row "aws: the program's status" 9 '' '' helper aws "$api/sts" -- sh -c 'exit 9'
row "aws: a program that is not there" 127 '' 'cannot be run' \
    helper aws "$api/sts" -- "$dir/nothing"

# ---- git itself --------------------------------------------------------------

holds "git: clones" silently git clone -q "https://127.0.0.1:$port/a.git" "$dir/a"
echo text >"$dir/a/file"
git -C "$dir/a" add file
git -C "$dir/a" commit -q -m text
holds "git: pushes" git -C "$dir/a" push -q origin HEAD
holds "git: what arrived is there" git -C "$dir/repositories/a.git" \
    cat-file -e HEAD:file
row "git: the key is archived" 0 '*' '*' keys archive \
    --yes somebody
! git -C "$dir/a" fetch -q >"$dir/out" 2>"$dir/err"
status=$?
expect "git: not with an archived key" 0 '*' 'archived' "$dir/out" "$dir/err"
exec 7>&-
wait "$git_pid"
finish
