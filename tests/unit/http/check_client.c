/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/http/client.c: reading headers, lists, and the client against a
 * server on loopback that sends whatever is worst.
 */
#include "http/client.h"

#include <dirent.h>
#include <signal.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/secmem.h"
#include "base/str.h"
#include "support/certificate.h"
#include "support/project.h"
#include "support/raw_server.h"
#include "support/run.h"

/* ---- Without a network ------------------------------------------------ */

#define S(literal)                                                             \
	{                                                                      \
		(literal), sizeof(literal) - 1                                 \
	}

static const struct {
	const char *name;
	struct apam_str line;
	const char *field, *value; /* NULL: nothing is taken */
} lines[] = {
	{ "usual", S("Content-Type: text/plain\r\n"), "Content-Type",
	    "text/plain" },
	{ "LF alone", S("A: b\n"), "A", "b" },
	{ "no line end", S("A: b"), "A", "b" },
	{ "no space", S("A:b\r\n"), "A", "b" },
	{ "space around", S("A: \t b \t\r\n"), "A", "b" },
	{ "an empty value", S("A:\r\n"), "A", "" },
	{ "colons in the value", S("A: b:c\r\n"), "A", "b:c" },
	{ "the end", S("\r\n"), NULL, NULL },
	{ "nothing", S(""), NULL, NULL },
	{ "no colon", S("Garbage\r\n"), NULL, NULL },
	{ "no name", S(": b\r\n"), NULL, NULL },
	{ "space before the colon", S("A : b\r\n"), NULL, NULL },
	{ "a folded line", S(" A: b\r\n"), NULL, NULL },
	{ "a NUL", S("A: b\0c\r\n"), NULL, NULL },
	{ "a control character", S("A: b\001c\r\n"), NULL, NULL },
	{ "a CR inside", S("A: b\rc\r\n"), NULL, NULL },
	{ "a colon of NULs", S("\0\0:\0"), NULL, NULL },
};

START_TEST(a_header_line_is_read)
{
	struct fields fields;
	const struct apam_header *h;

	fields_init(&fields);
	http_header_line(&fields, lines[_i].line);
	ck_assert_ptr_null(fields.refused);
	h = fields_array(&fields);
	if (lines[_i].field == NULL) {
		ck_assert_msg(
		    h == NULL && fields.count == 0, "%s", lines[_i].name);
	} else {
		ck_assert_msg(fields.count == 1, "%s", lines[_i].name);
		ck_assert_str_eq(h[0].name.p, lines[_i].field);
		ck_assert_str_eq(h[0].value.p, lines[_i].value);
	}
	fields_free(&fields);
}
END_TEST

/* What came with "100 Continue" is not the response's. */
START_TEST(a_status_line_starts_anew)
{
	struct fields fields;

	fields_init(&fields);
	http_header_line(&fields, APAM_STR("HTTP/1.1 100 Continue\r\n"));
	http_header_line(&fields, APAM_STR("A: b\r\n"));
	http_header_line(&fields, APAM_STR("HTTP/1.1 200 OK\r\n"));
	ck_assert_uint_eq(fields.count, 0);
	http_header_line(&fields, APAM_STR("C: d\r\n"));
	ck_assert_uint_eq(fields.count, 1);
	ck_assert_str_eq(fields_array(&fields)[0].name.p, "C");
	fields_free(&fields);
}
END_TEST

START_TEST(a_list_is_made_and_freed)
{
	struct curl_slist *list = NULL;
	int live = secmem_live();

	ck_assert(
	    http_list_add(curl_api(), &list, APAM_STR("A"), APAM_STR("b")));
	ck_assert(
	    http_list_add(curl_api(), &list, APAM_STR("C"), APAM_STR("")));
	ck_assert_str_eq(list->data, "A: b");
	ck_assert_str_eq(list->next->data, "C;");
	ck_assert_ptr_null(list->next->next);
	secmem_fail_after(0);
	ck_assert(
	    !http_list_add(curl_api(), &list, APAM_STR("D"), APAM_STR("e")));
	secmem_fail_after(-1);
	ck_assert_ptr_null(list->next->next);
	http_list_free(curl_api(), &list);
	ck_assert_ptr_null(list);
	http_list_free(curl_api(), &list);
	ck_assert_int_eq(secmem_live(), live);
}
END_TEST

START_TEST(time_runs_out)
{
	ck_assert_int_eq(http_remaining(clock_ms()), 0);
	ck_assert_int_eq(http_remaining(clock_ms() - 1000000), 0);
	ck_assert_int_eq(http_remaining(0), 0);
	ck_assert_int_eq(http_remaining(INT64_MIN / 2), 0);
	ck_assert_int_eq(http_remaining(INT64_MAX), INT32_MAX);
	ck_assert_int_gt(http_remaining(clock_ms() + 60000), 50000);
	ck_assert_int_le(http_remaining(clock_ms() + 60000), 60000);
}
END_TEST

/* ---- Against a server ------------------------------------------------- */

static const struct reach anywhere = { .allow_http = true };
static struct raw_server server;
static struct http_policy policy;
static struct exchange x;
static struct response r;
static struct apam_error err = APAM_ERROR_INIT;
static int live;

static void
setup(void)
{
	live = secmem_live();
	ck_assert_ptr_nonnull(curl_api());
	policy = (struct http_policy){ .body_max = 64 };
	exchange_init(&x);
	response_init(&r, 0);
	error_clear(&err);
}

static void
teardown(void)
{
	raw_stop(&server);
	response_free(&r);
	exchange_free(&x);
	ck_assert_int_eq(secmem_live(), live);
}

static void
begin(const char *method, const char *format, enum apam_encoding encoding)
{
	char url[256];

	(void)snprintf(url, sizeof(url), "%s:%u/a?b", format, server.port);
	exchange_begin(&x, apam_str(method), apam_str(url), encoding);
}

