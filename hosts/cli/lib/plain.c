/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes are held until they are a complete character, or cannot become one.
 */
#include "lib/plain.h"

#include <string.h>

#include "base/utf8.h"

/* How many bytes a character with this first byte has; 0: not a first byte. */
static size_t
length_by_lead(unsigned char c)
{
	if (c < 0x80)
		return 1;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	return c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/* Show the first n held bytes as numbers. */
static void
show_bytes(struct plain *plain, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fprintf(plain->to, "\\x%02x",
		    (unsigned)(unsigned char)plain->held[i]);
}

static void
drop_held(struct plain *plain, size_t n)
{
	plain->n -= n;
	memmove(plain->held, plain->held + n, plain->n);
}

/* True if the first held character may be complete. */
static bool
is_ready(const struct plain *plain)
{
	const char c = plain->held[0];
	const size_t want = c == '\r' ? 2 : length_by_lead((unsigned char)c);

	return plain->n >= want;
}

/* Show the first held character. */
static void
show_first(struct plain *plain)
{
	const struct apam_str s = { plain->held, plain->n };
	size_t n = utf8_plain_length(s);

	if (s.p[0] == '\n' || s.p[0] == '\t' ||
	    (s.n > 1 && memcmp(s.p, "\r\n", 2) == 0))
		n = 1;
	if (n > 0) {
		fwrite(s.p, 1, n, plain->to);
	} else {
		n = utf8_length(s);
		n = n == 0 ? 1 : n;
		show_bytes(plain, n);
	}
	drop_held(plain, n);
}

bool
plain_write(struct plain *plain, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		plain->held[plain->n++] = p[i];
		while (plain->n > 0 && is_ready(plain))
			show_first(plain);
	}
	return ferror(plain->to) == 0;
}

bool
plain_end(struct plain *plain)
{
	while (plain->n > 0)
		show_first(plain);
	return ferror(plain->to) == 0;
}
