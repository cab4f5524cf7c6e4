#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `apam profile new` by options and standard input, as scripts call it, and `apam
# profile test`: what is made, each mistake, and what is left after it.
. "$(dirname "$0")/lib.bash"
start_sandbox

api=https://127.0.0.1:$APIKEY_PORT
key=not-a-secret-key
seven_secret=not-a-secret-7signal-one
seed_key=0123456789abcdef0123456789abcdef01234567
printf '%s\n' $key $seven_secret $seed_key FAKE-wrong-key >>"$dir/known"
echo "ca_file = \"$dir/ca.pem\";" >>"$dir/apam.conf"

# made NAME STATUS OUT ERR SECRET ARGS...: SECRET is standard input.
made()
{
	local name=$1 want=$2 out=$3 err=$4
	printf '%s' "$5" >"$dir/input"
	shift 5
	input=$dir/input
	row "$name" "$want" "$out" "$err" profile new "$@"
	input=/dev/null
}

# nothing NAME: neither a profile nor a secret is left, nor anything hidden.
nothing()
{
	holds "$1: nothing is left" [ -z "$(ls -A "$dir/apam.d")" ]
}

clean()
{
	rm -rf "$dir/apam.d"
	mkdir "$dir/apam.d"
}

plain=(--url "$api/v1" --scheme api-key --set header=X-Api-Key
	--set 'probe=GET /v1/me')

# ---- Three kinds of API -------------------------------------------------------

made "an API key" 0 '^one works: the provider accepts the key: ' '' "$key" one \
    "${plain[@]}"
holds "the file is for all to read" \
    [ "$(stat -c %a "$dir/apam.d/one.conf")" = 644 ]
holds "the secret is not" [ "$(stat -c %a "$dir/apam.d/secrets/one")" = 600 ]
holds "it is the secret" [ "$(cat "$dir/apam.d/secrets/one")" = "$key" ]
holds "the help is a comment" grep -q '# reference to the key$' \
    "$dir/apam.d/one.conf"
holds "the next step is said" grep -q "^  apam request one $api/v1/me$" "$dir/out"
row "it is linted" 0 '' '' lint
row "it works" 0 "^one works: GET $api/v1/me: HTTP 200$" '' profile test one
row "as JSON" 0 '"works": true' '' --json profile test one
holds "it is JSON" is_json "$dir/out"
clean
made "client credentials" 0 '^two works: .*a fresh token was issued' '' \
    $seven_secret two --url "$seven" --scheme oauth2-client-credentials \
    --set "token_url=$seven/oauth2/token" --set client_id=SANDBOX.CLIENT.ONE
row "a token is got" 0 '' '' request -o "$dir/body" two "$seven/eyes"
made "Basic" 0 '^three works: ' '' $seed_key three --url "$seed" \
    --scheme basic-email-key --set email=demo@example.com \
    --set 'probe=GET /api/v3/users/current/'
made "as JSON" 0 '"works": true' '' $seed_key four --json --url "$seed" \
    --scheme basic-email-key --set email=demo@example.com \
    --set 'probe=GET /api/v3/users/current/'
holds "it is JSON" is_json "$dir/out"
clean

# ---- Placeholders --------------------------------------------------------------

made "one with placeholders" 0 '^one works: ' '' "$key" one "${plain[@]}" \
    --set run.environment.ONE_API_KEY=placeholder \
    --set run.environment.ONE_ID=none
row "which are shown" 0 '^  `apam run` sets ONE_API_KEY=placeholder$' '' explain \
    "$api/v1/me"
row "as JSON, too" 0 '"ONE_ID": "none"' '' --json explain "$api/v1/me"
clean
made "a variable without a name" 2 '' 'run.environment: it is a map: name its' x \
    one "${plain[@]}" --set run.environment=placeholder
made "one that is a secret" 3 '' 'run.environment.KEY: looks like a secret' x one \
    "${plain[@]}" --set run.environment.KEY=sk-0123456789abcdefFAKE
made "one that steers" 3 '' 'run.environment.https_proxy: says how' x one \
    "${plain[@]}" --set run.environment.https_proxy=x
nothing "placeholders"

