/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/entry/secret_moves.c: when secrets are read anew, and which
 * are the present ones.
 */
#include "entry/secret_moves.h"

#include <stdlib.h>

#include "base/secmem.h"
#include "file/secret.h"
#include "support/run.h"

#define READ_AT 1000000

static struct secret_moves *m;
static struct buf first;
static int live;

static void
setup(void)
{
	live = secmem_live();
	m = secret_moves_new(READ_AT);
	ck_assert_ptr_nonnull(m);
	buf_init(&first, SECRET_MAX);
	buf_put(&first, APAM_STR("FAKE-first"));
}

static void
teardown(void)
{
	secret_moves_free(&m);
	ck_assert_ptr_null(m);
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
		secret_moves_use(m);
	ck_assert_msg(secret_moves_due(m, rows[_i].keep,
			  READ_AT + rows[_i].age) == rows[_i].due,
	    "%s", rows[_i].name);
	ck_assert_int_eq(secret_moves_kept_until(m, 7), READ_AT + 7000);
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
	differs = secret_moves_take(m, &first, &set, read_at);
	ck_assert_ptr_null(set);
	return differs;
}

START_TEST(the_present_ones_are_the_last_ones)
{
	struct secret_set *old, *now;

	ck_assert_ptr_null(secret_moves_hold(m));
	ck_assert_uint_eq(secret_moves_number(m), 0);
	ck_assert(!take("FAKE-first", READ_AT + 1));
	ck_assert_ptr_null(secret_moves_hold(m));
	ck_assert(take("FAKE-next", READ_AT + 2));
	ck_assert_uint_eq(secret_moves_number(m), 1);
	old = secret_moves_hold(m);
	ck_assert_uint_eq(old->number, 1);
	ck_assert(!take("FAKE-next", READ_AT + 3));
	ck_assert_uint_eq(secret_moves_number(m), 1);
	ck_assert(take("FAKE-first", READ_AT + 4));
	now = secret_moves_hold(m);
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
	secret_moves_use(m);
	ck_assert(secret_moves_due(m, 0, READ_AT + 5));
	ck_assert(!take("FAKE-first", READ_AT + 5));
	ck_assert(!secret_moves_due(m, 0, READ_AT + 6));
	secret_moves_use(m);
	ck_assert(secret_moves_due(m, 0, READ_AT + 6));
	ck_assert_int_eq(secret_moves_kept_until(m, 1), READ_AT + 1005);
}
END_TEST

START_TEST(files_do_not_move)
{
	struct secret_moves *none = NULL;

	ck_assert_ptr_null(secret_moves_hold(NULL));
	ck_assert_uint_eq(secret_moves_number(NULL), 0);
	secret_moves_free(&none);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("secret_moves");
	TCase *tc = tcase_create("secret_moves");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, it_is_known_when_they_are_due, 0, ROWS(rows));
	tcase_add_test(tc, the_present_ones_are_the_last_ones);
	tcase_add_test(tc, what_is_read_anew_is_fresh);
	tcase_add_test(tc, files_do_not_move);
	return run_suite(suite);
}
