/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/curl/options.c: every option of libcurl has its row, and
 * whatever an earlier use of the handle has set, the bytes of the request that
 * goes out are those of a fresh handle, and go to the same place.
 */
#include "curl/options.c"

#include <apam/curl.h>

#include "support/project.h"
#include "support/raw_server.h"
#include "support/run.h"

#define ANSWER                                                                 \
	"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"                \
	"Content-Length: 2\r\nConnection: close\r\n\r\n{}"

static struct project project;
static struct raw_server server;
static struct apam_profile *profile;
static CURL *easy;
/* What earlier uses of the handle refer to, made once in a test. */
static struct curl_slist *list;
static curl_mime *mime;
static CURLU *other;
static char url[64], nowhere[128];

static void
setup(void)
{
	const struct raw_answer answer = { .head = ANSWER };
	char text[512];

	project_make(&project);
	project_module(&project, "basic-email-key", false);
	project_secret(&project, "secret", "FAKEkey");
	raw_start(&server, &answer, NULL);
	(void)snprintf(
	    url, sizeof(url), "http://127.0.0.1:%u/eyes?a=b", server.port);
	(void)snprintf(text, sizeof(text),
	    "origins = [ \"http://127.0.0.1:%u\" ];\nallow_http = true;\n"
	    "deadline = \"10s\";\n"
	    "auth = ( { scheme = \"basic-email-key\"; email = \"a@b\"; "
	    "key = \"file:%s/secret\"; } );\n",
	    server.port, project.dir);
	project_profile(&project, "p", text);
	profile = project_get(&project, "p");
	(void)snprintf(nowhere, sizeof(nowhere), "%s/nowhere", project.dir);
	easy = curl_easy_init();
	ck_assert_ptr_nonnull(easy);
}

static void
teardown(void)
{
	curl_easy_cleanup(easy);
	curl_slist_free_all(list);
	list = NULL;
	curl_mime_free(mime);
	mime = NULL;
	curl_url_cleanup(other);
	other = NULL;
	raw_stop(&server);
	project_remove(&project);
}

/* ---- The table ---------------------------------------------------------- */

static const struct rule *
row_of(const char *name)
{
	for (size_t i = 0; i < RULES; i++)
		if (strcmp(rules[i].name, name) == 0)
			return &rules[i];
	return NULL;
}

/* An alias is another name for an option that has its row. */
START_TEST(every_option_of_libcurl_is_classed)
{
	const struct curl_easyoption *o = NULL;

	while ((o = curl_easy_option_next(o)) != NULL)
		ck_assert_msg(row_of(o->name) != NULL ||
			(o->flags & CURLOT_FLAG_ALIAS) != 0,
		    "CURLOPT_%s: say in hosts/curl/options.c what becomes of "
		    "it",
		    o->name);
}
END_TEST

START_TEST(every_option_is_there_once)
{
	for (size_t i = 0; i < RULES; i++)
		ck_assert_ptr_eq(row_of(rules[i].name), &rules[i]);
}
END_TEST

/* What setopt reads off the stack must be what is put there. */
static bool
fits(enum how how, curl_easytype type)
{
	switch (how) {
	case NUMBER:
	case MUST:
		return type == CURLOT_LONG || type == CURLOT_VALUES;
	case SIZE:
		return type == CURLOT_OFF_T;
	case CA_FILE:
	case CA_DIRECTORY:
		return type == CURLOT_STRING;
	case CLEARED:
		return type != CURLOT_LONG && type != CURLOT_VALUES &&
		    type != CURLOT_OFF_T;
	default:
		return true;
	}
}

START_TEST(every_value_is_of_its_type)
{
	for (size_t i = 0; i < RULES; i++) {
		const struct curl_easyoption *o = curl_easy_option_by_name(
		    rules[i].name);

		ck_assert_msg(o == NULL || fits(rules[i].how, o->type), "%s",
		    rules[i].name);
	}
}
END_TEST

/* ---- A used handle ------------------------------------------------------ */

