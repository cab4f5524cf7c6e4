/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text encodings.  All of them append byte by byte to the buffer: the input is
 * often a secret, and no copy of it may stay on the stack.
 */
#include "text/encode.h"
#include "base/str.h"

static const char BASE64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "abcdefghijklmnopqrstuvwxyz0123456789+/";

static unsigned
byte_at(struct apam_str s, size_t i)
{
	return i < s.n ? (unsigned char)s.p[i] : 0;
}

void
encode_hex(const unsigned char *bytes, size_t n, char *to)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		*to++ = digits[bytes[i] >> 4];
		*to++ = digits[bytes[i] & 15];
	}
	*to = '\0';
}

void
encode_base64(struct buf *b, struct apam_str bytes)
{
	for (size_t i = 0; i < bytes.n; i += 3) {
		unsigned bits = byte_at(bytes, i) << 16 |
		    byte_at(bytes, i + 1) << 8 | byte_at(bytes, i + 2);
		size_t left = bytes.n - i;

		buf_put_char(b, BASE64[bits >> 18]);
		buf_put_char(b, BASE64[bits >> 12 & 63]);
		buf_put_char(b, left > 1 ? BASE64[bits >> 6 & 63] : '=');
		buf_put_char(b, left > 2 ? BASE64[bits & 63] : '=');
	}
}

static void
put_percent(struct buf *b, char c)
{
	static const char HEX[] = "0123456789ABCDEF";
	unsigned byte = (unsigned char)c;

	buf_put_char(b, '%');
	buf_put_char(b, HEX[byte >> 4]);
	buf_put_char(b, HEX[byte & 15]);
}

void
encode_form(struct buf *b, struct apam_str bytes)
{
	for (size_t i = 0; i < bytes.n; i++) {
		char c = bytes.p[i];

		if (c == ' ')
			buf_put_char(b, '+');
		else if (str_is_alnum(c) || str_is_one_of(c, "*-._"))
			buf_put_char(b, c);
		else
			put_percent(b, c);
	}
}

void
encode_percent(struct buf *b, struct apam_str bytes)
{
	for (size_t i = 0; i < bytes.n; i++) {
		char c = bytes.p[i];

		if (str_is_alnum(c) || str_is_one_of(c, "-._~"))
			buf_put_char(b, c);
		else
			put_percent(b, c);
	}
}

static void
put_hex(struct buf *b, char c)
{
	static const char HEX[] = "0123456789abcdef";
	unsigned byte = (unsigned char)c;

	buf_put_char(b, HEX[byte >> 4]);
	buf_put_char(b, HEX[byte & 15]);
}

void
encode_json_string(struct buf *b, struct apam_str bytes)
{
	buf_put_char(b, '"');
	for (size_t i = 0; i < bytes.n; i++) {
		char c = bytes.p[i];

		if ((unsigned char)c < 32) {
			buf_put(b, APAM_STR("\\u00"));
			put_hex(b, c);
			continue;
		}
		if (c == '"' || c == '\\')
			buf_put_char(b, '\\');
		buf_put_char(b, c);
	}
	buf_put_char(b, '"');
}

bool
decode_hex(struct apam_str hex, unsigned char *to, size_t n)
{
	int high, low;

	if (hex.n != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		high = str_hex(hex.p[2 * i]);
		low = str_hex(hex.p[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		to[i] = (unsigned char)(high * 16 + low);
	}
	return true;
}

unsigned
decode_base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (unsigned)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (unsigned)(c - 'a') + 26;
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0') + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : 64;
}

/* The same in the URL-safe alphabet, which has others for the last two. */
static unsigned
url_safe_digit(char c)
{
	switch (c) {
	case '-':
		return 62;
	case '_':
		return 63;
	case '+':
	case '/':
		return 64;
	default:
		return decode_base64_digit(c);
	}
}

static bool
put_decoded(struct buf *b, struct apam_str text)
{
	unsigned bits = 0, held = 0;

	for (size_t i = 0; i < text.n; i++) {
		unsigned digit = url_safe_digit(text.p[i]);

		if (digit > 63)
			return false;
		bits = (bits << 6 | digit) & 0xfff;
		held += 6;
		if (held >= 8) {
			held -= 8;
			buf_put_char(b, (char)(bits >> held & 255));
		}
	}
	/* RFC 4648, 3.5: the bits left over must be zero. */
	return held < 6 && (bits & ((1U << held) - 1)) == 0;
}

bool
decode_base64url(struct buf *b, struct apam_str text)
{
	size_t before = b->n;

	if (b->failed)
		return false;
	if (!put_decoded(b, text)) {
		buf_truncate(b, b->failed ? 0 : before);
		return false;
	}
	return !b->failed;
}
