/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Masking.  Only Authorization has a scheme word (RFC 9110, 11.4); in any other
 * header, what stands before a space is a part of the key.
 */
#include "lib/mask.h"

#include <stdio.h>
#include <strings.h>

#define SHOWN 4
#define SHORT 16
#define WORD_MAX 20

static int
letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

/* The length of the scheme word with the space after it; 0: there is none. */
static size_t
scheme_word(struct apam_str name, struct apam_str value)
{
	static const char authorization[] = "authorization";
	size_t n = 0;

	if (name.n != sizeof(authorization) - 1 ||
	    strncasecmp(name.p, authorization, name.n) != 0)
		return 0;
	while (n < value.n && n < WORD_MAX && letter(value.p[n]))
		n++;
	if (n == 0 || n + 1 >= value.n || value.p[n] != ' ')
		return 0;
	return n + 1;
}

static size_t
shown(struct apam_str credential)
{
	size_t n = 0;

	while (n < SHOWN && credential.p[n] > ' ' && credential.p[n] < 0x7f)
		n++;
	return n;
}

void
mask(char to[MASK_SIZE], struct apam_str name, struct apam_str value)
{
	size_t word = scheme_word(name, value);
	struct apam_str rest = { value.p, value.n - word };

	if (word > 0)
		rest.p += word;
	if (rest.n < SHORT)
		snprintf(
		    to, MASK_SIZE, "%.*s…", (int)word, word > 0 ? value.p : "");
	else
		snprintf(to, MASK_SIZE, "%.*s%.*s… (%zu)", (int)word, value.p,
		    (int)shown(rest), rest.p, rest.n);
}
