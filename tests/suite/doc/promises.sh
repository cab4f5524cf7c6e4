#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What doc/lessons.md and doc/security.md promise is held by tests that exist
# and are run.  In the last column of a table, `tests/FILE` is a test, or what
# one reads; `NAME` before it is a test of that file, which its suite has to
# add.  A row without any test is an empty promise.
#
# Prints each failing row; ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/../../.." || exit 1
BUILD=${BUILD:-build}
. tests/suite/result

# "DOC NAME FILE" for each test that is named, "-" for none; "DOC - empty ROW"
# for a row without any.  A name behind the last file belongs to that.
claims()
{
	awk -F'|' '
	/^\|/ && !/^\| *-+/ && !/\| held by \|$/ {
		n = split($(NF - 1), part, "`")
		names = ""
		file = ""
		for (i = 2; i <= n; i += 2) {
			if (part[i] !~ /^tests\//) {
				names = names " " part[i]
				continue
			}
			file = part[i]
			print FILENAME, "-", file
			m = split(names, name, " ")
			for (j = 1; j <= m; j++)
				print FILENAME, name[j], file
			names = ""
		}
		m = split(names, name, " ")
		for (j = 1; j <= m; j++)
			print FILENAME, "~" name[j], file
		if (file == "")
			print FILENAME, "-", "empty", $2
	}' "$@"
}

# True where `make test` runs this file: as it finds suites, or as a program.
is_run()
{
	case $1 in
	tests/unit/*/check_*.c | tests/live/check_*.c | tests/fuzz/fuzz_*.c)
		[ -x "$BUILD/${1%.c}" ]
		;;
	tests/suite/cli/*.sh | tests/suite/doc/*.sh | tests/sandbox/check.sh | \
		tests/suite/install.sh)
		[ -x "$1" ]
		;;
	*)
		[ -e "$1" ]	# what a test reads
		;;
	esac
}

# has NAME FILE: the file has this test and adds it to its suite.
has()
{
	case $2 in
	*.c)
		grep -q "^START_TEST($1)" "$2" &&
		    tr -d '\n' <"$2" |
		    grep -Eq "tcase_add_[a-z_]*test\([^;]*\<$1\>"
		;;
	*)
		grep -q "$1" "$2"
		;;
	esac
}

claims=$(mktemp) || exit 1
trap 'rm -f "$claims"' EXIT
claims doc/lessons.md doc/security.md >"$claims"
while read -r doc name file row; do
	case $name in
	-)
		[ "$file" != empty ] && is_run "$file"
		result $? "$doc: nothing runs $file $row"
		;;
	\~*)
		grep -q "^START_TEST(.*${name#\~}" "$file" 2>/dev/null
		result $? "$doc: no test of $file has ${name#\~} in its name"
		;;
	*)
		has "$name" "$file"
		result $? "$doc: $file does not run $name"
		;;
	esac
done <"$claims"

for doc in doc/lessons.md doc/security.md; do
	[ "$(grep -c "^$doc" "$claims")" -ge 20 ]
	result $? "$doc promises next to nothing, or cannot be read"
done
[ "$(grep -c '^[^ ]* [a-z]' "$claims")" -ge 40 ]
result $? "few tests are named"

# The check itself: what it must not let pass.
! has no_such_test tests/unit/base/check_buf.c
result $? "a test that is not there passes"
! is_run tests/unit/base/check_no_such.c
result $? "a program that is not built passes"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
