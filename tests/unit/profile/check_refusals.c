/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/profile/refusals.c: what is refused is told once, with the key
 * that it was refused for; faults of files and networks are not refusals.
 */
#include "profile/refusals.h"

#include "base/error.h"
#include "support/opened.h"
#include "support/project.h"
#include "support/run.h"

static struct project project;
static struct apam_profile *profile;
static struct stack *stack;

static void
setup(void)
{
	project_make(&project);
	project_directory(&project, "state");
	project_module(&project, "return-test", true);
	project_profile(&project, "p",
	    "origins = [ \"https://api.example\" ];\n"
	    "auth = ( { scheme = \"return-test\"; } );\n");
	profile = project_get(&project, "p");
	profile->ctx->env.settings->audit = SETTINGS_AUDIT_FILE;
	stack = opened(profile);
}

static void
teardown(void)
{
	project_remove(&project);
}

/* The audit log's text; "" where there is none. */
static const char *
log_text(void)
{
	static char text[16384];
	char name[64];
	size_t n = 0;
	FILE *f;

	(void)snprintf(name, sizeof(name), "state/users/%lu/audit.log",
	    (unsigned long)geteuid());
	f = fopen(project_path(&project, name), "r");
	if (f != NULL) {
		n = fread(text, 1, sizeof(text) - 1, f);
		(void)fclose(f);
	}
	text[n] = '\0';
	return text;
}

static void
refuse(enum apam_status status, int entry)
{
	struct apam_error why = APAM_ERROR_INIT;

	error_clear(&why);
	(void)error_set(&why, status, "the text of the refusal");
	why.entry = entry;
	refusal_tell(profile, stack, &why);
}

static const struct {
	enum apam_status status;
	bool told;
} rows[] = {
	{ APAM_E_DENIED, true },
	{ APAM_E_ARCHIVED, true },
	{ APAM_E_REVOKED, true },
	{ APAM_E_UNKNOWN, true },
	{ APAM_E_NETWORK, false },
	{ APAM_E_CONFIG, false },
	{ APAM_E_DEADLINE, false },
	{ APAM_E_MEMORY, false },
};

START_TEST(refusals_are_told_and_faults_are_not)
{
	const char *text;

	refuse(rows[_i].status, -1);
	text = log_text();
	ck_assert_msg((text[0] != '\0') == rows[_i].told, "%s: %s",
	    apam_status_text(rows[_i].status), text);
	if (rows[_i].told)
		ck_assert_ptr_nonnull(strstr(text, "the text of the refusal"));
}
END_TEST

START_TEST(the_same_one_is_told_once)
{
	const char *first;

	for (int i = 0; i < 5; i++)
		refuse(APAM_E_DENIED, -1);
	first = strchr(log_text(), '\n');
	ck_assert_ptr_nonnull(first);
	ck_assert_str_eq(first, "\n");
	refuse(APAM_E_REVOKED, -1);
	first = strchr(log_text(), '\n');
	ck_assert_ptr_nonnull(first);
	ck_assert_str_ne(first, "\n");
}
END_TEST

/* An entry that the stack does not have names no key. */
START_TEST(the_key_is_named)
{
	refuse(APAM_E_DENIED, 7);
	ck_assert_ptr_null(strstr(log_text(), "return-test"));
	refuse(APAM_E_REVOKED, 0);
	ck_assert_ptr_nonnull(strstr(log_text(), "return-test"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("refusals");
	TCase *tc = tcase_create("refusals");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(
	    tc, refusals_are_told_and_faults_are_not, 0, ROWS(rows));
	tcase_add_test(tc, the_same_one_is_told_once);
	tcase_add_test(tc, the_key_is_named);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