/* Where 1 would do no harm, or is refused. */
static const struct {
	const char *name;
	long value;
} numbers[] = {
	{ "PORT", 9 },
	{ "PROXYPORT", 9 },
	{ "PROXYTYPE", CURLPROXY_SOCKS5 },
	{ "ALTSVC_CTRL", CURLALTSVC_H1 | CURLALTSVC_H2 },
	{ "HTTP_TRANSFER_DECODING", 0 },
	{ "HTTPAUTH", CURLAUTH_DIGEST },
	{ "PROXYAUTH", CURLAUTH_DIGEST },
	{ "TIMECONDITION", CURL_TIMECOND_IFMODSINCE },
	{ "SSL_VERIFYPEER", 0 },
	{ "SSL_VERIFYHOST", 0 },
	{ "PROXY_SSL_VERIFYPEER", 0 },
	{ "PROXY_SSL_VERIFYHOST", 0 },
	{ "PATH_AS_IS", 0 },
	{ "RESUME_FROM", 5 },
	{ "POSTFIELDSIZE", 3 },
	{ "INFILESIZE", 3 },
	{ "PROTOCOLS", CURLPROTO_FTP },
	{ "HEADEROPT", CURLHEADER_UNIFIED },
	{ "NETRC", CURL_NETRC_REQUIRED },
};

static const struct {
	const char *name, *value;
} texts[] = {
	{ "URL", "http://127.0.0.1:9/other" },
	{ "REQUEST_TARGET", "/other" },
	{ "CUSTOMREQUEST", "OTHER" },
	{ "DEFAULT_PROTOCOL", "ftp" },
	{ "RANGE", "0-3\r\nX-Other: 1" },
	{ "COOKIE", "a=b" },
	{ "REFERER", "http://other/\r\nX-Other: 1" },
	{ "USERPWD", "other:word" },
	{ "AWS_SIGV4", "aws:amz:here:service" },
	{ "PROTOCOLS_STR", "ftp" },
	{ "SSL_CIPHER_LIST", "aNULL" },
	{ "CONNECT_TO", "::127.0.0.1:9" },
	{ "RESOLVE", "api.example:443:127.0.0.1" },
	{ "HTTP200ALIASES", "200" },
	{ "HTTPHEADER", "Host: other" },
	{ "PROXYHEADER", "Host: other" },
};

static long
number_for(const char *name)
{
	for (int i = 0; i < ROWS(numbers); i++)
		if (strcmp(numbers[i].name, name) == 0)
			return numbers[i].value;
	return 1;
}

static const char *
text_for(const char *name)
{
	for (int i = 0; i < ROWS(texts); i++)
		if (strcmp(texts[i].name, name) == 0)
			return texts[i].value;
	return strstr(name, "PROXY") != NULL ? "http://127.0.0.1:9" : nowhere;
}

static size_t
called(void)
{
	return 0;
}

static void *
object_for(const char *name)
{
	static char fields[] = "other=1";
	static struct curl_httppost form = { .name = fields,
		.namelength = 5,
		.contents = fields,
		.contentslength = 1 };

	if (strcmp(name, "CURLU") == 0) {
		if (other == NULL)
			other = curl_url();
		curl_url_set(other, CURLUPART_URL, "http://127.0.0.1:9/x", 0);
		return other;
	}
	if (strcmp(name, "MIMEPOST") == 0 && mime == NULL) {
		mime = curl_mime_init(easy);
		curl_mime_name(curl_mime_addpart(mime), "other");
	}
	if (strcmp(name, "MIMEPOST") == 0)
		return mime;
	if (strcmp(name, "HTTPPOST") == 0)
		return &form;
	return fields;
}

/* An earlier use: the option set to what would lead the request astray. */
static CURLcode
spoil(const struct curl_easyoption *o)
{
	static char garbage[] = "no certificate";
	struct curl_blob blob = { garbage, sizeof(garbage), 0 };

	switch (o->type) {
	case CURLOT_LONG:
	case CURLOT_VALUES:
		return curl_easy_setopt(easy, o->id, number_for(o->name));
	case CURLOT_OFF_T:
		return curl_easy_setopt(easy, o->id, (curl_off_t)5);
	case CURLOT_STRING:
		return curl_easy_setopt(easy, o->id, text_for(o->name));
	case CURLOT_SLIST:
		if (list == NULL)
			list = curl_slist_append(NULL, text_for(o->name));
		return curl_easy_setopt(easy, o->id, list);
	case CURLOT_BLOB:
		return curl_easy_setopt(easy, o->id, &blob);
	case CURLOT_FUNCTION:
		return curl_easy_setopt(easy, o->id, called);
	case CURLOT_CBPTR:
		return curl_easy_setopt(easy, o->id, garbage);
	case CURLOT_OBJECT:
		break;
	}
	return curl_easy_setopt(easy, o->id, object_for(o->name));
}

