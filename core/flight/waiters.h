/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The threads that wait for a flight of an entry: how they wait, and how they
 * hear that it has landed.
 */
#ifndef CORE_FLIGHT_WAITERS_H
#define CORE_FLIGHT_WAITERS_H

#include "entry/entry.h"

/*
 * Wait for a change, with the context's lock held, which is released during the
 * wait.  False if `deadline` (clock_ms) passes first.
 */
bool waiters_wait(struct entry *e, int64_t deadline);

/* A flight has landed: wake the first waiter, with the lock held. */
void waiters_wake(struct entry *e);

/*
 * Release the context's lock at the end of a call that may have waited, and
 * pass on what the flight brought: the next waiter is woken, and people are
 * told, if that is this waiter's task.
 */
void waiters_unlock(struct entry *e);

#endif
