/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/curl/answer.c: which lines of a head are header fields, what
 * is held back and passed on, and what ends a response.
 */
#include "curl/answer.h"

#include <string.h>

#include "support/run.h"

#define BODY_MAX 8

static struct answer a;
static struct apam_transfer transfer;
static CURL *easy;
static char seen[256]; /* by the host; a '|' behind each piece */
static bool refuses;

/* What answer.c calls in place of libcurl's: the status of HTTP. */
static long http;

CURLcode __wrap_curl_easy_getinfo(CURL *handle, CURLINFO what, long *value);

CURLcode
__wrap_curl_easy_getinfo(CURL *handle, CURLINFO what, long *value)
{
	ck_assert_ptr_eq(handle, easy);
	ck_assert_int_eq(what, CURLINFO_RESPONSE_CODE);
	*value = http;
	return CURLE_OK;
}

static size_t
see(char *p, size_t one, size_t n, void *arg)
{
	const size_t used = strlen(seen);

	ck_assert_ptr_eq(arg, &transfer);
	(void)snprintf(
	    seen + used, sizeof(seen) - used, "%.*s|", (int)(one * n), p);
	return refuses ? 0 : one * n;
}

static void
setup(void)
{
	seen[0] = '\0';
	refuses = false;
	http = 401;
	transfer = (struct apam_transfer){ .write = see,
		.write_arg = &transfer,
		.header = see,
		.header_arg = &transfer };
	answer_init(&a, &transfer, easy, BODY_MAX);
}

static void
teardown(void)
{
	answer_free(&a);
}

static size_t
header(const char *line)
{
	char copy[64];

	(void)snprintf(copy, sizeof(copy), "%s", line);
	return answer_on_header(copy, 1, strlen(line), &a);
}

static size_t
body(const char *text)
{
	char copy[64];

	(void)snprintf(copy, sizeof(copy), "%s", text);
	return answer_on_body(copy, 1, strlen(text), &a);
}

/* ---- Fields ------------------------------------------------------------- */

static const struct {
	const char *line, *name, *value; /* name NULL: not a field */
} lines[] = {
	{ "A: b\r\n", "A", "b" },
	{ "A:b", "A", "b" },
	{ "A: \t b c \t\r\n", "A", "b c" },
	{ "A:\r\n", "A", "" },
	{ "A: b: c\n", "A", "b: c" },
	{ "X-Y_z.1!#$%&'*+-^`|~: v\r\n", "X-Y_z.1!#$%&'*+-^`|~", "v" },
	{ "A: \xc3\xa4\r\n", "A", "\xc3\xa4" },
	{ "\r\n", NULL, NULL },
	{ "A b\r\n", NULL, NULL },
	{ ": b\r\n", NULL, NULL },
	{ "A : b\r\n", NULL, NULL },
	{ " A: b\r\n", NULL, NULL },
	{ "A/B: c\r\n", NULL, NULL },
	{ "A\xc3\xa4: b\r\n", NULL, NULL },
	{ "A: b\001c\r\n", NULL, NULL },
	{ "A: b\tc\r\n", "A", "b\tc" },
	{ "A: b\x7f\r\n", NULL, NULL },
	{ "A: b\rc\r\n", NULL, NULL },
};

START_TEST(a_line_is_a_field_or_not)
{
	const struct apam_header *h;

	ck_assert_uint_eq(header(lines[_i].line), strlen(lines[_i].line));
	ck_assert(answer_read_headers(&a));
	ck_assert_uint_eq(a.header_count, lines[_i].name != NULL);
	if (lines[_i].name == NULL)
		return;
	h = &a.headers[0];
	ck_assert_uint_eq(h->name.n, strlen(lines[_i].name));
	ck_assert_mem_eq(h->name.p, lines[_i].name, h->name.n);
	ck_assert_uint_eq(h->value.n, strlen(lines[_i].value));
	ck_assert_mem_eq(h->value.p, lines[_i].value, h->value.n);
}
END_TEST

START_TEST(a_nul_is_not_of_a_field)
{
	static char name[] = { 'A', 0, ':', 'b', '\n' };
	static char value[] = { 'A', ':', 'b', 0, '\n' };

	ck_assert_uint_eq(
	    answer_on_header(name, 1, sizeof(name), &a), sizeof(name));
	ck_assert_uint_eq(
	    answer_on_header(value, 1, sizeof(value), &a), sizeof(value));
	ck_assert(answer_read_headers(&a));
	ck_assert_uint_eq(a.header_count, 0);
}
END_TEST

START_TEST(the_last_head_counts)
{
	(void)header("HTTP/1.1 100 Continue\r\n");
	(void)header("A: interim\r\n");
	(void)header("\r\n");
	(void)header("HTTP/1.1 401 No\r\n");
	(void)header("B: c\r\n");
	(void)header("\r\n");
	ck_assert(answer_read_headers(&a));
	ck_assert_uint_eq(a.header_count, 1);
	ck_assert_mem_eq(a.headers[0].name.p, "B", 1);
	ck_assert(answer_pass_on(&a));
	ck_assert_str_eq(seen, "HTTP/1.1 401 No\r\n|B: c\r\n|\r\n|");
}
END_TEST

