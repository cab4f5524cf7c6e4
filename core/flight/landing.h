/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What happens to the entry when its flight lands: it takes over the
 * credential, the finding or the failure, waiters are woken, people are told.
 */
#ifndef CORE_FLIGHT_LANDING_H
#define CORE_FLIGHT_LANDING_H

#include "flight/loop.h"

/* What the loop of a context is made with. */
extern const struct loop_listener landing_listener;

#endif
