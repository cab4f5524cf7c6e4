/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds the correct name closest to a misspelt one, by optimal string
 * alignment: insert, delete, replace, swap of neighbours.  A name that
 * continues the given one with more words is close, too.  The work is bounded
 * and done on the stack: of longer names only the first 64 bytes are compared.
 */
#include "text/suggest.h"

#include <string.h>

#define LENGTH_MAX 64

/* Three rows of the distance table: for this byte and the last two. */
struct rows {
	unsigned row[3][LENGTH_MAX + 1];
};

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Fill in the row for byte i of `a`, counted from 1. */
static void
next_row(struct rows *rows, size_t i, const char *a, const char *b, size_t n)
{
	unsigned *now = rows->row[i % 3];
	const unsigned *last = rows->row[(i + 2) % 3];
	const unsigned *before = rows->row[(i + 1) % 3];

	now[0] = (unsigned)i;
	for (size_t j = 1; j <= n; j++) {
		now[j] = least(last[j], now[j - 1]) + 1;
		now[j] = least(now[j], last[j - 1] + (a[i - 1] != b[j - 1]));
		if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
		    a[i - 2] == b[j - 1])
			now[j] = least(now[j], before[j - 2] + 1);
	}
}

unsigned
suggest_distance(const char *a, const char *b)
{
	const size_t a_length = strnlen(a, LENGTH_MAX);
	const size_t b_length = strnlen(b, LENGTH_MAX);
	struct rows rows;

	for (size_t j = 0; j <= b_length; j++)
		rows.row[0][j] = (unsigned)j;
	for (size_t i = 1; i <= a_length; i++)
		next_row(&rows, i, a, b, b_length);
	return rows.row[a_length % 3][b_length];
}

/* True if `candidate` is `name` followed by more words. */
static bool
goes_on(const char *candidate, const char *name)
{
	const size_t n = strnlen(name, LENGTH_MAX);

	return strncmp(candidate, name, n) == 0 &&
	    (candidate[n] == '-' || candidate[n] == '_');
}

/* Words that were left out count as one mistake. */
static unsigned
slips(const char *name, const char *candidate)
{
	return goes_on(candidate, name) ? 1 : suggest_distance(name, candidate);
}

void
suggest_consider(const char *name, const char *candidate, const char **best)
{
	if (*best == NULL || slips(name, candidate) < slips(name, *best))
		*best = candidate;
}

bool
suggest_near(const char *name, const char *best)
{
	size_t length;

	if (best == NULL)
		return false;
	length = strnlen(name, LENGTH_MAX);
	/* One mistake in three bytes may still be a slip. */
	return slips(name, best) <= (length + 2) / 3 &&
	    slips(name, best) < length;
}
