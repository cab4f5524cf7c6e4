/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/base/status_text.c: every member of the public enums has a name
 * and a text, no two share one, and no other number crashes.
 */
#include <apam/apam.h>

#include <stdlib.h>

#include "support/run.h"

#define ROW(status)                                                            \
	{                                                                      \
		status, #status                                                \
	}

static const struct {
	enum apam_status status;
	const char *name;
} statuses[] = {
	ROW(APAM_OK),
	ROW(APAM_E_USAGE),
	ROW(APAM_E_NO_PROFILE),
	ROW(APAM_E_CONFIG),
	ROW(APAM_E_TRUST),
	ROW(APAM_E_SECRET),
	ROW(APAM_E_MODULE),
	ROW(APAM_E_ACCESS),
	ROW(APAM_E_NETWORK),
	ROW(APAM_E_DEADLINE),
	ROW(APAM_E_PROVIDER),
	ROW(APAM_E_THROTTLED),
	ROW(APAM_E_URL),
	ROW(APAM_E_ORIGIN),
	ROW(APAM_E_HEADER),
	ROW(APAM_E_POLICY),
	ROW(APAM_E_DENIED),
	ROW(APAM_E_EXPIRED),
	ROW(APAM_E_ARCHIVED),
	ROW(APAM_E_REVOKED),
	ROW(APAM_E_REJECTED),
	ROW(APAM_E_INTERNAL),
	ROW(APAM_E_MEMORY),
	ROW(APAM_E_ABI),
};

START_TEST(a_status_has_its_own_name_and_text)
{
	const char *text = apam_status_text(statuses[_i].status);

	ck_assert_str_eq(
	    apam_status_name(statuses[_i].status), statuses[_i].name);
	ck_assert_msg(text[0] != '\0', "%s: no text", statuses[_i].name);
	for (int other = 0; other < _i; other++)
		ck_assert_msg(
		    strcmp(text, apam_status_text(statuses[other].status)) != 0,
		    "%s and %s: the same text", statuses[_i].name,
		    statuses[other].name);
}
END_TEST

static const int strange[] = { -1, 1, 0xff, 0x102, 0x105, 0x205, 0x1ff, 0x603,
	0x700, 0x7fffffff, -0x7fffffff };

START_TEST(no_other_number_is_a_status)
{
	const enum apam_status status = (enum apam_status)strange[_i];

	ck_assert_str_eq(apam_status_name(status), "APAM_E_?");
	ck_assert_str_eq(apam_status_text(status), "an unknown status");
}
END_TEST

START_TEST(verdicts_have_names)
{
	ck_assert_str_eq(apam_verdict_name(APAM_VERDICT_UNKNOWN), "unknown");
	ck_assert_str_eq(apam_verdict_name(APAM_VERDICT_ACCEPTED), "accepted");
	ck_assert_str_eq(apam_verdict_name(APAM_VERDICT_REJECTED), "rejected");
	ck_assert_str_eq(
	    apam_verdict_name(APAM_VERDICT_FORBIDDEN), "forbidden");
	ck_assert_str_eq(
	    apam_verdict_name(APAM_VERDICT_THROTTLED), "throttled");
	ck_assert_str_eq(apam_verdict_name(APAM_VERDICT_SUSPECT), "suspect");
	ck_assert_str_eq(
	    apam_verdict_name(APAM_VERDICT_CHALLENGED), "challenged");
	ck_assert_str_eq(apam_verdict_name((enum apam_verdict)7), "unknown");
	ck_assert_str_eq(apam_verdict_name((enum apam_verdict) - 1), "unknown");
}
END_TEST

START_TEST(key_states_have_names)
{
	ck_assert_str_eq(apam_key_state_name(APAM_KEY_UNKNOWN), "unknown");
	ck_assert_str_eq(apam_key_state_name(APAM_KEY_GOOD), "good");
	ck_assert_str_eq(apam_key_state_name(APAM_KEY_EXPIRED), "expired");
	ck_assert_str_eq(apam_key_state_name(APAM_KEY_ARCHIVED), "archived");
	ck_assert_str_eq(apam_key_state_name(APAM_KEY_REVOKED), "revoked");
	ck_assert_str_eq(apam_key_state_name(APAM_KEY_REJECTED), "rejected");
	ck_assert_str_eq(
	    apam_key_state_name((enum apam_key_state)6), "unknown");
	ck_assert_str_eq(
	    apam_key_state_name((enum apam_key_state) - 1), "unknown");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("names");
	TCase *tc = tcase_create("names");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(
	    tc, a_status_has_its_own_name_and_text, 0, ROWS(statuses));
	tcase_add_loop_test(tc, no_other_number_is_a_status, 0, ROWS(strange));
	tcase_add_test(tc, verdicts_have_names);
	tcase_add_test(tc, key_states_have_names);
	return run_suite(suite);
}
