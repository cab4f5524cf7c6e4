/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The exchange of a flight is sent, and ends.  What the answer means is the
 * module's affair (stepping.h).
 */
#ifndef CORE_FLIGHT_WIRE_H
#define CORE_FLIGHT_WIRE_H

#include "flight/flight.h"

/* Set up `transfer`, for the loop to move.  False: *why says why not. */
bool wire_send(struct flight *f, struct exchange *x, struct apam_error *why);

/*
 * `transfer` has ended, with this result of libcurl's: f->r is the answer, or
 * *why says why there is none, with the errors of http_end.
 */
enum apam_status wire_ended(
    struct flight *f, CURLcode code, struct apam_error *why);

/*
 * `transfer` is ended before it is over, because of *why; libcurl has let go of
 * it.
 */
void wire_broken(struct flight *f, const struct apam_error *why);

#endif
