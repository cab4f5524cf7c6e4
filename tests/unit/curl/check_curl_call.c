/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/curl/curl_call.c: the stages of a call, in their order and out
 * of it, where nothing is sent.  check_curl.c has calls that are answered.
 */
#include "curl/curl_call.h"

#include "support/project.h"
#include "support/run.h"

static struct project project;
static struct apam_profile *profile;
static struct apam_error err = APAM_ERROR_INIT;
static struct apam_curl_call *call;
static CURL *easy;

static void
setup(void)
{
	project_make(&project);
	project_module(&project, "basic-email-key", false);
	project_secret(&project, "key", "FAKE-key-for-tests");
	project_entries(&project, "p",
	    "{ scheme = \"basic-email-key\"; email = \"user@example.org\"; "
	    "key = \"file:@/key\"; }");
	profile = project_get(&project, "p");
	easy = curl_easy_init();
	ck_assert_ptr_nonnull(easy);
}

static void
teardown(void)
{
	curl_call_free(&call);
	curl_easy_cleanup(easy);
	project_remove(&project);
}

static unsigned
tries(void)
{
	struct apam_result result = { .size = sizeof(result) };

	curl_call_tell(call, &result);
	return result.tries;
}

static void
proceeds(CURLcode code, enum apam_status status, const char *text)
{
	bool again = false;

	ck_assert_int_eq(curl_call_proceed(call, code, &again, &err), status);
	ck_assert_msg(strstr(err.text, text) != NULL, "%s", err.text);
	ck_assert_str_eq(err.profile, "p");
	ck_assert(!again);
}

/* ---- From stage to stage ------------------------------------------------- */

START_TEST(a_stage_follows_another)
{
	const struct apam_transfer transfer = { .size = sizeof(transfer),
		.method = "GET",
		.url = "https://api.example/" };

	call = curl_call_new(profile, easy, &transfer, true, &err);
	ck_assert_msg(call != NULL, "%s", err.text);
	ck_assert(!curl_call_is_begun(call));
	proceeds(CURLE_OK, APAM_E_USAGE, "has not been started");
	ck_assert_int_eq(curl_call_begin(call, &err), APAM_OK);
	ck_assert(curl_call_is_begun(call));
	ck_assert_uint_eq(tries(), 1);
	proceeds(CURLE_COULDNT_CONNECT, APAM_E_NETWORK, "");
	proceeds(CURLE_OK, APAM_E_USAGE, "the call has ended");
	ck_assert_uint_eq(tries(), 1);
	curl_call_free(&call);
	ck_assert_ptr_null(call);
}
END_TEST

/* ---- What is refused before it is signed --------------------------------- */

static const struct apam_header framing = { { "Content-Length", 14 },
	{ "5", 1 } };

static const struct {
	const char *name;
	struct apam_transfer transfer;
	enum apam_status status;
	const char *text;
} refused[] = {
	{ "no method", { .url = "https://api.example/" }, APAM_E_USAGE,
	    "lacks method or URL" },
	{ "no URL", { .method = "GET" }, APAM_E_USAGE, "lacks method or URL" },
	{ "framing",
	    { .method = "GET",
		.url = "https://api.example/",
		.headers = &framing,
		.header_count = 1 },
	    APAM_E_HEADER, "Content-Length is set from the URL" },
	{ "negative timeout",
	    { .method = "GET",
		.url = "https://api.example/",
		.timeout_ms = -1 },
	    APAM_E_USAGE, "negative timeout" },
};

START_TEST(what_cannot_be_sent)
{
	struct apam_transfer transfer = refused[_i].transfer;

	transfer.size = sizeof(transfer);
	call = curl_call_new(profile, easy, &transfer, true, &err);
	ck_assert_msg(call == NULL, "%s", refused[_i].name);
	ck_assert_int_eq(err.status, refused[_i].status);
	ck_assert_msg(strstr(err.text, refused[_i].text) != NULL, "%s: %s",
	    refused[_i].name, err.text);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("curl_call");
	TCase *tc = tcase_create("curl_call");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_stage_follows_another);
	tcase_add_loop_test(tc, what_cannot_be_sent, 0, ROWS(refused));
	return run_suite(suite);
}
