/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text encodings.  All of them write to the buffer itself: the input is often a
 * secret, and no copy of it may stay on the stack.
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

/* Bytes at once, for compilers to make vectors of. */
#define HEX_BLOCK 16

static void
hex_block(const unsigned char *restrict bytes, char *restrict to)
{
	for (size_t i = 0; i < HEX_BLOCK; i++) {
		to[2 * i] = (char)(bytes[i] >> 4);
		to[2 * i + 1] = (char)(bytes[i] & 15);
	}
	for (size_t i = 0; i < 2 * HEX_BLOCK; i++)
		to[i] = (char)(to[i] + (to[i] < 10 ? '0' : 'a' - 10));
}

static void
hex_digits(const unsigned char *bytes, size_t n, char *to)
{
	static const char DIGITS[] = "0123456789abcdef";

	for (; n >= HEX_BLOCK; n -= HEX_BLOCK) {
		hex_block(bytes, to);
		bytes += HEX_BLOCK;
		to += 2 * HEX_BLOCK;
	}
	for (size_t i = 0; i < n; i++) {
		to[2 * i] = DIGITS[bytes[i] >> 4];
		to[2 * i + 1] = DIGITS[bytes[i] & 15];
	}
}

void
encode_hex(const unsigned char *bytes, size_t n, char *to)
{
	hex_digits(bytes, n, to);
	to[2 * n] = '\0';
}

