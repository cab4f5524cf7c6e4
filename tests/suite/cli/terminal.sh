#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What is different on a terminal: aligned tables, headings, colour, indented
# JSON. script(1) is the terminal.
. "$(dirname "$0")/lib.bash"
start_sandbox

key=0123456789abcdef0123456789abcdef01234567
basic seed "$seed" demo@example.com $key "ca_file = \"$dir/ca.pem\";"
basic another-one https://api.example.com a@example.com fake-key-of-another

# shows NAME STATUS REGEX ARGS...: standard output is a terminal, so that both
# outputs come as one.
shows()
{
	local name=$1 want=$2 out=$3
	shift 3
	timeout 120 script -qec "${columns:+stty cols $columns; }$(printf '%q ' "$build/apam" -c \
	    "$dir/apam.conf" "$@")" /dev/null </dev/null 2>"$dir/err" |
		tr -d '\r' >"$dir/out"
	status=${PIPESTATUS[0]}
	expect "$name" "$want" "$out" '' "$dir/out"
}

shows "list: headings in bold" 0 $'^\e\[1mPROFILE +ORIGINS +SCHEMES +STATE' list
shows "list: aligned" 0 '^seed         https://' list
shows "list: the longest" 0 '^another-one  https://' list
export NO_COLOR=1
shows "NO_COLOR: no colour" 0 $'!\e' list
shows "NO_COLOR: still headings" 0 '^PROFILE ' list
export NO_COLOR=
shows "an empty NO_COLOR is none" 0 $'\e\[1m' list
export NO_COLOR=1
shows "list --json is the same" 0 '"name": "seed"' --json list
shows "modules" 0 '^basic-email-key +[a-zA-Z]' module list
shows "explain" 0 '^NOT CHOSEN' explain "$seed/x"

shows "JSON is indented" 0 '^  "[a-z_]+": ' request seed "$seed/api/version/"
shows "-i stands before it" 0 '^HTTP/[0-9.]+ 200' request -i seed \
    "$seed/api/version/"
control "/fault?provider=seed&path=/api/version&kind=html200&count=9"
shows "what is not JSON stays" 0 '<' request seed "$seed/api/version/"
control /clear
control "/fault?provider=seed&path=/api/version&kind=malformed&count=9"
shows "malformed JSON stays" 0 '^\{' request seed "$seed/api/version/"
control /clear
control "/fault?provider=seed&path=/api/version&kind=duplicate&count=9"
shows "duplicate names stay" 0 '"access_token"' request seed \
    "$seed/api/version/"
control /clear
control "/fault?provider=seed&path=/api/version&kind=escapes&count=9"
shows "nothing of a server's steers the terminal" 0 \
    '^clear\\x1b\[2J title\\x1b\]0;mine\\x07 c1\\xc2\\x9b2J turn\\xe2\\x80\\xae$' \
    request seed "$seed/api/version/"
holds "the rest is as it was" grep -q '^all the säme$' "$dir/out"
shows "nor with its headers" 0 '^clear\\x1b' request -i seed \
    "$seed/api/version/"
run -c "$dir/apam.conf" request seed "$seed/api/version/"
holds "elsewhere it is byte for byte" grep -qF $'clear\e[2J' "$dir/out"
control /clear
control "/fault?provider=seed&path=/api/version&kind=empty200&count=1"
shows "no body" 0 '=HTTP 200, and no body.' request seed "$seed/api/version/"
control /clear
shows "-o says where the body is" 0 "=HTTP 200: the body is in $dir/body." \
    request -o "$dir/body" seed \
    "$seed/api/version/"
holds "nor is a file indented" [ "$(wc -l <"$dir/body")" -le 1 ]
shows "an error" 1 '^apam: seed: ' request seed https://other.example.com/
# ---- No wider than the terminal ---------------------------------------------

