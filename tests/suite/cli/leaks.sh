#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# No secret in any output: every command, at every level of the log, in good
# days and in bad ones; nor in the arguments or the environment of apam and of
# what it starts, looked at while they run. A secret counts as shown in any
# spelling, and so does each part of a token. A canary shows that the search
# can find.
. "$(dirname "$0")/lib.bash"
. "$(dirname "$0")/providers.bash"
echo words-of-the-helper >>"$dir/known"
echo literal-not-a-reference >>"$dir/known"

seven seven
seven odd "token_url = \"$seven/oauth2/token\"; client_id = \"sandbox:odd id\";
	client_secret = \"file:$dir/secrets/odd\"; client_auth = \"basic\";"
seven wrong "token_url = \"$seven/oauth2/token\"; client_id = \"x\";
	client_secret = \"file:$dir/secrets/wrong\"; probe = \"GET /eyes\";"
xy xy
xy xy-headers "key = \"sandbox-write\"; secret = \"file:$dir/secrets/xyw\";
	mode = \"headers\"; access = \"write\"; probe = \"GET /api/v1/occupancy\";"
xy xy-basic "key = \"sandbox-read\"; secret = \"file:$dir/secrets/xy\";
	mode = \"basic\"; probe = \"GET /api/v1/occupancy\";"
seed seed
printf '#!/bin/sh\necho words-of-the-helper >&2\ncat "%s"\n' \
    "$dir/secrets/one" >"$dir/helper"
chmod 700 "$dir/helper"
seven helper "token_url = \"$seven/oauth2/token\";
	client_id = \"SANDBOX.CLIENT.ONE\";
	client_secret = \"exec:$dir/helper\";"

# The tokens that are minted from here on: their parts are secrets too. The
# sandbox's own mints stand for apam's, which are never seen.
mint()
{
	curl -sS --noproxy '*' --cacert "$dir/ca.pem" -d "$2" "$1" |
		grep -oE 'eyJ[A-Za-z0-9_.-]+' | tr . '\n' >"$dir/parts"
	head -1 "$dir/parts" >>"$dir/known"
}
mint "$seven/oauth2/token" "grant_type=client_credentials&client_id=\
SANDBOX.CLIENT.ONE&client_secret=not-a-secret-7signal-one"
holds "a token was minted" [ "$(wc -l <"$dir/parts")" -eq 3 ]
mint "$xy/api/v1/auth" \
    "ApiKey=sandbox-read&ApiSecret=not-a-secret-xy-read"
holds "another token was minted" [ "$(wc -l <"$dir/parts")" -eq 3 ]
sort -u -o "$dir/known" "$dir/known"
holds "no secret is an empty line" [ -z "$(grep -n '^$' "$dir/known")" ]

# ---- Every command, at every level -------------------------------------------

