/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Challenges: what a WWW-Authenticate header says (RFC 9110, 11.6.1).
 */
#ifndef CORE_CHALLENGE_H
#define CORE_CHALLENGE_H

#include <stdbool.h>

#include <apam/types.h>

/*
 * Find the challenge of an auth scheme in all WWW-Authenticate headers and
 * copy a parameter of it, unquoted, to `to`, cut to `size` with a NUL.  Reads
 * several challenges in one header, quoted strings with escapes, token68.
 * A NULL `parameter` asks for the scheme alone.  RFC 9110, 11.6.1.
 */
bool challenge_find(const struct apam_header *headers, size_t count,
    const char *scheme, const char *parameter, char *to, size_t size);

#endif
