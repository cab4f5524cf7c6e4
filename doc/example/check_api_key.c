/* SPDX-License-Identifier: BSD-2-Clause */
/* Drives api-key without a network. */
#include "support/drive.h"
#include "support/run.h"

static const struct {
	const char *answer;
	int32_t verdict;
} answers[] = {
	{ "200\n\n{}", APAM_VERDICT_ACCEPTED },
	{ "302\nLocation: /login\n\n", APAM_VERDICT_UNKNOWN },
	{ "401\n\n", APAM_VERDICT_REJECTED },
	{ "403\n\n", APAM_VERDICT_FORBIDDEN },
	{ "429\n\n", APAM_VERDICT_THROTTLED },
	{ "500\n\n", APAM_VERDICT_UNKNOWN },
};

static struct drive d;

static void
setup(void)
{
	ck_assert_int_eq(drive_open(&d, drive_load("modules/api-key.so"),
			     "key = \"file:/x\";", "not-a-secret"),
	    APAM_OK);
}

static void
teardown(void)
{
	drive_close(&d);
}

START_TEST(signs)
{
	struct apam_request_view request = drive_request("GET", "/");
	struct apam_signing out;

	ck_assert_int_eq(
	    drive_sign(&d, &request, "not-a-secret", &out), APAM_OK);
	ck_assert_str_eq(
	    drive_field(&out.headers, "X-Api-Key"), "not-a-secret");
	signing_free(&out);
}
END_TEST

START_TEST(judges)
{
	const char *answer = answers[_i].answer, *reason;

	ck_assert_msg(drive_judge(&d, answer, &reason) == answers[_i].verdict,
	    "%.3s", answer);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("api-key");
	TCase *tc = tcase_create("module");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, signs);
	tcase_add_loop_test(tc, judges, 0, ROWS(answers));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
