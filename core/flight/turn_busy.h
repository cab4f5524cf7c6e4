/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Another process has its turn with the durable secret.
 */
#ifndef CORE_FLIGHT_TURN_BUSY_H
#define CORE_FLIGHT_TURN_BUSY_H

#include "flight/flight.h"

/* Try again soon, in the same stage; or fail, if the flight's time is over. */
enum flight_wait turn_busy(struct flight *f);

#endif
