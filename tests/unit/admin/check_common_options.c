/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/admin/common_options.c: the tables are those that files are read
 * by, and the probe that entries are shown with.
 */
#include <apam/admin.h>
#include <apam/module.h>

#include "support/run.h"

/* The option of a name, or NULL. */
static const struct apam_option *
find(const struct apam_option *table, size_t count, size_t size,
    const char *name)
{
	for (size_t i = 0; i < count; i++) {
		const void *at = (const char *)table + i * size;
		const struct apam_option *option = at;

		if (strcmp(option->name, name) == 0)
			return option;
	}
	return NULL;
}

START_TEST(test_profile)
{
	size_t count = 0, size = 0;
	const struct apam_option *table = apam_profile_options(&count, &size);
	const struct apam_option *origins = find(table, count, size, "origins");

	ck_assert_uint_eq(size, sizeof(*table));
	ck_assert_ptr_nonnull(origins);
	ck_assert_int_eq(origins->type, APAM_OPT_LIST);
	ck_assert((origins->flags & APAM_OPT_REQUIRED) != 0);
	ck_assert_ptr_nonnull(find(table, count, size, "ca_file"));
	ck_assert_ptr_null(find(table, count, size, "auth"));
	ck_assert_ptr_null(find(table, count, size, "probe"));
}
END_TEST

START_TEST(test_entry)
{
	size_t count = 0, size = 0;
	const struct apam_option *table = apam_entry_options(&count, &size);
	const struct apam_option *probe = find(table, count, size, "probe");

	ck_assert_uint_eq(size, sizeof(*table));
	ck_assert_ptr_nonnull(probe);
	ck_assert_int_eq(probe->type, APAM_OPT_STRING);
	ck_assert_ptr_nonnull(find(table, count, size, "scheme"));
	ck_assert_ptr_null(find(table, count, size, "origins"));
}
END_TEST

/* Each has a help of one line, which tools show. */
START_TEST(test_help)
{
	size_t count, size;

	for (int of_entry = 0; of_entry < 2; of_entry++) {
		const struct apam_option *table = of_entry ?
		    apam_entry_options(&count, &size) :
		    apam_profile_options(&count, &size);

		for (size_t i = 0; i < count; i++) {
			const void *at = (const char *)table + i * size;
			const struct apam_option *option = at;

			ck_assert_ptr_nonnull(option->help);
			ck_assert_ptr_null(strchr(option->help, '\n'));
		}
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("common_options");
	TCase *t = tcase_create("core");

	tcase_add_test(t, test_profile);
	tcase_add_test(t, test_entry);
	tcase_add_test(t, test_help);
	suite_add_tcase(s, t);
	return run_suite(s);
}
