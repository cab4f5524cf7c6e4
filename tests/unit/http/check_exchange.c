/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/http/exchange.c: bodies in each encoding, and everything that a
 * module could build and the core must not send.
 */
#include "http/exchange.h"

#include "base/secmem.h"
#include "base/str.h"
#include "crypto/key.h"
#include "support/run.h"

#define LONG 9000

static const struct apam_str url = { "https://api.example/token", 25 };
static const struct reach strict = { 0 }, loopback = { .allow_http = true };
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
	exchange_begin(&x, APAM_STR("POST"), url, bodies[_i].encoding);
	for (size_t i = 0; i < 4 && bodies[_i].fields[i] != NULL; i += 2)
		exchange_add(&x, apam_str(bodies[_i].fields[i]),
		    apam_str(bodies[_i].fields[i + 1]));
	ck_assert_ptr_null(exchange_finish(&x, &strict));
	ck_assert_msg(strcmp(buf_view(&x.body).p, bodies[_i].body) == 0,
	    "%s: %s", bodies[_i].name, buf_view(&x.body).p);
	ck_assert_str_eq(field("Content-Type"), bodies[_i].type);
	ck_assert_str_eq(field("Accept"), "application/json");
	ck_assert_str_eq(x.method, "POST");
	ck_assert(str_equal(buf_view(&x.url), url));
}
END_TEST

/* ---- What is not sent ------------------------------------------------- */

#define NO_FIELD                                                               \
	"an exchange whose body is not a form or JSON was given a field"
#define FRAMING                                                                \
	"a header of the connection, such as Host or Content-Length, is not "  \
	"the module's to set"

static const struct {
	const char *name;
	const char *method, *url;
	int32_t encoding;
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
	{ "a tunnel", "CONNECT", "https://h/", 0, NULL, NULL, false,
	    "the method is not an HTTP method" },
	{ "a long method", "ABCDEFGHIJKLMNOP", "https://h/", 0, NULL, NULL,
	    false, "the method is not an HTTP method" },
	{ "encoding 4", "POST", "https://h/", 4, NULL, NULL, false,
	    "the encoding of the exchange is unknown" },
	{ "encoding -1", "POST", "https://h/", -1, NULL, NULL, false,
	    "the encoding of the exchange is unknown" },
	{ "encoding 4 with a field", "POST", "https://h/", 4, NULL, NULL, true,
	    NO_FIELD },
	{ "a field without a body", "GET", "https://h/", 0, NULL, NULL, true,
	    NO_FIELD },
	{ "a field beside a body", "POST", "https://h/", APAM_ENCODING_RAW,
	    NULL, NULL, true, NO_FIELD },
	{ "its own body, and none", "POST", "https://h/", APAM_ENCODING_RAW,
	    NULL, NULL, false, "the exchange was given no body" },
	{ "HEAD with a body", "HEAD", "https://h/", APAM_ENCODING_FORM, NULL,
	    NULL, false, "a HEAD request cannot have a body" },
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
	{ "another host", "GET", "https://h/", 0, "host", "evil", false,
	    FRAMING },
	{ "a length", "POST", "https://h/", APAM_ENCODING_FORM,
	    "Content-Length", "1", false, FRAMING },
	{ "chunks", "POST", "https://h/", APAM_ENCODING_FORM,
	    "Transfer-Encoding", "chunked", false, FRAMING },
	{ "an upgrade", "GET", "https://h/", 0, "Connection", "Upgrade", false,
	    FRAMING },
	{ "trailers by HTTP/1.1", "GET", "https://h/", 0, "TE", "trailers",
	    false, FRAMING },
};

