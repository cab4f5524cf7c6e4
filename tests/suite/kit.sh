#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `apam module check`: it finds nothing wrong with the modules here, and in each
# module of tests/kit/broken what the file says that it fails, nothing else, and
# in less than 10 s (of the processor: the machine may be busy).
#
# Prints each failing row; ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/../.." || exit 1
build=$(cd "${BUILD:-build}" && pwd -P) || exit 1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0
. tests/suite/result

# check FILE ARGS...: what it says lies beside the file's name in $tmp.
check()
{
	local name=$1
	shift
	name=$(basename "$name" .so)
	timeout 60 "$build/apam" module check --seconds 0 "$@" \
	    >"$tmp/$name.out" 2>"$tmp/$name.err"
	echo $? >"$tmp/$name.status"
}

# Two at a time.
for module in "$build"/tests/kit/broken/*.so; do
	while [ "$(jobs -rp | wc -l)" -ge 2 ]; do wait -n; done
	{
		check "$module" "$module"
		times | tail -1 >"$tmp/$(basename "$module" .so).times"
	} &
done
wait

count=0
for source in tests/kit/broken/*.c; do
	name=$(basename "$source" .c)
	count=$((count + 1))
	want=$(sed -n 's/^ \* fails: //p' "$source")
	got=$(awk -F '\t' '$2 == "failed" { print $1 }' "$tmp/$name.out" |
	    paste -sd ' ')
	[ "$got" = "$want" ] && [ -n "$want" ]
	result $? "$name fails $want: ${got:-nothing}"
	[ "$(cat "$tmp/$name.status")" = 1 ]
	result $? "$name: the exit status is 1"
	grep -qE '^0m[0-9]\.[0-9]*s 0m[0-9]\.[0-9]*s$' "$tmp/$name.times"
	result $? "$name: in less than 10 s: $(cat "$tmp/$name.times")"
	# Each has a reason, and the section that says what to do.
	! awk -F '\t' '$2 == "failed" && $3 !~ /.*[a-z].* \(see ".*" in the guide\)$/' \
	    "$tmp/$name.out" | grep -q .
	result $? "$name: each failure has a reason and a section"
	[ ! -s "$tmp/$name.err" ]
	result $? "$name: nothing else is said: $(cat "$tmp/$name.err")"
done
[ $count -ge 40 ]
result $? "there are 40 broken modules: $count"

# Each with its own reason: no two alike but for names.
for source in tests/kit/broken/*.c; do
	name=$(basename "$source" .c)
	awk -F '\t' -v name="$name" '$2 == "failed" {
		gsub(name, "NAME"); print; exit }' "$tmp/$name.out"
done | sort | uniq -d >"$tmp/alike"
[ ! -s "$tmp/alike" ]
result $? "each has its own reason: $(cat "$tmp/alike")"

# ---- Good modules --------------------------------------------------------------

# What a module of the tests fails on purpose: it does what its options say; it
# says which process it is; it shows any certificate.  What measures coverage has a
# constructor.
may_fail()
{
	[ -z "${COVERAGE:-}" ] || echo constructors
	case $1 in
	return-test) echo values ;;
	durable-test) echo fork ;;
	certificate-test) echo acquire ;;
	esac
}

for module in "$build"/modules/*.so "$build"/tests/modules/*-*.so \
    "$build"/tests/kit/*/*.so; do
	name=$(basename "$module" .so)
	case $module in
	*/bad-*.so | */broken/*) continue ;;
	esac
	check "$module" "$module"
	others=$(awk -F '\t' -v may=" $(may_fail "$name" | paste -sd ' ') " '$2 == "failed" &&
	    !index(may, " " $1 " ")' "$tmp/$name.out")
	[ -z "$others" ] && [ "$(wc -l <"$tmp/$name.out")" -gt 25 ]
	result $? "$name passes: $others"
	[ -n "$(may_fail "$name")" ] || [ "$(cat "$tmp/$name.status")" = 0 ]
	result $? "$name: the exit status is 0"
done

# ---- The command ---------------------------------------------------------------

sound=$build/modules/basic-email-key.so
check json --json "$sound"
jq -e 'length > 25 and all(.[]; has("check") and has("result") and
    has("about") and has("reason") and has("section"))' "$tmp/json.out" \
    >"$tmp/jq"
result $? "JSON: one object for each check"
# Each section that is named is there.
jq -r '.[].section' "$tmp/json.out" | sort -u | while read -r section; do
	grep -qx "### $section" doc/module-guide.md || echo "$section"
done >"$tmp/sections"
[ ! -s "$tmp/sections" ]
result $? "the guide lacks sections: $(paste -sd , "$tmp/sections")"
check json --json "$build/tests/kit/broken/no-reason.so"
[ "$(jq -r '.[] | select(.result == "failed") | .check' "$tmp/json.out")" = \
    judge ] && [ "$(cat "$tmp/json.status")" = 1 ]
result $? "JSON: what failed"
[ "$(jq -r '.[] | select(.check == "verify") | .result' "$tmp/json.out")" = \
    'not there' ]
result $? "JSON: what the module does not have is not a failure"

printf 'not a module\n' >"$tmp/text.so"
check text "$tmp/text.so"
grep -qP '^file\tfailed\tit is not an ELF file' "$tmp/text.out"
result $? "a text is not a module"
: >"$tmp/empty.so"
check empty "$tmp/empty.so"
grep -qP '^file\tfailed\tit is empty' "$tmp/empty.out"
result $? "an empty file is not a module"
head -c 3000 "$sound" >"$tmp/cut.so"
check cut "$tmp/cut.so"
grep -qP '^file\tfailed\t' "$tmp/cut.out"
result $? "a file that was cut is not a module"

# usage NAME TEXT ARGS...: exit status 2, and this on standard error.
usage()
{
	local name=$1 text=$2
	shift 2
	timeout 60 "$build/apam" module check "$@" >"$tmp/usage.out" \
	    2>"$tmp/usage.err"
	echo $? >"$tmp/usage.status"
	[ "$(cat "$tmp/usage.status")" = 2 ] && grep -q -e "$text" "$tmp/usage.err"
	result $? "$name: $(cat "$tmp/usage.status"): $(cat "$tmp/usage.err")"
}
usage "no file" 'usage: apam module check'
usage "a file that is not there" 'No such file' "$tmp/none.so"
usage "a directory" 'is not a file' "$tmp"
usage "--seconds without a number" '--seconds takes' --seconds=x "$sound"
usage "--seed without a number" '--seed takes' --seed=-1 "$sound"

# The same seed, the same finding; another one finds another answer.
for seed in 1 1; do
	check seed --seed $seed "$build/tests/kit/broken/divides.so"
	sed -n 's/.*answer \([0-9]*\) of seed.*/\1/p' "$tmp/seed.out"
done >"$tmp/seeds"
[ "$(sed -n 1p "$tmp/seeds")" = "$(sed -n 2p "$tmp/seeds")" ] &&
    [ "$(wc -l <"$tmp/seeds")" = 2 ]
result $? "a seed finds the same again: $(paste -sd ' ' "$tmp/seeds")"

# -o gives a value that the module takes.
check given -o name=other "$build/tests/kit/broken/open-never.so"
grep -qP '^open\tfailed' "$tmp/given.out"
result $? "-o: a module that takes none"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
