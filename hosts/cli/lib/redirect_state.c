/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first parameter of the name counts; a module refuses a second one.
 */
#include "lib/redirect_state.h"

#include <stddef.h>
#include <string.h>

#define NAME "state="

/* The value's first byte; NULL: there is no such parameter. */
static const char *
find_state(const char *url)
{
	const char *at = strchr(url, '?');

	/* A '#' before it begins a fragment. */
	if (at == NULL || strcspn(url, "#") < (size_t)(at - url))
		return NULL;
	do {
		at++;
		if (strncmp(at, NAME, sizeof(NAME) - 1) == 0)
			return at + sizeof(NAME) - 1;
		at += strcspn(at, "&#");
	} while (*at == '&');
	return NULL;
}

static int
hex(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *at = c == '\0' ? NULL : strchr(digits, c);

	return at == NULL ? -1 : (int)((at - digits) % 16);
}

/* Read a byte of a value, which may be an escape; -1 at its end. */
static int
take_byte(const char **value)
{
	const char *p = *value;

	if (*p == '\0' || *p == '&' || *p == '#')
		return -1;
	*value = p + 1;
	if (*p == '+')
		return ' ';
	if (*p != '%' || hex(p[1]) < 0 || hex(p[2]) < 0)
		return (unsigned char)*p;
	*value = p + 3;
	return hex(p[1]) * 16 + hex(p[2]);
}

bool
redirect_state_same(const char *page, const char *back)
{
	const char *mine = find_state(page), *other = find_state(back);
	int differences = 0, a = 0, b;

	if (mine == NULL || other == NULL)
		return mine == NULL;
	/* For as long as the other's value, wherever they differ. */
	do {
		b = take_byte(&other);
		a = a < 0 ? -1 : take_byte(&mine);
		differences |= a ^ b;
	} while (b >= 0);
	return differences == 0;
}
