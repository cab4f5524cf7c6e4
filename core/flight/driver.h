/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The thread that moves the flights of a loop (loop.h): a background thread,
 * started with the first flight that does not land at once; or, in a context
 * opened with APAM_OPEN_NO_THREAD, the host's thread that calls loop_turn.
 */
#ifndef CORE_FLIGHT_DRIVER_H
#define CORE_FLIGHT_DRIVER_H

#include <time.h>

#include "flight/loop.h"

/*
 * Take a flight over and make sure that it moves.  It lands later, in the
 * driver's thread.  False if no descriptors or no thread could be had; the
 * flight then remains the caller's.  With the context's lock held.
 */
bool driver_submit(struct loop *loop, struct flight *f);

/* The driver is to look at what there is.  With the context's lock held. */
void driver_call(struct loop *loop);

/* Why driver_submit returned false; static text. */
const char *driver_problem(const struct loop *loop);

/*
 * Take a flight over and start it at once, in this thread: one that needs no
 * exchange has landed when this returns, and has cost neither a thread nor a
 * descriptor.  One that cannot move lands with an error.  The caller does not
 * hold the context's lock.
 */
void driver_launch(struct loop *loop, struct flight *f);

/* Stop the thread, and call loop_free. */
void driver_free(struct loop *loop);

/*
 * The process ends: from now on nothing here begins to call libcurl, and the
 * thread ends.  Waits for the thread and for running calls until the time
 * `until` of CLOCK_REALTIME.
 */
void driver_retire(struct loop *loop, const struct timespec *until);

#endif
