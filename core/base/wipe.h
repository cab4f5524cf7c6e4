/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Wiping memory in a way that the optimiser does not remove.
 */
#ifndef CORE_BASE_WIPE_H
#define CORE_BASE_WIPE_H

#include <stddef.h>

/* Set n bytes to 0; n may be 0. */
void wipe(void *p, size_t n);

#endif
