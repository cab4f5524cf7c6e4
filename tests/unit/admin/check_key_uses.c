/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/admin/key_uses.c: what the agent tells and what gateways noted, in
 * one list.
 */
#include "admin/key_uses.h"

#include <string.h>

#include "support/fail_alloc.h"
#include "support/run.h"

static struct key_uses uses;

static void
teardown(void)
{
	key_uses_free(&uses);
	ck_assert_uint_eq(uses.count, 0);
}

static const struct agent_use_row served = { .profile = "p",
	.program = "backupd",
	.unit = "backup.service",
	.user = 61001,
	.at = 2000,
	.count = 7 };

static void
add_noted(int64_t at)
{
	struct key_note note = { .at = at,
		.uid = 33,
		.program = "nginx",
		.for_other = true,
		.other_uid = 61002,
		.other_unit = "web.service" };

	key_uses_add_noted(&uses, &note);
	/* It was copied. */
	memset(&note, 'x', sizeof(note));
}

START_TEST(the_last_one_is_first)
{
	add_noted(1000);
	key_uses_add_served(&uses, &served);
	add_noted(3000);
	key_uses_sort(&uses);
	ck_assert_uint_eq(uses.count, 3);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(uses.all[i]->at, 3000 - 1000 * i);
}
END_TEST

START_TEST(each_says_who_signed)
{
	key_uses_add_served(&uses, &served);
	add_noted(1000);
	ck_assert_str_eq(uses.all[0]->signer, "");
	ck_assert_str_eq(uses.all[0]->program, "backupd");
	ck_assert_str_eq(uses.all[0]->profile, "p");
	ck_assert_str_eq(uses.all[0]->unit, "backup.service");
	ck_assert_uint_eq(uses.all[0]->uid, 61001);
	ck_assert_uint_eq(uses.all[0]->count, 7);
	ck_assert_str_eq(uses.all[1]->signer, "nginx");
	ck_assert_uint_eq(uses.all[1]->signer_uid, 33);
	ck_assert_str_eq(uses.all[1]->program, "");
	ck_assert_str_eq(uses.all[1]->profile, "");
	ck_assert_str_eq(uses.all[1]->unit, "web.service");
	ck_assert_uint_eq(uses.all[1]->uid, 61002);
	ck_assert_uint_eq(uses.all[1]->count, 0);
}
END_TEST

/* What it says of itself is its own word. */
START_TEST(no_note_is_the_agents)
{
	const struct key_note note = { .at = 1000,
		.uid = 33,
		.for_other = true,
		.other_unit = "web.service" };

	key_uses_add_noted(&uses, &note);
	ck_assert_str_eq(uses.all[0]->signer, "?");
	ck_assert_uint_eq(uses.all[0]->signer_uid, 33);
}
END_TEST

START_TEST(none_is_a_list_too)
{
	key_uses_sort(&uses);
	ck_assert_uint_eq(uses.count, 0);
	ck_assert(!uses.failed);
}
END_TEST

/* The list says that some are missing. */
START_TEST(memory_may_run_out)
{
	for (int n = 0; n < 2; n++) {
		atomic_store(&allocations_left, n);
		if (_i == 0)
			add_noted(1000);
		else
			key_uses_add_served(&uses, &served);
		ck_assert(allocation_failed());
		ck_assert(uses.failed);
		ck_assert_uint_eq(uses.count, 0);
		key_uses_free(&uses);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key_uses");
	TCase *tc = tcase_create("key_uses");

	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_test(tc, the_last_one_is_first);
	tcase_add_test(tc, each_says_who_signed);
	tcase_add_test(tc, no_note_is_the_agents);
	tcase_add_test(tc, none_is_a_list_too);
	tcase_add_loop_test(tc, memory_may_run_out, 0, 2);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