# ---- What is missing -----------------------------------------------------------

row "no URL" 2 '' '--url URL is missing' profile new one
row "no scheme" 2 '' '--scheme SCHEME is missing' profile new one --url "$api"
row "no name" 2 '' 'NAME is missing' profile new "${plain[@]}"
row "no token URL" 2 '' \
    '--set issuer=VALUE, or --set token_url=VALUE, is missing' profile new one \
    --url "$seven" --scheme oauth2-client-credentials
holds "all that is missing is said at once" \
    grep -q -- '--set client_id=VALUE is missing' "$dir/err"
row "an empty secret" 2 '' 'key: the secret is empty; .*by --secret' profile new \
    one "${plain[@]}"
row "the usual one is named of those of which one is needed" 2 '' \
    '--set header=VALUE, or --set query=VALUE or cookie=VALUE, is missing: name of the header' \
    profile new one --url "$api" --scheme api-key
row "and of a group" 2 '' '--set token.from_pointer=VALUE, or --set token.from_header=' \
    profile new one --url "$api" --scheme login-token
nothing "what is missing"

# ---- Mistakes --------------------------------------------------------------------

made "no URL of any kind" 2 '' '--url: it is not a URL' x one --url example.com \
    --scheme api-key
made "http" 2 '' '--url: origins: http sends credentials in the clear' x one \
    --url http://api.example.com --scheme api-key
made "a URL with a query" 2 '' '--url: origins: ' x one \
    --url 'https://api.example.com/?a=b' --scheme api-key
made "no such scheme" 2 '' 'no module for the scheme api-kye; did you mean api-key\?' \
    x one --url "$api" --scheme api-kye
made "no such option" 2 '' 'haeder is not an option of api-key; did you mean header\?' \
    x one --url "$api" --scheme api-key --set haeder=x
made "nor any like it" 2 '' 'endpoint_of is not .*; `apam module list api-key` shows all' \
    x one --url "$api" --scheme api-key --set endpoint_of=x
made "no value" 2 '' '--set header: it is not OPTION=VALUE' x one "${plain[@]}" \
    --set header
made "a secret by --set" 2 '' '--set key: it is a secret' x one "${plain[@]}" \
    --set key=FAKE-wrong-key
made "a secret by --secret" 2 '' '--secret: it is not a reference' x one \
    "${plain[@]}" --secret key=FAKE-wrong-key
made "the scheme by --set" 2 '' '--scheme and --url give that one' x one \
    "${plain[@]}" --set scheme=api-key
made "no such member" 2 '' 'also has no such member' x one "${plain[@]}" \
    --set also.nothing=x
made "a group without a member" 2 '' 'name its member' x one "${plain[@]}" \
    --set also=x
made "no boolean" 2 '' '--set allow_http: it must be true or false' x one \
    "${plain[@]}" --set allow_http=yes
made "http that is not allowed" 2 '' 'needs allow_http = true' x one \
    --url http://127.0.0.1:1 --scheme api-key --set header=X-Api-Key
made "no integer" 2 '' 'it must be an integer' x one "${plain[@]}" \
    --set refusals.status=many
made "a control character" 2 '' 'control characters' x one "${plain[@]}" \
    --set $'header=X\ny = 1;'
made "no such entry" 2 '' 'there is no such entry' x one "${plain[@]}" \
    --set 2.header=X
made "no entry of this number" 2 '' 'there is no such entry' x one "${plain[@]}" \
    --set 0.header=X
made "a number alone" 2 '' 'is not an option of api-key' x one "${plain[@]}" \
    --set .header=X
made "the URL by --set" 2 '' '--scheme and --url give that one' x one \
    "${plain[@]}" --set origins=x
made "an option with a long name" 2 '' 'it is not OPTION=VALUE' x one \
    "${plain[@]}" --set "$(printf 'n%.0s' {1..300})=x"
made "an option that cannot be shown" 2 '' 'that is not an option of api-key' x \
    one "${plain[@]}" --set $'a\eb=x'
made "a member of what has none" 2 '' 'it has no members' x one "${plain[@]}" \
    --set header.name=x
made "a member of the profile's that is none" 2 '' 'run has no such member' x one \
    "${plain[@]}" --set run.nothing=x
