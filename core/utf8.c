/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Well-formed UTF-8 by the table of RFC 3629, 4: the lead byte gives the
 * length and the range of the second byte; the others are 80..bf.  Decodes
 * nothing.
 */
#include "utf8.h"

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
