/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/profile/gifts.c: what entries of each kind need, by what their
 * modules say when they are opened, and what loading and lint make of rules
 * that give less or more.
 */
#include "profile/gifts.h"

#include "support/project.h"
#include "support/run.h"

#define HEAD "origins = [ \"https://api.example\" ];\nauth = ( "
#define KEY                                                                    \
	"{ scheme = \"api-key\"; header = \"X-Key\"; "                         \
	"key = \"file:@/secret\"; }"
#define PAIR(mode)                                                             \
	"{ scheme = \"key-secret-archiveable\"; key = \"k\"; "                 \
	"secret = \"file:@/secret\"; mode = \"" mode "\"; "
#define TOKEN PAIR("exchange") "exchange = { url = \"https://t.example\"; }; }"
#define BASIC PAIR("basic") "}"
#define HMAC                                                                   \
	"{ scheme = \"hmac-test\"; key_id = \"k1\"; "                          \
	"secret = \"file:@/secret\"; }"
#define RULE(give) "{ users = [ \"0\" ]; give = \"" give "\"; }"

static struct project project;
static char told[4096];

static void
setup(void)
{
	project_make(&project);
	project_module(&project, "api-key", false);
	project_module(&project, "key-secret-archiveable", false);
	project_module(&project, "hmac-test", true);
	project_secret(&project, "secret", "FAKEkey\n");
	told[0] = '\0';
}

static void
teardown(void)
{
	project_remove(&project);
}

static bool
note_problem(void *arg, const struct apam_error *problem)
{
	const size_t n = strlen(told);

	(void)arg;
	(void)snprintf(told + n, sizeof(told) - n, "%u: %s: %s\n",
	    problem->line, problem->status == APAM_OK ? "warning" : "error",
	    problem->text);
	return true;
}

static enum apam_status
lint(void)
{
	const struct apam_open_options options = { .size = sizeof(options),
		.config = project_path(&project, "apam.conf"),
		.flags = APAM_OPEN_USER };
	const struct apam_lint_to to = { .size = sizeof(to),
		.problem = note_problem };
	char file[128];

	(void)snprintf(file, sizeof(file), "%s/apam.d/p.conf", project.dir);
	return apam_lint(&options, file, &to, NULL);
}

/* What is said of the rules; NULL: nothing. */
static const struct {
	const char *entries, *rules, *told;
} rows[] = {
	{ KEY, RULE("secret"), NULL },
	{ KEY, RULE("nothing"), NULL },
	{ KEY, RULE("headers"),
	    "3: error: allow[1].give: \"headers\" is too little: what entry 1, "
	    "api-key, sends is the secret itself, for any use and for ever; "
	    "write give = \"secret\" if that is meant, without methods and "
	    "paths" },
	{ KEY, RULE("signature"),
	    "3: error: allow[1].give: \"signature\" is too little: what entry "
	    "1, api-key, sends is the secret itself" },
	{ TOKEN, RULE("headers"), NULL },
	{ TOKEN, RULE("nothing"), NULL },
	{ TOKEN, RULE("signature"),
	    "3: error: allow[1].give: \"signature\" is too little: what entry "
	    "1, key-secret-archiveable, sends is the same for each request, "
	    "for any use until it ends; write give = \"headers\" if that is "
	    "meant, without methods and paths" },
	{ TOKEN, RULE("secret"),
	    "3: warning: allow[1].give: \"secret\" is more than any entry of "
	    "the profile needs: \"headers\" is enough" },
	/* The same scheme, which sends the secret in another mode. */
	{ BASIC, RULE("headers"), "sends is the secret itself" },
	{ BASIC, RULE("secret"), NULL },
	{ HMAC, RULE("signature"), NULL },
	{ HMAC, RULE("headers"), "\"signature\" is enough" },
	{ HMAC, RULE("secret"), "\"signature\" is enough" },
	/* The entry that needs most decides, wherever it stands. */
	{ HMAC ", " KEY, RULE("signature"), "what entry 2, api-key, sends" },
	{ KEY ", " HMAC, RULE("signature"), "what entry 1, api-key, sends" },
	{ HMAC ", " TOKEN, RULE("signature"), "what entry 2, key-secret" },
	{ HMAC ", " TOKEN, RULE("headers"), NULL },
	{ TOKEN ", " KEY, RULE("headers"), "what entry 2, api-key, sends" },
	{ TOKEN ", " KEY, RULE("secret"), NULL },
	/* Each rule is looked at. */
	{ TOKEN, RULE("nothing") ",\n" RULE("signature"),
	    "4: error: allow[2]" },
	/* Idle ones. */
	{ TOKEN, RULE("headers") ",\n" RULE("nothing"),
	    "4: warning: allow[2]: it never decides anything: rule 1 (line 3) "
	    "gives all whom it names as much or more; take one of them out" },
	{ TOKEN, RULE("nothing") ",\n" RULE("headers"),
	    "3: warning: allow[1]: it never decides anything: rule 2 (line 4)" },
	{ TOKEN, RULE("headers") ",\n" RULE("headers"),
	    "4: warning: allow[2]: it never decides anything: rule 1 (line 3)" },
};

static void
write_profile(int i)
{
	char format[2048], text[2048];

	(void)snprintf(format, sizeof(format), HEAD "%s );\nallow = ( %s );\n",
	    rows[i].entries, rows[i].rules);
	project_splice(&project, format, text, sizeof(text));
	project_profile(&project, "p", text);
}

START_TEST(lint_says_what_a_rule_must_give)
{
	const char *want = rows[_i].told;
	const bool error = want != NULL && strstr(want, "enough") == NULL &&
	    strstr(want, "warning") == NULL;

	write_profile(_i);
	ck_assert_int_eq(lint(), error ? APAM_E_CONFIG : APAM_OK);
	if (want == NULL)
		ck_assert_str_eq(told, "");
	else
		ck_assert_msg(strstr(told, want) != NULL, "%s", told);
}
END_TEST

/* What lint calls an error does not sign, and what it warns of does. */
START_TEST(what_gives_too_little_is_not_opened)
{
	struct apam_request request = APAM_REQUEST(
	    "GET", "https://elsewhere.example/");
	struct apam_signature sig = APAM_SIGNATURE_INIT;
	struct apam_error err = APAM_ERROR_INIT;
	const char *want = rows[_i].told;
	const bool error = want != NULL && strstr(want, "enough") == NULL &&
	    strstr(want, "warning") == NULL;
	struct apam_profile *p;

	write_profile(_i);
	p = project_get(&project, "p");
	ck_assert_int_eq(apam_sign(p, &request, &sig, &err),
	    error ? APAM_E_CONFIG : APAM_E_ORIGIN);
	if (error)
		ck_assert_msg(
		    strstr(err.text, ".give: ") != NULL, "%s", err.text);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("gifts");
	TCase *tc = tcase_create("gifts");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, lint_says_what_a_rule_must_give, 0, ROWS(rows));
	tcase_add_loop_test(
	    tc, what_gives_too_little_is_not_opened, 0, ROWS(rows));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
