/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/url_plain.c: every byte at every place of a block, and that it
 * never says yes to a rest that url_parse refuses.
 */
#include <stdlib.h>
#include <string.h>

#include "../core/str.h"
#include "../core/url.h"
#include "run.h"
#include "vectors.h"

#define ORIGIN "https://api.example"
#define REST_MAX 96
#define RANDOM_ROWS 300000

static struct vector refused[VECTOR_ROWS_MAX], accepted[VECTOR_ROWS_MAX];

/* What the header promises to say no to. */
static bool
must_be_odd(unsigned char c)
{
	return c <= ' ' || c > 126 || strchr("%#[]\"\\<>^`{|}", c) != NULL;
}

/* Whether url_parse takes the rest, just so, after an origin. */
static bool
parses(const char *rest, size_t n)
{
	static char text[URL_MAX + sizeof(ORIGIN)];
	struct url url;

	memcpy(text, ORIGIN, sizeof(ORIGIN) - 1);
	memcpy(text + sizeof(ORIGIN) - 1, rest, n);
	return url_parse((struct apam_str){ text, sizeof(ORIGIN) - 1 + n },
		   &url) == NULL &&
	    url.text.n == sizeof(ORIGIN) - 1 + n &&
	    strcmp(url.host, "api.example") == 0 && url.port == 443;
}

/* The rest, after an origin. */
static bool
is_plain(const char *rest, size_t n)
{
	static char text[URL_MAX];

	memcpy(text, ORIGIN, sizeof(ORIGIN) - 1);
	memcpy(text + sizeof(ORIGIN) - 1, rest, n);
	return url_is_plain(text, sizeof(ORIGIN) - 1, sizeof(ORIGIN) - 1 + n);
}

static void
never_more_than_url_parse(const char *rest, size_t n)
{
	if (n == 0 || (rest[0] != '/' && rest[0] != '?'))
		return;
	if (is_plain(rest, n))
		ck_assert_msg(
		    parses(rest, n), "plain, but refused: %.*s", (int)n, rest);
}

/* One byte value at each place of rests as long as two blocks and more. */
START_TEST(every_byte_at_every_place)
{
	char rest[REST_MAX];

	for (size_t n = 2; n <= 50; n++)
		for (size_t at = 1; at < n; at++) {
			memset(rest, 'a', sizeof(rest));
			rest[0] = '/';
			rest[at] = (char)_i;
			if (must_be_odd((unsigned char)_i))
				ck_assert_msg(!is_plain(rest, n),
				    "byte %d at %zu of %zu", _i, at, n);
			never_more_than_url_parse(rest, n);
			/* What comes after it does not count. */
			rest[at] = 'a';
			rest[n] = (char)_i;
			ck_assert_msg(
			    is_plain(rest, n), "byte %d after %zu", _i, n);
		}
}
END_TEST

START_TEST(what_hosts_send_is_plain)
{
	static const char *const rests[] = { "", "/", "?", "/eyes", "/v1/a.b",
		"/incidents/agents?from=1764000000000&to=1764000000001",
		"/a_b-c/d;e/f,g/h:i@j/k+l*m?n=o/p?q&r=(s)",
		"?organization_id=1", "/0123456789012345678901234567890" };

	for (size_t i = 0; i < ROWS(rests); i++)
		ck_assert_msg(is_plain(rests[i], strlen(rests[i])),
		    "%s: not plain", rests[i]);
}
END_TEST

/* The rests of the vectors, of good and bad ones. */
static void
try_vector(struct apam_str text)
{
	size_t start = 0;

	for (int slashes = 0; start < text.n && slashes < 3; start++)
		slashes += text.p[start] == '/';
	if (start == 0 || start >= text.n)
		return;
	start--;
	never_more_than_url_parse(text.p + start, text.n - start);
}

START_TEST(vectors)
{
	int bad = vectors_read("tests/vectors/url/refused.txt", refused);
	int good = vectors_read("tests/vectors/url/accepted.txt", accepted);

	ck_assert_int_gt(bad, 10);
	ck_assert_int_gt(good, 10);
	for (int i = 0; i < bad; i++)
		try_vector(refused[i].fields[1]);
	for (int i = 0; i < good; i++)
		try_vector(accepted[i].fields[1]);
}
END_TEST

/* Random rests of mostly plain bytes, always the same ones. */
START_TEST(random_rests)
{
	uint64_t state = 88172645463325252U;
	char rest[REST_MAX];
	int plain = 0;

	for (int row = 0; row < RANDOM_ROWS; row++) {
		size_t n = 1 + row % 80;

		for (size_t i = 0; i < n; i++) {
			state ^= state << 13;
			state ^= state >> 7;
			state ^= state << 17;
			rest[i] = (char)(state % 61 == 0 ?
				(int)(state >> 32 & 0xff) :
				state % 3 == 0 ? "/?&=.%"[state % 5] :
						 'a' + (int)(state % 26));
		}
		rest[0] = row % 2 == 0 ? '/' : '?';
		plain += is_plain(rest, n);
		never_more_than_url_parse(rest, n);
	}
	/* Both answers were tried. */
	ck_assert_int_gt(plain, RANDOM_ROWS / 10);
	ck_assert_int_lt(plain, RANDOM_ROWS * 9 / 10);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("url_plain");
	TCase *tc = tcase_create("url_plain");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, every_byte_at_every_place, 0, 256);
	tcase_add_test(tc, what_hosts_send_is_plain);
	tcase_add_test(tc, vectors);
	tcase_add_test(tc, random_rests);
	return run_suite(suite);
}