# all KIND: what an administrator might run; `row` looks for secrets.
all()
{
	local name url
	for name in "seven $seven/eyes" "xy $xy/api/v1/occupancy" \
	    "xy-headers $xy/api/v1/occupancy" "odd $seven/eyes" \
	    "wrong $seven/eyes" "helper $seven/eyes" \
	    "xy-basic $xy/api/v1/occupancy" "seed $seed/api/version/"; do
		url=${name#* } name=${name%% *}
		row "$1: request -v $name" '*' '*' '*' request -v -i "$name" "$url"
	done
	row "$1: request" '*' '*' '*' request -v seed "$xy/"
	row "$1: check" '*' '*' '*' check
	row "$1: curl" '*' '*' '*' curl seed -- -sSi "$seed/api/version/"
}

# others KIND: what asks no provider.
others()
{
	row "$1: explain" '*' '*' '*' explain "$seven/eyes"
	row "$1: list --json" '*' '*' '*' list --json
	row "$1: lint --json" '*' '*' '*' lint --json
	row "$1: modules" '*' '*' '*' module list basic-email-key
}

# Any status will do here.
expect()
{
	local name=$1 why=
	shift 4
	cat "$@" >>"$dir/shown"
	if grep -qFf "$dir/known" "$@"; then
		why=" a secret is shown"
	fi
	[ "$status" -lt 6 ] || why=" status $status"
	verdict "$name" "$why"
}

for level in error warning info debug; do
	APAM_LOG=$level all "good days, $level"
	APAM_LOG=$level others "$level"
done
row "check --json" '*' '*' '*' --json --debug check seven seed xy
for kind in 401 500 html200 nonsense duplicate wrongtype; do
	for where in "7signal /oauth2" "7signal /eyes" "xysense /api" \
	    "seed /api"; do
		control "/fault?provider=${where% *}&path=${where#* }&kind=$kind"
	done
	APAM_LOG=debug all "$kind"
	control /clear
done
control '/archive?provider=7signal&key=SANDBOX.CLIENT.ONE'
control '/archive?provider=xysense&key=sandbox-read'
control '/archive?provider=seed&key=demo@example.com'
APAM_LOG=debug all "archived"
control /reset

# Secrets in places where they do not belong.
seed bad1 'email = "demo@example.com"; key = "literal-not-a-reference";'
seed bad2 'email = "a"; kye = "literal-not-a-reference";'
seed bad3 'email = "a"; key = [ "literal-not-a-reference" ];'
seed bad4 'email = "a"; key = "env:literal-not-a-reference literal";'
seed bad5 'email = "a"; key = "literal-not-a-reference'
seed bad6 'email = "a"; key = literal-not-a-reference;'
seed bad7 'email = "a"; key = "file:/literal-not-a-reference' # shown: a path
rm "$dir/apam.d/bad7.conf"
xy bad8 'key = "a"; secret = "https://u:literal-not-a-reference@h/";'
seven bad9 'token_url = "https://u:literal-not-a-reference@h/"; client_id = "a";
	client_secret = "env:HOME";'
for level in error debug; do
	export APAM_LOG=$level
	row "lint of literals" 3 '' '*' lint
	row "list of literals" 0 '*' '*' list
	for n in 1 2 3 4 5 6 8 9; do
		row "headers of literal $n" 3 '' '*' headers bad$n "$seed/"
	done
	unset APAM_LOG
done
rm "$dir"/apam.d/bad*.conf
row "a secret in a URL" 1 '' '*' request seed \
    "https://u:literal-not-a-reference@$host/"
row "a secret for an option" 2 '' '*' request seed "$seed/" \
    --timeout literal-not-a-reference
row "a secret for a header" 2 '' '*' request seed "$seed/" \
    -H literal-not-a-reference

# ---- Arguments and environments ------------------------------------------------

# look PROCESS: arguments and environments, its own and its children's.
look()
{
	local process
	for process in "$1" $(pgrep -P "$1"); do
		tr '\0' '\n' <"/proc/$process/cmdline"
		tr '\0' '\n' <"/proc/$process/environ"
	done
}

# watch NAME SIGN ARGS...: run, and look at apam and its children while they
# wait, from when SIGN is among their arguments.
watch()
{
	local name=$1 sign=$2 runs
	shift 2
	"$build/apam" -c "$dir/apam.conf" "$@" >"$dir/out" 2>"$dir/err" \
	    </dev/null &
	runs=$!
	for _ in {1..50}; do
		sleep 0.1
		look "$runs" >"$dir/processes" 2>/dev/null
		grep -qE "$sign" "$dir/processes" && break
	done
	holds "$name: it was seen" grep -qE "$sign" "$dir/processes"
	holds "$name: nothing in it" \
	    sh -c "! grep -qFf '$dir/known' '$dir/processes'"
	cat "$dir/processes" >>"$dir/shown"
	control /clear
	wait $runs
}
hang()
{
	control "/fault?provider=$1&path=$2&kind=hang"
}
hang 7signal /oauth2
watch "a mint that hangs" apam.conf request seven "$seven/eyes"
hang 7signal /eyes
watch "a request that hangs" apam.conf request -v seven "$seven/eyes" -d '{}'
hang seed /api
watch "a curl that hangs" ^--max-redirs curl seed -- -sS "$seed/api/version/"
hang xysense /api/v1/occupancy
watch "a check that hangs" apam.conf check xy-headers
printf '#!/bin/sh\nsleep 1\ncat "%s"\n' "$dir/secrets/one" >"$dir/helper"
watch "a helper that hangs" "^$dir/helper" request helper "$seven/eyes"

# ---- Files, and the canary -----------------------------------------------------

holds "nothing in the state directory" \
    sh -c "! grep -rqFf '$dir/known' '$dir/state'"
holds "much was shown" [ "$(wc -c <"$dir/shown")" -gt 20000 ]
holds "nothing of it a secret" sh -c "! grep -qFf '$dir/known' '$dir/shown'"
# Header and payload of any token begin so; `request -v` shows four letters.
holds "nothing of it part of a token" \
    sh -c "! grep -qE 'eyJ[A-Za-z0-9_-]{3}' '$dir/shown'"
holds "-v did show the mask" grep -q 'Bearer eyJ.…' "$dir/shown"
seen_with=$(wc -l <"$dir/known")
while IFS= read -r canary; do
	printf 'x%sx\n' "$canary" >"$dir/canary"
	holds "a canary is found" grep -qFf "$dir/known" "$dir/canary"
done <"$dir/known"
holds "there were canaries" [ "$seen_with" -gt 20 ]

# And in the very place where rows look: `headers` writes a credential.
signs "a credential, on purpose" 0 '*' '*' headers seed "$seed/api/version/"
holds "is found in the output" grep -qFf "$dir/known" "$dir/out"
signs "a token, on purpose" 0 '*' '*' headers seven "$seven/eyes"
holds "is found in the output too" grep -qFf "$dir/known" "$dir/out"
finish
