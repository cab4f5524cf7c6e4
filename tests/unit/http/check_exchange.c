/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/http/exchange.c: bodies in each encoding, and everything that a
 * module could build and the core must not send.
 */
#include "http/exchange.h"

#include "base/secmem.h"
#include "base/str.h"
#include "support/run.h"

#define LONG 9000

static const struct apam_str url = { "https://api.example/token", 25 };
static struct exchange x;
static int live;

static void
setup(void)
{
	live = secmem_live();
	exchange_init(&x);
}

static void
teardown(void)
{
	exchange_free(&x);
	ck_assert_int_eq(secmem_live(), live);
}

static const char *
field(const char *name)
{
	const struct apam_header *h = fields_array(&x.headers);

	for (size_t i = 0; h != NULL && i < x.headers.count; i++)
		if (str_equal_nocase(h[i].name, apam_str(name)))
			return h[i].value.p;
	return "";
}

/* ---- Bodies ----------------------------------------------------------- */

static const struct {
	const char *name;
	enum apam_encoding encoding;
	const char *fields[4]; /* name, value, ... */
	const char *body, *type;
} bodies[] = {
	{ "none", APAM_ENCODING_NONE, { NULL }, "", "" },
	{ "an empty form", APAM_ENCODING_FORM, { NULL }, "",
	    "application/x-www-form-urlencoded" },
	{ "a form", APAM_ENCODING_FORM, { "a", "b", "c", "d" }, "a=b&c=d",
	    "application/x-www-form-urlencoded" },
	/* RFC 6749, appendix B. */
	{ "the form of the RFC", APAM_ENCODING_FORM,
	    { "k", " %&+\xc2\xa3\xe2\x82\xac" }, "k=+%25%26%2B%C2%A3%E2%82%AC",
	    "application/x-www-form-urlencoded" },
	{ "a form that would break out", APAM_ENCODING_FORM,
	    { "a=b&c", "d&e=f\r\n" }, "a%3Db%26c=d%26e%3Df%0D%0A",
	    "application/x-www-form-urlencoded" },
	{ "an empty value", APAM_ENCODING_FORM, { "a", "", "b", "" },
	    "a=&b=", "application/x-www-form-urlencoded" },
	{ "empty JSON", APAM_ENCODING_JSON, { NULL }, "{}",
	    "application/json" },
	{ "JSON", APAM_ENCODING_JSON, { "a", "b", "c", "d" },
	    "{\"a\":\"b\",\"c\":\"d\"}", "application/json" },
	{ "JSON that would break out", APAM_ENCODING_JSON,
	    { "a\"", "b\",\"c\":\"d\\\n" },
	    "{\"a\\\"\":\"b\\\",\\\"c\\\":\\\"d\\\\\\u000a\"}",
	    "application/json" },
};

START_TEST(a_body_is_encoded)
{
	exchange_begin(&x, "POST", url, bodies[_i].encoding);
	for (size_t i = 0; i < 4 && bodies[_i].fields[i] != NULL; i += 2)
		exchange_add(&x, apam_str(bodies[_i].fields[i]),
		    apam_str(bodies[_i].fields[i + 1]));
	ck_assert_ptr_null(exchange_finish(&x, false));
	ck_assert_msg(strcmp(buf_view(&x.body).p, bodies[_i].body) == 0,
	    "%s: %s", bodies[_i].name, buf_view(&x.body).p);
	ck_assert_str_eq(field("Content-Type"), bodies[_i].type);
	ck_assert_str_eq(field("Accept"), "application/json");
	ck_assert_str_eq(x.method, "POST");
	ck_assert(str_equal(buf_view(&x.url), url));
}
END_TEST

/* ---- What is not sent ------------------------------------------------- */

static const struct {
	const char *name;
	const char *method, *url;
	enum apam_encoding encoding;
	const char *header, *value; /* or NULL */
	bool field;
	const char *why;
} wrongs[] = {
	{ "no method", "", "https://h/", 0, NULL, NULL, false,
	    "the method is not an HTTP method" },
	{ "two words", "GET /", "https://h/", 0, NULL, NULL, false,
	    "the method is not an HTTP method" },
	{ "a line end", "GET\r\n", "https://h/", 0, NULL, NULL, false,
	    "the method is not an HTTP method" },
	{ "a long method", "ABCDEFGHIJKLMNOP", "https://h/", 0, NULL, NULL,
	    false, "the method is not an HTTP method" },
	{ "encoding 3", "POST", "https://h/", (enum apam_encoding)3, NULL, NULL,
	    false, "the encoding of the exchange is unknown" },
	{ "encoding 3 with a field", "POST", "https://h/",
	    (enum apam_encoding)3, NULL, NULL, true,
	    "an exchange without a body was given a field" },
	{ "a field without a body", "GET", "https://h/", 0, NULL, NULL, true,
	    "an exchange without a body was given a field" },
	{ "no URL", "GET", "", 0, NULL, NULL, false, "" },
	{ "http", "GET", "http://h/", 0, NULL, NULL, false,
	    "http sends credentials in the clear: use https" },
	{ "http to loopback", "GET", "http://127.0.0.1/", 0, NULL, NULL, false,
	    "http to a loopback address needs allow_http = true" },
	{ "another scheme", "GET", "file:///etc/passwd", 0, NULL, NULL, false,
	    "" },
	{ "user info", "GET", "https://a:b@h/", 0, NULL, NULL, false,
	    "the URL has user info" },
	{ "a line end in the URL", "GET", "https://h/\r\nHost: e", 0, NULL,
	    NULL, false, "" },
	{ "a bad name", "GET", "https://h/", 0, "X-A:", "b", false,
	    "a header's name has characters that it must not have" },
	{ "a bad value", "GET", "https://h/", 0, "X-A", "b\r\nX-B: c", false,
	    "a header's value has control characters, or a space at its start "
	    "or end" },
};

