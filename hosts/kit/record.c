/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hash is FNV-1a: nobody chooses the texts to collide.
 */
#include "kit/record.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
record_line(struct record *r, const char *format, ...)
{
	va_list args;

	if (r->count < RECORD_LINES)
		r->count++;
	va_start(args, format);
	(void)vsnprintf(r->lines[r->count - 1].label, sizeof(r->lines[0].label),
	    format, args);
	va_end(args);
	r->lines[r->count - 1].hash = 0xcbf29ce484222325U;
}

void
record_text(struct record *r, struct apam_str text)
{
	uint64_t *hash = &r->lines[r->count - 1].hash;

	record_number(r, (int64_t)text.n);
	for (size_t i = 0; i < text.n; i++)
		*hash = (*hash ^ (unsigned char)text.p[i]) * 0x100000001b3U;
}

void
record_number(struct record *r, int64_t number)
{
	uint64_t *hash = &r->lines[r->count - 1].hash;

	for (unsigned i = 0; i < 64; i += 8)
		*hash = (*hash ^ ((uint64_t)number >> i & 0xff)) *
		    0x100000001b3U;
}

const char *
record_differs(const struct record *a, const struct record *b)
{
	for (size_t i = 0; i < a->count && i < b->count; i++)
		if (a->lines[i].hash != b->lines[i].hash ||
		    strcmp(a->lines[i].label, b->lines[i].label) != 0)
			return a->lines[i].label;
	return a->count == b->count ? NULL : "how many steps there are";
}
