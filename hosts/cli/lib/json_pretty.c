/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JSON (RFC 8259) made readable for a terminal.  This works on the text and not
 * on parsed values, so that numbers, duplicate names and their order stay as
 * the provider wrote them.  jansson decides whether it is JSON; after that the
 * text needs no further checks.  Control characters that JSON allows are
 * escaped, to protect the terminal.
 */
#include <string.h>

#include "base/utf8.h"
#include "lib/json_out.h"

#define INDENT 2

struct reader {
	FILE *to;
	const char *p, *end;
	int depth;
};

static void
newline(const struct reader *r)
{
	fprintf(r->to, "\n%*s", r->depth * INDENT, "");
}

/* Print one character of a string; returns how many bytes it had. */
static size_t
string_char(const struct reader *r)
{
	const struct apam_str rest = { r->p, (size_t)(r->end - r->p) };
	size_t n = utf8_plain_length(rest);

	if (*r->p == '\\') {
		fwrite(r->p, 1, 2, r->to);
		return 2;
	}
	if (n > 0) {
		fwrite(r->p, 1, n, r->to);
		return n;
	}
	/* It would control the terminal or the reading order: escape it. */
	n = utf8_length(rest);
	fprintf(r->to, "\\u%04x", (unsigned)utf8_point(r->p, n));
	return n;
}

static void
string(struct reader *r)
{
	fputc('"', r->to);
	r->p++;
	while (*r->p != '"')
		r->p += string_char(r);
	fputc('"', r->to);
	r->p++;
}

static void
skip_space(struct reader *r)
{
	while (r->p < r->end && strchr(" \t\r\n", *r->p) != NULL)
		r->p++;
}

static void
open_bracket(struct reader *r)
{
	fputc(*r->p++, r->to);
	skip_space(r);
	if (*r->p == ']' || *r->p == '}') {
		fputc(*r->p++, r->to);
		return;
	}
	r->depth++;
	newline(r);
}

static void
close_bracket(struct reader *r)
{
	r->depth--;
	newline(r);
	fputc(*r->p++, r->to);
}

static void
token(struct reader *r)
{
	switch (*r->p) {
	case '"':
		string(r);
		return;
	case '[':
	case '{':
		open_bracket(r);
		return;
	case ']':
	case '}':
		close_bracket(r);
		return;
	case ',':
		fputc(*r->p++, r->to);
		newline(r);
		return;
	case ':':
		fputs(": ", r->to);
		r->p++;
		return;
	default:
		fputc(*r->p++, r->to);
	}
}

bool
json_pretty(FILE *to, struct apam_str text)
{
	struct reader r = { to, text.p, text.p + text.n, 0 };
	json_t *value;

	if (text.n == 0)
		return false;
	value = json_loadb(
	    text.p, text.n, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	if (value == NULL)
		return false;
	json_decref(value);
	for (skip_space(&r); r.p < r.end; skip_space(&r))
		token(&r);
	fputc('\n', to);
	return true;
}