made "an element without a name" 2 '' 'it is a map: name its element' x one \
    "${plain[@]}" --set run.environment.=x
made "an element that cannot be shown" 2 '' 'its element cannot be shown' x one \
    "${plain[@]}" --set $'run.environment.a\eb=x'
made "an element twice" 2 '' 'NAME is missing' '' "${plain[@]}" \
    --set run.environment.A=1 --set run.environment.B=2 --set run.environment.A=3
made "nothing for a value" 2 '' '--set header: it is empty' x one "${plain[@]}" \
    --set header=
made "a long value" 2 '' '--set header: it is too long' x one "${plain[@]}" \
    --set "header=$(printf 'n%.0s' {1..3000})"
made "more than there is room for" 2 '' 'there are too many options' x one \
    "${plain[@]}" $(printf -- '--set run.environment.N%s=x ' {1..200})
made "a secret that has no option" 2 '' '--secret: it is not OPTION=REFERENCE' x \
    one "${plain[@]}" --secret key
made "a secret of a long name" 2 '' '--secret: it is not OPTION=REFERENCE' x \
    one "${plain[@]}" --secret "$(printf 'n%.0s' {1..300})=-"
made "a secret of no entry" 2 '' '--secret: there is no such entry' x one \
    "${plain[@]}" --secret 2.key=-
made "a secret that the scheme has not" 2 '' 'is not an option of api-key' x one \
    "${plain[@]}" --secret "kye=file:$dir/ca.pem"
made "five secrets from one input" 2 '' 'there are too many secrets' x one \
    "${plain[@]}" $(printf -- '--secret s%s=- ' {1..5})
made "the same secret twice" 0 'is made' '' "$key" one "${plain[@]}" --no-check \
    --secret key=- --secret key=-
rm -rf "$dir/apam.d" && mkdir "$dir/apam.d"
made "a scheme that cannot be shown" 2 '' 'for the scheme that was given' x one \
    --url "$api" --scheme $'a\eb'
made "a scheme like none" 2 '' 'no module for the scheme zzzzzz; `apam module' x \
    one --url "$api" --scheme zzzzzz
made "a URL of slashes" 2 '' '--url: ' x one --url https:/// --scheme api-key
made "a name that begins with a dot" 2 '' 'a name has letters' x .one "${plain[@]}"
made "a name that is too long" 2 '' 'a name has letters' x \
    "$(printf 'n%.0s' {1..100})" "${plain[@]}"
made "an empty name" 2 '' 'a name has letters' x '' "${plain[@]}"
: >"$dir/modules/broken.so"
made "a module that is broken" 3 '' 'broken.so: ' x one --url "$api" --scheme broken
rm "$dir/modules/broken.so"
mkdir "$dir/no-modules"
sed "s|^module_dir.*|module_dir = \"$dir/no-modules\";|" "$dir/apam.conf" \
    >"$dir/empty.conf"
run -c "$dir/empty.conf" profile new one "${plain[@]}"
expect "no modules" 3 '' "there are no modules in $dir/no-modules: install" \
    "$dir/out" "$dir/err"
made "a name that cannot be" 2 '' 'a name has letters' x ../one "${plain[@]}"
made "what the module refuses" 3 '' 'error: header: ' x one --url "$api" \
    --scheme api-key --set header=Host
made "a secret of two lines" 2 '' 'more than one line' $'a\nb\n' one \
    "${plain[@]}"
made "a reference to nothing" 3 '' 'error: key: .*no such' '' one "${plain[@]}" \
    --secret key=env:APAM_TEST_NOT_THERE
made "no such group" 2 '' 'there is no group no-such-group; ' x one "${plain[@]}" \
    -g no-such-group
row "no such document" 2 '' 'No such file' profile new one --openapi "$dir/none"
nothing "mistakes"

# ---- What is there already ----------------------------------------------------------

made "http, as --set allows it" 0 'near.conf is made' '' "$key" near \
    --url http://127.0.0.1:1 --scheme api-key --set header=X-Api-Key \
    --set allow_http=true --no-check
