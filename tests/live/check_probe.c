/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/entry/probe.c: where a probe goes and how it is signed, what
 * keeps it from being sent, and what its answer says of the key.
 */
#include "entry/probe.h"

#include <time.h>

#include "base/clock.h"
#include "base/secmem.h"
#include "profile/handle.h"
#include "profile/stack.h"
#include "support/judged.h"
#include "support/opened.h"
#include "support/project.h"
#include "support/run.h"

static struct project project;
static struct entry *entry;
static struct credential *credential;
static struct exchange x;
static struct apam_error err = APAM_ERROR_INIT;
static int live;

static void
setup(void)
{
	live = secmem_live();
	project_make(&project);
	project_module(&project, "return-test", true);
	project_module(&project, "hmac-test", true);
	project_secret(&project, "secret", "FAKEkey\n");
	exchange_init(&x);
	memset(&err, 0, sizeof(err));
	err.size = sizeof(err);
	err.entry = -1;
}

static void
teardown(void)
{
	exchange_free(&x);
	credential_release(&credential);
	project_remove(&project);
	ck_assert_int_eq(secmem_live(), live);
}

/* A profile of one entry, opened. */
static void
use(const char *origins, const char *options)
{
	char format[1024], text[1024];
	struct apam_profile *p;

	(void)snprintf(format, sizeof(format),
	    "origins = [ %s ];\nallow_http = true;\nauth = ( { %s } );\n",
	    origins, options);
	project_splice(&project, format, text, sizeof(text));
	project_profile(&project, "p", text);
	p = project_get(&project, "p");
	entry = &opened(p)->entries[0];
}

static void
make_credential(const char *bytes)
{
	struct buf secret;

	buf_init(&secret, 1024);
	buf_put(&secret, apam_str(bytes));
	credential = credential_new(&secret, 1, clock_ms(), 60);
	ck_assert_ptr_nonnull(credential);
}

static enum apam_status
build(void)
{
	return probe_build(entry, credential, &x, &err);
}

static const char *
header(const char *name)
{
	const struct apam_header *h = fields_array(&x.headers);

	for (size_t i = 0; i < x.headers.count; i++)
		if (strcmp(h[i].name.p, name) == 0)
			return h[i].value.p;
	return "";
}

#define RETURNS(more) "scheme = \"return-test\"; " more
#define API "\"https://api.example\""

/* ---- What is not sent --------------------------------------------------- */

static const struct {
	const char *name;
	const char *origins, *options, *credential;
	enum apam_status status;
} unsent[] = {
	{ "beside the origin's path", "\"https://api.example/v1\"",
	    RETURNS("probe = \"GET /x\";"), "c", APAM_E_ORIGIN },
	{ "almost below it", "\"https://api.example/v1\"",
	    RETURNS("probe = \"GET /v10\";"), "c", APAM_E_ORIGIN },
	{ "out of it again", "\"https://api.example/v1\"",
	    RETURNS("probe = \"GET /v1/../x\";"), "c", APAM_E_ORIGIN },
	{ "refused by prepare", API,
	    RETURNS("probe = \"GET /x\"; prepare = 1027;"), "c",
	    APAM_E_POLICY },
	{ "refused by sign", API, RETURNS("probe = \"GET /x\"; sign = 1028;"),
	    "c", APAM_E_DENIED },
	{ "an illegal status", API, RETURNS("probe = \"GET /x\"; sign = 7;"),
	    "c", APAM_E_ABI },
	{ "a credential with a line end", API, RETURNS("probe = \"GET /x\";"),
	    "c\r\nX-B: d", APAM_E_HEADER },
	{ "a header that it must cover", API,
	    "scheme = \"hmac-test\"; key_id = \"k\"; "
	    "secret = \"file:@/secret\"; headers = [ \"X-A\" ]; "
	    "probe = \"GET /x\";",
	    "c", APAM_E_POLICY },
};

START_TEST(what_would_not_be_signed_is_not_sent)
{
	use(unsent[_i].origins, unsent[_i].options);
	make_credential(unsent[_i].credential);
	ck_assert_msg(build() == unsent[_i].status, "%s: %s: %s",
	    unsent[_i].name, apam_status_name(err.status), err.text);
	ck_assert_int_eq(err.status, unsent[_i].status);
	ck_assert_uint_eq(x.url.n, 0);
	ck_assert_uint_eq(x.headers.count, 0);
}
END_TEST

/* ---- Where it goes ------------------------------------------------------ */

static const struct {
	const char *origins, *probe;
	const char *method, *url;
} targets[] = {
	{ API, "GET /", "GET", "https://api.example/" },
	{ API, "GET /eyes", "GET", "https://api.example/eyes" },
	{ API, "HEAD /eyes", "HEAD", "https://api.example/eyes" },
	{ API, "GET /x?a=b:c/d", "GET", "https://api.example/x?a=b:c/d" },
	{ "\"https://api.example/\"", "GET /x", "GET",
	    "https://api.example/x" },
	{ "\"https://api.example:8443\"", "GET /x", "GET",
	    "https://api.example:8443/x" },
	{ "\"https://api.example/v1\"", "GET /v1/x", "GET",
	    "https://api.example/v1/x" },
	{ "\"https://api.example:8443/v1/\"", "GET /v1/x", "GET",
	    "https://api.example:8443/v1/x" },
	{ "\"https://[::1]:8443/v1\"", "GET /v1", "GET",
	    "https://[::1]:8443/v1" },
	{ "\"http://127.0.0.1:81\"", "GET /x", "GET", "http://127.0.0.1:81/x" },
	/* The first of them, whatever the others are. */
	{ "\"https://one.example\", \"https://two.example\"", "GET /x", "GET",
	    "https://one.example/x" },
	/* The rest of its host may be another origin. */
	{ "\"https://one.example/v1\", \"https://one.example/v2\"", "GET /v2/x",
	    "GET", "https://one.example/v2/x" },
};