/* A transfer from its beginning to its end. */
static enum apam_status
http_perform(int ms)
{
	struct http_transfer t;
	enum apam_status status;

	status = http_begin(&t, &policy, &x, clock_ms() + ms, &r, &err);
	if (status != APAM_OK)
		return status;
	return http_end(&t, curl_api()->easy_perform(t.easy), &err);
}

/* Send what was begun; at most `ms`. */
static enum apam_status
perform(int ms)
{
	const char *why = exchange_finish(&x, &anywhere);

	ck_assert_msg(why == NULL, "%s", why);
	response_free(&r);
	return http_perform(ms);
}

static enum apam_status
get(const struct raw_answer *answer, int ms)
{
	raw_start(&server, answer, NULL);
	begin("GET", "http://127.0.0.1", APAM_ENCODING_NONE);
	return perform(ms);
}

#define OK "HTTP/1.1 200 OK\r\n"
#define SIXTEEN "0123456789abcdef"
#define CHUNKED OK "Transfer-Encoding: chunked\r\n\r\n"

/* {"a":1}, and a hundred thousand NULs, both as gzip. */
#define GZIP OK "Content-Encoding: gzip\r\n\r\n"
static const char small_gzip[] = GZIP
    "\037\213\010\000\000\000\000\000\002\003\253\126\112\124\262"
    "\062\254\005\000\257\254\033\126\007\000\000\000";
static const char large_gzip[] = GZIP
    "\037\213\010\000\000\000\000\000\002\003\355\301\061\001\000"
    "\000\000\302\240\365\117\155\015\017\240\000\000\000\000\000"
    "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000"
    "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000"
    "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000"
    "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000"
    "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000"
    "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000"
    "\000\200\127\003\175\225\021\324\240\206\001\000";

static const struct {
	const char *name;
	struct raw_answer answer;
	enum apam_status status;
	unsigned http;
	size_t body;
} replies[] = {
	{ "an answer", { .head = OK "Content-Length: 2\r\n\r\nab" }, APAM_OK,
	    200, 2 },
	{ "no body", { .head = "HTTP/1.1 204 No Content\r\n\r\n" }, APAM_OK,
	    204, 0 },
	{ "an error is an answer",
	    { .head = "HTTP/1.1 500 Oh\r\nContent-Length: 1\r\n\r\nx" },
	    APAM_OK, 500, 1 },
	{ "HTTP/1.0", { .head = "HTTP/1.0 401 No\r\n\r\nx" }, APAM_OK, 401, 1 },
	{ "a redirect is not followed",
	    { .head = "HTTP/1.1 302 Found\r\nLocation: /b\r\n"
		      "Content-Length: 0\r\n\r\n" },
	    APAM_OK, 302, 0 },
	{ "100 before",
	    { .head = "HTTP/1.1 100 Continue\r\nA: b\r\n\r\n" OK
		      "Content-Length: 0\r\n\r\n" },
	    APAM_OK, 200, 0 },
	{ "as much as may be",
	    { .head = OK "\r\n", .more = SIXTEEN, .times = 4 }, APAM_OK, 200,
	    64 },
	{ "a byte too much",
	    { .head = OK "\r\n", .more = SIXTEEN, .times = 4, .tail = "x" },
	    APAM_E_PROVIDER, 0, 0 },
	{ "far too much",
	    { .head = OK "\r\n", .more = SIXTEEN, .times = 100000 },
	    APAM_E_PROVIDER, 0, 0 },
	{ "far too much in chunks",
	    { .head = CHUNKED, .more = "10\r\n" SIXTEEN "\r\n", .times = 1000 },
	    APAM_E_PROVIDER, 0, 0 },
	{ "far too much announced",
	    { .head = OK "Content-Length: 99999999999\r\n\r\n" },
	    APAM_E_PROVIDER, 0, 0 },
	{ "bytes", { .head = "\x01\x02\xff\r\n\r\n" }, APAM_E_PROVIDER, 0, 0 },
	{ "a page", { .head = "<html>hello</html>" }, APAM_E_PROVIDER, 0, 0 },
	{ "another protocol", { .head = "SSH-2.0-OpenSSH_9.2\r\n" },
	    APAM_E_PROVIDER, 0, 0 },
	{ "no status", { .head = "HTTP/1.1 abc\r\n\r\n" }, APAM_E_PROVIDER, 0,
	    0 },
	/* RFC 9110, 15: no class of its own, to be taken for a 5xx. */
	{ "status 600", { .head = "HTTP/1.1 600 Oh\r\n\r\nab" }, APAM_OK, 600,
	    2 },
	{ "status 999", { .head = "HTTP/1.1 999 Oh\r\n\r\n" }, APAM_OK, 999,
	    0 },
	{ "status 1000", { .head = "HTTP/1.1 1000 Oh\r\n\r\n" },
	    APAM_E_PROVIDER, 0, 0 },
	{ "status 99", { .head = "HTTP/1.1 099 Oh\r\n\r\n" }, APAM_E_PROVIDER,
	    0, 0 },
	{ "gzip that was not asked for",
	    { .head = small_gzip, .head_size = sizeof(small_gzip) - 1 },
	    APAM_OK, 200, 7 },
	{ "gzip that is far larger inside",
	    { .head = large_gzip, .head_size = sizeof(large_gzip) - 1 },
	    APAM_E_PROVIDER, 0, 0 },
	{ "gzip that is none", { .head = GZIP "ab" }, APAM_E_PROVIDER, 0, 0 },
	{ "an encoding that nobody knows",
	    { .head = OK "Content-Encoding: FAKE\r\n\r\nab" }, APAM_E_PROVIDER,
	    0, 0 },
	{ "less than announced", { .head = OK "Content-Length: 9\r\n\r\nab" },
	    APAM_E_PROVIDER, 0, 0 },
	{ "a NUL in a header",
	    { .head = OK "A: b\0c\r\n\r\n",
		.head_size = sizeof(OK "A: b\0c\r\n\r\n") - 1 },
	    APAM_E_PROVIDER, 0, 0 },
	{ "nothing", { .head = "" }, APAM_E_NETWORK, 0, 0 },
	{ "an end in the headers", { .head = OK "A: b\r\n" }, APAM_OK, 200, 0 },
	{ "a chunk of no length", { .head = CHUNKED "zz\r\n" }, APAM_E_NETWORK,
	    0, 0 },
	{ "chunks without an end", { .head = CHUNKED "1\r\na\r\n" },
	    APAM_E_PROVIDER, 0, 0 },
	{ "a header without end",
	    { .head = OK "A: ", .more = SIXTEEN, .times = 40000 },
	    APAM_E_PROVIDER, 0, 0 },
	{ "headers without end",
	    { .head = OK, .more = "A: " SIXTEEN "\r\n", .times = 40000 },
	    APAM_E_PROVIDER, 0, 0 },
};

