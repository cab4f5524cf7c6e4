/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Before a flight acquires or checks, it reads the entry's secrets anew, if
 * that is due (entry/present_secrets.h).
 */
#ifndef CORE_FLIGHT_RENEWING_H
#define CORE_FLIGHT_RENEWING_H

#include "flight/flight.h"

/* Begin to acquire or to check, or to read secrets for it in STAGE_SECRETS. */
enum flight_wait renewing_start(struct flight *f);

/* STAGE_SECRETS: read on.  A program has something to say, or has to end. */
enum flight_wait renewing_go_on(struct flight *f);

#endif
