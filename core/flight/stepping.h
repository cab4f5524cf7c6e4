/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A run of the module, step by step: its step function is called, and what it
 * asks for is done.  That is an exchange, a pause, or the end (result.h).
 */
#ifndef CORE_FLIGHT_STEPPING_H
#define CORE_FLIGHT_STEPPING_H

#include "flight/flight.h"

/* Call it; `r` answers its exchange, and is NULL at first and after a pause. */
enum flight_wait stepping_go_on(struct flight *f, const struct response *r);

/* Its exchange has no answer: the run ends. */
enum flight_wait stepping_unanswered(
    struct flight *f, const struct apam_error *why);

#endif