START_TEST(a_server_may_say_anything)
{
	enum apam_status status = get(&replies[_i].answer, 5000);

	ck_assert_msg(status == replies[_i].status, "%s: %s: %s",
	    replies[_i].name, apam_status_name(status), err.text);
	ck_assert_int_eq(atomic_load(&server.hits), 1);
	if (status != APAM_OK) {
		ck_assert_str_ne(err.text, "");
		return;
	}
	ck_assert_int_eq(err.status, APAM_OK);
	ck_assert_msg((unsigned)r.pub.status == replies[_i].http, "%s: %d",
	    replies[_i].name, r.pub.status);
	ck_assert_msg(r.pub.body.n == replies[_i].body, "%s: %zu",
	    replies[_i].name, r.pub.body.n);
}
END_TEST

/* Headers that break out of their line are left out, the others kept. */
START_TEST(bad_headers_are_left_out)
{
	const struct raw_answer answer = {
		.head = OK "A: b\r\nBad\001: c\r\nD: e\001f\r\nG: h\r\n"
			   "Content-Length: 0\r\n\r\n",
	};

	ck_assert_msg(get(&answer, 5000) == APAM_OK, "%s", err.text);
	ck_assert_uint_eq(r.pub.header_count, 3);
	ck_assert_str_eq(r.pub.headers[0].name.p, "A");
	ck_assert_str_eq(r.pub.headers[0].value.p, "b");
	ck_assert_str_eq(r.pub.headers[1].name.p, "G");
}
END_TEST

static const struct {
	const char *name;
	struct raw_answer answer;
} slow[] = {
	{ "never answers", { .silent = true } },
	{ "a byte at a time in the headers",
	    { .head = OK "A: ", .more = "x", .times = 400, .pause_ms = 50 } },
	{ "a byte at a time in the body",
	    { .head = OK "\r\n", .more = "x", .times = 400, .pause_ms = 50 } },
};

START_TEST(a_deadline_holds)
{
	int64_t start = clock_ms();

	ck_assert_msg(get(&slow[_i].answer, 300) == APAM_E_DEADLINE, "%s: %s",
	    slow[_i].name, err.text);
	ck_assert_ptr_nonnull(strstr(err.text, "did not answer in time"));
	ck_assert_int_ge(clock_ms() - start, 250);
	/* All of it would take 20 seconds. */
	ck_assert_int_lt(clock_ms() - start, 10000);
}
END_TEST

START_TEST(without_time_nothing_is_sent)
{
	const struct raw_answer answer = { .head = OK "\r\n" };

	ck_assert_int_eq(get(&answer, 0), APAM_E_DEADLINE);
	ck_assert_str_eq(err.text, "no time was left to ask the provider");
	raw_stop(&server);
	ck_assert_int_eq(atomic_load(&server.hits), 0);
}
END_TEST

START_TEST(nobody_listens)
{
	int fd = raw_bind(&server.port);

	(void)close(fd);
	begin("GET", "http://127.0.0.1", APAM_ENCODING_NONE);
	ck_assert_int_eq(perform(5000), APAM_E_NETWORK);
	ck_assert_str_ne(err.text, "");
}
END_TEST

/* libcurl sends by http only what exchange_finish has let through. */
START_TEST(http_has_to_be_allowed)
{
	const struct raw_answer answer = { .head = OK "\r\n" };

	raw_start(&server, &answer, NULL);
	begin("GET", "http://127.0.0.1", APAM_ENCODING_NONE);
	ck_assert_ptr_null(exchange_finish(&x, &anywhere));
	x.clear = false;
	ck_assert_int_ne(http_perform(5000), APAM_OK);
	raw_stop(&server);
	ck_assert_int_eq(atomic_load(&server.hits), 0);
}
END_TEST

static const struct {
	const char *method;
	enum apam_encoding encoding;
	const char *sent; /* up to the host */
	const char *type; /* a header, or NULL */
	const char *body;
} sendings[] = {
	{ "GET", APAM_ENCODING_NONE, "GET /a?b HTTP/1.1\r\n", NULL, "" },
	{ "DELETE", APAM_ENCODING_NONE, "DELETE /a?b HTTP/1.1\r\n", NULL, "" },
	{ "POST", APAM_ENCODING_NONE, "POST /a?b HTTP/1.1\r\n",
	    "Content-Length: 0\r\n", "" },
	{ "PUT", APAM_ENCODING_NONE, "PUT /a?b HTTP/1.1\r\n",
	    "Content-Length: 0\r\n", "" },
	{ "POST", APAM_ENCODING_FORM, "POST /a?b HTTP/1.1\r\n",
	    "Content-Type: application/x-www-form-urlencoded\r\n", "k=a+b%26" },
	{ "POST", APAM_ENCODING_JSON, "POST /a?b HTTP/1.1\r\n",
	    "Content-Type: application/json\r\n", "{\"k\":\"a b&\"}" },
	{ "PUT", APAM_ENCODING_JSON, "PUT /a?b HTTP/1.1\r\n",
	    "Content-Type: application/json\r\n", "{\"k\":\"a b&\"}" },
};

