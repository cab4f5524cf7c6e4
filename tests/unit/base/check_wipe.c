/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/base/wipe.c: what is zero afterwards, and what is as it was.
 * That the optimiser keeps it is explicit_bzero's own promise.
 */
#include "base/buf.h"

#include <string.h>

#include "support/run.h"

#define FILL 0xa5
#define SPACE 9000

static const struct {
	size_t at, n;
} areas[] = {
	{ 0, 0 },
	{ 1, 0 },
	{ 0, 1 },
	{ 7, 1 },
	{ 1, 15 },
	{ 3, 64 },
	{ 5, 4096 },
	{ 0, SPACE },
	{ SPACE - 1, 1 },
	{ SPACE, 0 },
};

START_TEST(these_bytes_are_zero_and_no_others)
{
	const size_t at = areas[_i].at, n = areas[_i].n;
	static unsigned char space[SPACE];

	memset(space, FILL, sizeof(space));
	wipe(space + at, n);
	for (size_t i = 0; i < sizeof(space); i++) {
		const unsigned char want = i >= at && i < at + n ? 0 : FILL;

		ck_assert_msg(space[i] == want, "%zu+%zu: byte %zu is %u", at,
		    n, i, space[i]);
	}
}
END_TEST

START_TEST(nothing_is_nothing)
{
	wipe(NULL, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("wipe");
	TCase *tc = tcase_create("wipe");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(
	    tc, these_bytes_are_zero_and_no_others, 0, ROWS(areas));
	tcase_add_test(tc, nothing_is_nothing);
	return run_suite(suite);
}
