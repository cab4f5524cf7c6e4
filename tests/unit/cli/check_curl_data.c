/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/cli/lib/curl_data.c: the body that data options make.
 * tests/suite/cli/bodies.sh sets what curl makes of them beside it.
 */
#include "lib/curl_data.c"

#include <unistd.h>

#include "support/run.h"

#define MOST 4
#define S(literal)                                                             \
	{                                                                      \
		(literal), sizeof(literal) - 1                                 \
	}
#define FORM "application/x-www-form-urlencoded"
#define JSON "application/json"

static char file[] = "/tmp/check-curl-data-XXXXXX";
static char at_file[64], named_file[64];

/* "%F" is "@" and the file's name. */
static const struct {
	const char *options[2 * MOST];
	struct apam_str body;
	const char *type;
} rows[] = {
	{ { "data", "" }, S(""), FORM },
	{ { "data", "a=b" }, S("a=b"), FORM },
	{ { "data", "a", "data", "b" }, S("a&b"), FORM },
	{ { "data", "", "data", "b" }, S("&b"), FORM },
	{ { "data-ascii", "a\nb" }, S("a\nb"), FORM },
	{ { "data-raw", "@x" }, S("@x"), FORM },
	{ { "data", "%F" }, S("one twothree"), FORM },
	{ { "data-binary", "%F" }, S("one two\r\n\0three\n"), FORM },
	{ { "json", "%F" }, S("one two\r\n\0three\n"), JSON },
	{ { "json", "{\"a\":", "json", "1}" }, S("{\"a\":1}"), JSON },
	{ { "data", "a", "json", "b" }, S("ab"), JSON },
	{ { "json", "a", "data", "b" }, S("a&b"), JSON },
	{ { "data-urlencode", "a b&c" }, S("a+b%26c"), FORM },
	{ { "data-urlencode", "=a=b" }, S("a%3Db"), FORM },
	{ { "data-urlencode", "n=a b" }, S("n=a+b"), FORM },
	{ { "data-urlencode", "n=@b" }, S("n=%40b"), FORM },
	{ { "data-urlencode", "a@b=c" }, S("a@b=c"), FORM },
	{ { "data-urlencode", "\xc3\xa9-._~" }, S("%C3%A9-._~"), FORM },
	{ { "data-urlencode", "%F" }, S("one+two%0D%0A%00three%0A"), FORM },
	{ { "data-urlencode", "n%F" }, S("n=one+two%0D%0A%00three%0A"), FORM },
};

static const char *
value_of(const char *value)
{
	if (strcmp(value, "%F") == 0)
		return at_file;
	return strcmp(value, "n%F") == 0 ? named_file : value;
}

static void
setup(void)
{
	int fd = mkstemp(file);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, "one two\r\n\0three\n", 16), 16);
	ck_assert_int_eq(close(fd), 0);
	(void)snprintf(at_file, sizeof(at_file), "@%s", file);
	(void)snprintf(named_file, sizeof(named_file), "n@%s", file);
}

static void
teardown(void)
{
	ck_assert_int_eq(unlink(file), 0);
}

START_TEST(options_make_a_body)
{
	const char *const *o = rows[_i].options;
	struct curl_data data = { 0 };

	for (; o[0] != NULL; o += 2)
		ck_assert(curl_data_add(&data, o[0], value_of(o[1])));
	ck_assert_msg(
	    data.n == rows[_i].body.n, "%d: %.*s", _i, (int)data.n, data.p);
	if (data.n > 0)
		ck_assert_mem_eq(data.p, rows[_i].body.p, data.n);
	ck_assert(data.given);
	ck_assert_str_eq(curl_data_type(&data).p, rows[_i].type);
	curl_data_free(&data);
	ck_assert(!data.given && data.p == NULL);
}
END_TEST

START_TEST(a_large_body_is_whole)
{
	static char text[300000];
	struct curl_data data = { 0 };

	memset(text, 'x', sizeof(text) - 1);
	ck_assert(curl_data_add(&data, "data", text));
	ck_assert(curl_data_add(&data, "data-urlencode", text));
	ck_assert_uint_eq(data.n, 2 * (sizeof(text) - 1) + 1);
	curl_data_free(&data);
}
END_TEST

static const char *const taking[] = { "data", "data-binary", "json",
	"data-urlencode" };

START_TEST(a_file_that_is_not_there)
{
	struct curl_data data = { 0 };

	ck_assert(!curl_data_add(&data, taking[_i], "@/nonexistent/file"));
	ck_assert_int_eq(errno, ENOENT);
	curl_data_free(&data);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("curl_data");
	TCase *tc = tcase_create("curl_data");

	tcase_add_unchecked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, options_make_a_body, 0, ROWS(rows));
	tcase_add_test(tc, a_large_body_is_whole);
	tcase_add_loop_test(tc, a_file_that_is_not_there, 0, ROWS(taking));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
