#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Every row of tests/vectors/url through `apam headers`: what is refused gets
# status 1, the reason in the words of the row, and no header; what is accepted
# gets exactly the header that the profile of its origin makes.
. "$(dirname "$0")/lib.bash"

vectors=tests/vectors/url
tab=$'\t'
declare -A names=() headers=()

# One profile for each origin of the vectors.
while IFS=$tab read -r origin _; do
	case $origin in '' | '#'*) continue ;; esac
	[ -z "${names[$origin]:-}" ] || continue
	name=origin-${#names[@]}
	names[$origin]=$name
	http=
	[ "${origin%%:*}" = https ] || http='allow_http = true;'
	basic "$name" "$origin" user "fake-key-$name" "$http"
	headers[$origin]="Authorization: Basic $(
		printf 'user:fake-key-%s' "$name" | base64 -w0)"
done < <(cat $vectors/refused.txt $vectors/accepted.txt)

# A command line cannot carry NUL: check_url has those rows.
rows=0
while IFS= read -r line; do
	case $line in '' | '#'* | *'\x00'*) continue ;; esac
	origin=${line%%"$tab"*} rest=${line#*"$tab"}
	why=${rest##*"$tab"} escaped=${rest%"$tab"*}
	printf -v url '%bx' "$escaped"
	url=${url%x}
	name=${names[$origin]}
	run -c "$dir/apam.conf" headers "$name" -- "$url"
	got=
	[ $status -eq 1 ] || got="$got status $status, not 1;"
	[ ! -s "$dir/out" ] || got="$got something is on standard output;"
	[[ $(<"$dir/err") = "apam: $name: "*"$why"* ]] ||
		got="$got it does not say: $why;"
	verdict "refused: $origin: $escaped" "$got"
	rows=$((rows + 1))
done <$vectors/refused.txt
holds "the refused were run" [ $rows -gt 200 ]

rows=0
while IFS= read -r line; do
	case $line in '' | '#'* | *'\x00'*) continue ;; esac
	IFS=$tab read -r origin escaped _ <<<"$line"
	printf -v url '%b' "$escaped"
	run -c "$dir/apam.conf" headers "${names[$origin]}" -- "$url"
	got=
	[ $status -eq 0 ] || got="$got status $status, not 0;"
	[ "$(<"$dir/out")" = "${headers[$origin]}" ] || got="$got not its header;"
	[ ! -s "$dir/err" ] || got="$got something is on standard error;"
	verdict "accepted: $origin: $escaped" "$got"
	rows=$((rows + 1))
done <$vectors/accepted.txt
holds "the accepted were run" [ $rows -gt 40 ]
finish
