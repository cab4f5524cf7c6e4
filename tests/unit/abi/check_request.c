/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/abi/request.c: what modules are shown, which origin is nearest,
 * and parameters that are added and taken back.  What is refused, through the
 * public API, is in check_sign.c.
 */
#include "abi/request.h"

#include "base/error.h"
#include "base/secmem.h"
#include "base/str.h"
#include "support/run.h"

#define ORIGINS_MAX 3

static struct url origins[ORIGINS_MAX];
static struct profile profile;
static struct request r;
static struct apam_signing out;
static struct apam_error err = APAM_ERROR_INIT;
static int live;

static void
setup(void)
{
	live = secmem_live();
	memset(&r, 0, sizeof(r));
	signing_init(&out);
	error_clear(&err);
	profile = (struct profile){ .origins = origins };
}

static void
teardown(void)
{
	secmem_fail_after(-1);
	signing_free(&out);
	request_free(&r);
	ck_assert_int_eq(secmem_live(), live);
}

static void
bind_to(const char *origin)
{
	ck_assert_ptr_null(
	    url_parse(apam_str(origin), &origins[profile.origin_count]));
	profile.origin_count++;
}

static enum apam_status
init(const char *url)
{
	struct apam_request from = APAM_REQUEST("GET", url);
	enum apam_status status;

	request_free(&r);
	status = request_init(&r, &from, &profile, &err);
	if (status != APAM_OK)
		return status;
	/* Views of the request's own, not of what was given. */
	ck_assert_int_eq(r.view.body->kind, APAM_BODY_NONE);
	r.view.body = NULL;
	return APAM_OK;
}

static void
shows(const char *url, const char *path, const char *params)
{
	ck_assert_msg(
	    str_equal(r.view.url, apam_str(url)), "%.*s", SARG(r.view.url));
	ck_assert_msg(
	    str_equal(r.view.path, apam_str(path)), "%.*s", SARG(r.view.path));
	ck_assert_msg(str_equal(r.view.query, apam_str(params)), "%.*s",
	    SARG(r.view.query));
}

static const struct {
	const char *given, *url, *scheme, *host, *path, *query;
	unsigned port;
	bool cut;
} views[] = {
	{ "https://h/", "https://h/", "https", "h", "/", "", 443, false },
	{ "https://h", "https://h", "https", "h", "/", "", 443, false },
	{ "https://H:443/A?b=C#d", "https://H:443/A?b=C", "https", "h", "/A",
	    "b=C", 443, true },
	{ "https://h/%41//b/?", "https://h/%41//b/?", "https", "h", "/%41//b/",
	    "", 443, false },
	{ "https://h/?a?b", "https://h/?a?b", "https", "h", "/", "a?b", 443,
	    false },
	{ "https://h/#", "https://h/", "https", "h", "/", "", 443, true },
};

START_TEST(a_request_is_shown_as_it_will_be_sent)
{
	bind_to("https://h");
	ck_assert_msg(init(views[_i].given) == APAM_OK, "%s", err.text);
	shows(views[_i].url, views[_i].path, views[_i].query);
	ck_assert(str_equal(r.view.scheme, apam_str(views[_i].scheme)));
	ck_assert_str_eq(r.view.host.p, views[_i].host);
	ck_assert_uint_eq(r.view.port, views[_i].port);
	ck_assert(str_equal(r.view.method, APAM_STR("GET")));
	ck_assert_uint_eq(r.view.size, sizeof(r.view));
	ck_assert_int_gt(r.view.now_ms, 1600000000000);
	ck_assert(r.cut == views[_i].cut);
}
END_TEST

/* ---- Origins ---------------------------------------------------------- */