START_TEST(a_request_goes_out_as_it_was_built)
{
	const struct raw_answer answer = { .head = OK
		"Content-Length: 0\r\n\r\n" };
	const char *body;

	raw_start(&server, &answer, NULL);
	begin(sendings[_i].method, "http://127.0.0.1", sendings[_i].encoding);
	fields_add_header(&x.headers, APAM_STR("X-A"), APAM_STR("b"));
	if (sendings[_i].encoding != APAM_ENCODING_NONE)
		exchange_add(&x, APAM_STR("k"), APAM_STR("a b&"));
	ck_assert_msg(perform(5000) == APAM_OK, "%s", err.text);
	raw_stop(&server);
	ck_assert_msg(strncmp(server.request, sendings[_i].sent,
			  strlen(sendings[_i].sent)) == 0,
	    "%s", server.request);
	ck_assert_ptr_nonnull(strstr(server.request, "\r\nX-A: b\r\n"));
	ck_assert_ptr_nonnull(
	    strstr(server.request, "\r\nAccept: application/json\r\n"));
	ck_assert_ptr_nonnull(strstr(server.request, "User-Agent: apam/"));
	ck_assert_ptr_null(strstr(server.request, "Expect"));
	ck_assert_ptr_null(strstr(server.request, "Authorization"));
	ck_assert_ptr_null(strstr(server.request, "Cookie"));
	ck_assert((strstr(server.request, "Content-Type") == NULL) ==
	    (sendings[_i].encoding == APAM_ENCODING_NONE));
	if (sendings[_i].type != NULL)
		ck_assert_ptr_nonnull(
		    strstr(server.request, sendings[_i].type));
	body = strstr(server.request, "\r\n\r\n");
	ck_assert_ptr_nonnull(body);
	ck_assert_str_eq(body + 4, sendings[_i].body);
}
END_TEST

#define BYTES "\0\0\0\0\5\n\3abc\xff\0"

/* gRPC's frames begin with a NUL. */
START_TEST(bodies_may_be_any_bytes)
{
	const struct apam_str bytes = { BYTES, sizeof(BYTES) - 1 };
	static const char head[] = OK "Content-Length: 12\r\n\r\n" BYTES;
	const struct raw_answer answer = { .head = head,
		.head_size = sizeof(head) - 1 };

	raw_start(&server, &answer, NULL);
	begin("PUT", "http://127.0.0.1", APAM_ENCODING_RAW);
	exchange_body(&x, APAM_STR("application/x-bytes"), bytes);
	ck_assert_msg(perform(5000) == APAM_OK, "%s", err.text);
	raw_stop(&server);
	ck_assert(str_equal(r.pub.body, bytes));
	ck_assert_ptr_nonnull(
	    strstr(server.request, "Content-Type: application/x-bytes\r\n"));
	ck_assert_uint_ge(server.request_size, bytes.n);
	ck_assert_int_eq(memcmp(server.request + server.request_size - bytes.n,
			     bytes.p, bytes.n),
	    0);
}
END_TEST

/* RFC 9110, 6.5: they come after the body, and are seen with the headers. */
START_TEST(trailers_are_seen)
{
	const struct raw_answer answer = { .head = OK
		"Transfer-Encoding: chunked\r\nA: 1\r\nB: 2\r\n\r\n"
		"2\r\nab\r\n0\r\nC: 3\r\na: 4\r\n\r\n" };
	static const char *const want[] = { "Transfer-Encoding", "A", "B", "C",
		"a" };

	ck_assert_msg(get(&answer, 5000) == APAM_OK, "%s", err.text);
	ck_assert_uint_eq(r.pub.header_count, ROWS(want));
	for (size_t i = 0; i < ROWS(want); i++)
		ck_assert_str_eq(r.pub.headers[i].name.p, want[i]);
	ck_assert_str_eq(r.pub.headers[4].value.p, "4");
}
END_TEST

/* ---- By a Unix socket --------------------------------------------------- */

static struct project socket_project;

static const struct apam_option socket_option = { .name = "socket",
	.type = APAM_OPT_PATH };

/* Send a GET to this socket, as its option would allow. */
static enum apam_status
get_by_socket(const char *path, const char *url)
{
	const struct apam_value value = { .set = true, .str = apam_str(path) };
	const struct reach reach = { .options = { &socket_option,
					 sizeof(socket_option), 1 },
		.values = &value };

	policy.user = true;
	exchange_begin(&x, APAM_STR("GET"), apam_str(url), APAM_ENCODING_NONE);
	buf_put(&x.socket, apam_str(path));
	ck_assert_ptr_null(exchange_finish(&x, &reach));
	response_free(&r);
	return http_perform(5000);
}

START_TEST(a_socket_is_asked_in_the_host_s_place)
{
	const struct raw_answer answer = { .head = OK
		"Content-Length: 2\r\n\r\nab" };
	const char *path;

	project_make(&socket_project);
	path = project_path(&socket_project, "a.sock");
	raw_start_unix(&server, &answer, path);
	policy.proxy = "http://127.0.0.1:1";
	ck_assert_msg(get_by_socket(path, "http://h.example/a?b") == APAM_OK,
	    "%s", err.text);
	ck_assert_str_eq(r.pub.body.p, "ab");
	raw_stop(&server);
	ck_assert_msg(strncmp(server.request, "GET /a?b HTTP/1.1\r\n", 19) == 0,
	    "%s", server.request);
	ck_assert_ptr_nonnull(
	    strstr(server.request, "\r\nHost: h.example\r\n"));
	project_remove(&socket_project);
}
END_TEST

