/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/cli/lib/plain.c: what of a server's bytes a terminal gets.
 */
#include "lib/plain.c"

#include <stdlib.h>

#include "support/run.h"

#define S(literal)                                                             \
	{                                                                      \
		(literal), sizeof(literal) - 1                                 \
	}

static const struct {
	struct apam_str bytes;
	const char *shown;
} rows[] = {
	{ S(""), "" },
	{ S("plain {}\n\ttext\n"), "plain {}\n\ttext\n" },
	{ S("HTTP/1.1 200 OK\r\nA: b\r\n\r\n"),
	    "HTTP/1.1 200 OK\r\nA: b\r\n\r\n" },
	{ S("s\xc3\xa4me \xe2\x82\xac \xf0\x9f\x98\x80"),
	    "s\xc3\xa4me \xe2\x82\xac \xf0\x9f\x98\x80" },
	{ S("\x1b[2J"), "\\x1b[2J" },
	{ S("\x1b]0;x\x07"), "\\x1b]0;x\\x07" },
	{ S("a\rb"), "a\\x0db" },
	{ S("a\r"), "a\\x0d" },
	{ S("\r\r\n"), "\\x0d\r\n" },
	{ S("a\0b\x7f"), "a\\x00b\\x7f" },
	{ S("\xc2\x9b"), "\\xc2\\x9b" },
	{ S("\x9b"), "\\x9b" },
	{ S("\xe2\x80\xae"), "\\xe2\\x80\\xae" },
	{ S("\xe2\x80\xa8"), "\\xe2\\x80\\xa8" },
	{ S("\xe2\x80"), "\\xe2\\x80" },
	{ S("\xe2\x80x"), "\\xe2\\x80x" },
	{ S("\xc0\xaf"), "\\xc0\\xaf" },
	{ S("\xf5\xff"), "\\xf5\\xff" },
	{ S("\xc3"), "\\xc3" },
	{ S("\xc3\xc3\xa4"), "\\xc3\xc3\xa4" },
};

static void
shows(int i, size_t piece)
{
	char *shown = NULL;
	size_t n = 0;
	struct plain plain = { .to = open_memstream(&shown, &n) };
	struct apam_str rest = rows[i].bytes;

	while (rest.n > 0) {
		size_t now = rest.n < piece ? rest.n : piece;

		ck_assert(plain_write(&plain, rest.p, now));
		rest.p += now;
		rest.n -= now;
	}
	ck_assert(plain_end(&plain));
	ck_assert_int_eq(fclose(plain.to), 0);
	ck_assert_msg(strcmp(shown, rows[i].shown) == 0, "%d by %zu: '%s'", i,
	    piece, shown);
	free(shown);
}

START_TEST(it_is_shown_in_whatever_pieces)
{
	for (size_t piece = 1; piece < 6; piece++)
		shows(_i, piece);
	shows(_i, 1000);
}
END_TEST

START_TEST(a_full_disk_is_noticed)
{
	struct plain plain = { .to = fopen("/dev/full", "w") };

	ck_assert_ptr_nonnull(plain.to);
	setvbuf(plain.to, NULL, _IONBF, 0);
	ck_assert(!plain_write(&plain, "abc", 3));
	fclose(plain.to);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("plain");
	TCase *tc = tcase_create("plain");

	tcase_add_loop_test(tc, it_is_shown_in_whatever_pieces, 0, ROWS(rows));
	tcase_add_test(tc, a_full_disk_is_noticed);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
