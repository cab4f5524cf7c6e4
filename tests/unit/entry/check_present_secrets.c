/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/entry/present_secrets.c: when secrets are read anew, and which
 * are the present ones.
 */
#include "entry/present_secrets.h"

#include <stdlib.h>

#include "base/secmem.h"
#include "file/secret.h"
#include "support/fail_alloc.h"
#include "support/run.h"

#define READ_AT 1000000

static struct present_secrets *p;
static struct buf first;
static int live;

static void
setup(void)
{
	live = secmem_live();
	p = present_secrets_new(READ_AT);
	ck_assert_ptr_nonnull(p);
	buf_init(&first, SECRET_MAX);
	buf_put(&first, APAM_STR("FAKE-first"));
}

static void
teardown(void)
{
	present_secrets_free(&p);
	ck_assert_ptr_null(p);
	buf_free(&first);
	ck_assert_int_eq(secmem_live(), live);
}

static const struct {
	const char *name;
	bool used;
	int64_t keep, age; /* seconds; ms */
	bool due;
} rows[] = {
	{ "read just now, to open", false, 0, 0, false },
	{ "and a little later", false, 0, SECRET_FIRST_USE_MS - 1, false },
	{ "long before", false, 0, SECRET_FIRST_USE_MS, true },
	{ "used once", true, 0, 0, true },
	{ "kept", true, 10, 9999, false },
	{ "no longer kept", true, 10, 10000, true },
	{ "kept, and not used", false, 600, SECRET_FIRST_USE_MS, false },
	{ "not used, and no longer kept", false, 1, 1000, false },
};

START_TEST(it_is_known_when_they_are_due)
{
	if (rows[_i].used)
		present_secrets_use(p);
	ck_assert_msg(present_secrets_due(p, rows[_i].keep,
			  READ_AT + rows[_i].age) == rows[_i].due,
	    "%s", rows[_i].name);
	ck_assert_int_eq(present_secrets_kept_until(p, 7), READ_AT + 7000);
}
END_TEST

/* What a reading brought; true if it is news. */
static bool
take(const char *secret, int64_t read_at)
{
	struct secret_set *set = secret_set_new(1);
	bool differs;

	ck_assert_ptr_nonnull(set);
	buf_put(&set->all[0], apam_str(secret));
	differs = present_secrets_take(p, &first, &set, read_at);
	ck_assert_ptr_null(set);
	return differs;
}

START_TEST(the_present_ones_are_the_last_ones)
{
	struct secret_set *old, *now;

	ck_assert_ptr_null(present_secrets_hold(p));
	ck_assert_uint_eq(present_secrets_number(p), 0);
	ck_assert(!take("FAKE-first", READ_AT + 1));
	ck_assert_ptr_null(present_secrets_hold(p));
	ck_assert(take("FAKE-next", READ_AT + 2));
	ck_assert_uint_eq(present_secrets_number(p), 1);
	old = present_secrets_hold(p);
	ck_assert_uint_eq(old->number, 1);
	ck_assert(!take("FAKE-next", READ_AT + 3));
	ck_assert_uint_eq(present_secrets_number(p), 1);
	ck_assert(take("FAKE-first", READ_AT + 4));
	now = present_secrets_hold(p);
	ck_assert_uint_eq(now->number, 2);
	/* Who works with the old one still has it. */
	ck_assert_str_eq(buf_view(&old->all[0]).p, "FAKE-next");
	ck_assert_str_eq(buf_view(&now->all[0]).p, "FAKE-first");
	secret_set_release(&old);
	secret_set_release(&now);
}
END_TEST

START_TEST(what_is_read_anew_is_fresh)
{
	present_secrets_use(p);
	ck_assert(present_secrets_due(p, 0, READ_AT + 5));
	ck_assert(!take("FAKE-first", READ_AT + 5));
	ck_assert(!present_secrets_due(p, 0, READ_AT + 6));
	present_secrets_use(p);
	ck_assert(present_secrets_due(p, 0, READ_AT + 6));
	ck_assert_int_eq(present_secrets_kept_until(p, 1), READ_AT + 1005);
}
END_TEST

START_TEST(those_of_files_are_always_the_first_ones)
{
	struct present_secrets *none = NULL;

	ck_assert_ptr_null(present_secrets_hold(NULL));
	ck_assert_uint_eq(present_secrets_number(NULL), 0);
	present_secrets_free(&none);
}
END_TEST

START_TEST(memory_may_be_short)
{
	struct present_secrets *none;
	struct secret_set *set = NULL;

	allocations_left = 0;
	none = present_secrets_new(READ_AT);
	(void)allocation_failed();
	ck_assert_ptr_null(none);
	for (int n = 0; n < 3; n++) {
		allocations_left = n;
		set = secret_set_new(3);
		ck_assert(allocation_failed() == (set == NULL));
	}
	ck_assert_uint_eq(set->count, 3);
	secret_set_release(&set);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("present_secrets");
	TCase *tc = tcase_create("present_secrets");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, it_is_known_when_they_are_due, 0, ROWS(rows));
	tcase_add_test(tc, the_present_ones_are_the_last_ones);
	tcase_add_test(tc, what_is_read_anew_is_fresh);
	tcase_add_test(tc, those_of_files_are_always_the_first_ones);
	tcase_add_test(tc, memory_may_be_short);
	return run_suite(suite);
}
