/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Header fields: what may be one (RFC 9110, 5.1 and 5.5), finding one, and
 * the two that the core reads itself: challenges and retry times.
 */
#ifndef CORE_HEADER_H
#define CORE_HEADER_H

#include <stdbool.h>

#include <apam/types.h>

/* A token, RFC 9110, 5.6.2; not empty. */
bool header_name_ok(struct apam_str name);
/*
 * No control characters at all, no space or tab at either end.  Bytes above
 * 127 pass (obs-text).
 */
bool header_value_ok(struct apam_str value);
/*
 * True for the headers that say where a request goes or where it ends, and for
 * those of one connection (RFC 9110, 7.2, 7.6.1, 8.6; RFC 9112, 6): whoever
 * sends the request sets them.
 */
bool header_is_framing(struct apam_str name);
/* The first value of this name, without case; empty where there is none. */
struct apam_str header_find(
    const struct apam_header *headers, size_t count, struct apam_str name);

/*
 * Find the challenge of an auth scheme in all WWW-Authenticate headers and
 * copy a parameter of it, unquoted, to `to`, cut to `size` with a NUL.  Reads
 * several challenges in one header, quoted strings with escapes, token68.
 * A NULL `parameter` asks for the scheme alone.  RFC 9110, 11.6.1.
 */
bool challenge_find(const struct apam_header *headers, size_t count,
    const char *scheme, const char *parameter, char *to, size_t size);

/*
 * Seconds to wait as Retry-After says, as a number or a date (RFC 9110,
 * 10.2.3), never negative, at most a day; -1 where it says nothing.  `now` is
 * Unix time in seconds.
 */
int64_t retry_after(struct apam_str value, int64_t now);

#endif
