/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/flight/astray.c, against the sandbox: whoever gave the URL that
 * led to nothing is named with file and line, to programs and in what is found
 * of the key; queries are not shown; a URL that was right before is not blamed.
 */
#include "flight/astray.h"

#include "profile/handle.h"
#include "profile/stack.h"
#include "support/live.h"
#include "support/opened.h"
#include "support/run.h"

static struct project p;
static struct apam_profile *profile;
static struct apam_error err = APAM_ERROR_INIT;

/* A profile whose entry has these options from line 5 on; %d: the port. */
static void
use(const char *scheme, const char *format)
{
	char text[2048], options[1024];

	sandbox_tell("/reset");
	project_make(&p);
	project_directory(&p, "state");
	project_module(&p, scheme, false);
	(void)setenv("APAM_TEST_SECRET", SECRET_ONE, 1);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	(void)snprintf(options, sizeof(options), format, sandbox.sevensignal);
#pragma GCC diagnostic pop
	(void)snprintf(text, sizeof(text),
	    "origins = [ \"https://127.0.0.1:%d\" ];\n"
	    "ca_file = \"%s/ca.pem\";\n"
	    "deadline = \"5s\";\n"
	    "auth = ( { scheme = \"%s\";\n%s } );\n",
	    sandbox.sevensignal, sandbox.dir, scheme, options);
	project_profile(&p, "live", text);
	profile = project_get(&p, "live");
}

static void
teardown(void)
{
	project_remove(&p);
}

static enum apam_status
sign(void)
{
	struct apam_request request = APAM_REQUEST("GET", sandbox.eyes);
	struct live_signature s;
	enum apam_status status;

	live_signature_init(&s);
	status = apam_sign(profile, &request, &s.s, &err);
	apam_signature_release(&s.s);
	return status;
}

static struct apam_key_report
check(void)
{
	struct apam_key_report report;
	size_t count = 1;

	ck_assert_int_eq(
	    apam_check(profile, 0, &report, &count, sizeof(report), &err),
	    APAM_OK);
	return report;
}

/* ---- What is said ------------------------------------------------------- */

#define OAUTH "oauth2-client-credentials"
#define CLIENT                                                                 \
	"client_id = \"SANDBOX.CLIENT.ONE\";"                                  \
	"client_secret = \"env:APAM_TEST_SECRET\";"

static const struct {
	const char *name, *scheme, *format;
	const char *fault; /* of the sandbox's, path and kind; NULL: none */
	enum apam_status status;
	const char *says, *option;
	unsigned line;
} rows[] = {
	{ "a path", OAUTH,
	    CLIENT
	    "\ntoken_url = \"https://127.0.0.1:%d/oauth2/tokenn?x=FAKE\";",
	    "path=/oauth2/tokenn&kind=status&arg=404", APAM_E_CONFIG,
	    "/oauth2/tokenn; token_url, ", "token_url", 6 },
	{ "a page", OAUTH,
	    "token_url = \"https://127.0.0.1:%d/oauth2/token\";" CLIENT,
	    "path=/oauth2/token&kind=html200", APAM_E_CONFIG,
	    "/oauth2/token; token_url, ", "token_url", 5 },
	{ "text", OAUTH,
	    "token_url = \"https://127.0.0.1:%d/oauth2/token\";" CLIENT,
	    "path=/oauth2/token&kind=wrongtype", APAM_E_CONFIG,
	    "/oauth2/token; token_url, ", "token_url", 5 },
	{ "an issuer", OAUTH,
	    "\n\nissuer = \"https://127.0.0.1:%d/nobody\";" CLIENT,
	    "path=/&kind=status&arg=404", APAM_E_CONFIG,
	    "/nobody/.well-known/openid-configuration; by issuer, ", "issuer",
	    7 },
	{ "a member of a group", "key-secret-archiveable",
	    "key = \"k\"; secret = \"env:APAM_TEST_SECRET\";\n"
	    "exchange = { url = \"https://127.0.0.1:%d/none\"; };",
	    "path=/none&kind=status&arg=404", APAM_E_CONFIG,
	    "/none; exchange.url, ", "exchange.url", 6 },
	{ "a broken connection", OAUTH,
	    "\ntoken_url = \"https://127.0.0.1:%d/oauth2/token\";" CLIENT,
	    "path=/oauth2/token&kind=reset", APAM_E_NETWORK, "; token_url, ",
	    "token_url", 6 },
	{ "nobody there", OAUTH,
	    "\ntoken_url = \"https://127.0.0.1:1/oauth2/token\";" CLIENT
	    "# %d\n",
	    NULL, APAM_E_NETWORK, "; token_url, ", "token_url", 6 },
};

static void
names_option(const char *text, int row)
{
	char place[256];

	(void)snprintf(place, sizeof(place), "%s, %s/apam.d/live.conf:%u",
	    rows[row].option, p.dir, rows[row].line);
	ck_assert_msg(strstr(text, rows[row].says) != NULL, "%s: %s",
	    rows[row].name, text);
	ck_assert_msg(
	    strstr(text, place) != NULL, "%s: %s", rows[row].name, text);
	ck_assert_msg(
	    strstr(text, "FAKE") == NULL, "%s: %s", rows[row].name, text);
}

