/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a secret most likely has by mistake: it is sent as it is, and a provider
 * says no more than that it is wrong.
 */
#ifndef CORE_SECRET_ODDITY_H
#define CORE_SECRET_ODDITY_H

#include <apam/types.h>

/* Static text that says what is odd, as "stands in quotes"; NULL: nothing. */
const char *secret_oddity(struct apam_str secret);

#endif
