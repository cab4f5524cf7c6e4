/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The credential that a flight brings: what the module has built, or what
 * another process has shared.
 */
#ifndef CORE_FLIGHT_HARVEST_H
#define CORE_FLIGHT_HARVEST_H

#include "flight/flight.h"

/*
 * Make `made` of what the op has built, and its headers if they never change.
 * False: f->error says why there is none.
 */
bool harvest_built(struct flight *f);

/*
 * How long a credential lives that the op has built and an exchange brought.
 * False: there is none, or memory ran out.  Where the provider states it, the
 * wall clock has no part in it.
 */
bool harvest_life(const struct flight *f, struct durable_life *to);

/* Let `made` be what another process has shared; false: there is none. */
bool harvest_shared(struct flight *f);

#endif
