/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RFC 8259, 7.
 */
#include "json_text.h"

size_t
json_room(const char *text)
{
	return text == NULL ? 0 : 6 * ngx_strlen(text) + 2;
}

/* The bytes of one character; 1 where it is not UTF-8. */
static size_t
length_of(const u_char *p, size_t left, bool *sound)
{
	u_char *end = (u_char *)(uintptr_t)p;
	uint32_t c;

	*sound = true;
	if (*p < 0x80)
		return 1;
	c = ngx_utf8_decode(&end, left < 4 ? left : 4);
	*sound = c <= 0x10ffff && (c < 0xd800 || c > 0xdfff) && end > p;
	return *sound ? (size_t)(end - p) : 1;
}

u_char *
json_put_text(u_char *to, const char *text)
{
	const u_char *p = (const u_char *)text, *end = p + ngx_strlen(text);
	bool sound;
	size_t n;

	*to++ = '"';
	for (; p < end; p += n) {
		n = length_of(p, (size_t)(end - p), &sound);
		if (!sound) {
			*to++ = '?';
			continue;
		}
		if (*p == '"' || *p == '\\')
			*to++ = '\\';
		if (*p < ' ' || *p == 0x7f)
			to = ngx_sprintf(to, "\\u%04xd", (int)*p);
		else
			to = ngx_cpymem(to, p, n);
	}
	*to++ = '"';
	return to;
}

u_char *
json_put_member(u_char *to, const char *name, const char *text)
{
	if (text == NULL)
		return to;
	to = ngx_sprintf(to, ",\"%s\":", name);
	return json_put_text(to, text);
}
