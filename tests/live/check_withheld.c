/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entries whose secrets the agent has: every module of the tree opens without
 * them, with every option that an example sets, judges answers, and can do
 * nothing else.
 */
#include <glob.h>

#include "base/error.h"
#include "flight/flight.h"
#include "flight/obtain.h"
#include "profile/stack.h"
#include "support/judged.h"
#include "support/opened.h"
#include "support/project.h"

static const char *const modules[] = { "api-key", "basic-email-key",
	"key-secret-archiveable", "login-token", "oauth2-client-credentials",
	"oauth2-refresh-token" };
static const char *const test_modules[] = { "certificate-test",
	"challenge-test", "chunked-test", "durable-test", "hmac-test",
	"key-test", "login-test", "verify-test" };

static struct project project;

static void
setup(void)
{
	project_make(&project);
	for (int i = 0; i < ROWS(modules); i++)
		project_module(&project, modules[i], false);
	for (int i = 0; i < ROWS(test_modules); i++)
		project_module(&project, test_modules[i], true);
}

static void
teardown(void)
{
	project_remove(&project);
}

/* The profile as it is read, and then opened; *s is closed by the caller. */
static void
open_text(const char *name, const char *text, struct stack **s)
{
	struct problems all;
	struct stack *read;

	project_profile(&project, name, text);
	read = stack_hold(project_get(&project, name)->stack);
	problems_init(&all);
	*s = stack_open(read, 0, true, &all);
	ck_assert_msg(
	    *s != NULL, "%s:%u: %s", name, all.first.line, all.first.text);
	ck_assert_uint_gt((*s)->count, 0);
	stack_release(&read);
}

static void
open_entry(const char *name, const char *entry, struct stack **s)
{
	char text[1024];

	(void)snprintf(text, sizeof(text),
	    "origins = [ \"https://api.example\" ];\nauth = ( { %s } );\n",
	    entry);
	open_text(name, text, s);
}

