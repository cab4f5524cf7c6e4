/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What apam_sign shares with the other calls that take a timeout.
 */
#ifndef CORE_SIGN_H
#define CORE_SIGN_H

#include <stdint.h>

#include "context.h"

/* When a call with this timeout (0: the profile's) ends, by clock_ms. */
int64_t deadline_of(const struct apam_profile *profile, int timeout_ms);

#endif