START_TEST(what_is_wrong_is_not_sent)
{
	const char *why;

	exchange_begin(&x, apam_str(wrongs[_i].method),
	    apam_str(wrongs[_i].url), wrongs[_i].encoding);
	if (wrongs[_i].header != NULL)
		fields_add_header(&x.headers, apam_str(wrongs[_i].header),
		    apam_str(wrongs[_i].value));
	if (wrongs[_i].field)
		exchange_add(&x, APAM_STR("a"), APAM_STR("b"));
	why = exchange_finish(&x, &strict);
	ck_assert_msg(why != NULL, "%s: sent", wrongs[_i].name);
	ck_assert_msg(
	    wrongs[_i].why[0] == '\0' || strcmp(why, wrongs[_i].why) == 0,
	    "%s: %s", wrongs[_i].name, why);
	ck_assert(!exchange_no_memory(&x));
}
END_TEST

/* RFC 9113, 8.2.2: TE has one value, and no other header of a connection. */
static const struct {
	const char *name, *value;
	bool sent;
} with_http2[] = {
	{ "TE", "trailers", true },
	{ "te", "trailers", true },
	{ "TE", "gzip", false },
	{ "TE", "trailers, gzip", false },
	{ "Connection", "trailers", false },
};

START_TEST(http_2_has_trailers)
{
	exchange_begin(&x, APAM_STR("POST"), url, APAM_ENCODING_NONE);
	x.http2 = true;
	fields_add_header(&x.headers, apam_str(with_http2[_i].name),
	    apam_str(with_http2[_i].value));
	ck_assert_msg(
	    (exchange_finish(&x, &strict) == NULL) == with_http2[_i].sent,
	    "%s: %s", with_http2[_i].name, with_http2[_i].value);
}
END_TEST

/* ---- A body of its own, a query, its own headers ------------------------ */

#define PAIR                                                                   \
	"a client certificate has a file, and a key in a file or as a "        \
	"handle"
#define BYTES "\0\0\0\0\5\n\3abc\0"

START_TEST(a_body_may_be_any_bytes)
{
	const struct apam_str bytes = { BYTES, sizeof(BYTES) - 1 };

	exchange_begin(&x, APAM_STR("PUT"), url, APAM_ENCODING_RAW);
	exchange_body(&x, APAM_STR("application/json"), APAM_STR("{}"));
	exchange_body(&x, APAM_STR("application/grpc"), bytes);
	ck_assert_ptr_null(exchange_finish(&x, &strict));
	ck_assert(str_equal(buf_view(&x.body), bytes));
	ck_assert_str_eq(field("Content-Type"), "application/grpc");
	ck_assert_uint_eq(x.headers.count, 2);
}
END_TEST

START_TEST(a_body_may_be_empty)
{
	exchange_begin(&x, APAM_STR("POST"), url, APAM_ENCODING_RAW);
	exchange_body(&x, APAM_STR("text/plain"), APAM_STR(""));
	ck_assert_ptr_null(exchange_finish(&x, &strict));
	ck_assert_uint_eq(x.body.n, 0);
	ck_assert_str_eq(field("Content-Type"), "text/plain");
}
END_TEST

static const struct {
	int32_t encoding;
	const char *type;
	const char *why;
} bad_bodies[] = {
	{ APAM_ENCODING_NONE, "a/b",
	    "an exchange whose body is not its own was given one" },
	{ APAM_ENCODING_FORM, "a/b",
	    "an exchange whose body is not its own was given one" },
	{ APAM_ENCODING_RAW, "", "the body has no content type" },
	{ APAM_ENCODING_RAW, "a/b\r\nX: y",
	    "a header's value has control characters, or a space at its start "
	    "or end" },
};

START_TEST(a_bad_body_is_not_sent)
{
	exchange_begin(&x, APAM_STR("POST"), url, bad_bodies[_i].encoding);
	exchange_body(&x, apam_str(bad_bodies[_i].type), APAM_STR("a"));
	ck_assert_str_eq(exchange_finish(&x, &strict), bad_bodies[_i].why);
}
END_TEST

