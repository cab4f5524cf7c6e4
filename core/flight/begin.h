/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A run of the module begins, once it is set up.  If one of its secrets is
 * durable, a run that is shown it waits for its turn first: any but a
 * revocation of the credential alone, and a login.
 */
#ifndef CORE_FLIGHT_BEGIN_H
#define CORE_FLIGHT_BEGIN_H

#include "flight/flight.h"

/* Begin the run for its goal, or wait in STAGE_TURN. */
enum flight_wait begin_run(struct flight *f);

/* STAGE_TURN: try again.  Another process may have shared what is wanted. */
enum flight_wait begin_again(struct flight *f);

#endif