static const struct {
	const char *origins[ORIGINS_MAX];
	const char *url;
	const char *why; /* NULL: inside; "": any text */
	size_t depth;
} nearest[] = {
	{ { NULL }, "https://h/", "the profile has no origin", 0 },
	{ { "https://h" }, "https://h/a", NULL, 1 },
	{ { "https://h" }, "https://g/a", "the host differs", 0 },
	{ { "https://h" }, "https://h:8443/a", "the port differs", 0 },
	{ { "https://g", "https://h" }, "https://h/a", NULL, 1 },
	{ { "https://h", "https://g" }, "https://h/a", NULL, 1 },
	{ { "https://h", "https://h/a/b", "https://h/a" }, "https://h/a/b/c",
	    NULL, 4 },
	{ { "https://h/a/b", "https://h/a" }, "https://h/a/c", NULL, 2 },
	{ { "https://h/a", "https://h/b" }, "https://h/c", "", 0 },
};

START_TEST(the_nearest_origin_counts)
{
	struct url url;
	size_t depth = 99;
	const char *why;

	for (int i = 0; i < ORIGINS_MAX; i++)
		if (nearest[_i].origins[i] != NULL)
			bind_to(nearest[_i].origins[i]);
	ck_assert_ptr_null(url_parse(apam_str(nearest[_i].url), &url));
	why = request_outside(&profile, &url, &depth);
	ck_assert_msg((why == NULL) == (nearest[_i].why == NULL), "row %d: %s",
	    _i, why == NULL ? "inside" : why);
	if (why != NULL && nearest[_i].why[0] != '\0')
		ck_assert_str_eq(why, nearest[_i].why);
	ck_assert_uint_eq(depth, nearest[_i].depth);
}
END_TEST

START_TEST(http_is_bound_to_loopback)
{
	bind_to("http://127.0.0.1:8080");
	ck_assert_int_eq(init("http://127.0.0.1:8080/"), APAM_E_ORIGIN);
	profile.allow_http = true;
	error_clear(&err);
	ck_assert_int_eq(init("http://127.0.0.1:8080/"), APAM_OK);
	ck_assert(str_equal(r.view.scheme, APAM_STR("http")));
	ck_assert_int_eq(init("https://127.0.0.1:8080/"), APAM_E_ORIGIN);
}
END_TEST

/* ---- Parameters ------------------------------------------------------- */

static void
add(const char *name, const char *value)
{
	size_t first = out.query.count;

	fields_add(&out.query, apam_str(name), apam_str(value));
	ck_assert_msg(request_add_query(&r, &out, first, &err) == APAM_OK, "%s",
	    err.text);
}

START_TEST(parameters_are_added_and_taken_back)
{
	size_t before;

	bind_to("https://h");
	ck_assert_int_eq(init("https://h/a#b"), APAM_OK);
	add("c", "d");
	shows("https://h/a?c=d", "/a", "c=d");
	before = r.view.url.n;
	add("e", "");
	add("f", "g%20h");
	shows("https://h/a?c=d&e=&f=g%20h", "/a", "c=d&e=&f=g%20h");
	request_rewind(&r, before);
	shows("https://h/a?c=d", "/a", "c=d");
	request_rewind(&r, strlen("https://h/a"));
	shows("https://h/a", "/a", "");
	request_rewind(&r, strlen("https://h/a"));
	shows("https://h/a", "/a", "");
	/* Nothing new: nothing is added. */
	ck_assert_int_eq(
	    request_add_query(&r, &out, out.query.count, &err), APAM_OK);
	shows("https://h/a", "/a", "");
}
END_TEST

START_TEST(several_are_added_at_once)
{
	bind_to("https://h");
	ck_assert_int_eq(init("https://h/a?b"), APAM_OK);
	fields_add(&out.query, APAM_STR("not"), APAM_STR("this"));
	fields_add(&out.query, APAM_STR("c"), APAM_STR("d"));
	fields_add(&out.query, APAM_STR("e"), APAM_STR("f"));
	ck_assert_int_eq(request_add_query(&r, &out, 1, &err), APAM_OK);
	shows("https://h/a?b&c=d&e=f", "/a", "b&c=d&e=f");
}
END_TEST

