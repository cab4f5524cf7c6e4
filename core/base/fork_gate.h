/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keeps forks away from code that takes locks of its own.  Modules, the C
 * library and the loader take locks that apam does not know; if a fork happened
 * while one of them is held, the child would wait for it for ever.
 */
#ifndef CORE_BASE_FORK_GATE_H
#define CORE_BASE_FORK_GATE_H

#include <pthread.h>

/*
 * Between these two calls no fork takes place.  A thread may nest them.  The
 * time between them must be short, and no lock of a context may be taken in it.
 * Threads do not exclude each other.
 */
void fork_defer(void);
void fork_permit(void);

/*
 * Take a lock, and let go of it, that no child of a fork finds taken.  Between
 * them the same holds as above.
 */
void fork_lock(pthread_mutex_t *lock);
void fork_unlock(pthread_mutex_t *lock);

/*
 * Only for the handlers of fork (profile/fork.c).  Shut the gate before the
 * fork, which waits until all threads have left; open it in the parent; make it
 * new, and open, in the child.
 */
void fork_gate_shut(void);
void fork_gate_open(void);
void fork_gate_renew(void);

/*
 * How often fork_gate_renew was called, here and in those that this process is
 * a child of: what was made under another count is another process's.
 */
unsigned fork_count(void);

#endif