static const char BASE64URL[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				"abcdefghijklmnopqrstuvwxyz0123456789-_";

/* The digits of up to three bytes from `i` on; how many there are. */
static size_t
base64_digits(struct apam_str bytes, size_t i, const char *alphabet, char to[4])
{
	const unsigned bits = byte_at(bytes, i) << 16 |
	    byte_at(bytes, i + 1) << 8 | byte_at(bytes, i + 2);

	to[0] = alphabet[bits >> 18];
	to[1] = alphabet[bits >> 12 & 63];
	to[2] = alphabet[bits >> 6 & 63];
	to[3] = alphabet[bits & 63];
	return bytes.n - i < 3 ? bytes.n - i + 1 : 4;
}

static void
put_base64(struct buf *b, struct apam_str bytes, const char *alphabet, bool pad)
{
	char digits[4];

	buf_fail_as(b, bytes);
	for (size_t i = 0; i < bytes.n; i += 3) {
		size_t n = base64_digits(bytes, i, alphabet, digits);

		buf_put(b, (struct apam_str){ digits, n });
		if (pad)
			buf_put(b, str_cut(APAM_STR("=="), 4 - n));
	}
	wipe(digits, sizeof(digits));
}

void
encode_base64(struct buf *b, struct apam_str bytes)
{
	put_base64(b, bytes, BASE64, true);
}

void
encode_base64url(struct buf *b, struct apam_str bytes)
{
	put_base64(b, bytes, BASE64URL, false);
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

/* Characters, a bit each: of 0 to 31, of 32 to 63 and so on. */
typedef const uint32_t characters[8];

/* RFC 3986, 2.3: letters, digits, "-", ".", "_" and "~". */
static characters unreserved = { 0, 0x03ff6000, 0x87fffffe, 0x47fffffe };
/* What RFC 6749, appendix B, does not change: the same with "*" for "~". */
static characters kept_in_form = { 0, 0x03ff6400, 0x87fffffe, 0x07fffffe };

static bool
is_of(const uint32_t *set, char c)
{
	const unsigned char byte = (unsigned char)c;

	return (set[byte / 32] >> (byte % 32) & 1) != 0;
}

/* Append what is kept in one piece each, and the rest by `put`. */
static void
put_escaped(struct buf *b, struct apam_str bytes, const uint32_t *kept,
    void (*put)(struct buf *b, char c))
{
	size_t n;

	buf_fail_as(b, bytes);
	for (; bytes.n > 0; bytes = str_skip(bytes, n)) {
		n = 0;
		while (n < bytes.n && is_of(kept, bytes.p[n]))
			n++;
		buf_put(b, str_cut(bytes, n));
		if (n < bytes.n)
			put(b, bytes.p[n++]);
	}
}

static void
put_form(struct buf *b, char c)
{
	if (c == ' ')
		buf_put_char(b, '+');
	else
		put_percent(b, c);
}

void
encode_form(struct buf *b, struct apam_str bytes)
{
	put_escaped(b, bytes, kept_in_form, put_form);
}

void
encode_percent(struct buf *b, struct apam_str bytes)
{
	put_escaped(b, bytes, unreserved, put_percent);
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
encode_put_hex(struct buf *b, struct apam_str bytes)
{
	char *room;
	size_t n;

	buf_fail_as(b, bytes);
	if (b->failed || bytes.n == 0)
		return;
	if (bytes.n <= SIZE_MAX / 2)
		buf_reserve(b, 2 * bytes.n);
	room = buf_room(b, &n);
	if (n / 2 < bytes.n) {
		buf_fail(b);
		return;
	}
	hex_digits((const unsigned char *)bytes.p, bytes.n, room);
	buf_filled(b, 2 * bytes.n);
}

void
encode_json_string(struct buf *b, struct apam_str bytes)
{
	buf_fail_as(b, bytes);
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

static unsigned
base64url_digit(char c)
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
put_digits(struct buf *b, struct apam_str text, unsigned (*digit_of)(char c))
{
	unsigned bits = 0, held = 0;

	for (size_t i = 0; i < text.n; i++) {
		unsigned digit = digit_of(text.p[i]);

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

static bool
put_base64url_bytes(struct buf *b, struct apam_str text)
{
	return put_digits(b, text, base64url_digit);
}

static bool
put_base64_bytes(struct buf *b, struct apam_str text)
{
	size_t n = text.n;

	if (n % 4 != 0)
		return false;
	while (n > 0 && text.n - n < 2 && text.p[n - 1] == '=')
		n--;
	return put_digits(b, str_cut(text, n), decode_base64_digit);
}

static bool
put_hex_bytes(struct buf *b, struct apam_str text)
{
	unsigned char byte;
	bool ok = text.n % 2 == 0;

	for (size_t i = 0; ok && i < text.n; i += 2) {
		ok = decode_hex(str_cut(str_skip(text, i), 2), &byte, 1);
		if (ok)
			buf_put_char(b, (char)byte);
	}
	return ok;
}

static bool
put_percent_bytes(struct buf *b, struct apam_str text)
{
	unsigned char byte;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] != '%') {
			buf_put_char(b, text.p[i]);
			continue;
		}
		if (text.n - i < 3 ||
		    !decode_hex(str_cut(str_skip(text, i + 1), 2), &byte, 1))
			return false;
		buf_put_char(b, (char)byte);
		i += 2;
	}
	return true;
}

static bool
put_form_bytes(struct buf *b, struct apam_str text)
{
	size_t n;

	for (bool ok = true; ok; text = str_skip(text, n + 1)) {
		n = str_find(text, '+');
		ok = put_percent_bytes(b, str_cut(text, n));
		if (!ok || n == text.n)
			return ok;
		buf_put_char(b, ' ');
	}
	return false;
}

/* Decode, or leave the buffer as it was. */
static bool
decode(struct buf *b, struct apam_str text,
    bool (*put)(struct buf *b, struct apam_str text))
{
	size_t before = b->n;

	buf_fail_as(b, text);
	if (b->failed)
		return false;
	if (!put(b, text)) {
		buf_truncate(b, b->failed ? 0 : before);
		return false;
	}
	return !b->failed;
}

bool
decode_base64(struct buf *b, struct apam_str text)
{
	return decode(b, text, put_base64_bytes);
}

bool
decode_base64url(struct buf *b, struct apam_str text)
{
	return decode(b, text, put_base64url_bytes);
}

bool
decode_put_hex(struct buf *b, struct apam_str text)
{
	return decode(b, text, put_hex_bytes);
}

bool
decode_percent(struct buf *b, struct apam_str text)
{
	return decode(b, text, put_percent_bytes);
}

bool
decode_form(struct buf *b, struct apam_str text)
{
	return decode(b, text, put_form_bytes);
}
