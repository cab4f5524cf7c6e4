/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Misbehaviour on demand. A fault belongs to a provider and a path prefix and
 * strikes a number of times, or until it is cleared. The provider does its
 * work first, so a fault spoils the answer, not what was asked for: a token
 * may be minted that the client never sees.
 * Callers hold the sandbox's lock.
 */
#ifndef SANDBOX_FAULTS_H
#define SANDBOX_FAULTS_H

#include "request.h"

/* What struck one request. */
struct strike {
	const char *name; /* the spoiling fault, else the delay, else "" */
	int64_t delay_ms; /* 0: at once; -1: until cleared */
};

/* Adds a fault; COUNT 0 is until cleared; ARG may be NULL. The text of what is
 * wrong, or NULL when it was added. */
const char *fault_add(enum provider provider, const char *path,
    const char *kind, unsigned count, const char *arg);

/* Takes the faults that this request meets, and spoils its answer. */
struct strike
faults_strike(const struct request *request, struct answer *answer);

/* Removes all faults of all providers. */
void faults_clear(void);

#endif
