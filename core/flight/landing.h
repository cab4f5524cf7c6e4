/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What becomes of the entry when its flight lands: credential, finding or
 * failure are taken over, waiters woken, people told.
 */
#ifndef CORE_LANDING_H
#define CORE_LANDING_H

#include "flight/loop.h"

/* What the loop of a context is made with. */
extern const struct loop_listener landing_listener;

#endif
