/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/admin/grant.c: what a profile's rules give somebody, as tools
 * are told; and callers and requests that cannot be.
 */
#include <apam/admin.h>

#include "support/project.h"
#include "support/run.h"

static struct project project;
static struct apam_profile *profile;
static struct apam_error err = APAM_ERROR_INIT;
static struct apam_grant grant;

#define HEAD                                                                   \
	"origins = [ \"https://api.example/api/\" ];\n"                        \
	"auth = ( { scheme = \"return-test\"; } );\n"
#define RULES                                                                  \
	"allow = (\n"                                                          \
	"  { users = [ \"7\" ]; methods = [ \"GET\" ]; give = \"signature\"; " \
	"},\n"                                                                 \
	"  { groups = [ \"8\" ]; units = [ \"a.service\" ]; "                  \
	"give = \"headers\"; },\n"                                             \
	"  { users = [ \"9\" ]; give = \"nothing\"; }\n);\n"

static void
use(const char *text)
{
	project_profile(&project, "p", text);
	profile = project_get(&project, "p");
}

static void
setup(void)
{
	project_make(&project);
	grant = (struct apam_grant){ .size = sizeof(grant) };
}

static void
teardown(void)
{
	project_remove(&project);
}

static enum apam_status
ask(const struct apam_caller *caller, const char *method, const char *url)
{
	return apam_profile_grant(profile, caller, method, url, &grant, &err);
}

static const struct {
	unsigned long uid, gid;
	const char *unit, *method;
	bool given;
	enum apam_give give;
	unsigned rule;
	const char *why_not;
} rows[] = {
	{ 7, 1, NULL, "GET", true, APAM_GIVE_SIGNATURE, 1, NULL },
	{ 7, 1, NULL, "PUT", false, APAM_GIVE_NOTHING, 0,
	    "send other methods or paths alone (rule 1 (line 4))" },
	{ 1, 8, NULL, "PUT", true, APAM_GIVE_HEADERS, 2, NULL },
	{ 7, 8, NULL, "GET", true, APAM_GIVE_HEADERS, 2, NULL },
	{ 1, 1, "a.service", "GET", true, APAM_GIVE_HEADERS, 2, NULL },
	{ 1, 1, "b.service", "GET", false, APAM_GIVE_NOTHING, 0,
	    "no rule for user 1" },
	{ 1, 1, "", "GET", false, APAM_GIVE_NOTHING, 0, "no rule for user 1" },
	{ 9, 1, NULL, "GET", true, APAM_GIVE_NOTHING, 3,
	    "nothing to send itself (rule 3" },
	{ 0, 0, NULL, "GET", false, APAM_GIVE_NOTHING, 0,
	    "no rule for user 0" },
};

START_TEST(a_grant_says_what_is_given)
{
	const struct apam_caller caller = { sizeof(caller), rows[_i].uid,
		&rows[_i].gid, 1, rows[_i].unit, 0 };

	use(HEAD RULES);
	ck_assert_int_eq(
	    ask(&caller, rows[_i].method, "https://api.example/api/x"),
	    APAM_OK);
	ck_assert(grant.ruled);
	ck_assert(grant.given == rows[_i].given);
	/* Also where the rule is for another request. */
	ck_assert(grant.named ==
	    (rows[_i].given || strstr(rows[_i].why_not, "other methods")));
	ck_assert_int_eq(grant.give, rows[_i].give);
	ck_assert_uint_eq(grant.rule, rows[_i].rule);
	ck_assert_uint_eq(
	    grant.line, rows[_i].rule == 0 ? 0 : rows[_i].rule + 3);
	if (rows[_i].why_not == NULL)
		ck_assert_str_eq(grant.why_not, "");
	else
		ck_assert_msg(strstr(grant.why_not, rows[_i].why_not) != NULL,
		    "%s", grant.why_not);
}
END_TEST

START_TEST(without_rules_that_is_said)
{
	const struct apam_caller caller = { .size = sizeof(caller), .uid = 7 };

	use(HEAD);
	ck_assert_int_eq(
	    ask(&caller, "GET", "https://api.example/api/x"), APAM_OK);
	ck_assert(!grant.ruled && !grant.given);
	ck_assert_str_eq(grant.why_not, "");
}
END_TEST

START_TEST(only_requests_of_the_profile_are_asked_about)
{
	const struct apam_caller caller = { .size = sizeof(caller), .uid = 7 };

	use(HEAD RULES);
	ck_assert_int_eq(
	    ask(&caller, "GET", "https://api.example/x"), APAM_E_ORIGIN);
	ck_assert_str_eq(err.profile, "p");
	ck_assert_int_eq(ask(&caller, "GET", "x"), APAM_E_URL);
	ck_assert_int_eq(
	    ask(&caller, "G T", "https://api.example/api/x"), APAM_E_USAGE);
	ck_assert(!grant.ruled);
}
END_TEST

START_TEST(a_caller_must_be_one)
{
	const unsigned long large = 1UL << 32;
	struct apam_caller caller = { .size = sizeof(caller), .uid = large };
	const char *url = "https://api.example/api/x";

	use(HEAD RULES);
	ck_assert_int_eq(ask(&caller, "GET", url), APAM_E_USAGE);
	caller = (struct apam_caller){ sizeof(caller), 7, NULL, 1, NULL, 0 };
	ck_assert_int_eq(ask(&caller, "GET", url), APAM_E_USAGE);
	caller = (struct apam_caller){ sizeof(caller), 7, &large, 1, NULL, 0 };
	ck_assert_int_eq(ask(&caller, "GET", url), APAM_E_USAGE);
	caller = (struct apam_caller){ 0, 7, NULL, 0, NULL, 0 };
	ck_assert_int_eq(ask(&caller, "GET", url), APAM_E_USAGE);
	caller.size = sizeof(caller);
	grant.size = 0;
	ck_assert_int_eq(ask(&caller, "GET", url), APAM_E_USAGE);
}
END_TEST

START_TEST(gifts_have_names)
{
	ck_assert_str_eq(apam_give_name(APAM_GIVE_NOTHING), "nothing");
	ck_assert_str_eq(apam_give_name(APAM_GIVE_SIGNATURE), "signature");
	ck_assert_str_eq(apam_give_name(APAM_GIVE_HEADERS), "headers");
	ck_assert_str_eq(apam_give_name(APAM_GIVE_SECRET), "secret");
	ck_assert_str_eq(apam_give_name((enum apam_give)9), "?");
	ck_assert_str_eq(apam_give_text((enum apam_give)9), "?");
	for (int i = APAM_GIVE_NOTHING; i <= APAM_GIVE_SECRET; i++)
		ck_assert_uint_gt(
		    strlen(apam_give_text((enum apam_give)i)), 40);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("grant");
	TCase *tc = tcase_create("grant");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, a_grant_says_what_is_given, 0, ROWS(rows));
	tcase_add_test(tc, without_rules_that_is_said);
	tcase_add_test(tc, only_requests_of_the_profile_are_asked_about);
	tcase_add_test(tc, a_caller_must_be_one);
	tcase_add_test(tc, gifts_have_names);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