/* What a module sets itself is not set once more. */
START_TEST(a_module_s_own_headers_stay)
{
	exchange_begin(&x, APAM_STR("POST"), url, APAM_ENCODING_JSON);
	fields_add_header(&x.headers, APAM_STR("accept"), APAM_STR("a/b"));
	fields_add_header(&x.headers, APAM_STR("content-type"),
	    APAM_STR("application/vnd.api+json"));
	ck_assert_ptr_null(exchange_finish(&x, &strict));
	ck_assert_uint_eq(x.headers.count, 2);
	ck_assert_str_eq(field("Accept"), "a/b");
	ck_assert_str_eq(field("Content-Type"), "application/vnd.api+json");
}
END_TEST

static const struct {
	const char *url, *name, *value;
	const char *sent; /* NULL: nothing */
} queries[] = {
	{ "https://h/", "a", "b", "https://h/?a=b&c=d" },
	{ "https://h", "a", "b", "https://h?a=b&c=d" },
	{ "https://h/?x=y", "a", "b", "https://h/?x=y&a=b&c=d" },
	{ "https://h/?", "a", "b", "https://h/?&a=b&c=d" },
	{ "https://h/", "a b", "x&y=z#\r\n/?\xc3\xa9",
	    "https://h/?a%20b=x%26y%3Dz%23%0D%0A%2F%3F%C3%A9&c=d" },
	{ "https://h/", "", "", "https://h/?=&c=d" },
	{ "https://h/#top", "a", "b", NULL },
};

START_TEST(a_query_is_added)
{
	const char *why;

	exchange_begin(
	    &x, APAM_STR("GET"), apam_str(queries[_i].url), APAM_ENCODING_NONE);
	exchange_query(
	    &x, apam_str(queries[_i].name), apam_str(queries[_i].value));
	exchange_query(&x, APAM_STR("c"), APAM_STR("d"));
	why = exchange_finish(&x, &strict);
	ck_assert_msg((why == NULL) == (queries[_i].sent != NULL), "%s: %s",
	    queries[_i].url, why);
	ck_assert_uint_eq(x.url_given, strlen(queries[_i].url));
	if (queries[_i].sent != NULL)
		ck_assert_str_eq(buf_view(&x.url).p, queries[_i].sent);
	else
		ck_assert_str_eq(why,
		    "the URL of an exchange with parameters has a fragment");
}
END_TEST

static const struct {
	const char *name, *file, *key_file, *passphrase;
	size_t passphrase_size;
	bool handle;
	const char *why; /* NULL: fine */
} certificates[] = {
	{ "files", "/c", "/k", "", 0, false, NULL },
	{ "a passphrase", "/c", "/k", "FAKE", 4, false, NULL },
	{ "a handle", "/c", "", "", 0, true, NULL },
	{ "no certificate", "", "/k", "", 0, false, PAIR },
	{ "no key", "/c", "", "", 0, false, PAIR },
	{ "two keys", "/c", "/k", "", 0, true, PAIR },
	{ "a NUL", "/c", "/k", "a\0b", 3, false,
	    "the client key's passphrase has a NUL" },
};

START_TEST(a_certificate_has_one_key)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct apam_certificate c = { .size = sizeof(c),
		.file = apam_str(certificates[_i].file),
		.key_file = apam_str(certificates[_i].key_file),
		.passphrase = { certificates[_i].passphrase,
		    certificates[_i].passphrase_size } };
	struct apam_key *key;
	const char *why;

	ck_assert_int_eq(
	    key_of_bytes(APAM_STR(""), APAM_STR("FAKE"), &key, &err), APAM_OK);
	c.key = certificates[_i].handle ? key : NULL;
	exchange_begin(&x, APAM_STR("GET"), url, APAM_ENCODING_NONE);
	exchange_certificate(&x, &c);
	exchange_certificate(&x, &c);
	/* The exchange holds it, whatever the module does with it. */
	key_drop(&key);
	why = exchange_finish(&x, &strict);
	ck_assert_msg((why == NULL) == (certificates[_i].why == NULL), "%s: %s",
	    certificates[_i].name, why);
	if (why != NULL)
		ck_assert_str_eq(why, certificates[_i].why);
	if (certificates[_i].handle)
		ck_assert_int_eq(x.key_handle->kind, APAM_KIND_SYMMETRIC);
}
END_TEST

