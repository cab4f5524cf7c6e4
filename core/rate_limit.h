/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long to wait as rate-limit headers say, where Retry-After says nothing.
 *
 * Token buckets, as 7SIGNAL sends them (ratelimit- in its documents,
 * x-ratelimit- in its answers): -remaining, -requested-tokens and
 * -replenish-rate a second.  Others send -reset, in seconds.
 */
#ifndef CORE_RATE_LIMIT_H
#define CORE_RATE_LIMIT_H

#include <apam/types.h>

/* Seconds, at most a day; -1 where the headers do not say. */
int64_t rate_limit_wait(const struct apam_header *headers, size_t count);

#endif
