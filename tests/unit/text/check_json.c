/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Strict JSON: what is refused and with which words, JSON pointers against the
 * document of RFC 6901, 5, types and media types.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "support/run.h"
#include "text/json.h"

#define EMPTY "the JSON is empty"
#define MALFORMED "the JSON is malformed"
#define EARLY "the JSON ends too early"
#define FOLLOWS "something follows the JSON"
#define EMBEDDED "the JSON has an embedded NUL"
#define DUPLICATE "the JSON has a duplicate name"
#define UTF8 "the JSON is not valid UTF-8"
#define LARGE "the JSON has a number that is too large"

static const struct refusal {
	struct apam_str text;
	const char *why;
} refusals[] = {
	{ { NULL, 0 }, EMPTY },
	{ { " ", 1 }, EARLY },
	{ { "null", 4 }, MALFORMED },
	{ { "1", 1 }, MALFORMED },
	{ { "\"fake-secret\"", 13 }, MALFORMED },
	{ { "<html>", 6 }, MALFORMED },
	{ { "{", 1 }, EARLY },
	{ { "[", 1 }, EARLY },
	{ { "{\"a\":1", 6 }, EARLY },
	{ { "{\"a\":\"b", 7 }, EARLY },
	{ { "{\"a\":1}", 6 }, EARLY },
	{ { "{\"a\":1,}", 8 }, MALFORMED },
	{ { "[1,]", 4 }, MALFORMED },
	{ { "{a:1}", 5 }, MALFORMED },
	{ { "{'a':1}", 7 }, MALFORMED },
	{ { "[01]", 4 }, MALFORMED },
	{ { "[+1]", 4 }, MALFORMED },
	{ { "[.5]", 4 }, MALFORMED },
	{ { "[0x10]", 6 }, MALFORMED },
	{ { "[NaN]", 5 }, MALFORMED },
	{ { "[Infinity]", 10 }, MALFORMED },
	{ { "[True]", 6 }, MALFORMED },
	{ { "[\"\\x\"]", 6 }, MALFORMED },
	{ { "[\"a\nb\"]", 7 }, MALFORMED },
	{ { "[1]/**/", 7 }, FOLLOWS },
	{ { "[1][2]", 6 }, FOLLOWS },
	{ { "{}x", 3 }, FOLLOWS },
	{ { "{}\0", 3 }, FOLLOWS },
	{ { "{\"a\":\"x\\u0000y\"}", 16 }, EMBEDDED },
	{ { "{\"a\\u0000\":1}", 13 }, EMBEDDED },
	{ { "[\"a\0b\"]", 7 }, MALFORMED },
	{ { "{\"a\":1,\"a\":2}", 13 }, DUPLICATE },
	{ { "{\"a\":1,\"\\u0061\":2}", 18 }, DUPLICATE },
	{ { "{\"b\":{\"a\":1,\"a\":1}}", 19 }, DUPLICATE },
	{ { "{\"a\":1,\"a\":99999999999999999999}", 32 }, DUPLICATE },
	{ { "[\"\xff\"]", 5 }, UTF8 },
	{ { "[\"\xc0\xaf\"]", 6 }, UTF8 },
	{ { "[\"\xed\xa0\x80\"]", 7 }, UTF8 },
	{ { "[\"\xe2\x82\"]", 6 }, UTF8 },
	{ { "\xff\xfe[\0]\0", 6 }, UTF8 },
	{ { "\xef\xbb\xbf{}", 5 }, MALFORMED },
	{ { "[\"\\ud800\"]", 10 }, MALFORMED },
	{ { "[1e400]", 7 }, LARGE },
	{ { "[-1e400]", 8 }, LARGE },
};

START_TEST(test_refusal)
{
	const struct refusal *row = &refusals[_i];
	char *copy = malloc(row->text.n + 1);
	struct json *json = (struct json *)(uintptr_t)1;
	const char *why;

	if (row->text.n > 0)
		memcpy(copy, row->text.p, row->text.n);
	why = json_new((struct apam_str){ copy, row->text.n }, &json);
	ck_assert_msg(why != NULL, "row %d: accepted: %s", _i, row->text.p);
	ck_assert_msg(strcmp(why, row->why) == 0, "row %d: %.*s: %s", _i,
	    SARG(row->text), why);
	ck_assert_ptr_null(json);
	free(copy);
}
END_TEST

