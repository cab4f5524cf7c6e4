/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/slot/url_plain.c: every byte at every place of a block, that it
 * never says yes to what url_parse refuses, that the start counts to its last
 * byte, and that it reads no page that the URL is not in.  Whatever is tried is
 * tried both ways.
 */
#define _DEFAULT_SOURCE
#include "slot/url_plain.h"

#include <sys/mman.h>
#include <unistd.h>

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "support/run.h"
#include "support/vectors.h"
#include "text/url.h"

#define ORIGIN "https://api.example"
#define REST_MAX 80
#define RANDOM_ROWS 300000

static struct vector refused[VECTOR_ROWS_MAX], accepted[VECTOR_ROWS_MAX];
/* None on a stack: GCC's ASan (before 14) misaligns what is aligned so far. */
static struct url_start origin, none, other;

static void
set_starts(void)
{
	url_start_set(&origin, ORIGIN, sizeof(ORIGIN) - 1);
	url_start_set(&none, "", 0);
}

/* What the two ways agree on. */
static bool
looks_plain(const char *url, const struct url_start *start)
{
	bool narrow = url_is_plain_narrow(url, start);

	ck_assert_msg(url_is_plain(url, start) == narrow,
	    "narrow says %d, wide not: %s", narrow, url);
	return narrow;
}

/*
 * What the header promises to say no to, and nothing else, before so many
 * bytes, all 'a'.
 */