/* Longer than a socket's address can be. */
START_TEST(a_socket_s_path_may_be_long)
{
	const struct raw_answer answer = { .head = OK
		"Content-Length: 0\r\n\r\n" };
	char name[128], path[256], at[256];

	project_make(&socket_project);
	memset(name, 'd', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	project_directory(&socket_project, name);
	(void)snprintf(at, sizeof(at), "%s/a.sock", socket_project.dir);
	raw_start_unix(&server, &answer, at);
	(void)snprintf(
	    path, sizeof(path), "%s/%s/a.sock", socket_project.dir, name);
	ck_assert_int_eq(rename(at, path), 0);
	ck_assert_msg(get_by_socket(path, "http://localhost/") == APAM_OK, "%s",
	    err.text);
	project_remove(&socket_project);
}
END_TEST

START_TEST(a_socket_must_be_trusted)
{
	const struct raw_answer answer = { .head = OK "\r\n" };
	char path[128];

	project_make(&socket_project);
	project_directory(&socket_project, "d");
	(void)snprintf(path, sizeof(path), "%s/d/a.sock", socket_project.dir);
	raw_start_unix(&server, &answer, path);
	ck_assert_int_eq(chmod(project_path(&socket_project, "d"), 0777), 0);
	ck_assert_int_eq(get_by_socket(path, "http://h/"), APAM_E_TRUST);
	ck_assert_msg(strstr(err.text, "/d can be changed by others") != NULL,
	    "%s", err.text);
	raw_stop(&server);
	ck_assert_int_eq(atomic_load(&server.hits), 0);
	project_remove(&socket_project);
}
END_TEST

START_TEST(nobody_listens_on_a_socket)
{
	const struct raw_answer answer = { .head = OK "\r\n" };
	const char *path;

	project_make(&socket_project);
	path = project_path(&socket_project, "a.sock");
	raw_start_unix(&server, &answer, path);
	raw_stop(&server);
	ck_assert_int_eq(get_by_socket(path, "http://h/"), APAM_E_NETWORK);
	ck_assert_msg(strstr(err.text,
			  "/a.sock refuses connections: check whether its "
			  "server runs") != NULL,
	    "%s", err.text);
	error_clear(&err);
	ck_assert_int_eq(
	    get_by_socket(project_path(&socket_project, "b.sock"), "http://h/"),
	    APAM_E_CONFIG);
	ck_assert_msg(
	    strstr(err.text, "does not exist") != NULL, "%s", err.text);
	project_remove(&socket_project);
}
END_TEST

static int
count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	ck_assert_ptr_nonnull(dir);
	while (readdir(dir) != NULL)
		n++;
	(void)closedir(dir);
	return n;
}

/* Neither after an answer nor after none. */
START_TEST(a_socket_s_file_is_closed)
{
	const struct raw_answer answer = { .head = OK
		"Content-Length: 0\r\n\r\n" };
	const char *path;
	int before;

	project_make(&socket_project);
	path = project_path(&socket_project, "a.sock");
	raw_start_unix(&server, &answer, path);
	raw_stop(&server);
	(void)get_by_socket(path, "http://h/");
	before = count_descriptors();
	ck_assert_int_eq(get_by_socket(path, "http://h/"), APAM_E_NETWORK);
	ck_assert_int_eq(count_descriptors(), before);
	ck_assert_int_eq(unlink(path), 0);
	raw_start_unix(&server, &answer, path);
	error_clear(&err);
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(get_by_socket(path, "http://h/"), APAM_OK);
	raw_stop(&server);
	ck_assert_int_eq(count_descriptors(), before);
	project_remove(&socket_project);
}
END_TEST

/* ---- Without the environment -------------------------------------------- */