/* `n` arrays in each other, with strings that only look like nesting. */
static const char *
parse_nested(size_t n)
{
	static char text[20000];
	struct json *json = NULL;
	const char *why;

	memset(text, '[', n);
	strcpy(text + n, "\"[[[\\\"[[[\",{},{\"[\":\"]\"}");
	memset(text + strlen(text), ']', n);
	why = json_new((struct apam_str){ text, 23 + 2 * n }, &json);
	json_free(&json);
	memset(text, 0, sizeof(text));
	return why;
}

START_TEST(test_depth)
{
	ck_assert_ptr_null(parse_nested(1));
	/* The object inside is one level more. */
	ck_assert_ptr_null(parse_nested(63));
	ck_assert_str_eq(
	    parse_nested(64), "the JSON is nested deeper than 64 levels");
	ck_assert_str_eq(
	    parse_nested(5000), "the JSON is nested deeper than 64 levels");
}
END_TEST

START_TEST(test_depth_of_objects)
{
	static char text[2000];
	struct json *json;

	for (int i = 0; i < 65; i++)
		strcat(text, "{\"a\":");
	ck_assert_str_eq(json_new(apam_str(text), &json),
	    "the JSON is nested deeper than 64 levels");
	/* Closed again, the depth does not add up. */
	text[0] = '\0';
	strcat(text, "[{}");
	for (int i = 0; i < 100; i++)
		strcat(text, ",[{}]");
	strcat(text, "]");
	ck_assert_ptr_null(json_new(apam_str(text), &json));
	ck_assert_int_eq(json_at(json, "").num, 101);
	json_free(&json);
}
END_TEST

/* The document of RFC 6901, 5, its members renamed to their place there. */
static const char document[] =
    "{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,"
    "\"g|h\":4,\"i\\\\j\":5,\"k\\\"l\":6,\" \":7,\"m~n\":8,"
    "\"deep\":{\"a\":[{\"b\":9}]},\"~1\":10,\"null\":null,\"yes\":true,"
    "\"no\":false,\"real\":-1.9,\"huge\":1e300,\"-huge\":-1e300,"
    "\"text\":\"\\u00e4\\ud83d\\ude00\",\"empty\":\"\",\"{}\":{},\"[]\":[],"
    "\"min\":-9223372036854775808,\"max\":9223372036854775807}";

