/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Well-formed UTF-8, RFC 3629: no overlong form, no surrogate, nothing above
 * U+10FFFF.
 */
#ifndef CORE_BASE_UTF8_H
#define CORE_BASE_UTF8_H

#include <stdbool.h>

#include <apam/types.h>

/* U+FEFF, the byte order mark, which some editors put before a text. */
#define UTF8_MARK "\xef\xbb\xbf"

/* Bytes of the first character of s, 1 to 4; 0 if malformed or empty. */
size_t utf8_length(struct apam_str s);

/* The code point of a well-formed character of n bytes. */
uint32_t utf8_point(const char *s, size_t n);

/*
 * As utf8_length, but also 0 if the character must not be shown as it is,
 * because it controls a terminal, ends a line or changes the reading order: C0,
 * DEL and C1, U+2028 and U+2029, and the marks of bidirectional text, U+061C,
 * U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069 (Unicode UAX #9, 2).
 */
size_t utf8_plain_length(struct apam_str s);

/* True where all of s may be shown, by utf8_plain_length. */
bool utf8_is_plain(struct apam_str s);

/*
 * Take the first character off *rest, which must not be empty, and return what
 * to show for it: the character itself, or "?".
 */
struct apam_str utf8_take_plain(struct apam_str *rest);

/* Replace what must not be shown by '?'; no text gets longer. */
void utf8_flatten(char *text);

#endif
