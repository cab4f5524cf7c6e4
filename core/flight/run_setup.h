/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a run of the module has before its first step: its op, with the secrets
 * that are the present ones.
 */
#ifndef CORE_FLIGHT_RUN_SETUP_H
#define CORE_FLIGHT_RUN_SETUP_H

#include "flight/flight.h"

/* Set up the run for the flight's goal, in place of an earlier one. */
void run_setup(struct flight *f);

/*
 * The same once more, with the durable secret that has come in the place of the
 * one which the provider refused.  The run then waits for its turn, at once; what
 * another process has shared comes first.
 */
enum flight_wait run_setup_anew(struct flight *f);

#endif