holds "once" [ "$(grep -c '^allow_http = true;' "$dir/apam.d/near.conf")" = 1 ]
rm "$dir/apam.d/near.conf" "$dir/apam.d/secrets/near"
made "one" 0 '^Its key was not checked: --no-check was given' '' "$key" one "${plain[@]}" --no-check
before=$(cat "$dir/apam.d/one.conf" "$dir/apam.d/secrets/one" | cksum)
same()
{
	[ "$(cat "$dir/apam.d/one.conf" "$dir/apam.d/secrets/one" | cksum)" = "$before" ]
}
made "the name is taken" 2 '' 'a profile of that name already.*--force' x one \
    "${plain[@]}"
holds "nothing has changed" same
made "a replacement that is wrong" 3 '' 'error: header: ' x one --force \
    --url "$api" --scheme api-key --set header=Host
made "a replacement whose secret is wrong" 2 '' 'more than one line' \
    $'a\nb\n' one --force "${plain[@]}"
holds "the old secret is back" same
holds "and alone" [ "$(ls -A "$dir/apam.d" "$dir/apam.d/secrets" | wc -l)" = 6 ]
rm "$dir/apam.d/one.conf"
made "the secret is there already" 2 '' \
    "is there already: use it with --secret key=file:$dir" x one "${plain[@]}"
made "it is used" 0 '^one works: ' '' '' one "${plain[@]}" \
    --secret "key=file:$dir/apam.d/secrets/one"
made "with --force" 0 '^one works: ' '' "$key" one --force "${plain[@]}"
made "another for the same URL" 0 '^other works \(by its name: another profile' \
    '' "$key" other "${plain[@]}"
clean

# ---- Options of every kind -------------------------------------------------------------

made "groups, lists and the profile's own" 0 '^many works' '' "$key" many \
    "${plain[@]}" --set also.text=app-1 --set also.header=X-Application-Id \
    --set also.text=b --set also.header=X-Other \
    --set 'description=a "quoted" \ text' --set deadline=20 --set ttl=5m \
    --set fallback_on=unavailable
