/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/text/url_path.c: every spelling of "." and "/" that some server
 * takes for one, alone and mixed, encoded any number of times.  What else is
 * refused, and why, is in vectors/url.
 */
#include "text/url_path.h"

#include <stdio.h>

#include "base/str.h"
#include "support/run.h"
#include "text/url.h"

/* As the bytes that a server decodes. */
static const char *const dots[] = { ".", "\xc0\xae", "\xc0\x2e", "\xe0\x80\xae",
	"\xf0\x80\x80\xae", "\xef\xbc\x8e", "\xe2\x80\xa4", "\xef\xb9\x92",
	"\xe3\x80\x82", "\xef\xbd\xa1", "\xef\xbc\x85\x32\x65",
	"\xef\xbc\x85\xef\xbc\x92\xef\xbc\xa5", "%2e" };
static const char *const slashes[] = { "/", "\\", "\xc0\xaf", "\xc0\x2f",
	"\xe0\x80\xaf", "\xc1\x9c", "\xef\xbc\x8f", "\xef\xbc\xbc",
	"\xe2\x88\x95", "\xe2\x81\x84", "%2f", "%5c" };

/* Percent-encode all of `text`, so many times. */
static void
put_encoded(char *to, size_t size, const char *text, int times)
{
	char once[512] = "";

	if (times == 0) {
		(void)snprintf(to, size, "%s", text);
		return;
	}
	for (size_t i = 0; text[i] != '\0'; i++)
		(void)snprintf(once + 3 * i, sizeof(once) - 3 * i, "%%%02x",
		    (unsigned char)text[i]);
	for (int i = 1; i < times; i++) {
		char again[512] = "";

		for (size_t k = 0, n = 0; once[k] != '\0'; k++)
			n += (size_t)snprintf(again + n, sizeof(again) - n,
			    once[k] == '%' ? "%%25" : "%c", once[k]);
		(void)snprintf(once, sizeof(once), "%s", again);
	}
	(void)snprintf(to, size, "%s", once);
}

static void
is_unclear(const char *path)
{
	ck_assert_msg(url_path_unclear(apam_str(path)) != NULL, "%s", path);
}

/* Two dots of any spelling, each encoded another number of times. */
START_TEST(a_dot_is_a_dot)
{
	char one[512], other[512], path[2048];

	for (int k = 0; k < ROWS(dots); k++) {
		for (int times = 1; times <= 3; times++) {
			put_encoded(one, sizeof(one), dots[_i], times);
			put_encoded(other, sizeof(other), dots[k], 4 - times);
			(void)snprintf(
			    path, sizeof(path), "/api/%s%s/x", one, other);
			is_unclear(path);
			(void)snprintf(path, sizeof(path), "/api/%s", one);
			is_unclear(path);
			(void)snprintf(path, sizeof(path), "/api/.%s", other);
			is_unclear(path);
		}
	}
}
END_TEST

START_TEST(a_slash_is_a_slash)
{
	char one[512], path[1024];

	for (int times = 1; times <= 3; times++) {
		put_encoded(one, sizeof(one), slashes[_i], times);
		(void)snprintf(path, sizeof(path), "/api/a%sb", one);
		is_unclear(path);
		(void)snprintf(path, sizeof(path), "/api/..%sb", one);
		is_unclear(path);
	}
}
END_TEST

/* All that is one character, but what folds, is text. */
START_TEST(other_text_is_text)
{
	unsigned refused = 0;

	for (unsigned c = 0x80; c < 0x10000; c++) {
		const char bytes[] = { (char)(0xe0 | c >> 12),
			(char)(0x80 | (c >> 6 & 63)), (char)(0x80 | (c & 63)),
			'\0' };
		const char two[] = { (char)(0xc0 | c >> 6),
			(char)(0x80 | (c & 63)), '\0' };
		char encoded[64], path[96];

		if (c >= 0xd800 && c < 0xe000)
			continue;
		put_encoded(
		    encoded, sizeof(encoded), c < 0x800 ? two : bytes, 1);
		(void)snprintf(path, sizeof(path), "/api/a%sb", encoded);
		refused += url_path_unclear(apam_str(path)) != NULL;
	}
	/* 11 slashes and backslashes in the table, 2 in full width. */
	ck_assert_uint_eq(refused, 13);
}
END_TEST

/* The longest path there is, with as much to do in it as can be. */
START_TEST(the_longest_path_ends)
{
	static char path[URL_MAX];
	size_t n = 1;

	path[0] = '/';
	while (n + 9 < sizeof(path)) {
		memcpy(path + n, "%ef%bc%85", 9);
		n += 9;
	}
	ck_assert_ptr_null(url_path_unclear((struct apam_str){ path, n }));
	memset(path + 1, 'a', sizeof(path) - 1);
	ck_assert_ptr_null(
	    url_path_unclear((struct apam_str){ path, sizeof(path) }));
}
END_TEST

static const struct {
	const char *origin, *path;
	bool below;
} paths[] = {
	{ "/api", "/api", true },
	{ "/api", "/api/x", true },
	{ "/api", "/apix", false },
	{ "/api/", "/api/x", true },
	{ "/api/", "/api", false },
	{ "/api", "/", false },
};

START_TEST(below_is_by_segments)
{
	ck_assert(url_path_below(apam_str(paths[_i].origin),
		      apam_str(paths[_i].path)) == paths[_i].below);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("url_path");
	TCase *tc = tcase_create("all");

	tcase_add_loop_test(tc, a_dot_is_a_dot, 0, ROWS(dots));
	tcase_add_loop_test(tc, a_slash_is_a_slash, 0, ROWS(slashes));
	tcase_add_test(tc, other_text_is_text);
	tcase_add_test(tc, the_longest_path_ends);
	tcase_add_loop_test(tc, below_is_by_segments, 0, ROWS(paths));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