/* Neither a proxy nor a .netrc of the environment has a say. */
START_TEST(the_environment_has_no_say)
{
	const struct raw_answer answer = { .head = OK
		"Content-Length: 0\r\n\r\n" };
	struct project project;

	project_make(&project);
	project_write(&project, ".netrc",
	    "default login FAKEuser password FAKEpassword\n");
	ck_assert_int_eq(setenv("HOME", project.dir, 1), 0);
	ck_assert_int_eq(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
	ck_assert_int_eq(setenv("all_proxy", "http://127.0.0.1:1", 1), 0);
	ck_assert_msg(get(&answer, 5000) == APAM_OK, "%s", err.text);
	ck_assert_ptr_null(strstr(server.request, "Authorization"));
	project_remove(&project);
}
END_TEST

/* A server in the place of the policy's proxy. */
static void
start_proxy(void)
{
	static const struct raw_answer refusal = {
		.head = "HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n"
	};
	static char proxy[64];

	raw_start(&server, &refusal, NULL);
	(void)snprintf(
	    proxy, sizeof(proxy), "http://127.0.0.1:%u", server.port);
	policy.proxy = proxy;
}

/* Nor does it lead past the proxy that the profile names. */
START_TEST(the_environment_leads_past_no_proxy)
{
	ck_assert_int_eq(setenv("no_proxy", "*", 1), 0);
	start_proxy();
	exchange_begin(&x, APAM_STR("GET"),
	    APAM_STR("https://api.example.test/"), APAM_ENCODING_NONE);
	ck_assert_int_eq(perform(5000), APAM_E_NETWORK);
	ck_assert_msg(strncmp(server.request,
			  "CONNECT api.example.test:443 HTTP/1.1\r\n", 39) == 0,
	    "%s", server.request);
}
END_TEST

static const char *const direct[] = {
	"http://127.0.0.1",
	"http://[::1]",
	"https://127.0.0.2",
	"https://localhost",
	"https://api.localhost",
	"https://[::ffff:127.0.0.1]",
};

/* A proxy elsewhere would read what never was to leave this machine. */
START_TEST(a_proxy_sees_nothing_that_stays_here)
{
	uint16_t closed;
	char url[64];

	(void)close(raw_bind(&closed));
	start_proxy();
	(void)snprintf(url, sizeof(url), "%s:%u/", direct[_i], closed);
	exchange_begin(&x, APAM_STR("GET"), apam_str(url), APAM_ENCODING_NONE);
	ck_assert_int_eq(perform(5000), APAM_E_NETWORK);
	raw_stop(&server);
	ck_assert_msg(
	    atomic_load(&server.hits) == 0, "%s: %s", url, server.request);
}
END_TEST

/* The key of a client certificate is a secret like any other. */
START_TEST(a_client_key_must_be_private)
{
	const struct raw_answer answer = { .head = OK "\r\n" };
	struct project project;

	project_make(&project);
	policy.user = true;
	project_write(&project, "key.pem", "FAKE");
	raw_start(&server, &answer, NULL);
	begin("GET", "http://127.0.0.1", APAM_ENCODING_NONE);
	buf_put(&x.certificate, apam_str("/nowhere/certificate.pem"));
	buf_put(&x.key, apam_str(project_path(&project, "key.pem")));
	ck_assert_int_eq(perform(5000), APAM_E_TRUST);
	ck_assert_msg(
	    strstr(err.text, "others have access") != NULL, "%s", err.text);
	raw_stop(&server);
	ck_assert_int_eq(atomic_load(&server.hits), 0);
	project_remove(&project);
}
END_TEST

/* Begin a GET by TCP, or by the Unix socket at `path`. */
static void
begin_by(const char *path)
{
	const struct apam_value value = { .set = true, .str = apam_str(path) };
	const struct reach reach = { .allow_http = true,
		.options = { &socket_option, sizeof(socket_option), 1 },
		.values = &value };

	begin("GET", "http://127.0.0.1", APAM_ENCODING_NONE);
	buf_put(&x.socket, apam_str(path));
	ck_assert_ptr_null(exchange_finish(&x, &reach));
}

/* By TCP and by a socket. */
START_TEST(any_allocation_may_fail)
{
	const struct raw_answer answer = { .head = OK
		"Content-Length: 2\r\n\r\nab" };
	enum apam_status status = APAM_E_MEMORY;
	char path[128] = "";
	int n, before;

	project_make(&socket_project);
	if (_i == 0)
		raw_start(&server, &answer, NULL);
	else
		raw_start_unix(&server, &answer,
		    strcpy(path, project_path(&socket_project, "a.sock")));
	policy.user = true;
	(void)curl_api();
	before = count_descriptors();
	for (n = 0; n < 100 && status != APAM_OK; n++) {
		begin_by(path);
		response_free(&r);
		error_clear(&err);
		secmem_fail_after(n);
		status = http_perform(5000);
		secmem_fail_after(-1);
		ck_assert_msg(status == APAM_OK || status == APAM_E_MEMORY,
		    "%d: %s", n, err.text);
	}
	ck_assert_int_eq(status, APAM_OK);
	ck_assert_int_gt(n, 2);
	raw_stop(&server);
	ck_assert_int_le(count_descriptors(), before);
	project_remove(&socket_project);
}
END_TEST

/* ---- libcurl without memory ------------------------------------------- */

/* So many of libcurl's allocations succeed, and the next fails; -1: all do. */
static int curl_left = -1;

static bool
curl_fails(void)
{
	return curl_left >= 0 && curl_left-- == 0;
}

static void *
curl_malloc(size_t n)
{
	return curl_fails() ? NULL : malloc(n);
}

static void *
curl_calloc(size_t count, size_t n)
{
	return curl_fails() ? NULL : calloc(count, n);
}

static void *
curl_realloc(void *p, size_t n)
{
	return curl_fails() ? NULL : realloc(p, n);
}

static char *
curl_copy(const char *text)
{
	return curl_fails() ? NULL : strdup(text);
}

static void
setup_short(void)
{
	ck_assert_int_eq(curl_global_init_mem(CURL_GLOBAL_DEFAULT, curl_malloc,
			     free, curl_realloc, curl_copy, curl_calloc),
	    CURLE_OK);
	setup();
	project_make(&socket_project);
	policy.user = true;
}

static void
teardown_short(void)
{
	teardown();
	project_remove(&socket_project);
}

/* A request with a field, with a client's certificate, or by a socket. */
static void
begin_short(int kind)
{
	char path[128];

	exchange_free(&x);
	exchange_init(&x);
	(void)strcpy(path, project_path(&socket_project, "a.sock"));
	if (kind == 2) {
		begin_by(path);
		return;
	}
	begin("GET", "http://127.0.0.1", APAM_ENCODING_NONE);
	fields_add(&x.headers, APAM_STR("Accept"), APAM_STR("text/plain"));
	if (kind == 1) {
		buf_put(&x.certificate,
		    apam_str(project_path(&socket_project, "a.pem")));
		buf_put(
		    &x.key, apam_str(project_path(&socket_project, "a.key")));
	}
	ck_assert_ptr_null(exchange_finish(&x, &anywhere));
}

/* What cannot be set is never left out. */
START_TEST(a_request_is_set_up_whole_or_not_at_all)
{
	const struct raw_answer answer = { .head = OK "\r\n" };
	enum apam_status status = APAM_E_MEMORY;
	struct http_transfer t;
	bool failed = true;
	int n, before;

	project_write(&socket_project, "a.pem", "FAKE certificate\n");
	project_secret(&socket_project, "a.key", "FAKE key\n");
	raw_start_unix(
	    &server, &answer, project_path(&socket_project, "a.sock"));
	before = count_descriptors();
	for (n = 0; failed; n++) {
		begin_short(_i);
		response_free(&r);
		error_clear(&err);
		curl_left = n;
		status = http_begin(
		    &t, &policy, &x, clock_ms() + 5000, &r, &err);
		failed = curl_left < 0;
		curl_left = -1;
		ck_assert_msg(status == APAM_OK || status == APAM_E_MEMORY,
		    "%d: %s", n, err.text);
		if (status == APAM_OK)
			http_abandon(&t);
		ck_assert_int_eq(count_descriptors(), before);
	}
	ck_assert_int_eq(status, APAM_OK);
	ck_assert_int_gt(n, 5);
	raw_stop(&server);
	ck_assert_int_eq(atomic_load(&server.hits), 0);
}
END_TEST

static TCase *
short_case(void)
{
	TCase *tc = tcase_create("short");

	tcase_add_checked_fixture(tc, setup_short, teardown_short);
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, a_request_is_set_up_whole_or_not_at_all, 0, 3);
	return tc;
}