/* All or nothing, and the request is as it was. */
START_TEST(what_does_not_fit_changes_nothing)
{
	static char url[URL_MAX + 1];

	memset(url, 'a', URL_MAX - 5);
	memcpy(url, "https://h/", 10);
	bind_to("https://h");
	ck_assert_int_eq(init(url), APAM_OK);
	fields_add(&out.query, APAM_STR("c"), APAM_STR(""));
	fields_add(&out.query, APAM_STR("d"), APAM_STR(""));
	ck_assert_int_eq(request_add_query(&r, &out, 0, &err), APAM_E_URL);
	ck_assert(str_equal(r.view.url, apam_str(url)));
	ck_assert_uint_eq(r.view.path.n, URL_MAX - 5 - 9);
	ck_assert(!r.url.failed);
	ck_assert_int_eq(request_add_query(&r, &out, 1, NULL), APAM_OK);
	ck_assert_uint_eq(r.view.url.n, URL_MAX - 5 + 3);
}
END_TEST

START_TEST(what_the_request_has_is_kept_or_refused)
{
	bind_to("https://h");
	ck_assert_int_eq(init("https://h/a?%63=1"), APAM_OK);
	fields_add(&out.query, APAM_STR("c"), APAM_STR("2"));
	fields_add(&out.query, APAM_STR("d"), APAM_STR("3"));
	ck_assert_int_eq(request_add_query(&r, &out, 0, &err), APAM_E_POLICY);
	ck_assert_str_eq(err.text,
	    "the URL has a parameter c, which the scheme adds: leave it out");
	shows("https://h/a?%63=1", "/a", "%63=1");
	out.query_defaults = 1;
	ck_assert_int_eq(request_add_query(&r, &out, 0, &err), APAM_OK);
	shows("https://h/a?%63=1&d=3", "/a", "%63=1&d=3");
}
END_TEST

/* Those of the connection are not seen; those of earlier entries are. */
START_TEST(all_headers_that_will_be_sent_are_shown)
{
	static const struct apam_header own[] = { { { "Host", 4 }, { "h", 1 } },
		{ { "X-A", 3 }, { "1", 1 } }, { { "X-B", 3 }, { "2", 1 } } };
	struct apam_request from = APAM_REQUEST("GET", "https://h/");

	bind_to("https://h");
	from.headers = own + 1;
	from.header_count = 2;
	ck_assert_int_eq(request_init(&r, &from, &profile, &err), APAM_OK);
	ck_assert_int_eq(request_show_headers(&r, &err), APAM_OK);
	ck_assert_ptr_eq(r.view.headers, own + 1);
	request_free(&r);
	from.headers = own;
	from.header_count = 3;
	ck_assert_int_eq(request_init(&r, &from, &profile, &err), APAM_OK);
	fields_add(&out.headers, APAM_STR("x-b"), APAM_STR("3"));
	r.earlier = &out.headers;
	ck_assert_int_eq(request_show_headers(&r, &err), APAM_OK);
	ck_assert_uint_eq(r.view.header_count, 2);
	ck_assert_str_eq(r.view.headers[0].name.p, "X-A");
	ck_assert_str_eq(r.view.headers[1].value.p, "3");
}
END_TEST

/* A URL of usual length needs none. */
START_TEST(memory_may_be_short)
{
	static char value[REQUEST_ROOM];

	bind_to("https://h");
	memset(value, 'v', sizeof(value));
	fields_add(&out.query, APAM_STR("b"), APAM_STR("c"));
	secmem_fail_after(0);
	ck_assert_int_eq(init("https://h/a"), APAM_OK);
	ck_assert_int_eq(request_add_query(&r, &out, 0, &err), APAM_OK);
	shows("https://h/a?b=c", "/a", "b=c");
	secmem_fail_after(-1);
	fields_add(&out.query, APAM_STR("d"),
	    (struct apam_str){ value, sizeof(value) });
	secmem_fail_after(0);
	ck_assert_int_eq(request_add_query(&r, &out, 1, &err), APAM_E_MEMORY);
	ck_assert_str_eq(err.text, "out of memory");
	shows("https://h/a", "/a", "");
	secmem_fail_after(-1);
}
END_TEST

/* What request_init says of the same URL. */
static const struct {
	const char *origin, *url;
} plain[] = {
	{ "https://h", "https://h/a/b?c=d" },
	{ "https://h", "https://h?" },
	{ "https://h", "https://h/?" },
	{ "https://h/", "https://h?c" },
	{ "http://127.0.0.1:81", "http://127.0.0.1:81/a" },
	{ "https://[::1]:8443", "https://[::1]:8443/?c=?" },
};