START_TEST(the_option_is_named)
{
	struct apam_key_report report;

	use(rows[_i].scheme, rows[_i].format);
	if (rows[_i].fault != NULL)
		sandbox_tell(
		    "/fault?provider=7signal&%s&count=9", rows[_i].fault);
	report = check();
	ck_assert_int_eq(report.state, APAM_KEY_UNKNOWN);
	ck_assert_msg(report.why == rows[_i].status, "%s: %s: %s",
	    rows[_i].name, apam_status_name(report.why), report.evidence);
	names_option(report.evidence, _i);
	ck_assert_msg(sign() == rows[_i].status, "%s: %s", rows[_i].name,
	    apam_status_name(err.status));
	names_option(err.text, _i);
}
END_TEST

START_TEST(the_probe_is_named)
{
	struct apam_key_report report;
	char place[256];

	use("basic-email-key",
	    "email = \"a\"; key = \"env:APAM_TEST_SECRET\";\n\n"
	    "probe = \"GET /eyes\"; # %d\n");
	sandbox_tell("/fault?provider=7signal&path=/eyes&kind=reset&count=9");
	report = check();
	(void)snprintf(
	    place, sizeof(place), "; probe, %s/apam.d/live.conf:7", p.dir);
	ck_assert_msg(
	    strstr(report.evidence, place) != NULL, "%s", report.evidence);
}
END_TEST

/* ---- What is not to blame ------------------------------------------------- */

START_TEST(what_was_right_before_is_not_blamed)
{
	use(OAUTH, "token_url = \"https://127.0.0.1:%d/oauth2/token\";" CLIENT);
	sandbox_tell("/life?provider=7signal&seconds=1");
	ck_assert_msg(sign() == APAM_OK, "%s", err.text);
	/* A page for maintenance, perhaps. */
	sandbox_tell("/fault?provider=7signal&path=/oauth2/token"
		     "&kind=html200&count=99");
	for (int i = 0; i < 100 && sign() == APAM_OK; i++)
		sleep_ms(50);
	ck_assert_int_eq(err.status, APAM_E_PROVIDER);
}
END_TEST

/* An answer that says something of the server is not a fault of a file's. */
START_TEST(a_server_that_is_unwell_is_not_ours)
{
	use(OAUTH, "token_url = \"https://127.0.0.1:%d/oauth2/token\";" CLIENT);
	sandbox_tell("/fault?provider=7signal&path=/oauth2/token"
		     "&kind=503&count=9");
	ck_assert_int_eq(check().why, APAM_OK);
	ck_assert_int_eq(sign(), APAM_E_PROVIDER);
	ck_assert_ptr_null(strstr(err.text, "token_url"));
}
END_TEST

/* However little room there is, the end is whole and nothing is split. */
START_TEST(a_text_is_cut_before_the_place)
{
	char text[256], place[300];
	struct exchange x;
	size_t n;

	use(OAUTH, "token_url = \"https://127.0.0.1:%d/oauth2/token\";" CLIENT);
	(void)opened(profile);
	exchange_init(&x);
	buf_put(&x.url, APAM_STR("https://127.0.0.1/other"));
	for (size_t i = 0; i < 127; i++)
		memcpy(text + 2 * i, "\xc3\xa4", 2);
	text[254] = '\0';
	astray_tell(&profile->stack->entries[0], &x, true, text, sizeof(text));
	(void)snprintf(place, sizeof(place),
	    "; https://127.0.0.1/other; by token_url, %s/apam.d/live.conf:5",
	    p.dir);
	n = strlen(text);
	ck_assert_uint_lt(n, sizeof(text));
	ck_assert_str_eq(text + n - strlen(place), place);
	ck_assert_uint_eq((n - strlen(place)) % 2, 0);
	exchange_free(&x);
}
END_TEST

/* The text before it makes room, and no character of it is cut in two. */
START_TEST(a_long_text_is_cut_between_characters)
{
	const struct entry *e;
	struct exchange x = { .url_given = 0 };
	char text[300], *end;

	use(OAUTH, CLIENT "token_url = \"https://127.0.0.1:%d/token\";");
	e = &opened(profile)->entries[0];
	buf_init(&x.url, 1000);
	buf_put(&x.url, APAM_STR("https://127.0.0.1/"));
	for (int i = 0; i < 200; i++)
		buf_put(&x.url, APAM_STR("u"));
	text[0] = '\0';
	for (int at = _i; at < 298; at += 2)
		(void)strcpy(text + at, "\xc3\xa9");
	if (_i == 1)
		text[0] = 'a';
	astray_tell(e, &x, true, text, sizeof(text));
	end = strstr(text, "; https://127.0.0.1/uuu");
	ck_assert_ptr_nonnull(end);
	ck_assert_msg((end - text) % 2 == _i, "%s", text);
	ck_assert_ptr_nonnull(strstr(end, "uuu...; by token_url, "));
	ck_assert_uint_lt(strlen(text), sizeof(text));
	buf_free(&x.url);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("astray");
	TCase *tc = tcase_create("all");
	int code;

	sandbox_start();
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_loop_test(tc, the_option_is_named, 0, ROWS(rows));
	tcase_add_test(tc, the_probe_is_named);
	tcase_add_test(tc, what_was_right_before_is_not_blamed);
	tcase_add_test(tc, a_server_that_is_unwell_is_not_ours);
	tcase_add_test(tc, a_text_is_cut_before_the_place);
	tcase_add_loop_test(tc, a_long_text_is_cut_between_characters, 0, 2);
	suite_add_tcase(suite, tc);
	code = run_suite(suite);
	sandbox_stop();
	return code;
}
