/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random bytes, for salts, nonces, jitter and modules: the one place that they
 * come from.
 */
#ifndef CORE_RANDOM_H
#define CORE_RANDOM_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Fill `to` with `n` bytes that nobody can predict, also after a fork.  False
 * where the system has none: then nothing at `to` may be used.
 */
bool random_bytes(void *to, size_t n);

#endif
