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

#endif