static const struct place {
	const char *pointer;
	enum apam_json_type type;
	int64_t num;
	const char *str;
} places[] = {
	{ "", APAM_JSON_OBJECT, 24, NULL },
	{ "/foo", APAM_JSON_ARRAY, 2, NULL },
	{ "/foo/0", APAM_JSON_STRING, 0, "bar" },
	{ "/foo/1", APAM_JSON_STRING, 0, "baz" },
	{ "/", APAM_JSON_INTEGER, 0, NULL },
	{ "/a~1b", APAM_JSON_INTEGER, 1, NULL },
	{ "/c%d", APAM_JSON_INTEGER, 2, NULL },
	{ "/e^f", APAM_JSON_INTEGER, 3, NULL },
	{ "/g|h", APAM_JSON_INTEGER, 4, NULL },
	{ "/i\\j", APAM_JSON_INTEGER, 5, NULL },
	{ "/k\"l", APAM_JSON_INTEGER, 6, NULL },
	{ "/ ", APAM_JSON_INTEGER, 7, NULL },
	{ "/m~0n", APAM_JSON_INTEGER, 8, NULL },
	{ "/deep/a/0/b", APAM_JSON_INTEGER, 9, NULL },
	{ "/~01", APAM_JSON_INTEGER, 10, NULL },
	{ "/null", APAM_JSON_NULL, 0, NULL },
	{ "/yes", APAM_JSON_BOOLEAN, 1, NULL },
	{ "/no", APAM_JSON_BOOLEAN, 0, NULL },
	{ "/real", APAM_JSON_REAL, -1, NULL },
	{ "/huge", APAM_JSON_REAL, INT64_MAX, NULL },
	{ "/-huge", APAM_JSON_REAL, INT64_MIN, NULL },
	{ "/text", APAM_JSON_STRING, 0, "\xc3\xa4\xf0\x9f\x98\x80" },
	{ "/empty", APAM_JSON_STRING, 0, "" },
	{ "/{}", APAM_JSON_OBJECT, 0, NULL },
	{ "/[]", APAM_JSON_ARRAY, 0, NULL },
	{ "/min", APAM_JSON_INTEGER, INT64_MIN, NULL },
	{ "/max", APAM_JSON_INTEGER, INT64_MAX, NULL },
	/* Nothing there. */
	{ "/absent", APAM_JSON_ABSENT, 0, NULL },
	{ "/fo", APAM_JSON_ABSENT, 0, NULL },
	{ "/fooo", APAM_JSON_ABSENT, 0, NULL },
	{ "/Foo", APAM_JSON_ABSENT, 0, NULL },
	{ "/foo/2", APAM_JSON_ABSENT, 0, NULL },
	{ "/foo/-", APAM_JSON_ABSENT, 0, NULL },
	{ "/foo/-1", APAM_JSON_ABSENT, 0, NULL },
	{ "/foo/", APAM_JSON_ABSENT, 0, NULL },
	{ "/foo/0/", APAM_JSON_ABSENT, 0, NULL },
	{ "/foo/0/0", APAM_JSON_ABSENT, 0, NULL },
	{ "/foo/18446744073709551616", APAM_JSON_ABSENT, 0, NULL },
	{ "/[]/0", APAM_JSON_ABSENT, 0, NULL },
	{ "/null/x", APAM_JSON_ABSENT, 0, NULL },
	{ "/deep/a/0/b/", APAM_JSON_ABSENT, 0, NULL },
	{ "//", APAM_JSON_ABSENT, 0, NULL },
	/* Malformed pointers. */
	{ "foo", APAM_JSON_ABSENT, 0, NULL },
	{ "#/foo", APAM_JSON_ABSENT, 0, NULL },
	{ "foo/0", APAM_JSON_ABSENT, 0, NULL },
	{ "/foo/00", APAM_JSON_ABSENT, 0, NULL },
	{ "/foo/01", APAM_JSON_ABSENT, 0, NULL },
	{ "/foo/ 0", APAM_JSON_ABSENT, 0, NULL },
	{ "/foo/0x0", APAM_JSON_ABSENT, 0, NULL },
	{ "/m~n", APAM_JSON_ABSENT, 0, NULL },
	{ "/m~2n", APAM_JSON_ABSENT, 0, NULL },
	{ "/~", APAM_JSON_ABSENT, 0, NULL },
	{ "/a/b", APAM_JSON_ABSENT, 0, NULL },
};

START_TEST(test_pointer)
{
	const struct place *row = &places[_i];
	struct json *json;
	struct apam_json value;

	ck_assert_ptr_null(json_new(apam_str(document), &json));
	value = json_at(json, row->pointer);
	ck_assert_msg(value.type == (int32_t)row->type, "\"%s\": type %d",
	    row->pointer, (int)value.type);
	ck_assert_msg(value.num == row->num, "\"%s\": %lld", row->pointer,
	    (long long)value.num);
	ck_assert_msg(
	    str_equal(value.str, apam_str(row->str)), "\"%s\"", row->pointer);
	json_free(&json);
	ck_assert_ptr_null(json);
}
END_TEST

/* One integer beyond 64 bits must not cost the token beside it. */
START_TEST(test_huge_integer)
{
	struct json *json;

	ck_assert_ptr_null(
	    json_new(APAM_STR("{\"access_token\":\"fake\",\"active\":true,"
			      "\"n\":7,\"expires_in\":123456789012345678901}"),
		&json));
	ck_assert(
	    str_equal(json_at(json, "/access_token").str, APAM_STR("fake")));
	ck_assert_int_eq(json_at(json, "/active").type, APAM_JSON_BOOLEAN);
	ck_assert_int_eq(json_at(json, "/n").num, 7);
	ck_assert_int_eq(json_at(json, "/expires_in").num, INT64_MAX);
	json_free(&json);
}
END_TEST

