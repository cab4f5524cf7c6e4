#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# tools/lint-clang finds a warning in any of many files, and a pragma of one file
# says nothing of another.
#
# Prints each failing row; ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/../../.." || exit 1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
top=$PWD
. tests/suite/result

if ! command -v clang >/dev/null; then
	echo "not tried: there is no clang"
	echo "1 passed, 0 failed"
	exit 0
fi

mkdir "$tmp/part"
cd "$tmp" || exit 1
good='int x(void);\nint x(void) { return 1; }'
bad='int x(void);\nint x(void) { int unused = 1; return 1; }'
quiet='#pragma GCC diagnostic ignored "-Wunused-variable"'

# file NAME TEXT
file()
{
	printf '%b\n' "$2" >"part/$1"
}

# lints WHAT STATUS FILES: how it ends, and in which files it finds something.
lints()
{
	local status found
	for f in part/*.c; do
		echo "clang -I. -Ipart -Wall -DTEXT='\"a b\"' -Werror -MMD -MP -c -o x.o $f"
	done | JOBS=2 "$top/tools/lint-clang" >said 2>&1
	status=$?
	found=$(sed -n 's|^part/\([a-z0-9]*\)\.c:.*error: .*|\1|p' said | sort -u |
	    paste -sd ' ')
	[ "$((status != 0)) $found" = "$2 $3" ]
	result $? "$1: status $status, in ${found:-none}: $(head -n 3 said)"
}

for i in 1 2 3 4 5 6; do
	file "a$i.c" "$good"
done
lints "nothing is wrong" 0 ''
file a4.c "$bad"
lints "one of many" 1 a4
file a1.c "$quiet\n$bad"
lints "one that is not warned of, before it" 1 a4
file quiet.h "$quiet"
file other.h '#include "quiet.h"'
file a1.c "#include \"other.h\"\n$bad"
file a2.c "#include \"part/other.h\"\n$bad"
lints "by a header of a header" 1 a4
file a6.c '#include "quiet.h"\n'"$good"
file a5.c "$bad"
lints "and two" 1 'a4 a5'
"$top/tools/lint-clang" </dev/null >said 2>&1
result $(($? != 2)) "without a file it ends with 2"
cd "$top" || exit 1
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
