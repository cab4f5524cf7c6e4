/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of core/base/shortage.h: what may succeed later, and what may not. */
#include "base/shortage.h"

#include "support/run.h"

static const struct {
	int number;
	bool is;
} rows[] = {
	{ EMFILE, true },
	{ ENFILE, true },
	{ ENOMEM, true },
	{ ENOBUFS, true },
	{ 0, false },
	{ EAGAIN, false },
	{ EBADF, false },
	{ ECONNABORTED, false },
	{ EIO, false },
	{ ENOSPC, false },
};

START_TEST(a_lack_is_a_shortage)
{
	ck_assert_int_eq(is_shortage(rows[_i].number), rows[_i].is);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("shortage");
	TCase *tc = tcase_create("shortage");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, a_lack_is_a_shortage, 0, ROWS(rows));
	return run_suite(suite);
}