row "they are all there" 0 '' '' lint
holds "two groups" [ "$(grep -c 'text = "' "$dir/apam.d/many.conf")" = 2 ]
made "a map" 0 'is made' '' $seven_secret map --url "$seven" --no-check \
    --scheme oauth2-client-credentials --set "token_url=$seven/oauth2/token" \
    --set client_id=SANDBOX.CLIENT.ONE --set extra.one=1 --set extra.two=2 \
    --set scope=a --set scope=b
holds "lists grow" grep -q 'scope = \[ "a", "b" \];' "$dir/apam.d/map.conf"
clean

# ---- What the provider says ---------------------------------------------------------------

made "a wrong secret" 1 '^bad does not work: its key: rejected: ' '' \
    FAKE-wrong-key bad "${plain[@]}"
holds "the profile stays" [ -e "$dir/apam.d/bad.conf" ]
holds "what to do is said" \
    grep -q "^  apam secret set $dir/apam.d/secrets/bad$" "$dir/out"
row "so does test" 1 '^bad does not work: its key: rejected: .*secret set' '' \
    profile test bad
echo -n "$key" >"$dir/apam.d/secrets/bad"
row "once it is right" 0 '^bad works: ' '' profile test bad
made "no probe" 0 'unknown may work or not: its key: unknown: .*probe' '' "$key" \
    unknown --url "$api/v1" --scheme api-key --set header=X-Api-Key
row "a URL to try" 0 "^unknown works.*: GET $api/v1/me: HTTP 200" '' \
    profile test unknown "$api/v1/me"
row "nothing to try" 4 '^unknown may work or not' '' profile test unknown
row "a URL that is forbidden" 1 'one request: GET .*forbidden: HTTP 403' '' \
    profile test unknown "$api/v1/forbidden"
row "as JSON, too" 1 '"works": false' '' --json profile test unknown \
    "$api/v1/forbidden"
for code in 429:4 500:4 304:1; do
	control "/fault?provider=apikey&path=/v1/me&kind=status&arg=${code%:*}&count=9"
	row "an answer of ${code%:*}" "${code#*:}" "one request: .*HTTP ${code%:*}" '' \
	    profile test unknown "$api/v1/me"
	control /clear
done
both="scheme = \"api-key\"; header = \"X-Api-Key\"; probe = \"GET /v1/me\"; key"
printf %s FAKE-wrong-key >"$dir/apam.d/secrets/wrong"
chmod 600 "$dir/apam.d/secrets/wrong"
# two NAME FIRST SECOND: a profile with these two secrets.
two()
{
	profile "$1" <<-END
	origins = [ "$api/v1" ];
	auth = ( { $both = "file:$dir/apam.d/secrets/$2"; },
	    { $both = "file:$dir/apam.d/secrets/$3"; } );
	END
}
two stand unknown wrong
row "the second of two keys is dead" 1 'its key: entry 2: rejected: ' '' profile \
    test stand
two stand wrong unknown
row "the first of two is" 1 'its key: entry 1: rejected: ' '' profile test stand
two stand unknown unknown
row "both are alive" 0 '^stand works ' '' profile test stand
row "both, in JSON" 0 '"works": true' '' --json profile test stand
two stand unknown none
row "a secret that is not there" 3 'its file: .*none' '' profile test stand
chmod 644 "$dir/apam.d/secrets/wrong"
two stand unknown wrong
row "a secret that all may read" 3 'its file: .*wrong' '' profile test stand
rm "$dir/apam.d/stand.conf" "$dir/apam.d/secrets/wrong"
row "a URL of others" 1 'does not work: one request: ' '' profile test unknown \
    https://other.example.com/
row "no URL" 2 '' "first comes the profile's name" profile test unknown v1
row "no such profile" 2 'its file: there is no profile nobody' '' profile test \
    nobody
echo 'origins = [' >"$dir/apam.d/broken.conf"
row "a broken file" 3 'broken does not work: its file: line ' '' profile test \
    broken
rm "$dir/apam.d/broken.conf"
row "an archived key" 0 '*' '*' keys archive --yes unknown
row "says so" 1 'unknown does not work: its keys?: ' '' profile test unknown
control "/fault?provider=apikey&path=/v1&kind=status&arg=503&count=9"
row "a bad day" 4 'bad does not work: ' '' profile test bad
control /clear
clean

# ---- Directories ------------------------------------------------------------------------------

rmdir "$dir/apam.d"
made "no directory" 3 '' 'No such file or directory: profiles are made there' x \
    one "${plain[@]}"
mkdir "$dir/apam.d"
if [ "$(id -u)" = 0 ]; then
	chmod 711 "$dir"
	chmod 644 "$dir/apam.conf"
	own=$(mktemp -d /tmp/apam-own.XXXXXX)
	mkdir "$own/apam.d" "$own/state"
	sed "s,$dir/apam.d,$own/apam.d,; s,$dir/state,$own/state," \
	    "$dir/apam.conf" >"$own/apam.conf"
	sed -i "s,$dir/ca.pem,$own/ca.pem," "$own/apam.conf"
	cp "$dir/ca.pem" "$own/ca.pem"
	chmod 644 "$own/ca.pem"
	chmod 755 "$dir/modules" "$dir/modules"/*
	chown -R nobody "$own"
	as_nobody()
	{
		printf '%s' "$key" | setpriv --reuid nobody --clear-groups \
		    "$timeout" 120 "$build/apam" "$@" >"$dir/out" 2>"$dir/err"
		status=$?
	}
	as_nobody -c "$dir/apam.conf" profile new one "${plain[@]}"
	expect "root's directory" 3 '' 'run it as root, or name a main file' \
	    "$dir/out" "$dir/err"
	as_nobody -c "$own/apam.conf" profile new one "${plain[@]}"
	expect "a user's own" 0 '^one works' '' "$dir/out" "$dir/err"
	holds "it is the user's" [ "$(stat -c %U "$own/apam.d/secrets/one")" = nobody ]
	chown 0 "$own/apam.d/secrets/one"
	as_nobody -c "$own/apam.conf" profile test one
	expect "a secret of others" 3 'its file: .*; run it as root, or let a group' '' \
	    "$dir/out" "$dir/err"
	rm -rf "$own"
fi
finish
