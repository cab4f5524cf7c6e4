/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/profile/placeholders.c: a placeholder that is a secret of the
 * profile's is refused by lint and when the profile is opened.
 */
#include "profile/placeholders.h"

#include "support/project.h"
#include "support/run.h"

#define KEY(file)                                                              \
	"{ scheme = \"api-key\"; header = \"X-Key\"; key = \"file:@/" file     \
	"\"; }"
#define RUN(texts) "run = { environment = { " texts " }; };\n"
#define PROFILE(texts)                                                         \
	"origins = [ \"https://api.example\" ];\n" RUN(texts) "auth = ( " KEY( \
	    "one") ", " KEY("two") " );\n"

static struct project project;
static char told[2048];

static void
setup(void)
{
	project_make(&project);
	project_module(&project, "api-key", false);
	project_secret(&project, "one", "FAKE one\n");
	project_secret(&project, "two", "FAKE two\n");
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
	(void)arg;
	(void)snprintf(
	    told, sizeof(told), "%u: %s", problem->line, problem->text);
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

	return apam_lint(&options, NULL, &to, NULL);
}

static void
write_profile(const char *format)
{
	char text[1024];

	project_splice(&project, format, text, sizeof(text));
	project_profile(&project, "p", text);
}

#define REFUSED(n, name)                                                       \
	"2: run.environment." name ": is the secret of entry " n " itself; "   \
	"write a text that is none, as \"placeholder\", and replace the "      \
	"secret: others could read it here"

/* What is said; NULL: nothing. */
static const struct {
	const char *profile, *told;
} rows[] = {
	{ PROFILE("A = \"placeholder\";"), NULL },
	{ PROFILE("A = \"FAKE\"; B = \"FAKE one \";"), NULL },
	{ PROFILE("A = \"FAKE one\";"), REFUSED("1", "A") },
	{ PROFILE("A = \"x\"; B = \"FAKE two\";"), REFUSED("2", "B") },
};

START_TEST(lint_refuses_a_secret)
{
	write_profile(rows[_i].profile);
	ck_assert_int_eq(
	    lint(), rows[_i].told == NULL ? APAM_OK : APAM_E_CONFIG);
	ck_assert_str_eq(told, rows[_i].told == NULL ? "" : rows[_i].told);
}
END_TEST

START_TEST(such_a_profile_signs_nothing)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct apam_request request = APAM_REQUEST(
	    "GET", "https://api.example/");
	struct apam_profile *p;
	struct apam_signature sig = APAM_SIGNATURE_INIT;
	const bool good = rows[_i].told == NULL;
	enum apam_status status;

	write_profile(rows[_i].profile);
	p = project_get(&project, "p");
	status = apam_sign(p, &request, &sig, &err);
	ck_assert_int_eq(status, good ? APAM_OK : APAM_E_CONFIG);
	if (!good)
		ck_assert_ptr_nonnull(strstr(err.text, "run.environment."));
	apam_signature_release(&sig);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("placeholders");
	TCase *tc = tcase_create("placeholders");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, lint_refuses_a_secret, 0, ROWS(rows));
	tcase_add_loop_test(tc, such_a_profile_signs_nothing, 0, ROWS(rows));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
