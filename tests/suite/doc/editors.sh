#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What editors are told is true: compile_commands.json has each source once, with
# a command that compiles it, and files are laid out as .editorconfig says.
#
# Prints each failing row; ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/../../.." || exit 1
unset MAKEFLAGS MAKELEVEL MFLAGS
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
list=$tmp/compile_commands.json
. tests/suite/result

# compiles FILE: by the command that the list has for it, but for its output.
compiles()
{
	local directory command

	directory=$(jq -r --arg f "$1" '.[] | select(.file == $f).directory' \
	    "$list")
	command=$(jq -r --arg f "$1" '.[] | select(.file == $f).command' \
	    "$list" | sed 's/ -MMD -MP -c -o [^ ]* / -fsyntax-only /')
	[ -n "$command" ] && (cd "$directory" && sh -c "$command" 2>"$tmp/err")
}

make BUILD="$tmp" compile_commands.json >"$tmp/out" 2>&1
result $? "make compile_commands.json: $(tail -3 "$tmp/out")"
jq -r '.[].file' "$list" | sort >"$tmp/listed"
find core hosts modules tests doc -name '*.c' | sort >"$tmp/there"
diff "$tmp/there" "$tmp/listed" >"$tmp/diff"
result $? "compile_commands.json has other files than there are:
$(cat "$tmp/diff")"
[ "$(wc -l <"$tmp/there")" -gt 400 ]
result $? "only $(wc -l <"$tmp/there") sources were found"

# One file of each folder that is compiled in its own way.
for folder in core/base core/admin hosts/cli hosts/curl modules tests/unit/base \
    tests/unit/cli tests/unit/curl tests/live tests/sandbox doc/example/acme; do
	file=$(grep -m1 "^$folder" "$tmp/there")
	compiles "$file"
	result $? "$file does not compile as compile_commands.json says:
$(head -3 "$tmp/err")"
done
! compiles core/base/no_such.c
result $? "a file that is not there compiles"

# Vectors and corpora are bytes as they came; plain-texts has blanks that count.
find . -type f ! -path './.git*' ! -path './build/*' ! -path '*/vectors/*' \
    ! -path '*/corpus/*' ! -name plain-texts -print0 |
    xargs -0 grep -IlZ . >"$tmp/files"
[ "$(tr -cd '\0' <"$tmp/files" | wc -c)" -gt 700 ]
result $? "few files were found"
! xargs -0 grep -nE '[[:blank:]]+$' <"$tmp/files" >"$tmp/bad"
result $? "blanks at the end of a line: $(head -3 "$tmp/bad")"
! LC_ALL=C.UTF-8 xargs -0 grep -naxv '.*' <"$tmp/files" >"$tmp/bad"
result $? "not UTF-8: $(head -3 "$tmp/bad")"
[ -z "$(xargs -0 tail -qc1 <"$tmp/files" | tr -d '\n')" ]
result $? "a file has no newline at its end"
printf 'a\377b\n' >"$tmp/latin"
LC_ALL=C.UTF-8 grep -naxvq '.*' "$tmp/latin"
result $? "a byte that is not UTF-8 is not found"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