/* ---- Where it may go ---------------------------------------------------- */

static const struct apam_option socket_option = { .name = "socket",
	.type = APAM_OPT_PATH };

/* Nothing leaves the machine, so http is fine, and https as well. */
START_TEST(a_socket_of_an_option_takes_http)
{
	static const char *const urls[] = { "http://localhost/a",
		"https://h.example/" };
	const struct apam_value value = { .set = true,
		.str = APAM_STR("/run/a.sock") };
	const struct reach reach = { .options = { &socket_option,
					 sizeof(socket_option), 1 },
		.values = &value };

	exchange_begin(
	    &x, APAM_STR("GET"), apam_str(urls[_i]), APAM_ENCODING_NONE);
	buf_put(&x.socket, APAM_STR("/run/a.sock"));
	ck_assert_ptr_null(exchange_finish(&x, &reach));
	ck_assert_int_eq(x.clear, _i == 0);
	ck_assert_str_eq(exchange_finish(&x, &loopback),
	    "the socket is not the value of an option of type path");
	ck_assert(!x.clear);
}
END_TEST

START_TEST(http_to_loopback_may_be_allowed)
{
	exchange_begin(&x, APAM_STR("GET"), APAM_STR("http://127.0.0.1:8080/"),
	    APAM_ENCODING_NONE);
	ck_assert_ptr_null(exchange_finish(&x, &loopback));
	exchange_begin(&x, APAM_STR("GET"), APAM_STR("http://h:8080/"),
	    APAM_ENCODING_NONE);
	ck_assert_ptr_nonnull(exchange_finish(&x, &loopback));
}
END_TEST

START_TEST(beginning_again_drops_what_was)
{
	exchange_begin(&x, APAM_STR("GET /"), url, APAM_ENCODING_NONE);
	exchange_add(&x, APAM_STR("a"), APAM_STR("b"));
	fields_add_header(&x.headers, APAM_STR("X-A"), APAM_STR("\n"));
	buf_put(&x.certificate, APAM_STR("/certificate"));
	exchange_begin(&x, APAM_STR("POST"), url, APAM_ENCODING_FORM);
	exchange_add(&x, APAM_STR("c"), APAM_STR("d"));
	ck_assert_ptr_null(exchange_finish(&x, &strict));
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
	exchange_begin(&x, APAM_STR("POST"),
	    (struct apam_str){ text, sizes[_i].url }, APAM_ENCODING_FORM);
	exchange_add(
	    &x, APAM_STR("a"), (struct apam_str){ big, sizes[_i].body });
	buf_put(
	    &x.certificate, (struct apam_str){ big, sizes[_i].certificate });
	buf_put(&x.key, (struct apam_str){ big, sizes[_i].key });
	why = exchange_finish(&x, &strict);
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
		exchange_begin(&x, APAM_STR("POST"), url, APAM_ENCODING_JSON);
		exchange_add(&x, APAM_STR("a"), APAM_STR("b"));
		why = exchange_finish(&x, &strict);
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
	tcase_add_loop_test(tc, http_2_has_trailers, 0, ROWS(with_http2));
	tcase_add_test(tc, a_body_may_be_any_bytes);
	tcase_add_test(tc, a_body_may_be_empty);
	tcase_add_loop_test(tc, a_bad_body_is_not_sent, 0, ROWS(bad_bodies));
	tcase_add_test(tc, a_module_s_own_headers_stay);
	tcase_add_loop_test(tc, a_query_is_added, 0, ROWS(queries));
	tcase_add_loop_test(
	    tc, a_certificate_has_one_key, 0, ROWS(certificates));
	tcase_add_loop_test(tc, a_socket_of_an_option_takes_http, 0, 2);
	tcase_add_test(tc, http_to_loopback_may_be_allowed);
	tcase_add_test(tc, beginning_again_drops_what_was);
	tcase_add_loop_test(tc, there_is_a_cap, 0, ROWS(sizes));
	tcase_add_test(tc, any_allocation_may_fail);
	return run_suite(suite);
}
