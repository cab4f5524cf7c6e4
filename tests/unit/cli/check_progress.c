/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/cli/lib/progress.c: what a terminal, a pseudo-terminal here,
 * is sent, and that nothing else ever is.
 */
#define _XOPEN_SOURCE 700 /* posix_openpt */
#define _DEFAULT_SOURCE /* TIOCSWINSZ */
#include "lib/progress.c"

#include <fcntl.h>

#include "support/run.h"

static int terminal; /* the far end of standard error */

/* Make standard error a terminal of so many columns. */
static void
setup_terminal(unsigned short columns)
{
	struct winsize size = { .ws_row = 24, .ws_col = columns };
	int near;

	terminal = posix_openpt(O_RDWR | O_NOCTTY);
	ck_assert_int_ge(terminal, 0);
	ck_assert_int_eq(grantpt(terminal), 0);
	ck_assert_int_eq(unlockpt(terminal), 0);
	near = open(ptsname(terminal), O_RDWR | O_NOCTTY);
	ck_assert_int_ge(near, 0);
	ck_assert_int_eq(ioctl(near, TIOCSWINSZ, &size), 0);
	ck_assert_int_eq(dup2(near, STDERR_FILENO), STDERR_FILENO);
	ck_assert_int_eq(setenv("TERM", "xterm", 1), 0);
}

static void
setup(void)
{
	setup_terminal(40);
}

/* All that was sent since the last call; a mark ends it. */
static const char *
sent(void)
{
	static char text[4096];
	size_t n = 0;
	ssize_t got;

	fputs("#", stderr);
	do {
		got = read(terminal, text + n, sizeof(text) - n - 1);
		ck_assert_int_gt((int)got, 0);
		n += (size_t)got;
		text[n] = '\0';
	} while (text[n - 1] != '#');
	text[n - 1] = '\0';
	return text;
}

START_TEST(an_item_is_drawn_and_erased)
{
	progress_item("checking", 1, 3, "seed");
	ck_assert_str_eq(sent(), "\rchecking 1 of 3: seed\033[K");
	progress_hide();
	ck_assert_str_eq(sent(), "\r\033[K");
	progress_hide();
	ck_assert_str_eq(sent(), "");
}
END_TEST

START_TEST(it_is_not_drawn_more_often_than_can_be_read)
{
	progress_item("checking", 1, 3, "a");
	progress_item("checking", 2, 3, "b");
	ck_assert_str_eq(sent(), "\rchecking 1 of 3: a\033[K");
	drawn_at -= DRAW_MS;
	progress_item("checking", 3, 3, "c");
	ck_assert_str_eq(sent(), "\rchecking 3 of 3: c\033[K");
}
END_TEST

START_TEST(it_fits_the_line)
{
	progress_item("checking", 1, 3,
	    "a-name-that-is-far-longer-than-this-terminal-is-wide");
	ck_assert_str_eq(
	    sent(), "\rchecking 1 of 3: a-name-that-is-far-lon\033[K");
}
END_TEST

static const struct {
	uint64_t done, total;
	const char *text; /* NULL: nothing */
} transfers[] = {
	{ 1, 0, "\rsent 0.0 kB\033[K" },
	{ 12500000, 40000000, "\rsent 12.5 MB of 40.0 MB, 31 %\033[K" },
	{ 999, 1000, "\rsent 1.0 kB of 1.0 kB, 100 %\033[K" },
	{ 2000000000, 0, "\rsent 2.0 GB\033[K" },
	/* More than was announced. */
	{ 2000, 1000, "\rsent 2.0 kB\033[K" },
};

START_TEST(bytes_are_drawn_after_a_while)
{
	progress_bytes("sent", 0, transfers[_i].total);
	progress_bytes("sent", transfers[_i].done, transfers[_i].total);
	ck_assert_str_eq(sent(), "");
	begun_at -= BEGIN_MS;
	progress_bytes("sent", transfers[_i].done, transfers[_i].total);
	ck_assert_str_eq(sent(), transfers[_i].text);
	progress_bytes("sent", transfers[_i].done, transfers[_i].total);
	ck_assert_str_eq(sent(), "");
}
END_TEST

START_TEST(a_dumb_terminal_is_sent_nothing)
{
	ck_assert_int_eq(setenv("TERM", "dumb", 1), 0);
	progress_item("checking", 1, 3, "seed");
	progress_hide();
	ck_assert_str_eq(sent(), "");
}
END_TEST

START_TEST(a_file_is_sent_nothing)
{
	FILE *file = tmpfile();

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(dup2(fileno(file), STDERR_FILENO), STDERR_FILENO);
	progress_item("checking", 1, 3, "seed");
	begun_at = -BEGIN_MS;
	progress_bytes("sent", 1, 0);
	progress_hide();
	ck_assert_int_eq((int)lseek(fileno(file), 0, SEEK_END), 0);
	fclose(file);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("progress");
	TCase *t = tcase_create("core");

	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, an_item_is_drawn_and_erased);
	tcase_add_test(t, it_is_not_drawn_more_often_than_can_be_read);
	tcase_add_test(t, it_fits_the_line);
	tcase_add_loop_test(
	    t, bytes_are_drawn_after_a_while, 0, ROWS(transfers));
	tcase_add_test(t, a_dumb_terminal_is_sent_nothing);
	tcase_add_test(t, a_file_is_sent_nothing);
	suite_add_tcase(s, t);
	/* Standard error becomes a terminal. */
	return run_suite_apart(s);
}
