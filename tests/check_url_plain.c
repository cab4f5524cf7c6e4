/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/url_plain.c: every byte at every place of a block, that it
 * never says yes to a rest that url_parse refuses, and that it reads no page
 * that the URL is not in.  The portable way is tried beside the quick one.
 */
#define _DEFAULT_SOURCE
#include <sys/mman.h>
#include <unistd.h>

#include <stdlib.h>
#include <string.h>

#include "../core/str.h"
#include "../core/url.h"
#include "run.h"
#include "vectors.h"

#undef __SSE2__
#define url_is_plain portable_url_is_plain
bool portable_url_is_plain(const char *url, size_t from);
#include "../core/url_plain.c"
#undef url_is_plain

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
	static _Alignas(16) char block[16 + URL_MAX];
	static size_t shift;
	char *text = block + shift++ % 16;
	bool plain;

	memcpy(text, ORIGIN, sizeof(ORIGIN) - 1);
	memcpy(text + sizeof(ORIGIN) - 1, rest, n);
	text[sizeof(ORIGIN) - 1 + n] = '\0';
	plain = url_is_plain(text, sizeof(ORIGIN) - 1);
	ck_assert_msg(portable_url_is_plain(text, sizeof(ORIGIN) - 1) == plain,
	    "the ways differ: %.*s", (int)n, rest);
	return plain;
}

static void
never_more_than_url_parse(const char *rest, size_t n)
{
	if (n == 0 || (rest[0] != '/' && rest[0] != '?') ||
	    memchr(rest, '\0', n) != NULL)
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
			if (_i == 0)
				continue;
			if (must_be_odd((unsigned char)_i))
				ck_assert_msg(!is_plain(rest, n),
				    "byte %d at %zu of %zu", _i, at, n);
			never_more_than_url_parse(rest, n);
		}
}
END_TEST

/* What stands beside a URL does not count. */
START_TEST(every_byte_before_and_after)
{
	_Alignas(16) char block[80];

	for (size_t at = 1; at < 17; at++)
		for (size_t n = 0; n < 40; n++) {
			memset(block, _i, sizeof(block));
			memset(block + at, 'a', n);
			block[at + n] = '\0';
			ck_assert_msg(url_is_plain(block + at, 0),
			    "byte %d beside %zu at %zu", _i, n, at);
			ck_assert(url_is_plain(block + at, n));
			ck_assert(portable_url_is_plain(block + at, 0));
		}
}
END_TEST

/* Three pages of which only the middle one can be read. */
static char *
lone_page(size_t size)
{
	char *p = mmap(
	    NULL, 3 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(p, MAP_FAILED);
	ck_assert_int_eq(mprotect(p + size, size, PROT_READ | PROT_WRITE), 0);
	return p + size;
}

START_TEST(a_url_at_the_edge_of_a_page)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	char *page = lone_page(size);

	for (size_t n = 0; n < 50; n++) {
		char *last = page + size - n - 1;

		memset(page, 'a', size);
		page[n] = '\0';
		page[size - 1] = '\0';
		for (size_t from = 0; from <= n; from++) {
			ck_assert(url_is_plain(page, from));
			ck_assert(url_is_plain(last, from));
		}
		if (n == 0)
			continue;
		page[n - 1] = ' ';
		page[size - 2] = ' ';
		for (size_t from = 0; from < n; from++) {
			ck_assert(!url_is_plain(page, from));
			ck_assert(!url_is_plain(last, from));
		}
	}
	ck_assert_int_eq(munmap(page - size, 3 * size), 0);
}
END_TEST

/* A longer one is url_parse's to refuse. */
START_TEST(the_longest_url)
{
	static _Alignas(16) char block[URL_MAX + 64];

	for (size_t at = 0; at < 16; at++)
		for (size_t n = URL_MAX - 20; n < URL_MAX + 20; n++) {
			memset(block, 'a', sizeof(block));
			block[at + n] = '\0';
			ck_assert_msg(
			    url_is_plain(block + at, at) == (n < URL_MAX),
			    "%zu bytes at %zu", n, at);
			ck_assert(portable_url_is_plain(block + at, at) ==
			    (n < URL_MAX));
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
	tcase_add_loop_test(tc, every_byte_before_and_after, 0, 256);
	tcase_add_test(tc, a_url_at_the_edge_of_a_page);
	tcase_add_test(tc, the_longest_url);
	tcase_add_test(tc, what_hosts_send_is_plain);
	tcase_add_test(tc, vectors);
	tcase_add_test(tc, random_rests);
	return run_suite(suite);
}
