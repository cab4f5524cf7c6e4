/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long a credential lives, from what providers send.
 *
 * The order is: the provider's lifetime in any form; else a JWT's exp as a hint
 * (it is not verified: a wrong one costs an early exchange or a rejected
 * request); else the profile's ttl.
 */
#ifndef CORE_TEXT_LIFETIME_H
#define CORE_TEXT_LIFETIME_H

#include <stdbool.h>

#include <apam/module.h>

#define LIFETIME_UNSTATED (-1)
#define LIFETIME_UNREAD (-2) /* memory ran out */
#define LIFETIME_MAX (10LL * 365 * 86400) /* seconds; more is cut */

/*
 * The seconds that a JSON value states: an integer, a real (cut) or a string of
 * digits.  Huge numbers give LIFETIME_MAX.  0, negative numbers, absent, null
 * and anything else give LIFETIME_UNSTATED.
 */
int64_t lifetime_from_json(struct apam_json value);

/*
 * The exp claim of a JWT (RFC 7519, 4.1.4) in Unix seconds, not verified.
 * LIFETIME_UNSTATED if the token is not a JWT or has no exp, LIFETIME_UNREAD if
 * memory ran out.
 */
int64_t lifetime_jwt_exp(struct apam_str token);

/*
 * The lifetime to use, in seconds from `since` on: the shorter of `given`, if
 * that is not negative, and exp - since, if there is an exp; else `ttl`.  It is 0
 * where exp is not after `now`.  More than LIFETIME_MAX is cut; APAM_FOREVER is
 * kept.  `since` and `now` are Unix time, in seconds.  LIFETIME_UNREAD if memory
 * ran out in the search for an exp, which could be shorter.
 */
int64_t lifetime_choose(int64_t given, struct apam_str token, int64_t since,
    int64_t now, int64_t ttl);

/* The margin before expiry: min(60 s, 10 %), in milliseconds. */
int64_t lifetime_margin_ms(int64_t lifetime);

#endif
