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
	timeout 30 script -qec "$(printf '%q ' "$build/apam" -c \
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
shows "modules" 0 '^basic-email-key +[a-zA-Z]' modules
shows "explain" 0 '^NOT CHOSEN' explain "$seed/x"

shows "JSON is indented" 0 '^  "[a-z_]+": ' request seed "$seed/api/version/"
shows "-i stands before it" 0 '^HTTP/[0-9.]+ 200' request -i seed \
    "$seed/api/version/"
control "/fault?provider=seed&path=/api/version&kind=html200&count=9"
shows "what is no JSON stays" 0 '<' request seed "$seed/api/version/"
control /clear
control "/fault?provider=seed&path=/api/version&kind=malformed&count=9"
shows "malformed JSON stays" 0 '^\{' request seed "$seed/api/version/"
control /clear
control "/fault?provider=seed&path=/api/version&kind=duplicate&count=9"
shows "duplicate names stay" 0 '"access_token"' request seed \
    "$seed/api/version/"
control /clear
shows "-o writes no terminal" 0 '' request -o "$dir/body" seed \
    "$seed/api/version/"
holds "nor is a file indented" [ "$(wc -l <"$dir/body")" -le 1 ]
shows "an error" 1 '^apam: seed: ' request seed https://other.example.com/
# ---- Progress ------------------------------------------------------------------

export TERM=xterm
shows "check: progress of many" 4 'checking 1 of 2: another-one' check
holds "check: it is erased" grep -q $'another-one\e\[K.*\e\[KPROFILE' "$dir/out"
shows "check: none of one" 4 '!checking' check another-one
row "check: none off a terminal" 4 '*' '!checking' check

row "off a terminal JSON stays as it was" 0 '!^  "' '' request seed \
    "$seed/api/version/"
finish