/* ---- TLS -------------------------------------------------------------- */

static struct project tls_project;

/* A server's side of TLS, with its certificate in the project's ca.pem. */
static SSL_CTX *
make_tls(int version_max)
{
	SSL_CTX *tls = certificate_serve_own(
	    project_path(&tls_project, "ca.pem"));

	SSL_CTX_set_security_level(tls, 0);
	ck_assert_int_eq(SSL_CTX_set_min_proto_version(tls, 0), 1);
	ck_assert_int_eq(SSL_CTX_set_max_proto_version(tls, version_max), 1);
	return tls;
}

static const struct {
	const char *name;
	const char *ca; /* in the project; NULL: the system's */
	const char *host;
	int version_max;
	enum apam_status status;
} handshakes[] = {
	{ "trusted", "ca.pem", "https://127.0.0.1", TLS1_3_VERSION, APAM_OK },
	{ "TLS 1.2", "ca.pem", "https://127.0.0.1", TLS1_2_VERSION, APAM_OK },
	{ "TLS 1.1", "ca.pem", "https://127.0.0.1", TLS1_1_VERSION,
	    APAM_E_NETWORK },
	{ "not trusted", NULL, "https://127.0.0.1", TLS1_3_VERSION,
	    APAM_E_NETWORK },
	{ "another host", "ca.pem", "https://localhost", TLS1_3_VERSION,
	    APAM_E_NETWORK },
	{ "another address", "ca.pem", "https://127.0.0.2", TLS1_3_VERSION,
	    APAM_E_NETWORK },
	{ "no CA file", "absent.pem", "https://127.0.0.1", TLS1_3_VERSION,
	    APAM_E_CONFIG },
	{ "an empty CA file", "empty.pem", "https://127.0.0.1", TLS1_3_VERSION,
	    APAM_E_CONFIG },
};

START_TEST(a_certificate_is_verified)
{
	const struct raw_answer answer = { .head = OK
		"Content-Length: 0\r\n\r\n" };
	enum apam_status status;
	char ca[128];

	project_make(&tls_project);
	project_write(&tls_project, "empty.pem", "");
	(void)signal(SIGPIPE, SIG_IGN);
	raw_start(&server, &answer, make_tls(handshakes[_i].version_max));
	if (handshakes[_i].ca != NULL) {
		(void)snprintf(ca, sizeof(ca), "%s/%s", tls_project.dir,
		    handshakes[_i].ca);
		policy.ca_file = ca;
	}
	begin("GET", handshakes[_i].host, APAM_ENCODING_NONE);
	status = perform(5000);
	ck_assert_msg(status == handshakes[_i].status, "%s: %s: %s",
	    handshakes[_i].name, apam_status_name(status), err.text);
	raw_stop(&server);
	ck_assert((server.request[0] != '\0') == (status == APAM_OK));
	project_remove(&tls_project);
}
END_TEST

/* ---- A client's certificate -------------------------------------------- */

#define PASSPHRASE "FAKE passphrase"

static const struct {
	const char *name;
	const char *locked; /* the passphrase of the key; NULL: none */
	const char *given;
	bool traditional; /* PEM before PKCS #8 */
	enum apam_status status;
	const char *text;
} client_keys[] = {
	{ "a plain key", NULL, NULL, false, APAM_OK, "" },
	{ "a plain key, a passphrase", NULL, "FAKE", false, APAM_OK, "" },
	{ "the passphrase", PASSPHRASE, PASSPHRASE, false, APAM_OK, "" },
	{ "the passphrase of an old file", PASSPHRASE, PASSPHRASE, true,
	    APAM_OK, "" },
	{ "none", PASSPHRASE, NULL, false, APAM_E_CONFIG, "is encrypted" },
	{ "none for an old file", PASSPHRASE, NULL, true, APAM_E_CONFIG,
	    "is encrypted" },
	{ "another", PASSPHRASE, "FAKE", false, APAM_E_CONFIG, "passphrase" },
};

/* Write the key of make_tls's certificate as a client would have it. */
static void
write_client_key(EVP_PKEY *key, const char *locked, bool traditional)
{
	BIO *to = BIO_new_file(project_path(&tls_project, "key.pem"), "w");
	const EVP_CIPHER *cipher = locked == NULL ? NULL : EVP_aes_256_cbc();
	const int n = locked == NULL ? 0 : (int)strlen(locked);
	char copy[] = PASSPHRASE;
	int ok;

	ck_assert_ptr_nonnull(to);
	if (traditional)
		ok = PEM_write_bio_PrivateKey_traditional(
		    to, key, cipher, (unsigned char *)copy, n, NULL, NULL);
	else
		ok = PEM_write_bio_PKCS8PrivateKey(
		    to, key, cipher, copy, n, NULL, NULL);
	ck_assert_int_eq(ok, 1);
	BIO_free(to);
	ck_assert_int_eq(chmod(tls_project.path, 0600), 0);
}