START_TEST(a_trailer_is_not_another_head)
{
	(void)header("HTTP/1.1 401 No\r\n");
	(void)header("A: b\r\n");
	(void)header("\r\n");
	(void)body("abc");
	(void)header("HTTP/1.1 200: Yes\r\n");
	ck_assert(answer_read_headers(&a));
	ck_assert_uint_eq(a.header_count, 1);
	ck_assert_mem_eq(a.headers[0].name.p, "A", 1);
}
END_TEST

/* ---- Holding back ------------------------------------------------------- */

START_TEST(it_is_held_back_and_passed_on_once)
{
	(void)header("HTTP/1.1 401 No\r\n");
	ck_assert_uint_eq(body("abc"), 3);
	ck_assert_uint_eq(body("def"), 3);
	ck_assert_str_eq(seen, "");
	ck_assert_uint_eq(a.body.n, 6);
	ck_assert(answer_pass_on(&a));
	ck_assert_str_eq(seen, "HTTP/1.1 401 No\r\n|abcdef|");
	ck_assert(answer_pass_on(&a));
	ck_assert_uint_eq(body("g"), 1);
	ck_assert_str_eq(seen, "HTTP/1.1 401 No\r\n|abcdef|g|");
}
END_TEST

START_TEST(a_success_is_passed_on_as_it_comes)
{
	http = 204;
	(void)header("HTTP/1.1 204 Yes\r\n");
	ck_assert_str_eq(seen, "");
	ck_assert_uint_eq(body("abc"), 3);
	ck_assert_str_eq(seen, "HTTP/1.1 204 Yes\r\n|abc|");
	ck_assert_uint_eq(a.body.n, 0);
}
END_TEST

START_TEST(what_is_too_long_is_passed_on)
{
	ck_assert_uint_eq(body("12345678"), BODY_MAX);
	ck_assert_str_eq(seen, "");
	ck_assert_uint_eq(body("9"), 1);
	ck_assert_str_eq(seen, "12345678|9|");
	ck_assert(a.passed_on);
}
END_TEST

START_TEST(another_try_begins_with_nothing)
{
	(void)header("A: b\r\n");
	(void)body("abc");
	ck_assert(answer_read_headers(&a));
	answer_reset(&a);
	ck_assert_uint_eq(a.header_count, 0);
	ck_assert(answer_pass_on(&a));
	ck_assert_str_eq(seen, "");
}
END_TEST

/* A callback is given no more at once than libcurl would give it. */
START_TEST(pieces_are_not_too_large)
{
	static char text[CURL_MAX_WRITE_SIZE + 1];

	answer_init(&a, &transfer, easy, sizeof(text));
	memset(text, 'x', sizeof(text));
	ck_assert_uint_eq(
	    answer_on_body(text, 1, sizeof(text), &a), sizeof(text));
	transfer.write = NULL;
	ck_assert(answer_pass_on(&a));
}
END_TEST

/* ---- What ends it ------------------------------------------------------- */

START_TEST(a_host_that_takes_nothing_ends_it)
{
	refuses = true;
	(void)header("A: b\r\n");
	ck_assert(!answer_pass_on(&a));
	ck_assert_int_eq(a.status, APAM_E_USAGE);
	ck_assert_str_eq(a.why, "the program did not accept the response");
	ck_assert_uint_eq(body("x"), 0);
}
END_TEST

START_TEST(a_head_has_an_end)
{
	static char line[1024 + 1];
	size_t n = 1;

	memset(line, 'x', sizeof(line) - 1);
	for (int i = 0; i < 256; i++)
		ck_assert_uint_eq(answer_on_header(line, 1, 1024, &a), 1024);
	n = answer_on_header(line, 1, 1, &a);
	ck_assert_uint_eq(n, 0);
	ck_assert_int_eq(a.status, APAM_E_PROVIDER);
	ck_assert_str_eq(a.why, "the headers of the response are too large");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("answer");
	TCase *tc = tcase_create("answer");

	easy = curl_easy_init();
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, a_line_is_a_field_or_not, 0, ROWS(lines));
	tcase_add_test(tc, a_nul_is_not_of_a_field);
	tcase_add_test(tc, the_last_head_counts);
	tcase_add_test(tc, a_trailer_is_not_another_head);
	tcase_add_test(tc, it_is_held_back_and_passed_on_once);
	tcase_add_test(tc, a_success_is_passed_on_as_it_comes);
	tcase_add_test(tc, what_is_too_long_is_passed_on);
	tcase_add_test(tc, another_try_begins_with_nothing);
	tcase_add_test(tc, pieces_are_not_too_large);
	tcase_add_test(tc, a_host_that_takes_nothing_ends_it);
	tcase_add_test(tc, a_head_has_an_end);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
