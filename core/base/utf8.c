/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Well-formed UTF-8 by the table of RFC 3629, 4: the lead byte determines the
 * length and the range of the second byte; the others are 80..bf.
 */
#include "base/utf8.h"

#include <stdint.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

struct form {
	unsigned char lead_low, lead_high;
	unsigned char second_low, second_high;
	size_t length;
};

static const struct form forms[] = {
	{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
	{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
	{ 0xe1, 0xec, 0x80, 0xbf, 3 },
	{ 0xed, 0xed, 0x80, 0x9f, 3 },
	{ 0xee, 0xef, 0x80, 0xbf, 3 },
	{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
	{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
	{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

static size_t
match(const struct form *form, struct apam_str s)
{
	const unsigned char *p = (const unsigned char *)s.p;

	if (s.n < form->length || p[1] < form->second_low ||
	    p[1] > form->second_high)
		return 0;
	for (size_t i = 2; i < form->length; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	}
	return form->length;
}

size_t
utf8_length(struct apam_str s)
{
	unsigned char lead;

	if (s.n == 0)
		return 0;
	lead = (unsigned char)s.p[0];
	if (lead < 0x80)
		return 1;
	for (size_t i = 0; i < COUNT(forms); i++) {
		if (lead >= forms[i].lead_low && lead <= forms[i].lead_high)
			return match(&forms[i], s);
	}
	return 0;
}

/* ---- What may be shown ------------------------------------------------ */

static const struct {
	uint32_t first, last;
} hidden[] = {
	{ 0x0000, 0x001f }, /* C0 */
	{ 0x007f, 0x009f }, /* DEL, C1 */
	{ 0x061c, 0x061c },
	{ 0x200e, 0x200f },
	{ 0x2028, 0x202e }, /* line, paragraph, then bidirectional */
	{ 0x2066, 0x2069 },
};

uint32_t
utf8_point(const char *s, size_t n)
{
	static const unsigned char lead_bits[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t point = (unsigned char)s[0] & lead_bits[n];

	for (size_t i = 1; i < n; i++)
		point = point << 6 | ((unsigned char)s[i] & 0x3fU);
	return point;
}

size_t
utf8_plain_length(struct apam_str s)
{
	const size_t n = utf8_length(s);
	uint32_t point;

	if (n == 0)
		return 0;
	point = utf8_point(s.p, n);
	for (size_t i = 0; i < COUNT(hidden); i++) {
		if (point >= hidden[i].first && point <= hidden[i].last)
			return 0;
	}
	return n;
}

bool
utf8_is_plain(struct apam_str s)
{
	while (s.n > 0) {
		const size_t n = utf8_plain_length(s);

		if (n == 0)
			return false;
		s = (struct apam_str){ s.p + n, s.n - n };
	}
	return true;
}

struct apam_str
utf8_take_plain(struct apam_str *rest)
{
	const struct apam_str from = *rest;
	const size_t n = utf8_length(from);
	const size_t skip = n == 0 ? 1 : n;

	*rest = (struct apam_str){ from.p + skip, from.n - skip };
	if (utf8_plain_length(from) == 0)
		return APAM_STR("?");
	return (struct apam_str){ from.p, n };
}

void
utf8_flatten(char *text)
{
	struct apam_str rest = { text, strlen(text) };
	struct apam_str c;

	while (rest.n > 0) {
		c = utf8_take_plain(&rest);
		memmove(text, c.p, c.n);
		text += c.n;
	}
	*text = '\0';
}
