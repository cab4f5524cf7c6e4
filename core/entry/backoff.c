/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Times to wait, with jitter.  If the system gives no random numbers, the wait
 * is the shortest one: nothing secret depends on it.
 */
#include "entry/backoff.h"

#include "base/random.h"

/* Evenly from 0 to n.  A modulo is even enough, because n is small. */
static int64_t
random_to(int64_t n)
{
	uint64_t r;

	if (n <= 0 || !random_bytes(&r, sizeof(r)))
		return 0;
	return (int64_t)(r % ((uint64_t)n + 1));
}

int64_t
backoff_ms(unsigned failures)
{
	int64_t most = BACKOFF_BASE_MS;

	while (failures-- > 1 && most < BACKOFF_MAX_MS)
		most *= 2;
	if (most > BACKOFF_MAX_MS)
		most = BACKOFF_MAX_MS;
	return most / 2 + random_to(most / 2);
}

int64_t
backoff_refresh_at(int64_t from, int64_t came, int64_t until)
{
	int64_t life = until - from;
	int64_t slow = (came - from) * 3 / 2;
	int64_t at;

	if (until == INT64_MAX)
		return INT64_MAX;
	at = from + life * 3 / 4 + random_to(life * 15 / 100);
	if (at > until - slow)
		at = until - slow;
	return at < came ? came : at;
}
