/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shared by the peers in C: the token, and timing a loop.
 */
#ifndef PEERS_PEER_H
#define PEERS_PEER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PEER_ROUNDS 31
#define PEER_NS 5e6
#define TOKEN_SIZE 900

static inline double
peer_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* End the measurement if the peer does not do what it should. */
static inline void
peer_need(int ok, const char *what)
{
	if (ok)
		return;
	(void)fprintf(stderr, "%s\n", what);
	exit(2);
}

static inline char *
peer_token(void)
{
	static char token[TOKEN_SIZE + 1];

	for (size_t i = 0; i < TOKEN_SIZE; i++)
		token[i] = "not-a-secret-"[i % 13];
	return token;
}

static inline int
peer_compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Print the nanoseconds of one operation, the median of all rounds. */
static inline int
peer_report(void (*once)(void))
{
	double ns[PEER_ROUNDS], start = peer_now();
	size_t n = 0;

	while (peer_now() - start < PEER_NS) {
		once();
		n++;
	}
	for (size_t i = 0; i < PEER_ROUNDS; i++) {
		start = peer_now();
		for (size_t k = 0; k < n; k++)
			once();
		ns[i] = (peer_now() - start) / (double)n;
	}
	qsort(ns, PEER_ROUNDS, sizeof(ns[0]), peer_compare);
	(void)printf("%.1f\n", ns[PEER_ROUNDS / 2]);
	return 0;
}

#endif