START_TEST(a_probe_goes_to_the_first_origin)
{
	char options[256];

	(void)snprintf(options, sizeof(options), RETURNS("probe = \"%s\";"),
	    targets[_i].probe);
	use(targets[_i].origins, options);
	make_credential("FAKEkey");
	ck_assert_msg(build() == APAM_OK, "%s", err.text);
	ck_assert_str_eq(buf_view(&x.url).p, targets[_i].url);
	ck_assert_str_eq(x.method, targets[_i].method);
	ck_assert_str_eq(header("X-Return"), "FAKEkey");
	ck_assert_uint_eq(x.body.n, 0);
	ck_assert_str_eq(header("Content-Type"), "");
}
END_TEST

START_TEST(a_probe_has_what_signing_adds)
{
	static const char begin[] = "https://api.example/x?a&hmac-date=";

	use(API,
	    "scheme = \"hmac-test\"; key_id = \"k\"; "
	    "secret = \"file:@/secret\"; probe = \"GET /x?a\";");
	make_credential("FAKEkey");
	ck_assert_msg(build() == APAM_OK, "%s", err.text);
	ck_assert_int_eq(strncmp(buf_view(&x.url).p, begin, strlen(begin)), 0);
	ck_assert_int_eq(strncmp(header("Authorization"), "HMAC-TEST ", 10), 0);
}
END_TEST

/* ---- What the answer says ----------------------------------------------- */

static const struct {
	const char *options;
	unsigned status;
	const char *body;
	enum apam_key_state state;
	const char *evidence;
} answers[] = {
	{ "judge = 0; probe = \"GET /\";", 200, "{}", APAM_KEY_UNKNOWN,
	    "probe: return-test says so" },
	{ "judge = 1; probe = \"GET /\";", 200, "{}", APAM_KEY_GOOD,
	    "probe: return-test says so" },
	{ "judge = 1; probe = \"GET /\";", 200, "", APAM_KEY_UNKNOWN,
	    "probe: an empty answer" },
	{ "judge = 1; probe = \"HEAD /\";", 200, "", APAM_KEY_GOOD,
	    "probe: return-test says so" },
	{ "judge = 1; probe = \"GET /\";", 204, "", APAM_KEY_GOOD,
	    "probe: return-test says so" },
	{ "judge = 2; probe = \"GET /\";", 401, "", APAM_KEY_REVOKED,
	    "probe: return-test says so" },
	{ "judge = 2; probe = \"GET /\";", 200, "", APAM_KEY_REVOKED,
	    "probe: return-test says so" },
	{ "judge = 3; probe = \"GET /\";", 403, "{}", APAM_KEY_UNKNOWN,
	    "probe: return-test says so" },
	{ "judge = 4; probe = \"GET /\";", 429, "{}", APAM_KEY_UNKNOWN,
	    "probe: return-test says so" },
	{ "judge = 0; probe = \"GET /\";", 302, "", APAM_KEY_UNKNOWN,
	    "probe: return-test says so" },
	{ "judge = 5; probe = \"GET /\";", 302, "", APAM_KEY_REVOKED,
	    "probe: return-test says so" },
	{ "judge = 5; probe = \"GET /\";", 399, "", APAM_KEY_REVOKED,
	    "probe: return-test says so" },
	{ "judge = 5; probe = \"GET /\";", 299, "", APAM_KEY_UNKNOWN,
	    "probe: return-test says so" },
	{ "judge = 5; probe = \"GET /\";", 401, "", APAM_KEY_UNKNOWN,
	    "probe: return-test says so" },
	{ "judge = 0; probe = \"GET /\";", 200, "", APAM_KEY_UNKNOWN,
	    "probe: return-test says so" },
};

START_TEST(an_answer_is_evidence_or_not)
{
	struct key_finding finding;
	struct response r;
	char options[128];

	(void)snprintf(
	    options, sizeof(options), RETURNS("%s"), answers[_i].options);
	use(API, options);
	memset(&finding, 0x5a, sizeof(finding));
	response_view(
	    &r, answers[_i].status, NULL, 0, apam_str(answers[_i].body));
	ck_assert(probed(entry, &r, &finding));
	response_free(&r);
	ck_assert_msg(finding.state == answers[_i].state, "%s %u: %s",
	    answers[_i].options, answers[_i].status,
	    apam_key_state_name(finding.state));
	ck_assert_str_eq(finding.evidence, answers[_i].evidence);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("probe");
	TCase *t = tcase_create("core");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(
	    t, what_would_not_be_signed_is_not_sent, 0, ROWS(unsent));
	tcase_add_loop_test(
	    t, a_probe_goes_to_the_first_origin, 0, ROWS(targets));
	tcase_add_test(t, a_probe_has_what_signing_adds);
	tcase_add_loop_test(t, an_answer_is_evidence_or_not, 0, ROWS(answers));
	suite_add_tcase(s, t);
	return run_suite(s);
}