static void
are_same(const struct apam_request_view *a, const struct apam_request_view *b)
{
	ck_assert(str_equal(a->method, b->method));
	ck_assert(str_equal(a->url, b->url));
	ck_assert(str_equal(a->scheme, b->scheme));
	ck_assert(str_equal(a->host, b->host));
	ck_assert(str_equal(a->path, b->path));
	ck_assert(str_equal(a->query, b->query));
	ck_assert_uint_eq(a->port, b->port);
}

START_TEST(a_plain_one_is_shown_in_the_same_way)
{
	static const struct apam_body body = { .size = sizeof(body),
		.kind = APAM_BODY_BYTES,
		.bytes = { "x", 1 } };
	struct apam_request from = APAM_REQUEST("PUT", plain[_i].url);
	struct request other;

	from.body = &body;
	bind_to(plain[_i].origin);
	profile.allow_http = true;
	ck_assert_int_eq(request_init(&r, &from, &profile, &err), APAM_OK);
	request_init_plain(&other, &from, &profile.origins[0]);
	are_same(&other.view, &r.view);
	ck_assert(request_url_is_given(&other));
	ck_assert(str_equal(other.view.body->bytes, body.bytes));
	fields_add(&out.query, APAM_STR("e"), APAM_STR("f"));
	ck_assert_int_eq(request_add_query(&r, &out, 0, &err), APAM_OK);
	ck_assert_int_eq(request_add_query(&other, &out, 0, &err), APAM_OK);
	are_same(&other.view, &r.view);
	ck_assert(!request_url_is_given(&other));
	request_free(&other);
}
END_TEST

/* And all but its URL is checked just the same. */
START_TEST(one_at_an_origin_is_checked)
{
	static char url[URL_MAX + 16];
	static const struct apam_header bad = { { "a b", 3 }, { "1", 1 } };
	struct apam_request from = APAM_REQUEST("PUT", plain[_i].url);
	struct request other;

	bind_to(plain[_i].origin);
	profile.allow_http = true;
	ck_assert_int_eq(request_init(&r, &from, &profile, &err), APAM_OK);
	ck_assert_int_eq(
	    request_init_at(&other, &from, &profile.origins[0], &err), APAM_OK);
	are_same(&other.view, &r.view);
	ck_assert(request_url_is_given(&other));
	/* The origin may go before the request does. */
	ck_assert_ptr_eq(other.view.host.p, other.host);
	request_free(&other);

	from.headers = &bad;
	from.header_count = 1;
	ck_assert_int_eq(
	    request_init_at(&other, &from, &profile.origins[0], &err),
	    APAM_E_HEADER);
	request_free(&other);
	from.header_count = 0;
	memset(url, 'a', sizeof(url) - 1);
	memcpy(url, plain[_i].url, strlen(plain[_i].url));
	from.url = url;
	error_clear(&err);
	ck_assert_int_eq(
	    request_init_at(&other, &from, &profile.origins[0], &err),
	    APAM_E_URL);
	request_free(&other);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("request");
	TCase *tc = tcase_create("request");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(
	    tc, a_request_is_shown_as_it_will_be_sent, 0, ROWS(views));
	tcase_add_loop_test(tc, the_nearest_origin_counts, 0, ROWS(nearest));
	tcase_add_test(tc, http_is_bound_to_loopback);
	tcase_add_test(tc, parameters_are_added_and_taken_back);
	tcase_add_test(tc, several_are_added_at_once);
	tcase_add_test(tc, what_does_not_fit_changes_nothing);
	tcase_add_test(tc, what_the_request_has_is_kept_or_refused);
	tcase_add_test(tc, all_headers_that_will_be_sent_are_shown);
	tcase_add_test(tc, memory_may_be_short);
	tcase_add_loop_test(
	    tc, a_plain_one_is_shown_in_the_same_way, 0, ROWS(plain));
	tcase_add_loop_test(tc, one_at_an_origin_is_checked, 0, ROWS(plain));
	return run_suite(suite);
}
