/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Challenges: the contents of a WWW-Authenticate header (RFC 9110, 11.6.1).
 */
#ifndef CORE_TEXT_CHALLENGE_H
#define CORE_TEXT_CHALLENGE_H

#include <stdbool.h>

#include <apam/types.h>

/*
 * Copy the auth scheme of challenge number `index`, from 0, of all
 * WWW-Authenticate headers to `to`, cut to `size` with a NUL.  A header may have
 * several challenges, quoted strings with escapes, and token68; one that breaks
 * the grammar has none.  False if there are fewer challenges.
 */
bool challenge_scheme(const struct apam_header *headers, size_t count,
    size_t index, char *to, size_t size);
/*
 * The same for the first parameter of that name, unquoted; "" asks for the
 * token68.  False if there is none.
 */
bool challenge_parameter(const struct apam_header *headers, size_t count,
    size_t index, const char *name, char *to, size_t size);

#endif
