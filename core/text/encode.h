/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text encodings; those that have a buffer append to it.
 */
#ifndef CORE_TEXT_ENCODE_H
#define CORE_TEXT_ENCODE_H

#include "base/buf.h"

/* Lower case hexadecimal digits of n bytes, and a NUL: 2 * n + 1 bytes. */
void encode_hex(const unsigned char *bytes, size_t n, char *to);
/* Standard alphabet, padded.  RFC 4648, 4. */
void encode_base64(struct buf *b, struct apam_str bytes);
/* URL-safe alphabet, not padded.  RFC 4648, 5. */
void encode_base64url(struct buf *b, struct apam_str bytes);
/* Lower case hexadecimal digits. */
void encode_put_hex(struct buf *b, struct apam_str bytes);
/* application/x-www-form-urlencoded.  RFC 6749, appendix B. */
void encode_form(struct buf *b, struct apam_str bytes);
/* Percent-encode all but unreserved characters.  RFC 3986, 2.3. */
void encode_percent(struct buf *b, struct apam_str bytes);
/* Append a JSON string with its quotes.  RFC 8259, 7.  The input is UTF-8. */
void encode_json_string(struct buf *b, struct apam_str bytes);
/*
 * The bytes of hexadecimal digits, of either case.  False unless there are
 * 2 * n digits; `to` is then undefined.
 */
bool decode_hex(struct apam_str hex, unsigned char *to, size_t n);
/* The six bits of a digit of base64 (RFC 4648, 4); 64 if it is not one. */
unsigned decode_base64_digit(char c);
/*
 * Decode to the end of a buffer: base64 with its padding (RFC 4648, 4), URL-safe
 * base64 without (5), hexadecimal digits of either case, percent-encoding (RFC
 * 3986, 2.1), a part of a form (RFC 6749, appendix B).  False for other input,
 * of which nothing is appended, or if the buffer failed.
 */
bool decode_base64(struct buf *b, struct apam_str text);
bool decode_base64url(struct buf *b, struct apam_str text);
bool decode_put_hex(struct buf *b, struct apam_str text);
bool decode_percent(struct buf *b, struct apam_str text);
bool decode_form(struct buf *b, struct apam_str text);

#endif