START_TEST(what_is_wrong_is_not_sent)
{
	const char *why;

	exchange_begin(&x, wrongs[_i].method, apam_str(wrongs[_i].url),
	    wrongs[_i].encoding);
	if (wrongs[_i].header != NULL)
		fields_add_header(&x.headers, apam_str(wrongs[_i].header),
		    apam_str(wrongs[_i].value));
	if (wrongs[_i].field)
		exchange_add(&x, APAM_STR("a"), APAM_STR("b"));
	why = exchange_finish(&x, false);
	ck_assert_msg(why != NULL, "%s: sent", wrongs[_i].name);
	ck_assert_msg(
	    wrongs[_i].why[0] == '\0' || strcmp(why, wrongs[_i].why) == 0,
	    "%s: %s", wrongs[_i].name, why);
	ck_assert(!exchange_no_memory(&x));
}
END_TEST

START_TEST(http_to_loopback_may_be_allowed)
{
	exchange_begin(
	    &x, "GET", APAM_STR("http://127.0.0.1:8080/"), APAM_ENCODING_NONE);
	ck_assert_ptr_null(exchange_finish(&x, true));
	exchange_begin(
	    &x, "GET", APAM_STR("http://h:8080/"), APAM_ENCODING_NONE);
	ck_assert_ptr_nonnull(exchange_finish(&x, true));
}
END_TEST

START_TEST(beginning_again_drops_what_was)
{
	exchange_begin(&x, "GET /", url, APAM_ENCODING_NONE);
	exchange_add(&x, APAM_STR("a"), APAM_STR("b"));
	fields_add_header(&x.headers, APAM_STR("X-A"), APAM_STR("\n"));
	buf_put(&x.certificate, APAM_STR("/certificate"));
	exchange_begin(&x, "POST", url, APAM_ENCODING_FORM);
	exchange_add(&x, APAM_STR("c"), APAM_STR("d"));
	ck_assert_ptr_null(exchange_finish(&x, false));
	ck_assert_str_eq(buf_view(&x.body).p, "c=d");
	ck_assert_uint_eq(x.certificate.n, 0);
	ck_assert_uint_eq(x.headers.count, 2);
}
END_TEST

static char big[2 * 1024 * 1024];

static const struct {
	const char *name;
	size_t url, body, certificate, key;
	bool fits;
} sizes[] = {
	{ "usual", 100, 100, 100, 100, true },
	{ "a body of a MiB", 100, 1024 * 1024 - 2, 0, 0, true },
	{ "a larger body", 100, 1024 * 1024 - 1, 0, 0, false },
	{ "a large URL", 8193, 0, 0, 0, false },
	{ "a large certificate path", 100, 0, 4097, 1, false },
	{ "a large key path", 100, 0, 1, 4097, false },
};

START_TEST(there_is_a_cap)
{
	static char text[LONG];
	const char *why;

	memset(big, 'a', sizeof(big));
	memset(text, 'a', sizeof(text));
	memcpy(text, "https://h/", 10);
	exchange_begin(&x, "POST", (struct apam_str){ text, sizes[_i].url },
	    APAM_ENCODING_FORM);
	exchange_add(
	    &x, APAM_STR("a"), (struct apam_str){ big, sizes[_i].body });
	buf_put(
	    &x.certificate, (struct apam_str){ big, sizes[_i].certificate });
	buf_put(&x.key, (struct apam_str){ big, sizes[_i].key });
	why = exchange_finish(&x, false);
	ck_assert_msg((why == NULL) == sizes[_i].fits, "%s: %s", sizes[_i].name,
	    why == NULL ? "fits" : why);
	if (why != NULL)
		ck_assert_str_eq(why, "the exchange is too large");
	ck_assert(!exchange_no_memory(&x));
}
END_TEST

START_TEST(any_allocation_may_fail)
{
	const char *why = "";
	int n;

	for (n = 0; n < 50 && why != NULL; n++) {
		secmem_fail_after(n);
		exchange_begin(&x, "POST", url, APAM_ENCODING_JSON);
		exchange_add(&x, APAM_STR("a"), APAM_STR("b"));
		why = exchange_finish(&x, false);
		secmem_fail_after(-1);
		ck_assert_msg((why != NULL) == exchange_no_memory(&x), "%d", n);
	}
	ck_assert_ptr_null(why);
	ck_assert_int_gt(n, 3);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("exchange");
	TCase *tc = tcase_create("exchange");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, a_body_is_encoded, 0, ROWS(bodies));
	tcase_add_loop_test(tc, what_is_wrong_is_not_sent, 0, ROWS(wrongs));
	tcase_add_test(tc, http_to_loopback_may_be_allowed);
	tcase_add_test(tc, beginning_again_drops_what_was);
	tcase_add_loop_test(tc, there_is_a_cap, 0, ROWS(sizes));
	tcase_add_test(tc, any_allocation_may_fail);
	return run_suite(suite);
}
