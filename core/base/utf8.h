/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Well-formed UTF-8, RFC 3629: no overlong form, no surrogate, nothing above
 * U+10FFFF.
 */
#ifndef CORE_UTF8_H
#define CORE_UTF8_H

#include <apam/types.h>

/* What some editors put before a text: U+FEFF, the byte order mark. */
#define UTF8_MARK "\xef\xbb\xbf"

/* Bytes of the first character of s, 1 to 4; 0 where malformed or empty. */
size_t utf8_length(struct apam_str s);

/* The code point of a well-formed character of n bytes. */
uint32_t utf8_point(const char *s, size_t n);

/*
 * As utf8_length, and 0 too where the character must not be shown as it is,
 * because it steers a terminal, ends a line or turns the order of what is read:
 * C0, DEL and C1, U+2028 and U+2029, and the marks of bidirectional text,
 * U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069 (Unicode UAX #9,
 * 2).
 */
size_t utf8_plain_length(struct apam_str s);

/*
 * Take the first character off *rest, which is not empty, and give what is to
 * be shown of it: itself, or "?".
 */
struct apam_str utf8_take_plain(struct apam_str *rest);

/* Put a '?' in place of what must not be shown; no text gets longer. */
void utf8_flatten(char *text);

#endif