# fits NAME ARGS...: no line is wider than the terminal of 100 columns.
columns=
fits()
{
	local name=$1
	shift
	columns=100
	shows "$name" "$want" '.' "$@"
	holds "$name: it fits" [ "$(sed 's/^.*\x1b\[K//; s/\x1b\[[0-9;]*m//g' "$dir/out" |
		wc -L)" -le $columns ]
	columns=
}
basic wide https://a-name-of-some-length.example.com/and/a/path \
    a-user-with-a-long-name@somewhere.example.com fake-key-of-wide \
    'description = "a profile for the wide table";'
want=0 fits list list
want=0 fits "keys list" keys list
want=0 fits status status
want=4 fits check check
want=0 fits modules module list
want=0 fits "modules SCHEME" module list oauth2-client-credentials
want=0 fits explain explain "$seed/x"
columns=60
shows "what does not fit stands below, with its heading" 4 \
    '^    state: unknown, checked: .*Z, evidence:$' check wide
columns=300
shows "what fits stays in the row" 4 \
    '^wide .* unknown .*Z  no probe is configured' check wide
columns=
rm "$dir/apam.d/wide.conf"

# ---- Nothing is mute ---------------------------------------------------------

shows "lint: all is well" 0 'All is well: the main file and 2 profiles\.' lint
shows "lint of a file" 0 '^All is well\.$' lint "$dir/apam.d/seed.conf"
row "lint off a terminal is silent" 0 '' '' lint
cp "$dir/apam.d/another-one.conf" "$dir/apam.d/third.conf"
shows "lint: warnings are counted" 0 '^0 errors, 1 warning\.' lint
rm "$dir/apam.d/third.conf"
shows "check: what it comes to" 4 '^0 of 2 keys are good; apam-troubleshooting' \
    check
shows "status: why it knows nothing" 0 'remark: its programs do not' status
mkdir -m 700 "$dir/none"
cp "$dir/apam.conf" "$dir/saved"
sed -i "s,/apam.d\",/none\"," "$dir/apam.conf"
for command in list check status; do
	shows "$command: no profiles" 0 "^There are no profiles in $dir/none yet" \
	    $command
	holds "$command: the next step" grep -q '^`apam profile new` makes one; .*apam lint' \
	    "$dir/out"
	row "$command off a terminal: no profiles" 0 '' '' $command
	shows "$command --json: no profiles" 0 '^\[\]$' $command --json
done
shows "keys list: none" 0 '^No key is registered' keys list
shows "lint: no profiles" 0 'no profiles yet: `apam list` says' lint
shows "explain: no profiles" 1 '^apam: no profile signs .*apam\.conf\(5\)' \
    explain https://api.example.com/
sed -i "s,/modules\",/none\"," "$dir/apam.conf"
shows "modules: none" 0 "^There are no modules in $dir/none" module list
cp "$dir/saved" "$dir/apam.conf"

# ---- Progress ------------------------------------------------------------------

export TERM=xterm
shows "check: progress of many" 4 'checking 1 of 2: another-one' check
holds "check: it is erased" grep -q $'another-one\e\[K.*\e\[KPROFILE' "$dir/out"
shows "check: none of one" 4 '!checking' check another-one
row "check: none off a terminal" 4 '*' '!checking' check

head -c 50000 /dev/zero | tr '\0' x >"$dir/large"
control "/fault?provider=seed&path=/api/version&kind=delay&arg=1600"
shows "request -o: progress of a transfer" 1 'sent 50.0 kB of 50.0 kB, 100 %' \
    request seed -o "$dir/body" -d "@$dir/large" "$seed/api/version/"
holds "request -o: it is erased" grep -q $'100 %\e\[K.*\e\[Kapam: ' "$dir/out"
shows "request to a terminal: none" 1 '!sent' request seed -d "@$dir/large" \
    "$seed/api/version/"
row "request -o off a terminal: none" 1 '' '!sent' request seed \
    -o "$dir/body" -d "@$dir/large" "$seed/api/version/"
control /clear
row "off a terminal JSON stays as it was" 0 '!^  "' '' request seed \
    "$seed/api/version/"

# This makes a registry, so it comes last.
row "a key is archived" 0 '*' '*' keys archive a@example.com
shows "lint: what is archived signs nothing" 0 \
    '^But 1 profile cannot sign, because the keys are archived' lint
finish
