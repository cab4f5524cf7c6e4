#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# No test is left out: each check program, each fuzz target and each suite that
# there is in tests/ is run by `make test`, and each START_TEST is in a suite.
# tests/run looks at that itself, each time; here it is shown that it notices.
# None is on a wrong floor either, which tools/check-floors looks at; it looks at
# include guards, too.
#
# Prints each failing row; ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/../../.." || exit 1
. tests/suite/doc/rows
BUILD=${BUILD:-build}

# A sanitizer's build leaves some out, which its own rows would have to repeat.
left_out()
{
	local both='check_faults(_durable|_login)?|memory|promises|gdb|secret-scan|agent/python|suite/[a-z-]*'

	case $BUILD in
	*/sanitize) echo "$both|agent/(filter|scarce)|cli/faults|check_short_crypto" ;;
	*/coverage) echo "$both" ;;
	*) echo '' ;;
	esac
}

# The tests that there are, as the Makefile names them.
there_are()
{
	find tests -name 'check_*.c' -o -path 'tests/fuzz/fuzz_*.c' |
	    sed "s|^|$BUILD/|; s|\.c\$||"
	find tests/suite -name '*.sh'
	echo tests/sandbox/check.sh
}

# missing FILE: the tests that there are and that the list in FILE does not have.
missing()
{
	there_are | sort | comm -23 - "$1" |
	    grep -vE "/($(left_out))(\.sh)?$"
}

# twice: names that two tests of a kind have, so that `make check_NAME` has more
# to run than somebody means.
twice()
{
	there_are | grep "^$BUILD/" | sed 's|.*/||' | sort | uniq -d
	find core -name '*.[ch]' | sed 's|.*/||' | sort | uniq -d
}

# noticed NAME SOURCE: tests/run counts what a program like that leaves out.
noticed()
{
	local top=$tmp/top

	mkdir -p "$top/tests" "$top/build/tests"
	cp tests/run "$top/tests/"
	printf '%s\n' "$2" >"$top/tests/check_$1.c"
	${CC:-cc} -o "$top/build/tests/check_$1" "$top/tests/check_$1.c" \
	    -lcheck -lsubunit -lm -lrt -pthread 2>"$tmp/cc" || return 1
	(cd "$top" && env -u SHOW -u SANITIZE BUILD=build tests/run \
	    build/tests/check_"$1") >"$tmp/$1" 2>&1
	grep -qx "not run: it_is_forgotten" "$tmp/$1" &&
		[ "$(tail -n 1 "$tmp/$1")" = "1 passed, 1 failed" ]
}

# A program of two tests; $1 is what makes the second one run, or does not.
program()
{
	cat <<END
#include <check.h>
START_TEST(it_is_run)
{
	ck_assert(1);
}
END_TEST
START_TEST(it_is_forgotten)
{
	ck_assert(0);
}
END_TEST
int
main(void)
{
	Suite *suite = suite_create("some");
	TCase *tc = tcase_create("some"), *other = tcase_create("other");
	SRunner *runner = srunner_create(suite);

	suite_add_tcase(suite, tc);
	tcase_add_test(tc, it_is_run);
	(void)other;
	$1
	srunner_run_all(runner, CK_NORMAL);
	return srunner_ntests_failed(runner) != 0;
}
END
}

# climbs HEADER INCLUDED: a test of the floor file includes HEADER, which
# includes what is higher, if it is one of tests/support.
climbs()
{
	local top=$tmp/floors

	rm -rf "$top"
	mkdir -p "$top/tests/unit/file" "$top/tests/support"
	printf '#include "%s"\n' "$1" >"$top/tests/unit/file/check_some.c"
	printf '#include "%s"\n' "$2" >"$top/tests/support/some.h"
	! (cd "$top" && "$OLDPWD/tools/check-floors" "$OLDPWD/core/FLOORS" \
	    tests/support/some.h tests/unit/file/check_some.c) >"$tmp/climbed" &&
		grep -q "check_some.c: \"$1\" is above file" "$tmp/climbed"
}

# guards IFNDEF DEFINE COMPLAINT: a header of the floor text with these lines is
# complained about, or not if COMPLAINT is empty.
guards()
{
	local top=$tmp/floors

	rm -rf "$top"
	mkdir -p "$top/core/text"
	printf '%s\n' "$1" "$2" '#include "base/str.h"' '#endif' |
	    sed '/^$/d' >"$top/core/text/some.h"
	(cd "$top" && "$OLDPWD/tools/check-floors" "$OLDPWD/core/FLOORS" \
	    core/text/some.h) >"$tmp/guarded"
	grep -q '^FAIL' "$tmp/guarded" || { [ -z "$3" ]; return; }
	[ -n "$3" ] && grep -q "^FAIL  core/text/some.h.* $3$" "$tmp/guarded"
}

rows_guards()
{
	local other=CORE_OTHER_H own=CORE_TEXT_SOME_H

	row "a header whose guard is its path is left alone" \
	    guards "#ifndef $own" "#define $own" ""
	row "a guard with another name is found" \
	    guards "#ifndef $other" "#define $other" "$other instead of $own"
	row "a guard that the next line does not define is found" \
	    guards "#ifndef $own" "#define $other" "is not #define $own"
	row "a header without a guard is found" \
	    guards "" "" "has no guard $own"
}

rows_floors()
{
	row "a test that includes a higher floor is found" \
	    climbs keys/record.h base/str.h
	row "a test that does so by a header of tests is found" \
	    climbs support/some.h keys/record.h
	row "a test that does not is left alone" \
	    eval '! climbs support/some.h text/url.h'
	rows_guards
}

rows_run()
{
	make -s BUILD="$BUILD" ${SANITIZE:+SANITIZE="$SANITIZE"} list-tests |
	    sort >"$tmp/run"
	row "there are more than 200 tests" [ "$(wc -l <"$tmp/run")" -gt 200 ]
	missing "$tmp/run" >"$tmp/missing"
	row "not run: $(tr '\n' ' ' <"$tmp/missing")" test ! -s "$tmp/missing"
	twice >"$tmp/twice"
	row "twice: $(tr '\n' ' ' <"$tmp/twice")" test ! -s "$tmp/twice"
	grep -v check_url "$tmp/run" >"$tmp/fewer"
	row "a program that is not run is found" \
	    grep -qx "$BUILD/tests/unit/text/check_url" <(missing "$tmp/fewer")
	grep -v users.sh "$tmp/run" >"$tmp/fewer"
	row "a suite that is not run is found" \
	    grep -qx tests/suite/cli/users.sh <(missing "$tmp/fewer")
	row "a test that no case has is found" \
	    noticed none "$(program '')"
	row "a test of a case that no suite has is found" noticed no_case \
	    "$(program 'tcase_add_test(other, it_is_forgotten);')"
	row "a loop of no rows is found" noticed no_rows \
	    "$(program 'tcase_add_loop_test(tc, it_is_forgotten, 0, 0);')"
}

rows_run
rows_floors
finish
