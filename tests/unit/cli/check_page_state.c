/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/cli/gateway/page_state.c: what of the commands' answers a caller
 * is left, where apam cannot be opened.
 */
#include "gateway/page_state.c"

#include "support/run.h"

/* Nothing is opened here. */
int
session_open(struct cli *cli)
{
	(void)cli;
	return STATUS_CONFIG;
}

void
session_close(struct cli *cli)
{
	(void)cli;
}

json_t *
json_text(const char *text)
{
	return json_string(text);
}

/* How many profiles, states and keys are left. */
static void
left_is(unsigned long uid, size_t count)
{
	static const char *const lists[] = { "profiles", "status", "keys" };
	const struct apam_caller who = { .size = sizeof(who), .uid = uid };
	json_t *state = json_pack("{s:[{s:s, s:[s]}], s:[{s:s}], s:[{s:[s]}]}",
	    "profiles", "name", "crm", "origins", "https://crm.example",
	    "status", "profile", "crm", "keys", "profiles", "crm");
	struct cli cli = { .ctx = NULL };

	ck_assert_ptr_nonnull(state);
	keep_own(&cli, false, state, &who);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		ck_assert_msg(
		    json_array_size(json_object_get(state, lists[i])) == count,
		    "%s of user %lu", lists[i], uid);
	json_decref(state);
}

START_TEST(another_user_is_left_nothing)
{
	left_is(geteuid() + 1UL, 0);
}
END_TEST

START_TEST(root_and_the_gateways_user_are_left_all)
{
	left_is(0, 1);
	left_is(geteuid(), 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("page_state");
	TCase *tc = tcase_create("page_state");

	tcase_add_test(tc, another_user_is_left_nothing);
	tcase_add_test(tc, root_and_the_gateways_user_are_left_all);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
