/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The moves of a flight: each takes it from what it waited for to what it waits
 * for next, or lands it.  The loop (loop.h) makes them; driver.h makes the
 * first one where a caller waits.
 */
#ifndef CORE_FLIGHT_MOVES_H
#define CORE_FLIGHT_MOVES_H

#include "flight/flight.h"

/*
 * Start; go on after a transfer; go on after a sleep, or when the program has
 * something to say.
 */
enum flight_wait flight_start(struct flight *f);
enum flight_wait flight_transferred(struct flight *f, CURLcode code);
enum flight_wait flight_woken(struct flight *f);
/* Go on without the transfer or program: its descriptor is gone. */
enum flight_wait flight_cut_off(struct flight *f);
/* Go on without the transfer: there is no memory or descriptor for it. */
enum flight_wait flight_starved(struct flight *f);

/*
 * It has landed, and its listener was told: true if it has to go on all the
 * same, as FLIGHT_STORE, and waits in FLIGHT_SLEEP.
 */
bool flight_stays(struct flight *f);

#endif
