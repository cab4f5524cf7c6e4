/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text encodings; each but encode_hex appends to a buffer.
 */
#ifndef CORE_TEXT_ENCODE_H
#define CORE_TEXT_ENCODE_H

#include "base/buf.h"

/* Lower case hexadecimal digits of n bytes, and a NUL: 2 * n + 1 bytes. */
void encode_hex(const unsigned char *bytes, size_t n, char *to);
/* Standard alphabet, padded.  RFC 4648, 4. */
void encode_base64(struct buf *b, struct apam_str bytes);
/* application/x-www-form-urlencoded.  RFC 6749, appendix B. */
void encode_form(struct buf *b, struct apam_str bytes);
/* Percent-encode all but unreserved characters.  RFC 3986, 2.3. */
void encode_percent(struct buf *b, struct apam_str bytes);
/* Append a JSON string with its quotes.  RFC 8259, 7.  The input is UTF-8. */
void encode_json_string(struct buf *b, struct apam_str bytes);
/*
 * Decode URL-safe base64 without padding.  RFC 4648, 5.  False for other input,
 * of which nothing is appended, or if the buffer failed.
 */
bool decode_base64url(struct buf *b, struct apam_str text);

#endif
