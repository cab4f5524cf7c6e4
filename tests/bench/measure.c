/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rounds, medians and spread.  In every other round the raw counterpart goes
 * first, so that neither always finds the warmer cache.
 */
#include <stdlib.h>
#include <time.h>

#include "bench.h"

#define ROUNDS_MAX 512
#define LOOP_NS 5e5

double
now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* ---- Loops -------------------------------------------------------------- */

static double
loop_sample(void *arg)
{
	struct loop *loop = arg;
	double start = now_ns();

	loop->run(loop->arg, loop->n);
	return (now_ns() - start) / (double)loop->n;
}

struct work
loop_work(struct loop *loop)
{
	double ns;

	for (loop->n = 16;; loop->n *= 2) {
		ns = loop_sample(loop);
		if (ns * (double)loop->n >= LOOP_NS / 2)
			break;
	}
	loop->n = (size_t)(LOOP_NS / ns) + 1;
	return (struct work){ loop_sample, loop };
}

/* ---- Rounds ------------------------------------------------------------- */

static int
compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The value below which a part of the sorted samples lies. */
static double
quantile(const double *sorted, size_t n, double part)
{
	return sorted[(size_t)((double)(n - 1) * part + 0.5)];
}

/* Sorts the samples. */
static double
median_of(double *samples, size_t n, double *spread)
{
	double median;

	qsort(samples, n, sizeof(*samples), compare);
	median = quantile(samples, n, 0.5);
	*spread = (quantile(samples, n, 0.9) - quantile(samples, n, 0.1)) /
	    median;
	return median;
}

void
measure(const struct work *ours, const struct work *raw, size_t rounds,
    struct result *result)
{
	static double mine[ROUNDS_MAX], theirs[ROUNDS_MAX];
	double unused;

	need(rounds <= ROUNDS_MAX, "too many rounds");
	(void)ours->sample(ours->arg);
	(void)raw->sample(raw->arg);
	for (size_t i = 0; i < rounds; i++) {
		if (i % 2 == 1)
			theirs[i] = raw->sample(raw->arg);
		mine[i] = ours->sample(ours->arg);
		if (i % 2 == 0)
			theirs[i] = raw->sample(raw->arg);
	}
	result->ns = median_of(mine, rounds, &result->spread);
	result->raw_ns = median_of(theirs, rounds, &unused);
	result->ratio = result->ns / result->raw_ns;
}

double
measure_one(const struct work *ours, size_t rounds, double *spread)
{
	static double samples[ROUNDS_MAX];

	need(rounds <= ROUNDS_MAX, "too many rounds");
	(void)ours->sample(ours->arg);
	for (size_t i = 0; i < rounds; i++)
		samples[i] = ours->sample(ours->arg);
	return median_of(samples, rounds, spread);
}
