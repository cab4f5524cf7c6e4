/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of two threads that sign with the same profile at the same time.  The
 * scheduler places the threads; nothing is pinned.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench.h"
#include "raw.h"
#include "signer.h"

#define ROUNDS 301

/* A loop that two threads run at the same time. */
struct pair {
	struct loop *loop;
	pthread_barrier_t start;
	double rate[2]; /* operations per nanosecond */
};

struct half {
	struct pair *pair;
	size_t which;
};

static void *
run_half(void *arg)
{
	const struct half *half = arg;
	struct loop *loop = half->pair->loop;
	double start;

	(void)pthread_barrier_wait(&half->pair->start);
	start = now_ns();
	loop->run(loop->arg, loop->n);
	half->pair->rate[half->which] = (double)loop->n / (now_ns() - start);
	return NULL;
}

/* The time of one operation on each of two threads that run together. */
static double
pair_sample(void *arg)
{
	struct pair pair = { .loop = arg };
	struct half halves[2] = { { &pair, 0 }, { &pair, 1 } };
	pthread_t thread;

	need(pthread_barrier_init(&pair.start, NULL, 2) == 0,
	    "cannot make a barrier");
	need(pthread_create(&thread, NULL, run_half, &halves[1]) == 0,
	    "cannot start a thread");
	(void)run_half(&halves[0]);
	(void)pthread_join(thread, NULL);
	(void)pthread_barrier_destroy(&pair.start);
	return 2 / (pair.rate[0] + pair.rate[1]);
}

void
run_sign_bearer_2t(struct result *result)
{
	struct signer signer;
	struct loop mine = { signer_run, &signer, 0 };
	struct loop theirs = { raw_seqlock_copy, NULL, 0 };
	const struct work a = { pair_sample, &mine };
	const struct work b = { pair_sample, &theirs };

	signer_init(&signer, "bearer");
	(void)loop_work(&mine);
	(void)loop_work(&theirs);
	measure(&a, &b, ROUNDS, result);
}

double
measure_scale(struct loop *loop, struct result *result)
{
	struct work one = loop_work(loop);
	const struct work two = { pair_sample, loop };

	measure(&two, &one, ROUNDS, result);
	return 2 * result->raw_ns / result->ns;
}

void
run_scale_2t(struct result *result)
{
	struct signer signer;
	struct loop mine = { signer_run, &signer, 0 };
	struct loop theirs = { raw_seqlock_copy, NULL, 0 };
	struct result raw = { 0 };
	double raw_scale;

	signer_init(&signer, "bearer");
	raw_scale = measure_scale(&theirs, &raw);
	result->ratio = measure_scale(&mine, result);
	(void)snprintf(result->note, sizeof(result->note),
	    "the seqlock and copy of sign-bearer-2t: %.2f; %ld processors",
	    raw_scale, sysconf(_SC_NPROCESSORS_ONLN));
}

void
run_hmac_2t(struct result *result)
{
	struct signer signer;
	struct loop mine = { signer_run, &signer, 0 };
	struct loop theirs = { raw_hmac, NULL, 0 };
	struct result raw = { 0 };
	double raw_scale;

	signer_init(&signer, "hmac");
	raw_scale = measure_scale(&theirs, &raw);
	result->ratio = measure_scale(&mine, result);
	(void)snprintf(result->note, sizeof(result->note),
	    "OpenSSL's alone: %.2f; %ld processors", raw_scale,
	    sysconf(_SC_NPROCESSORS_ONLN));
}
