/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/api/serve_verify.c: whom the rules let ask whether an answer is
 * the provider's, and that the audit log has who is refused.  What is said of
 * answers is in tests/live/check_served_verify.c.
 */
#include "api/serve_verify.h"

#include "support/answer_mac.h"
#include "support/audit_lines.h"
#include "support/project.h"
#include "support/run.h"

#define ORIGIN "https://api.example"
#define URL ORIGIN "/things"
#define KEY "FAKEkey"
#define OTHER 64001 /* a user that nobody is */
#define GATE 64003

static struct project project;
static struct apam_profile *profile;
static struct apam_error err;
static struct serve_news news;

/* What the module signs with is what was made of the answer, too. */
static void
setup(void)
{
	char config[128], text[1024];
	struct apam_open_options options = { .size = sizeof(options),
		.config = config,
		.flags = APAM_OPEN_USER };

	project_make(&project);
	project_module(&project, "verify-test", true);
	project_directory(&project, "state");
	project_secret(&project, "secret", KEY);
	project_splice(&project,
	    "origins = [ \"" ORIGIN "\" ];\n"
	    "allow = ( { users = [ \"64001\" ]; give = \"secret\"; },\n"
	    "{ users = [ \"64003\" ]; give = \"nothing\"; gateway = true; } "
	    ");\nauth = ( { scheme = \"verify-test\"; "
	    "secret = \"file:@/secret\"; } );\n",
	    text, sizeof(text));
	project_profile(&project, "p", text);
	(void)snprintf(config, sizeof(config), "%s/apam.conf", project.dir);
	err = (struct apam_error)APAM_ERROR_INIT;
	ck_assert_int_eq(serve_open(&options, &project.ctx, &err), APAM_OK);
	profile = project_get(&project, "p");
	memset(&news, 0, sizeof(news));
}

static void
teardown(void)
{
	project_remove(&project);
}

/* Ask as this user about a request and an answer, which `mac` vouches for. */
static enum apam_status
ask(uint32_t user, const char *url, const char *mac)
{
	const struct apam_header sent[] = { { APAM_STR("Authorization"),
	    APAM_STR(KEY) } };
	const struct apam_header header = { APAM_STR("Answer-Mac"),
		apam_str(mac) };
	const struct apam_answer answer = { .size = sizeof(answer),
		.status = 200,
		.headers = &header,
		.header_count = 1 };
	const struct serve_who who = { .caller = { .user = user },
		.program = "check",
		.news = &news,
		.verifies = true };
	struct apam_request request = APAM_REQUEST("GET", url);
	unsigned char sum[SHA256_DIGEST_LENGTH];
	const struct apam_digest digest = { APAM_HASH_SHA256,
		{ (const char *)sum, sizeof(sum) } };
	const struct serve_proof proof = { .profile = profile,
		.who = &who,
		.request = &request,
		.answer = &answer,
		.digests = &digest,
		.digest_count = 1,
		.verifies = 1,
		.entries = 1 };
	struct serve_call call = { 0 };

	ck_assert_ptr_nonnull(SHA256((const unsigned char *)"", 0, sum));
	request.headers = sent;
	request.header_count = 1;
	return serve_verify(&proof, &call, &err);
}

static const char *
genuine(void)
{
	return answer_mac_by(KEY, "GET\n" URL "\n" KEY "\n200\n", "");
}

static int
refusals(const char *also)
{
	return audit_lines_with(&project, "\"APAM_EVENT\":\"refused\"", also);
}

START_TEST(who_may_sign_or_sends_is_told)
{
	ck_assert_msg(ask(OTHER, URL, genuine()) == APAM_OK, "%s", err.text);
	ck_assert_msg(ask(GATE, URL, genuine()) == APAM_OK, "%s", err.text);
	/* That is an answer, and not a refusal. */
	ck_assert_int_eq(ask(OTHER, URL, "00"), APAM_E_NOT_AUTHENTIC);
	ck_assert_int_eq(refusals(""), 0);
}
END_TEST

static const struct {
	const char *name, *url;
	uint32_t user;
	enum apam_status status;
} rows[] = {
	{ "a stranger", URL, OTHER + 1, APAM_E_POLICY },
	{ "another origin", "https://other.example/", OTHER, APAM_E_ORIGIN },
	{ "another origin of a gateway's", "https://other.example/", GATE,
	    APAM_E_ORIGIN },
};

/* Also where it was verified for another one before, who opened the profile. */
START_TEST(who_is_refused_is_in_the_audit_log)
{
	char user[64];

	(void)snprintf(user, sizeof(user), "\"APAM_FOR_UID\":\"%u\"",
	    (unsigned)rows[_i].user);
	for (int open = 0; open < 2; open++) {
		memset(&news, 0, sizeof(news));
		for (int i = 0; i < 3; i++) {
			ck_assert_msg(ask(rows[_i].user, rows[_i].url,
					  genuine()) == rows[_i].status,
			    "%s: %s", rows[_i].name, err.text);
			ck_assert_str_eq(err.profile, "p");
		}
		ck_assert_msg(
		    refusals(user) == open + 1, "%s: %d", rows[_i].name, open);
		ck_assert_int_eq(ask(OTHER, URL, genuine()), APAM_OK);
	}
	ck_assert_int_eq(refusals(""), 2);
	ck_assert_int_eq(refusals("no answer verified: "), 2);
	ck_assert_int_eq(refusals(apam_status_name(rows[_i].status)), 2);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("serve_verify");
	TCase *t = tcase_create("serve_verify");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, who_may_sign_or_sends_is_told);
	tcase_add_loop_test(
	    t, who_is_refused_is_in_the_audit_log, 0, ROWS(rows));
	suite_add_tcase(s, t);
	return run_suite(s);
}
