/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Swapping groups of a list as text.  Reads tokens only, so that what a string
 * or a comment holds is never taken for a bracket, and builds no tree, which
 * would lose the comments.
 */
#include "conf_swap.h"

#include <assert.h>

#include "conf_lexer.h"
#include "str.h"

/* Bytes `from` to `to` of the text: a group with its braces. */
struct span {
	size_t from, to;
};

/* Where the reading stands. */
struct scan {
	struct apam_str text, list;
	struct conf_lexer lexer;
	unsigned depth; /* brackets that are open */
	bool named; /* the last outermost name was the list's */
	bool inside; /* in that list */
	size_t groups; /* of it that have ended */
};

static bool
opens(enum conf_token token)
{
	return token == CONF_LIST || token == CONF_ARRAY || token == CONF_GROUP;
}

static bool
closes(enum conf_token token)
{
	return token == CONF_LIST_END || token == CONF_ARRAY_END ||
	    token == CONF_GROUP_END;
}

/* Bytes of the text that are read: the last token ends there. */
static size_t
position(const struct scan *s)
{
	return s->text.n - s->lexer.rest.n;
}

/* True where the last token, which began at `before` or after blanks, is it. */
static bool
is_list_name(const struct scan *s, size_t before)
{
	const size_t end = position(s), n = s->list.n;

	if (end - before < n ||
	    !str_equal((struct apam_str){ s->text.p + end - n, n }, s->list))
		return false;
	return end - before == n ||
	    strchr(" \t\r\n/;,}])", s->text.p[end - n - 1]) != NULL;
}

/* True at the brace that begins or ends a group of the list. */
static bool
at_group(const struct scan *s, enum conf_token brace)
{
	return s->inside && s->depth == 1 && s->lexer.token == brace;
}

/* Take one token; false at the end of what can be read. */
static bool
next(struct scan *s)
{
	const size_t before = position(s);

	if (!conf_lexer_next(&s->lexer) || s->lexer.token == CONF_END)
		return false;
	if (s->depth == 0 && s->lexer.token == CONF_NAME)
		s->named = is_list_name(s, before);
	if (closes(s->lexer.token)) {
		if (s->depth == 0)
			return false;
		s->depth--;
	}
	return true;
}

static bool
find_group(
    struct apam_str text, struct apam_str list, size_t index, struct span *at)
{
	struct problems unwanted;
	struct scan s = { .text = text,
		.list = list,
		.lexer = {
		    .file = "", .rest = text, .line = 1, .all = &unwanted } };

	problems_init(&unwanted);
	while (next(&s)) {
		if (s.depth == 0 && opens(s.lexer.token))
			s.inside = s.named && s.lexer.token == CONF_LIST;
		if (at_group(&s, CONF_GROUP))
			at->from = position(&s) - 1;
		if (at_group(&s, CONF_GROUP_END) && s.groups++ == index) {
			at->to = position(&s);
			return true;
		}
		s.depth += opens(s.lexer.token);
	}
	return false;
}

static void
put(struct buf *to, struct apam_str text, size_t from, size_t end)
{
	buf_put(to, (struct apam_str){ text.p + from, end - from });
}

bool
conf_swap(struct apam_str text, struct apam_str list, size_t a, size_t b,
    struct buf *to)
{
	struct span first, second;

	assert(a < b);
	if (!find_group(text, list, a, &first) ||
	    !find_group(text, list, b, &second))
		return false;
	put(to, text, 0, first.from);
	put(to, text, second.from, second.to);
	put(to, text, first.to, second.from);
	put(to, text, first.from, first.to);
	put(to, text, second.to, text.n);
	return !to->failed;
}
