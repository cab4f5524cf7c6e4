/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The gate is a lock that many threads may share; a fork takes it exclusively.
 */
#define _GNU_SOURCE
#include "base/fork_gate.h"

#include <pthread.h>

/*
 * Writers go first: otherwise a fork could wait for ever among signing threads.
 */
#ifdef PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP
#define GATE_INIT PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP
#else
#define GATE_INIT PTHREAD_RWLOCK_INITIALIZER
#endif

static pthread_rwlock_t gate = GATE_INIT;

/* How often this thread has deferred forks and not permitted them again. */
static _Thread_local __attribute__((tls_model("initial-exec"))) unsigned depth;

void
fork_defer(void)
{
	/* A second time it would wait for a fork that waits for the first. */
	if (depth++ == 0)
		pthread_rwlock_rdlock(&gate);
}

void
fork_permit(void)
{
	if (--depth == 0)
		pthread_rwlock_unlock(&gate);
}

void
fork_gate_shut(void)
{
	pthread_rwlock_wrlock(&gate);
}

void
fork_gate_open(void)
{
	pthread_rwlock_unlock(&gate);
}

void
fork_gate_renew(void)
{
	static const pthread_rwlock_t fresh = GATE_INIT;

	gate = fresh;
}