static bool
must_be_odd(unsigned char c, size_t before)
{
	if (c == '%')
		return before < 2;
	return c <= ' ' || c > 126 || strchr("#[]\"\\<>^`{|}", c) != NULL;
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

/* The rest, after an origin, at each place of a block in turn. */
static bool
is_plain(const char *rest, size_t n)
{
	static _Alignas(URL_BLOCK) char block[URL_BLOCK + URL_MAX];
	static size_t shift;
	char *text = block + shift++ % URL_BLOCK;

	memcpy(text, ORIGIN, sizeof(ORIGIN) - 1);
	memcpy(text + sizeof(ORIGIN) - 1, rest, n);
	text[sizeof(ORIGIN) - 1 + n] = '\0';
	return looks_plain(text, &origin);
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
static void
at_every_place(int byte)
{
	char rest[REST_MAX];

	for (size_t n = 2; n <= REST_MAX; n++)
		for (size_t at = 1; at < n; at++) {
			memset(rest, 'a', sizeof(rest));
			rest[0] = '/';
			rest[at] = (char)byte;
			ck_assert_msg(is_plain(rest, n) !=
				must_be_odd((unsigned char)byte, n - at - 1),
			    "byte %d at %zu of %zu", byte, at, n);
			never_more_than_url_parse(rest, n);
		}
}

/* But the NUL, which ends it. */
START_TEST(every_byte_at_every_place)
{
	for (int byte = 1; byte < 256; byte++)
		at_every_place(byte);
}
END_TEST

/* A URL with one byte value on both sides of it, at each place of a block. */
static void
beside(int byte)
{
	_Alignas(URL_BLOCK) char block[4 * URL_BLOCK];

	for (size_t at = 1; at <= URL_BLOCK; at++)
		for (size_t n = 1; n < 2 * URL_BLOCK; n++) {
			memset(block, byte, sizeof(block));
			memset(block + at, 'a', n);
			block[at] = '?';
			block[at + n] = '\0';
			ck_assert_msg(looks_plain(block + at, &none),
			    "byte %d beside %zu at %zu", byte, n, at);
		}
}

/* What stands beside a URL does not count. */
START_TEST(every_byte_before_and_after)
{
	for (int byte = 0; byte < 256; byte++)
		beside(byte);
}
END_TEST

/* Only '/' and '?' go on after an origin: api.example.evil is another host. */
START_TEST(every_byte_after_the_start)
{
	char rest[] = "x", longer[] = "xevil/path";

	for (int byte = 0; byte < 256; byte++) {
		bool goes_on = byte == '/' || byte == '?';

		rest[0] = longer[0] = (char)byte;
		ck_assert_msg(
		    is_plain(rest, byte != 0) == goes_on, "byte %d", byte);
		ck_assert_msg(
		    is_plain(longer, byte == 0 ? 0 : sizeof(longer) - 1) ==
			goes_on,
		    "byte %d", byte);
	}
}
END_TEST

/* Starts of each length at each place of a block, and each byte another. */
START_TEST(the_start_counts_to_its_last_byte)
{
	_Alignas(URL_BLOCK) char block[URL_BLOCK + URL_START_MAX + 8];
	char text[URL_START_MAX];
	char *url = block + _i;

	memset(text, 'o', sizeof(text));
	for (size_t n = 0; n <= URL_START_MAX; n++) {
		url_start_set(&other, text, n);
		memcpy(url, text, n);
		memcpy(url + n, "/go", 4);
		ck_assert_msg(looks_plain(url, &other), "%zu", n);
		for (size_t i = 0; i < n; i++) {
			url[i] = 'O';
			ck_assert_msg(
			    !looks_plain(url, &other), "%zu of %zu", i, n);
			url[i] = 'o';
		}
		for (size_t cut = 0; cut <= n; cut++) {
			memcpy(url, text, n);
			url[cut] = '\0';
			ck_assert_msg(
			    !looks_plain(url, &other), "%zu of %zu", cut, n);
		}
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

/* A URL of `n` bytes, all 'a', of which `begins` are the start's. */
static void
at_the_edge(char *url, size_t n, const struct url_start *start, size_t begins)
{
	url[begins] = '/';
	ck_assert_msg(looks_plain(url, start), "%zu after %zu", n, begins);
	if (n > begins + 1) {
		url[n - 1] = ' ';
		ck_assert(!looks_plain(url, start));
		url[n - 1] = '%';
		ck_assert(!looks_plain(url, start));
	}
	url[n - 1] = 'a';
	url[begins] = 'a';
}

START_TEST(a_url_at_the_edge_of_a_page)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	char *page = lone_page(size), text[URL_START_MAX];

	memset(text, 'a', sizeof(text));
	url_start_set(&other, text, (size_t)_i);
	for (size_t n = (size_t)_i + 1; n < URL_START_MAX + 50; n++) {
		memset(page, 'a', size);
		page[n] = '\0';
		at_the_edge(page, n, &other, (size_t)_i);
		page[n] = 'a';
		page[size - 1] = '\0';
		at_the_edge(page + size - n - 1, n, &other, (size_t)_i);
	}
	/* Shorter than the start. */
	for (size_t n = 0; n < (size_t)_i; n++)
		ck_assert(!looks_plain(page + size - n - 1, &other));
	ck_assert_int_eq(munmap(page - size, 3 * size), 0);
}
END_TEST

/*
 * A reader that the writer overtakes may see a longer start's length before its
 * text: it must stop at the URL's NUL all the same.
 */
START_TEST(a_length_that_is_ahead_of_its_text)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	char *page = lone_page(size), text[URL_START_MAX], *url;

	memset(text, 'a', sizeof(text));
	for (size_t n = 0; n < URL_START_MAX; n++) {
		url_start_init(&other);
		url_start_set(&other, text, n);
		RELAXED_STORE(other.n, URL_START_MAX);
		memset(page, 0, size);
		for (size_t room = 1; n + room <= URL_START_MAX; room++) {
			url = page + size - room - n;
			memset(url, 'a', n);
			ck_assert(!looks_plain(url, &other));
			memset(url, 0, n);
		}
	}
	ck_assert_int_eq(munmap(page - size, 3 * size), 0);
}
END_TEST

/* A longer one is url_parse's to refuse. */
START_TEST(the_longest_url)
{
	static _Alignas(URL_BLOCK) char block[URL_MAX + 4 * URL_BLOCK];
	char *url = block + _i;

	for (size_t n = URL_MAX - 40; n < URL_MAX + 40; n++) {
		memset(block, 'a', sizeof(block));
		url[0] = '/';
		url[n] = '\0';
		ck_assert_msg(
		    looks_plain(url, &none) == (n < URL_MAX), "%zu bytes", n);
		memcpy(url + n - 3, "%2f", 3);
		ck_assert_msg(
		    looks_plain(url, &none) == (n < URL_MAX), "%zu bytes", n);
		url[n - 1] = '\0';
		ck_assert(!looks_plain(url, &none));
	}
}
END_TEST

static const struct escape {
	const char *rest;
	bool plain;
} escapes[] = {
	{ "/%41", true },
	{ "/%2F%2f%aA%Ff%00", true },
	{ "/?q=a%20b&from=2026-01-01T00%3A00%3A00Z", true },
	{ "/a%20b%20c%20d%20e%20f%20g%20h%20i%20j%20k%20l%20m", true },
	{ "/%41%", false },
	{ "/%41%4", false },
	{ "/%", false },
	{ "/%4", false },
	{ "/%4g", false },
	{ "/%g4", false },
	{ "/%4/", false },
	{ "/%%41", false },
	{ "/%41 ", false },
	{ "/%41#", false },
	{ "/%41\n", false },
	{ "/%:0", false },
	{ "/%@0", false },
	{ "/%`0", false },
};

START_TEST(escapes_are_two_hex_digits)
{
	const struct escape *e = &escapes[_i];

	for (int i = 0; i < URL_BLOCK; i++)
		ck_assert_msg(is_plain(e->rest, strlen(e->rest)) == e->plain,
		    "%s", e->rest);
	never_more_than_url_parse(e->rest, strlen(e->rest));
}
END_TEST

START_TEST(it_is_wide_where_it_can_be)
{
#ifdef __x86_64__
	ck_assert(url_wide == (__builtin_cpu_supports("avx2") != 0));
#else
	ck_assert(!url_wide);
#endif
}
END_TEST

START_TEST(what_hosts_send_is_plain)
{
	static const char *const rests[] = { "/", "?", "/eyes", "/v1/a.b",
		"/incidents/agents?from=1764000000000&to=1764000000001",
		"/a_b-c/d;e/f,g/h:i@j/k+l*m?n=o/p?q&r=(s)",
		"?organization_id=1", "/0123456789012345678901234567890",
		"/~me/$x!'*", "?q=a%20b" };

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
	tcase_add_unchecked_fixture(tc, set_starts, NULL);
	tcase_add_test(tc, it_is_wide_where_it_can_be);
	tcase_add_test(tc, every_byte_at_every_place);
	tcase_add_test(tc, every_byte_before_and_after);
	tcase_add_test(tc, every_byte_after_the_start);
	tcase_add_loop_test(
	    tc, the_start_counts_to_its_last_byte, 0, URL_BLOCK);
	tcase_add_loop_test(
	    tc, a_url_at_the_edge_of_a_page, 0, URL_START_MAX + 1);
	tcase_add_test(tc, a_length_that_is_ahead_of_its_text);
	tcase_add_loop_test(tc, the_longest_url, 0, URL_BLOCK);
	tcase_add_loop_test(tc, escapes_are_two_hex_digits, 0, ROWS(escapes));
	tcase_add_test(tc, what_hosts_send_is_plain);
	tcase_add_test(tc, vectors);
	tcase_add_test(tc, random_rests);
	return run_suite(suite);
}
