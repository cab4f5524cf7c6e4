/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/api/serve_news.c: which signatures for others and which refusals
 * have a line in the audit log, and that the same ones have no second line.
 */
#include "api/serve_news.h"

#include <string.h>

#include "api/serve.h"
#include "profile/opening.h"
#include "profile/stack_sign.h"
#include "support/audit_lines.h"
#include "support/clock.h"
#include "support/project.h"
#include "support/run.h"

static struct project project;
static struct serve_news news;
static struct serve_known known;
static struct stack *stack;
static struct audit_asker asker;
static struct stack_result made;
static enum serve_refused refused; /* what is refused */

static void
setup(void)
{
	char config[128];
	struct apam_open_options options = { .size = sizeof(options),
		.config = config,
		.flags = APAM_OPEN_USER };
	struct apam_profile *profile;
	struct apam_error err = APAM_ERROR_INIT;

	project_make(&project);
	project_module(&project, "api-key", false);
	project_directory(&project, "state");
	project_secret(&project, "secret", "FAKEkey");
	project_entries(&project, "p",
	    "{ scheme = \"api-key\"; header = \"X-Key\"; "
	    "key = \"file:@/secret\"; }");
	(void)snprintf(config, sizeof(config), "%s/apam.conf", project.dir);
	ck_assert_int_eq(serve_open(&options, &project.ctx, &err), APAM_OK);
	profile = project_get(&project, "p");
	stack = profile_open(profile, 0, &err);
	ck_assert_msg(stack != NULL, "%s", err.text);
	asker = (struct audit_asker){ 1000, "backup.service", "curl" };
	refused = SERVE_REFUSED_SIGNATURE;
	made = (struct stack_result){ .credential = 1, .entries = 1 };
	memset(&news, 0, sizeof(news));
	memset(&known, 0, sizeof(known));
}

static void
teardown(void)
{
	stack_release(&stack);
	project_remove(&project);
}

/* How many lines of the log have the text. */
static int
lines_with(const char *text)
{
	return audit_lines_with(&project, text, "");
}

static void
use(void)
{
	serve_news_used(&news, &known, stack, &made, &asker);
}

START_TEST(a_use_is_told_once)
{
	use();
	use();
	/* By another connection, too. */
	memset(&known, 0, sizeof(known));
	use();
	ck_assert_int_eq(lines_with("\"APAM_EVENT\":\"used\""), 1);
	ck_assert_int_eq(
	    lines_with("\"APAM_FOR_UID\":\"1000\",\"APAM_FOR_UNIT\":"
		       "\"backup.service\",\"APAM_FOR_PROGRAM\":\"curl\""),
	    1);
	clock_advance(SERVE_USED_MS + 1);
	use();
	ck_assert_int_eq(lines_with("\"APAM_EVENT\":\"used\""), 2);
}
END_TEST

START_TEST(each_user_service_and_program_has_its_own)
{
	use();
	memset(&known, 0, sizeof(known));
	asker.program = "wget";
	use();
	memset(&known, 0, sizeof(known));
	asker.unit = NULL;
	use();
	memset(&known, 0, sizeof(known));
	asker.uid = 1001;
	use();
	ck_assert_int_eq(lines_with("\"APAM_EVENT\":\"used\""), 4);
}
END_TEST

static void
refuse(enum apam_status status)
{
	struct apam_error why = APAM_ERROR_INIT;

	why.status = status;
	(void)snprintf(why.text, sizeof(why.text), "for a reason");
	serve_news_refused(&news, stack, &why, &asker, refused);
}

START_TEST(a_refusal_is_told_once_a_minute_with_its_count)
{
	for (int i = 0; i < 5; i++)
		refuse(APAM_E_POLICY);
	ck_assert_int_eq(lines_with("for a reason"), 1);
	refuse(APAM_E_ORIGIN);
	ck_assert_int_eq(lines_with("for a reason"), 2);
	asker.uid = 1001;
	refuse(APAM_E_POLICY);
	ck_assert_int_eq(lines_with("for a reason"), 3);
	/* Neither a false claim nor a question is hidden by another refusal. */
	refused = SERVE_REFUSED_CLAIM;
	for (int i = 0; i < 2; i++)
		refuse(APAM_E_POLICY);
	ck_assert_int_eq(lines_with("for a reason"), 4);
	refused = SERVE_REFUSED_VERIFYING;
	for (int i = 0; i < 2; i++)
		refuse(APAM_E_POLICY);
	refused = SERVE_REFUSED_REVOKING;
	for (int i = 0; i < 2; i++)
		refuse(APAM_E_POLICY);
	refused = SERVE_REFUSED_SIGNATURE;
	ck_assert_int_eq(lines_with("not revoked: for a reason"), 1);
	ck_assert_int_eq(lines_with("not signed: for a reason"), 4);
	ck_assert_int_eq(lines_with("no answer verified: for a reason"), 1);
	asker.uid = 1000;
	clock_advance(SERVE_REFUSED_MS + 1);
	refuse(APAM_E_POLICY);
	ck_assert_int_eq(lines_with("\"APAM_REPEATS\":\"4\""), 1);
}
END_TEST

START_TEST(a_fault_is_told_by_nobody)
{
	refuse(APAM_E_NETWORK);
	refuse(APAM_E_MEMORY);
	ck_assert_int_eq(lines_with("for a reason"), 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("serve_news");
	TCase *t = tcase_create("serve_news");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_use_is_told_once);
	tcase_add_test(t, each_user_service_and_program_has_its_own);
	tcase_add_test(t, a_refusal_is_told_once_a_minute_with_its_count);
	tcase_add_test(t, a_fault_is_told_by_nobody);
	suite_add_tcase(s, t);
	return run_suite(s);
}