static const struct {
	const char *method;
	const char *body;
} requests[] = { { "GET", NULL }, { "HEAD", NULL }, { "POST", "0123456789" },
	{ "PATCH", "" }, { "DELETE", NULL } };

static void
performs(int i, const char *name)
{
	const struct apam_body body = { .size = sizeof(body),
		.kind = APAM_BODY_BYTES,
		.bytes = apam_str(requests[i].body) };
	struct apam_transfer transfer = { .size = sizeof(transfer),
		.method = requests[i].method,
		.url = url,
		.body = requests[i].body == NULL ? NULL : &body };
	struct apam_result result = APAM_RESULT_INIT;
	struct apam_error err = APAM_ERROR_INIT;

	ck_assert_msg(apam_curl_perform(
			  profile, easy, &transfer, &result, &err) == APAM_OK,
	    "%s: %s: %s", name, requests[i].method, err.text);
	ck_assert_uint_eq(result.status, 200);
	ck_assert_int_eq(result.verdict, APAM_VERDICT_ACCEPTED);
}

START_TEST(a_used_handle_sends_what_a_fresh_one_does)
{
	const struct curl_easyoption *o = curl_easy_option_by_name(
	    rules[_i].name);
	char fresh[ROWS(requests)][sizeof(server.request)];

	if (rules[_i].how == KEPT || rules[_i].how == IDLE || o == NULL)
		return;
	for (int i = 0; i < ROWS(requests); i++) {
		performs(i, "fresh");
		(void)snprintf(
		    fresh[i], sizeof(fresh[i]), "%s", server.request);
		ck_assert_ptr_nonnull(strstr(fresh[i], " /eyes?a=b HTTP/1.1"));
		ck_assert_ptr_nonnull(strstr(fresh[i], "Authorization: "));
	}
	for (int i = 0; i < ROWS(requests); i++) {
		/* What this build does not take cannot lead astray. */
		(void)spoil(o);
		performs(i, o->name);
		ck_assert_msg(strcmp(fresh[i], server.request) == 0,
		    "%s: %s, not %s", o->name, server.request, fresh[i]);
	}
}
END_TEST

/* ---- A header of the host's --------------------------------------------- */

static const char *const framing[] = { "Host", "content-length",
	"Transfer-Encoding", "CONNECTION", "TE", "Expect" };

START_TEST(a_header_that_frames_is_refused)
{
	const struct apam_header own = { apam_str(framing[_i]), APAM_STR("5") };
	struct apam_transfer transfer = { .size = sizeof(transfer),
		.method = "GET",
		.url = url,
		.headers = &own,
		.header_count = 1 };
	struct apam_result result = APAM_RESULT_INIT;
	struct apam_error err = APAM_ERROR_INIT;

	ck_assert_int_eq(
	    apam_curl_perform(profile, easy, &transfer, &result, &err),
	    APAM_E_HEADER);
	ck_assert_msg(strncmp(err.text, framing[_i], strlen(framing[_i])) == 0,
	    "%s", err.text);
	ck_assert_ptr_nonnull(strstr(err.text, "leave the header out"));
	ck_assert_int_eq(atomic_load(&server.hits), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("curl_options");
	TCase *table = tcase_create("table"), *used = tcase_create("used");

	tcase_add_test(table, every_option_of_libcurl_is_classed);
	tcase_add_test(table, every_option_is_there_once);
	tcase_add_test(table, every_value_is_of_its_type);
	tcase_set_timeout(used, 60);
	tcase_add_checked_fixture(used, setup, teardown);
	tcase_add_loop_test(
	    used, a_used_handle_sends_what_a_fresh_one_does, 0, RULES);
	tcase_add_loop_test(
	    used, a_header_that_frames_is_refused, 0, ROWS(framing));
	suite_add_tcase(suite, table);
	suite_add_tcase(suite, used);
	return run_suite(suite);
}
