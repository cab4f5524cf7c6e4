/* SPDX-License-Identifier: BSD-2-Clause */
#define _DEFAULT_SOURCE /* explicit_bzero */
#include "helper/basic.h"

#include <string.h>

/* The value of one character of base64 (RFC 4648, 4); -1: it is none. */
static int
six_bits(char c)
{
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c == '\0' ? NULL : strchr(alphabet, c);

	return at == NULL ? -1 : (int)(at - alphabet);
}

/* Decode; how many bytes that are, or -1. */
static long
decode(struct apam_str from, char *to, size_t room)
{
	unsigned long held = 0;
	size_t n = 0;
	int bits = 0, value;

	while (from.n > 0 && from.p[from.n - 1] == '=')
		from.n--;
	for (size_t i = 0; i < from.n; i++) {
		value = six_bits(from.p[i]);
		if (value < 0 || n == room)
			return -1;
		held = (held << 6 | (unsigned long)value) & 0xffff;
		bits += 6;
		if (bits < 8)
			continue;
		bits -= 8;
		to[n++] = (char)(held >> bits & 0xff);
	}
	return (long)n;
}

static bool
is_plain(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return false;
	return true;
}

bool
basic_read(struct apam_str encoded, struct basic *basic)
{
	const long n = decode(encoded, basic->text, sizeof(basic->text));
	const char *colon;

	if (n <= 0 || !is_plain(basic->text, (size_t)n))
		return false;
	colon = memchr(basic->text, ':', (size_t)n);
	if (colon == NULL)
		return false;
	basic->user.p = basic->text;
	basic->user.n = (size_t)(colon - basic->text);
	basic->password.p = colon + 1;
	basic->password.n = (size_t)n - basic->user.n - 1;
	return true;
}

void
basic_wipe(struct basic *basic)
{
	explicit_bzero(basic, sizeof(*basic));
}