START_TEST(test_free)
{
	struct json *json = NULL;

	json_free(NULL);
	json_free(&json);
	ck_assert_ptr_null(json_new(APAM_STR("[]"), &json));
	ck_assert_ptr_null(json_at(json, "/0").str.p);
	json_free(&json);
	json_free(&json);
	ck_assert_ptr_null(json);
}
END_TEST

/* ---- Memory ----------------------------------------------------------- */

#define DENSE_SIZE 60000

/* Texts whose values are as short as can be. */
static const struct dense {
	const char *head, *unit, *tail;
} denses[] = {
	{ "[1", ",1", "]" },
	{ "[\"\"", ",\"\"", "]" },
	{ "[{}", ",{}", "]" },
	{ "[[]", ",[]", "]" },
	{ "[{\"\":{}}", ",{\"\":{}}", "]" },
	{ "[{\"\":[0]}", ",{\"\":[0]}", "]" },
	{ "[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]",
	    ",[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]", "]" },
	{ "[\"", "\\n", "\"]" },
	{ "[1", ",18446744073709551616", "]" },
};

/* A small one too: what is needed for any text counts most there. */
START_TEST(no_text_needs_more_than_is_set_aside)
{
	static char text[DENSE_SIZE + 64];
	const struct dense *d = &denses[_i];
	struct json *json;
	const char *why;
	size_t n;

	for (size_t max = 60; max <= DENSE_SIZE; max *= 10) {
		n = (size_t)sprintf(text, "%s", d->head);
		while (n + strlen(d->unit) < max)
			n += (size_t)sprintf(text + n, "%s", d->unit);
		n += (size_t)sprintf(text + n, "%s", d->tail);
		why = json_new((struct apam_str){ text, n }, &json);
		ck_assert_msg(why == NULL, "%s: %s", d->head, why);
		json_free(&json);
	}
}
END_TEST

static const struct media {
	const char *type;
	bool json;
} medias[] = {
	{ "", false },
	{ "json", false },
	{ "text/html", false },
	{ "text/json", false },
	{ "text/plain; application/json", false },
	{ "application/jsonx", false },
	{ "application/xjson", false },
	{ "application/json-seq", false },
	{ "application/x-json", false },
	{ "application/+json", false },
	{ "/x+json", false },
	{ "application/x+jsonx", false },
	{ "application/x+json/y", false },
	{ "application /x+json", false },
	{ "application/ x+json", false },
	{ "application/json, text/html", false },
	{ "text/html, application/x+json", false },
	{ ";application/json", false },
	{ "application/json", true },
	{ "APPLICATION/Json", true },
	{ " application/json ", true },
	{ "application/json;charset=utf-8", true },
	{ "application/json ; charset=\"utf-8\"", true },
	{ "application/problem+json", true },
	{ "application/vnd.api+JSON; v=1", true },
	{ "image/a+b+json", true },
};

START_TEST(test_media_type)
{
	ck_assert_msg(
	    json_media_type(apam_str(medias[_i].type)) == medias[_i].json, "%s",
	    medias[_i].type);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("json");
	TCase *tc = tcase_create("json");

	tcase_add_loop_test(tc, test_refusal, 0, ROWS(refusals));
	tcase_add_test(tc, test_depth);
	tcase_add_test(tc, test_depth_of_objects);
	tcase_add_loop_test(tc, test_pointer, 0, ROWS(places));
	tcase_add_test(tc, test_huge_integer);
	tcase_add_test(tc, test_free);
	tcase_add_loop_test(
	    tc, no_text_needs_more_than_is_set_aside, 0, ROWS(denses));
	tcase_add_loop_test(tc, test_media_type, 0, ROWS(medias));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
