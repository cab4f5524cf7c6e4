/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/http/response.c: what is collected and shown, and which bodies
 * are taken for JSON.  How strict JSON is read is in check_json.c.
 */
#include "http/response.h"

#include "base/secmem.h"
#include "support/run.h"

#define S(literal)                                                             \
	{                                                                      \
		(literal), sizeof(literal) - 1                                 \
	}

static struct response r;
static int live;

static void
setup(void)
{
	live = secmem_live();
	response_init(&r, 16);
}

static void
teardown(void)
{
	response_free(&r);
	ck_assert_int_eq(secmem_live(), live);
}

START_TEST(what_came_is_shown)
{
	fields_add(&r.headers, APAM_STR("A"), APAM_STR("b"));
	fields_add(&r.headers, APAM_STR("C"), APAM_STR("d"));
	buf_put(&r.body, APAM_STR("body"));
	ck_assert_uint_eq(r.pub.header_count, 0);
	ck_assert(response_finish(&r));
	ck_assert_uint_eq(r.pub.size, sizeof(r.pub));
	ck_assert_uint_eq(r.pub.header_count, 2);
	ck_assert_str_eq(r.pub.headers[1].value.p, "d");
	ck_assert_str_eq(r.pub.body.p, "body");
}
END_TEST

START_TEST(nothing_came)
{
	ck_assert(response_finish(&r));
	ck_assert_uint_eq(r.pub.header_count, 0);
	ck_assert_uint_eq(r.pub.body.n, 0);
}
END_TEST

START_TEST(too_much_came)
{
	buf_put(&r.body, APAM_STR("0123456789abcdefg"));
	ck_assert(!response_finish(&r));
}
END_TEST

START_TEST(a_bad_header_came)
{
	fields_add(&r.headers, APAM_STR("A"), APAM_STR("b\0c"));
	ck_assert(!response_finish(&r));
}
END_TEST

START_TEST(memory_was_short)
{
	secmem_fail_after(0);
	buf_put(&r.body, APAM_STR("body"));
	secmem_fail_after(-1);
	ck_assert(!response_finish(&r));
}
END_TEST

static const struct {
	const char *name;
	const char *type; /* NULL: no such header */
	struct apam_str body;
	const char *why; /* NULL: it is JSON; "": any reason */
} rows[] = {
	{ "JSON", "application/json", S("{\"a\":1}"), NULL },
	{ "with a charset", "application/json; charset=utf-8", S("[]"), NULL },
	{ "a suffix", "application/problem+json", S("{}"), NULL },
	{ "without case", "Application/JSON", S("{}"), NULL },
	{ "no type", NULL, S("{}"), "the content type is not JSON" },
	{ "an empty type", "", S("{}"), "the content type is not JSON" },
	{ "a page", "text/html", S("{}"), "the content type is not JSON" },
	{ "text", "text/plain", S("{}"), "the content type is not JSON" },
	{ "almost", "application/jsonx", S("{}"),
	    "the content type is not JSON" },
	{ "no body", "application/json", S(""), "the body is empty" },
	{ "half a body", "application/json", S("{\"a\":"), "" },
	{ "two bodies", "application/json", S("{}{}"), "" },
	{ "the same name twice", "application/json", S("{\"a\":1,\"a\":2}"),
	    "the JSON has a duplicate name" },
	{ "a NUL", "application/json", S("{}\0"), "" },
	{ "a page that says to be JSON", "application/json", S("<html>"), "" },
};

START_TEST(json_is_what_says_so_and_is)
{
	const struct apam_header header = { S("content-type"),
		apam_str(rows[_i].type) };
	const struct json *json, *again;
	const char *why = "unset";

	response_free(&r);
	response_view(
	    &r, 200, &header, rows[_i].type == NULL ? 0 : 1, rows[_i].body);
	json = response_json(&r, &why);
	if (rows[_i].why == NULL) {
		ck_assert_msg(json != NULL, "%s: %s", rows[_i].name, why);
		ck_assert_ptr_null(why);
	} else {
		ck_assert_msg(json == NULL, "%s: is JSON", rows[_i].name);
		ck_assert_ptr_nonnull(why);
		if (rows[_i].why[0] != '\0')
			ck_assert_str_eq(why, rows[_i].why);
	}
	/* Read once. */
	again = response_json(&r, &why);
	ck_assert_ptr_eq(again, json);
	ck_assert((why == NULL) == (rows[_i].why == NULL));
}
END_TEST

START_TEST(the_first_content_type_counts)
{
	static const struct apam_header headers[] = {
		{ S("Content-Type"), S("text/html") },
		{ S("Content-Type"), S("application/json") },
	};
	const char *why;

	response_free(&r);
	response_view(&r, 200, headers, 2, APAM_STR("{}"));
	ck_assert_ptr_null(response_json(&r, &why));
}
END_TEST

START_TEST(a_view_owns_nothing)
{
	static const struct apam_header header = { S("A"), S("b") };

	response_free(&r);
	response_view(&r, 404, &header, 1, APAM_STR("x"));
	ck_assert_uint_eq(r.pub.status, 404);
	ck_assert_ptr_eq(r.pub.headers, &header);
	ck_assert_uint_eq(r.pub.header_count, 1);
	ck_assert_uint_eq(r.pub.size, sizeof(r.pub));
	response_free(&r);
	ck_assert_str_eq(header.value.p, "b");
	response_init(&r, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("response");
	TCase *tc = tcase_create("response");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, what_came_is_shown);
	tcase_add_test(tc, nothing_came);
	tcase_add_test(tc, too_much_came);
	tcase_add_test(tc, a_bad_header_came);
	tcase_add_test(tc, memory_was_short);
	tcase_add_loop_test(tc, json_is_what_says_so_and_is, 0, ROWS(rows));
	tcase_add_test(tc, the_first_content_type_counts);
	tcase_add_test(tc, a_view_owns_nothing);
	return run_suite(suite);
}
