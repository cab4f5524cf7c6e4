/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/file/store_name.c.
 */
#include "file/store_name.h"

#include <string.h>

#include "support/run.h"

static const struct {
	const char *name;
	bool ok;
} rows[] = {
	{ "a", true },
	{ "0", true },
	{ "Demo-1_b", true },
	{ "", false },
	{ "-a", false },
	{ "_a", false },
	{ "a.b", false },
	{ "a/b", false },
	{ "..", false },
	{ "a b", false },
	{ "a\n", false },
	{ "\xc3\xa4", false },
};

START_TEST(a_name_is_a_files)
{
	ck_assert_msg(store_name_ok(apam_str(rows[_i].name)) == rows[_i].ok,
	    "'%s'", rows[_i].name);
}
END_TEST

START_TEST(a_name_has_an_end)
{
	char name[STORE_NAME_MAX + 1];

	memset(name, 'a', sizeof(name));
	ck_assert(store_name_ok((struct apam_str){ name, STORE_NAME_MAX }));
	ck_assert(
	    !store_name_ok((struct apam_str){ name, STORE_NAME_MAX + 1 }));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store_name");
	TCase *tc = tcase_create("store_name");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(
	    tc, a_name_is_a_files, 0, (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(tc, a_name_has_an_end);
	return run_suite(suite);
}