/* A server that asks for the client's certificate, which is its own. */
static SSL_CTX *
make_strict_tls(const char *locked, bool traditional)
{
	SSL_CTX *tls = make_tls(TLS1_3_VERSION);

	write_client_key(SSL_CTX_get0_privatekey(tls), locked, traditional);
	SSL_CTX_set_verify(
	    tls, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	ck_assert_int_eq(SSL_CTX_load_verify_locations(
			     tls, project_path(&tls_project, "ca.pem"), NULL),
	    1);
	return tls;
}

/* What somebody else would read from standard input is still there after. */
static void
offer_input(void)
{
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(write(ends[1], PASSPHRASE "\n", 16), 16);
	ck_assert_int_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	(void)close(ends[0]);
	(void)close(ends[1]);
	/* Without a terminal, OpenSSL takes standard input. */
	(void)setsid();
}

static void
take_input(void)
{
	char line[32] = "";

	ck_assert_int_eq(read(STDIN_FILENO, line, sizeof(line) - 1), 16);
	ck_assert_str_eq(line, PASSPHRASE "\n");
}

START_TEST(a_client_key_asks_nobody)
{
	const struct raw_answer answer = { .head = OK
		"Content-Length: 0\r\n\r\n" };
	enum apam_status status;
	char ca[128];

	project_make(&tls_project);
	(void)signal(SIGPIPE, SIG_IGN);
	policy.user = true;
	raw_start(&server, &answer,
	    make_strict_tls(
		client_keys[_i].locked, client_keys[_i].traditional));
	(void)strcpy(ca, project_path(&tls_project, "ca.pem"));
	policy.ca_file = ca;
	begin("GET", "https://127.0.0.1", APAM_ENCODING_NONE);
	buf_put(&x.certificate, apam_str(ca));
	buf_put(&x.key, apam_str(project_path(&tls_project, "key.pem")));
	buf_put(&x.passphrase, apam_str(client_keys[_i].given));
	offer_input();
	status = perform(5000);
	ck_assert_msg(status == client_keys[_i].status &&
		strstr(err.text, client_keys[_i].text) != NULL,
	    "%s: %s: %s", client_keys[_i].name, apam_status_name(status),
	    err.text);
	take_input();
	project_remove(&tls_project);
}
END_TEST

/* ---- HTTP's version ----------------------------------------------------- */

/* By HTTP/2, an answer before the body was read would be lost. */
START_TEST(an_exchange_goes_by_http_1_1)
{
	const struct raw_answer answer = {
		.head = "HTTP/1.1 401 No\r\nRetry-After: 7\r\n"
			"Content-Length: 2\r\n\r\nno"
	};
	SSL_CTX *tls;
	char ca[128];

	project_make(&tls_project);
	(void)signal(SIGPIPE, SIG_IGN);
	tls = make_tls(TLS1_3_VERSION);
	SSL_CTX_set_alpn_select_cb(tls, raw_prefer_http2, NULL);
	raw_start(&server, &answer, tls);
	(void)strcpy(ca, project_path(&tls_project, "ca.pem"));
	policy.ca_file = ca;
	begin("POST", "https://127.0.0.1", APAM_ENCODING_FORM);
	exchange_add(&x, APAM_STR("k"), APAM_STR("v"));
	ck_assert_msg(perform(5000) == APAM_OK, "%s", err.text);
	ck_assert_uint_eq(r.pub.status, 401);
	ck_assert_int_eq(r.pub.header_count, 2);
	ck_assert_str_eq(r.pub.body.p, "no");
	ck_assert_ptr_nonnull(strstr(server.request, " HTTP/1.1\r\n"));
	project_remove(&tls_project);
}
END_TEST

START_TEST(plain_text_is_no_tls)
{
	const struct raw_answer answer = { .head = OK "\r\n", .at_once = true };

	raw_start(&server, &answer, NULL);
	begin("GET", "https://127.0.0.1", APAM_ENCODING_NONE);
	ck_assert_int_eq(perform(5000), APAM_E_NETWORK);
}
END_TEST

static TCase *
pure_case(void)
{
	TCase *tc = tcase_create("pure");

	tcase_add_loop_test(tc, a_header_line_is_read, 0, ROWS(lines));
	tcase_add_test(tc, a_status_line_starts_anew);
	tcase_add_test(tc, a_list_is_made_and_freed);
	tcase_add_test(tc, time_runs_out);
	return tc;
}

int
main(void)
{
	Suite *suite = suite_create("http");
	TCase *tc = tcase_create("server");

	/* Read when a test first uses OpenSSL. */
	if (setenv("OPENSSL_CONF", "tests/vectors/tls/weak.cnf", 1) != 0)
		return 1;
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, a_server_may_say_anything, 0, ROWS(replies));
	tcase_add_test(tc, bad_headers_are_left_out);
	tcase_add_loop_test(tc, a_deadline_holds, 0, ROWS(slow));
	tcase_add_test(tc, without_time_nothing_is_sent);
	tcase_add_test(tc, nobody_listens);
	tcase_add_test(tc, http_has_to_be_allowed);
	tcase_add_loop_test(
	    tc, a_request_goes_out_as_it_was_built, 0, ROWS(sendings));
	tcase_add_test(tc, bodies_may_be_any_bytes);
	tcase_add_test(tc, trailers_are_seen);
	tcase_add_test(tc, a_socket_is_asked_in_the_host_s_place);
	tcase_add_test(tc, a_socket_s_path_may_be_long);
	tcase_add_test(tc, a_socket_must_be_trusted);
	tcase_add_test(tc, nobody_listens_on_a_socket);
	tcase_add_test(tc, a_socket_s_file_is_closed);
	tcase_add_test(tc, the_environment_has_no_say);
	tcase_add_test(tc, the_environment_leads_past_no_proxy);
	tcase_add_loop_test(
	    tc, a_proxy_sees_nothing_that_stays_here, 0, ROWS(direct));
	tcase_add_test(tc, a_client_key_must_be_private);
	tcase_add_loop_test(tc, any_allocation_may_fail, 0, 2);
	tcase_add_loop_test(tc, a_certificate_is_verified, 0, ROWS(handshakes));
	tcase_add_loop_test(tc, a_client_key_asks_nobody, 0, ROWS(client_keys));
	tcase_add_test(tc, an_exchange_goes_by_http_1_1);
	tcase_add_test(tc, plain_text_is_no_tls);
	suite_add_tcase(suite, pure_case());
	suite_add_tcase(suite, short_case());
	suite_add_tcase(suite, tc);
	/*
	 * Tests change the environment, standard input and the session, and
	 * libcurl is started once with memory that a test takes from it.
	 */
	return run_suite_apart(suite);
}
