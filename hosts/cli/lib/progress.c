/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The line of progress.  It is drawn ten times a second at most, so that the
 * terminal does not slow the work down.
 */
#include "lib/progress.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define LINE_SIZE 160
#define DRAW_MS 100
#define BEGIN_MS 500 /* nothing is drawn for a transfer that ends earlier */

static atomic_bool shown;
static int64_t drawn_at, begun_at; /* milliseconds */

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool
has_line(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) == 1 && term != NULL &&
	    strcmp(term, "dumb") != 0;
}

/* How many characters fit into the terminal's line. */
static int
room(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 2 ||
	    size.ws_col > LINE_SIZE)
		return 79;
	return size.ws_col - 1;
}

static void
draw(const char *line)
{
	drawn_at = now_ms();
	atomic_store(&shown, true);
	fprintf(stderr, "\r%.*s\033[K", room(), line);
}

void
progress_item(const char *what, size_t at, size_t total, const char *name)
{
	char line[LINE_SIZE];

	if (!has_line() || (at > 1 && now_ms() - drawn_at < DRAW_MS))
		return;
	(void)snprintf(
	    line, sizeof(line), "%s %zu of %zu: %s", what, at, total, name);
	draw(line);
}

/* Write a size as "12.5 MB". */
static void
size_text(char to[32], uint64_t bytes)
{
	static const char *const units[] = { "kB", "MB", "GB", "TB" };
	double size = (double)bytes / 1000;
	size_t unit = 0;

	for (; size >= 1000 && unit < 3; unit++)
		size /= 1000;
	(void)snprintf(to, 32, "%.1f %s", size, units[unit]);
}

void
progress_bytes(const char *what, uint64_t done, uint64_t total)
{
	char line[LINE_SIZE], sofar[32], all[32];
	int64_t now = now_ms();

	if (done == 0)
		begun_at = now;
	if (now - begun_at < BEGIN_MS || now - drawn_at < DRAW_MS ||
	    !has_line())
		return;
	size_text(sofar, done);
	size_text(all, total);
	if (total == 0 || done > total)
		(void)snprintf(line, sizeof(line), "%s %s", what, sofar);
	else
		(void)snprintf(line, sizeof(line), "%s %s of %s, %.0f %%", what,
		    sofar, all, 100 * (double)done / (double)total);
	draw(line);
}

void
progress_hide(void)
{
	if (atomic_exchange(&shown, false))
		fputs("\r\033[K", stderr);
}
