/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads that the host cancels.  Cancellation is held off during a public
 * call, where the thread may hold locks and descriptors; it takes effect at the
 * host's next cancellation point.  Cleanup handlers in every function would
 * cost more, and libcurl and libconfig do not have any.
 *
 * The short way of apam_sign and apam_sign_start (api/sign_short.c) holds nothing
 * and has no cancellation point, so it does without.
 */
#ifndef CORE_BASE_CANCEL_H
#define CORE_BASE_CANCEL_H

#include <pthread.h>

static inline int
cancel_hold(void)
{
	int before = PTHREAD_CANCEL_ENABLE;

	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
	return before;
}

static inline void
cancel_restore(const int *before)
{
	(void)pthread_setcancelstate(*before, NULL);
}

/* A declaration: it holds off cancellation up to the end of the block. */
#define HOLD_CANCEL                                                            \
	__attribute__((cleanup(cancel_restore),                                \
	    unused)) int cancel_before = cancel_hold()

#endif
