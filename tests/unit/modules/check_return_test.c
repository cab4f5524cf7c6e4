/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of the module return-test: each slot returns what its option says, by
 * the contract or, where `silent` is set, against it.
 */
#include "support/drive.h"
#include "support/run.h"

static struct drive d;
static const struct apam_module *module;

static void
setup(void)
{
	module = drive_load("tests/modules/return-test.so");
}

static void
teardown(void)
{
	drive_close(&d);
}

static const struct {
	const char *options;
	enum op_kind kind;
	enum apam_step step;
	enum apam_status status;
} steps[] = {
	{ "", OP_ACQUIRE, APAM_STEP_DONE, APAM_OK },
	{ "acquire = 0;", OP_ACQUIRE, APAM_STEP_FAILED, APAM_E_PROVIDER },
	{ "acquire = 0; acquire_status = 1282;", OP_ACQUIRE, APAM_STEP_FAILED,
	    APAM_E_REVOKED },
	{ "acquire = 2; url = \"https://a.example/\";", OP_ACQUIRE,
	    APAM_STEP_EXCHANGE, APAM_OK },
	{ "acquire = 2;", OP_ACQUIRE, APAM_STEP_FAILED, APAM_E_ABI },
	{ "acquire = 77;", OP_ACQUIRE, APAM_STEP_FAILED, APAM_E_ABI },
	{ "acquire = -1;", OP_ACQUIRE, APAM_STEP_FAILED, APAM_E_ABI },
	{ "silent = true;", OP_ACQUIRE, APAM_STEP_FAILED, APAM_E_ABI },
	{ "silent = true; acquire = 0;", OP_ACQUIRE, APAM_STEP_FAILED,
	    APAM_E_ABI },
	{ "", OP_CHECK, APAM_STEP_DONE, APAM_OK },
	{ "key_state = 99;", OP_CHECK, APAM_STEP_FAILED, APAM_E_ABI },
	{ "check = 0; check_status = 769;", OP_CHECK, APAM_STEP_FAILED,
	    APAM_E_DEADLINE },
	{ "silent = true;", OP_CHECK, APAM_STEP_FAILED, APAM_E_ABI },
	{ "", OP_REVOKE, APAM_STEP_DONE, APAM_OK },
	{ "revoke = 0;", OP_REVOKE, APAM_STEP_FAILED, APAM_E_PROVIDER },
	{ "revoke = 6;", OP_REVOKE, APAM_STEP_FAILED, APAM_E_ABI },
};

START_TEST(returns_steps)
{
	struct op op;
	enum apam_step step;

	ck_assert_int_eq(
	    drive_open(&d, module, steps[_i].options, ""), APAM_OK);
	op_init(&op, steps[_i].kind, false, NULL);
	step = drive_step(&d, &op, NULL);
	ck_assert_msg(step == steps[_i].step, "%s: step %d", steps[_i].options,
	    (int)step);
	ck_assert_msg(op.error.status == steps[_i].status, "%s: %s",
	    steps[_i].options, apam_status_name(op.error.status));
	op_free(&op);
}
END_TEST

static const struct {
	const char *options;
	int open, prepare, sign, judge;
	bool reason;
} returns[] = {
	{ "", 0, 0, 0, 0, true },
	{ "sign = 1027;", 0, 0, 1027, 0, true },
	{ "sign = 5; silent = true;", 0, 0, 5, 0, true },
	{ "prepare = 1028;", 0, 1028, 0, 0, true },
	{ "judge = 2;", 0, 0, 0, 2, true },
	{ "judge = 99; judge_reason = false;", 0, 0, 0, 99, false },
	{ "open = 512;", 512, 0, 0, 0, true },
	{ "open = 1537;", 1537, 0, 0, 0, true },
	{ "open = 3;", 3, 0, 0, 0, true },
};

START_TEST(returns_numbers)
{
	struct apam_request_view request = drive_request("GET", "/");
	struct apam_signing out;
	const char *reason;

	ck_assert_int_eq(
	    drive_open(&d, module, returns[_i].options, ""), returns[_i].open);
	if (returns[_i].open != APAM_OK)
		return;
	ck_assert_int_eq(drive_sign(&d, &request, "c", &out), returns[_i].sign);
	ck_assert_int_eq(
	    module->prepare(d.state, &request, &out), returns[_i].prepare);
	signing_free(&out);
	ck_assert_int_eq(
	    drive_judge(&d, "200\n\n", &reason), returns[_i].judge);
	ck_assert((reason != NULL) == returns[_i].reason);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("return-test");
	TCase *tc = tcase_create("module");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, returns_steps, 0, ROWS(steps));
	tcase_add_loop_test(tc, returns_numbers, 0, ROWS(returns));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
