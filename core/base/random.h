/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random bytes for salts, nonces, jitter and modules.  This is their only
 * source.
 */
#ifndef CORE_BASE_RANDOM_H
#define CORE_BASE_RANDOM_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Fill `to` with `n` unpredictable bytes, also after a fork.  False if the
 * system has none: then `to` must not be used.
 */
bool random_bytes(void *to, size_t n);

#endif
