/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A walk over JSON that knows strings and brackets, and nothing else of it.
 */
#include "key_line.h"

#include <stdbool.h>
#include <string.h>

/* Which key of the array of keys it is at. */
struct walk {
	bool in_string, escaped;
	unsigned depth, line;
	size_t key;
};

static void
walk_over(struct walk *w, char c)
{
	if (c == '\n')
		w->line++;
	if (w->in_string) {
		if (!w->escaped && c == '"')
			w->in_string = false;
		w->escaped = !w->escaped && c == '\\';
		return;
	}
	if (c == '"')
		w->in_string = true;
	else if (c == '{' || c == '[')
		w->depth++;
	else if ((c == '}' || c == ']') && w->depth > 0)
		w->depth--;
	else if (c == ',' && w->depth == 2)
		w->key++;
}

unsigned
key_line_too_deep(struct apam_str text)
{
	struct walk w = { .line = 1 };

	for (size_t i = 0; i < text.n && w.depth <= KEY_DEPTH_MAX; i++)
		walk_over(&w, text.p[i]);
	return w.depth > KEY_DEPTH_MAX ? w.line : 0;
}

unsigned
key_line(struct apam_str text, size_t key)
{
	struct walk w = { .line = 1 };

	for (size_t i = 0; i < text.n; i++) {
		if (w.depth == 2 && w.key == key &&
		    memchr(" \t\r\n", text.p[i], 4) == NULL)
			return w.line;
		walk_over(&w, text.p[i]);
	}
	return 0;
}
