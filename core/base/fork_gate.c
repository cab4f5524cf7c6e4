/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The gate that a fork shuts (base/gate.h).  It can be entered again by who is
 * inside: that is counted for each thread, because a fork that waits for the
 * first time would keep out the second.
 *
 * A thread may fork while it is inside, as the handler of a signal may that
 * came during a module's call.  It does not wait for itself, and in the child,
 * where the call goes on, it is still inside.
 */
#include "base/fork_gate.h"

#include "base/gate.h"

static struct gate gate = GATE_INIT;
static unsigned forks; /* changed only where there is one thread */

/* How often this thread has deferred forks and not permitted them again. */
static _Thread_local __attribute__((tls_model("initial-exec"))) unsigned depth;

void
fork_defer(void)
{
	if (depth++ == 0)
		gate_enter(&gate);
}

void
fork_permit(void)
{
	if (--depth == 0)
		gate_leave(&gate);
}

void
fork_lock(pthread_mutex_t *lock)
{
	fork_defer();
	pthread_mutex_lock(lock);
}

void
fork_unlock(pthread_mutex_t *lock)
{
	pthread_mutex_unlock(lock);
	fork_permit();
}

void
fork_gate_shut(void)
{
	gate_shut(&gate, depth > 0);
}

void
fork_gate_open(void)
{
	gate_open(&gate);
}

void
fork_gate_renew(void)
{
	gate_renew(&gate, depth > 0);
	forks++;
}

unsigned
fork_count(void)
{
	return forks;
}
