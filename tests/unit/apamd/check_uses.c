/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/agent/uses.c: which uses are kept, and what a restart leaves
 * of them.
 */
#include "agent/uses.h"

#include <stdio.h>
#include <string.h>

#include "support/project.h"
#include "support/run.h"

static struct project project;
static char state[128];
static struct uses uses;
static struct apam_error err = APAM_ERROR_INIT;
static size_t hint;

static void
setup(void)
{
	project_make(&project);
	(void)snprintf(state, sizeof(state), "%s/state", project.dir);
	project_directory(&project, "state");
	hint = 0;
	ck_assert(uses_open(&uses, state, true, &err));
}

static void
teardown(void)
{
	uses_close(&uses);
	project_remove(&project);
}

static void
use(uint32_t user, const char *program, const char *unit, unsigned entries)
{
	struct peer peer = { .caller = {
				 .user = user, .unit = apam_str(unit) } };

	(void)snprintf(peer.program, sizeof(peer.program), "%s", program);
	uses_note(&uses, &hint, "p", entries, &peer.caller, peer.program);
}

/* How many uses a user has. */
static size_t
count_of(uint32_t user)
{
	size_t n = 0;

	for (size_t i = 0; i < uses.count; i++)
		n += uses.all[i].user == user;
	return n;
}

START_TEST(each_program_user_and_service_has_its_own)
{
	use(1, "a", "", 1);
	use(1, "a", "", 1);
	use(1, "a", "x.service", 1);
	use(1, "b", "", 1);
	use(2, "a", "", 1);
	ck_assert_uint_eq(uses.count, 4);
	ck_assert_uint_eq(uses.all[0].count, 2);
	ck_assert_str_eq(uses.all[1].unit, "x.service");
	use(2, "a", "", 6);
	ck_assert_uint_eq(uses.count, 6);
	ck_assert_uint_eq(uses.all[4].entry, 1);
	ck_assert_uint_eq(uses.all[5].entry, 2);
	ck_assert_int_gt(uses.all[5].at, 0);
}
END_TEST

/* A program may call itself what it likes: that costs its own user's uses. */
START_TEST(a_user_does_not_crowd_others_out)
{
	char name[16];

	use(1, "quiet", "", 1);
	for (unsigned i = 0; i < 2 * USES_MAX; i++) {
		(void)snprintf(name, sizeof(name), "%u", i);
		use(2, name, "", 1);
	}
	ck_assert_uint_eq(count_of(1), 1);
	ck_assert_uint_eq(count_of(2), USES_OF_USER_MAX);
}
END_TEST

START_TEST(there_is_an_end_to_all)
{
	for (uint32_t user = 1; user <= USES_MAX; user++)
		use(user, "a", "", 1);
	ck_assert_uint_eq(uses.count, USES_MAX);
	for (size_t i = 0; i < uses.count; i++)
		uses.all[i].at = 1000 + (int64_t)i;
	use(USES_MAX + 1, "a", "", 1);
	ck_assert_uint_eq(uses.count, USES_MAX);
	ck_assert_uint_eq(count_of(1), 0);
	ck_assert_uint_eq(count_of(2), 1);
	ck_assert_uint_eq(count_of(USES_MAX + 1), 1);
}
END_TEST

START_TEST(a_restart_leaves_them)
{
	use(1, "a", "x.service", 2);
	uses_close(&uses);
	ck_assert_ptr_null(uses.all);
	ck_assert(uses_open(&uses, state, true, &err));
	ck_assert_uint_eq(uses.count, 1);
	ck_assert_str_eq(uses.all[0].profile, "p");
	ck_assert_str_eq(uses.all[0].program, "a");
	ck_assert_str_eq(uses.all[0].unit, "x.service");
	ck_assert_uint_eq(uses.all[0].entry, 1);
	ck_assert(!uses.changed);
}
END_TEST

START_TEST(they_are_written_once_a_minute)
{
	use(1, "a", "", 1);
	uses.written = 1000;
	uses_tick(&uses, 1000 + USES_EVERY_MS - 1);
	ck_assert(uses.changed);
	uses_tick(&uses, 1000 + USES_EVERY_MS);
	ck_assert(!uses.changed);
}
END_TEST

/* What is not in order is left out; it decides nothing. */
START_TEST(a_broken_file_is_left_out)
{
	char name[64];

	use(1, "a", "", 1);
	uses_close(&uses);
	(void)snprintf(name, sizeof(name), "state/users/%lu/agent-uses",
	    (unsigned long)geteuid());
	ck_assert_int_eq(access(project_path(&project, name), F_OK), 0);
	project_write(&project, name, "this is not a row\n");
	ck_assert(uses_open(&uses, state, true, &err));
	ck_assert_uint_eq(uses.count, 0);
	use(1, "b", "", 1);
	ck_assert_uint_eq(uses.count, 1);
}
END_TEST

/* Without a directory nothing is kept, and nothing fails. */
START_TEST(no_state_is_no_harm)
{
	uses_close(&uses);
	ck_assert(!uses_open(&uses, "/nonexistent", true, &err));
	ck_assert_ptr_nonnull(strstr(err.text, "make it: install -d"));
	use(1, "a", "", 1);
	ck_assert_uint_eq(uses.count, 1);
	uses.written = -USES_EVERY_MS;
	uses_tick(&uses, 1);
	ck_assert(!uses.changed);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("uses");
	TCase *tcase = tcase_create("uses");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, each_program_user_and_service_has_its_own);
	tcase_add_test(tcase, a_user_does_not_crowd_others_out);
	tcase_add_test(tcase, there_is_an_end_to_all);
	tcase_add_test(tcase, a_restart_leaves_them);
	tcase_add_test(tcase, they_are_written_once_a_minute);
	tcase_add_test(tcase, a_broken_file_is_left_out);
	tcase_add_test(tcase, no_state_is_no_harm);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
