/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a run of the module ends, and with it the flight: with a credential, with
 * the finding of a check, or with an error.
 */
#ifndef CORE_FLIGHT_RESULT_H
#define CORE_FLIGHT_RESULT_H

#include "flight/flight.h"

/* The module has done what it was called for.  FLIGHT_LANDED. */
enum flight_wait result_done(struct flight *f);

/*
 * It could not be done, or could not even begin.  A failed check is a finding
 * and not an error.  FLIGHT_LANDED.
 */
enum flight_wait result_failed(struct flight *f, const struct apam_error *why);

#endif
