/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long a provider asks clients to wait: by Retry-After, or, if that says
 * nothing, by rate-limit headers.
 *
 * These begin with ratelimit- or x-ratelimit-.  Some providers tell the state
 * of a token bucket: -remaining, -requested-tokens and -replenish-rate a
 * second. Others send -reset, in seconds.
 */
#ifndef CORE_HTTP_RETRY_AFTER_H
#define CORE_HTTP_RETRY_AFTER_H

#include "http/response.h"

/*
 * The seconds to wait by Retry-After, which is a number or a date (RFC 9110,
 * 10.2.3): never negative, at most a day; -1 if it says nothing.  `now` is Unix
 * time in seconds.
 */
int64_t retry_after(struct apam_str value, int64_t now);

/* The seconds to wait, at most a day; -1 if the headers do not say. */
int64_t rate_limit_wait(const struct apam_header *headers, size_t count);

/*
 * The seconds, at most a day, that an answer asks clients to wait: for a 429 or
 * 503 by Retry-After, else by rate-limit headers.  -1: it does not ask.
 */
int64_t response_retry_after(const struct response *r);

#endif
