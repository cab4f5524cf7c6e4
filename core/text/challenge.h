/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Challenges: the contents of a WWW-Authenticate header (RFC 9110, 11.6.1).
 */
#ifndef CORE_TEXT_CHALLENGE_H
#define CORE_TEXT_CHALLENGE_H

#include <stdbool.h>

#include <apam/types.h>

/*
 * Find the challenge of an auth scheme in all WWW-Authenticate headers, and
 * copy a parameter of it, unquoted, to `to`, cut to `size` with a NUL.  A
 * header may have several challenges, quoted strings with escapes, and token68.
 * If `parameter` is NULL, only the scheme is searched.  RFC 9110, 11.6.1.
 */
bool challenge_find(const struct apam_header *headers, size_t count,
    const char *scheme, const char *parameter, char *to, size_t size);

#endif
