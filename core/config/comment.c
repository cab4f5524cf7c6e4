/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Comments around a group.  Only blanks and comments are read here, in a text
 * whose tokens lexer.h has found before, so every comment has an end.
 */
#include "config/comment.h"

#include "base/str.h"

static bool
starts_at(struct apam_str text, size_t at, struct apam_str what)
{
	return at <= text.n && str_starts(str_skip(text, at), what);
}

/*
 * The end of the comment that starts at `at`, without its newline; `at` if none
 * does.
 */
static size_t
comment_end(struct apam_str text, size_t at)
{
	if (starts_at(text, at, APAM_STR("/*"))) {
		for (at += 2; at < text.n; at++)
			if (starts_at(text, at, APAM_STR("*/")))
				return at + 2;
		return at;
	}
	if (!starts_at(text, at, APAM_STR("#")) &&
	    !starts_at(text, at, APAM_STR("//")))
		return at;
	return at + str_find(str_skip(text, at), '\n');
}

/* Where the blanks directly before `at` start; `at` if there are none. */
static size_t
blanks_before(struct apam_str text, size_t at)
{
	while (at > 0 && strchr(" \t\r", text.p[at - 1]) != NULL)
		at--;
	return at;
}

size_t
conf_comment_above(struct apam_str text, size_t gap, size_t brace)
{
	size_t begin = brace, at = gap, end;
	unsigned newlines = 0; /* since the last comment */
	bool first_line = true; /* still on the line of the token before */

	while (at < brace) {
		end = comment_end(text, at);
		if (end > at) {
			begin = begin == brace ? at : begin;
			newlines = 0;
			at = end;
			continue;
		}
		newlines += text.p[at] == '\n';
		/* The comment belongs to another group, or to none. */
		if (newlines == 2 || (newlines == 1 && first_line))
			begin = brace;
		first_line = first_line && newlines == 0;
		at++;
	}
	return begin;
}

bool
conf_comment_line_begins(struct apam_str text, size_t at)
{
	at = blanks_before(text, at);
	return at == 0 || text.p[at - 1] == '\n';
}

static size_t
skip_line_blanks(struct apam_str text, size_t at)
{
	while (at < text.n && strchr(" \t\r", text.p[at]) != NULL)
		at++;
	return at;
}

bool
conf_comment_behind(struct apam_str text, size_t end, size_t *from, size_t *to)
{
	size_t at = skip_line_blanks(text, end), after;

	*from = end;
	if (at < text.n && text.p[at] == ',')
		*from = at + 1;
	at = skip_line_blanks(text, *from);
	*to = comment_end(text, at);
	/* Blanks after the comment belong to the line. */
	*to = *to == at ? *from : blanks_before(text, *to);
	after = skip_line_blanks(text, *to);
	return after == text.n || text.p[after] == '\n';
}