/* No secret of theirs is there, and none of their files is looked for. */
START_TEST(every_example_opens)
{
	static char text[65536];
	size_t n, seen = 0;
	struct stack *s;
	char name[64];
	glob_t found;
	FILE *f;

	ck_assert_int_eq(glob("etc/examples/*.conf", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		(void)snprintf(name, sizeof(name), "example-%zu", i);
		f = fopen(found.gl_pathv[i], "r");
		ck_assert_ptr_nonnull(f);
		n = fread(text, 1, sizeof(text) - 1, f);
		text[n] = '\0';
		(void)fclose(f);
		open_text(name, text, &s);
		for (size_t e = 0; e < s->count; e++)
			seen += s->entries[e].secrets.count;
		stack_release(&s);
	}
	ck_assert_uint_gt(seen, 50);
	globfree(&found);
}
END_TEST

#define ABSENT "\"file:/nonexistent/secret\""

static const struct {
	const char *name, *entry;
} entries[] = {
	{ "certificate",
	    "scheme = \"certificate-test\"; "
	    "certificate = \"/nonexistent/c.pem\"; key = " ABSENT ";" },
	{ "challenge", "scheme = \"challenge-test\"; secret = " ABSENT ";" },
	{ "chunked",
	    "scheme = \"chunked-test\"; key_id = \"k\"; "
	    "date = \"20130524T000000Z\"; secret = " ABSENT ";" },
	{ "hmac",
	    "scheme = \"hmac-test\"; key_id = \"k\"; secret = " ABSENT ";" },
	{ "key",
	    "scheme = \"key-test\"; key_id = \"k\"; "
	    "sign = { key = " ABSENT "; };" },
	{ "verify", "scheme = \"verify-test\"; secret = " ABSENT ";" },
};

START_TEST(every_test_module_opens)
{
	struct stack *s;

	open_entry(entries[_i].name, entries[_i].entry, &s);
	ck_assert(entry_is_withheld(&s->entries[0]));
	stack_release(&s);
}
END_TEST

/* The key is taken for one of the kind that the options say. */
static const char *const algorithms[] = { "ES256", "ES384", "ES512", "EdDSA",
	"RS256", "PS512" };

START_TEST(a_key_fits_the_algorithm)
{
	char text[512];
	struct stack *s;

	(void)snprintf(text, sizeof(text),
	    "scheme = \"oauth2-client-credentials\"; client_id = \"k\"; "
	    "token_url = \"https://api.example/token\"; "
	    "client_auth = \"private_key_jwt\"; client_key = " ABSENT "; "
	    "assertion = { algorithm = \"%s\"; };",
	    algorithms[_i]);
	open_entry("jwt", text, &s);
	stack_release(&s);
}
END_TEST

/* What is wrong beside the secrets is told as ever. */
START_TEST(a_wrong_option_is_told)
{
	struct problems all;
	struct stack *read;

	project_profile(&project, "wrong",
	    "origins = [ \"https://api.example\" ];\n"
	    "auth = ( { scheme = \"basic-email-key\";\n"
	    "email = \"a:b\"; key = " ABSENT "; } );\n");
	read = stack_hold(project_get(&project, "wrong")->stack);
	problems_init(&all);
	ck_assert_ptr_null(stack_open(read, 0, true, &all));
	ck_assert_uint_eq(all.count, 1);
	ck_assert_uint_eq(all.first.line, 3);
	ck_assert_str_eq(all.first.text, "email: has a colon");
	stack_release(&read);
}
END_TEST

START_TEST(it_judges_and_never_sends)
{
	const struct patience patience = { .deadline = INT64_MAX };
	struct apam_error err = APAM_ERROR_INIT;
	struct credential *c;
	struct response r;
	struct stack *s;
	const char *why;

	open_entry("seed",
	    "scheme = \"basic-email-key\"; email = \"a\"; key = " ABSENT ";",
	    &s);
	response_view(&r, 401, NULL, 0, APAM_STR(""));
	ck_assert_int_eq(
	    judged(&s->entries[0], &r, &why), APAM_VERDICT_REJECTED);
	response_free(&r);
	ck_assert_int_eq(obtain_credential(&s->entries[0], &patience, &c, &err),
	    APAM_E_POLICY);
	ck_assert_ptr_null(c);
	ck_assert_int_eq(
	    obtain_revoke(&s->entries[0], &patience, &err), APAM_E_POLICY);
	ck_assert_ptr_null(
	    flight_new(&s->entries[0], FLIGHT_PROVE, NULL, INT64_MAX));
	stack_release(&s);
}
END_TEST

/* With "prefer" two would spend one durable secret. */
static const struct {
	const char *agent;
	bool right;
} spenders[] = { { "off", true }, { "require", true }, { "prefer", false } };

START_TEST(a_durable_secret_has_one_spender)
{
	char text[512];
	struct problems all;
	struct stack *read, *s;

	(void)snprintf(text, sizeof(text),
	    "origins = [ \"https://api.example\" ];\nagent = \"%s\";\n"
	    "auth = ( { scheme = \"oauth2-refresh-token\"; client_id = \"c\";\n"
	    "token_url = \"https://api.example/token\";\n"
	    "refresh_token = \"store:mine\"; } );\n",
	    spenders[_i].agent);
	project_profile(&project, "durable", text);
	read = stack_hold(project_get(&project, "durable")->stack);
	problems_init(&all);
	s = stack_open(read, 0, read->profile->agent != AGENT_OFF, &all);
	ck_assert_int_eq(s != NULL, spenders[_i].right);
	if (!spenders[_i].right) {
		ck_assert_uint_eq(all.first.line, 5);
		ck_assert_ptr_nonnull(
		    strstr(all.first.text, "would both spend it"));
	}
	stack_release(&s);
	stack_release(&read);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("withheld");
	TCase *tc = tcase_create("withheld");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, every_example_opens);
	tcase_add_loop_test(tc, every_test_module_opens, 0, ROWS(entries));
	tcase_add_loop_test(tc, a_key_fits_the_algorithm, 0, ROWS(algorithms));
	tcase_add_test(tc, a_wrong_option_is_told);
	tcase_add_test(tc, it_judges_and_never_sends);
	tcase_add_loop_test(
	    tc, a_durable_secret_has_one_spender, 0, ROWS(spenders));
	return run_suite(suite);
}
