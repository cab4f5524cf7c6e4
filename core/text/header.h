/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Header fields: which names and values are allowed (RFC 9110, 5.1 and 5.5),
 * and finding a field.
 */
#ifndef CORE_TEXT_HEADER_H
#define CORE_TEXT_HEADER_H

#include <stdbool.h>

#include <apam/types.h>

/* True for a byte of a token: tchar, RFC 9110, 5.6.2. */
bool header_is_token_char(char c);
/* True for a token, RFC 9110, 5.6.2, which is not empty. */
bool header_name_ok(struct apam_str name);
/*
 * True if there are no control characters, and no space or tab at either end.
 * Bytes above 127 are allowed (obs-text).
 */
bool header_value_ok(struct apam_str value);
/*
 * True for the headers that say the destination or the length of a request, and
 * for those of a connection (RFC 9110, 7.2, 7.6.1, 8.6; RFC 9112, 6).  Only the
 * program that sends the request may set them.
 */
bool header_is_framing(struct apam_str name);
/* The first value with this name, ignoring case; empty if there is none. */
struct apam_str header_find(
    const struct apam_header *headers, size_t count, struct apam_str name);

#endif
