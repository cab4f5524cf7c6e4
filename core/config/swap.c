/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Swaps two groups of a list in the text.  Only tokens are read, so that a
 * bracket in a string or comment does not count.  No tree is built, because
 * that would lose the comments.
 */
#include "config/swap.h"

#include <assert.h>

#include "base/str.h"
#include "config/comment.h"
#include "config/lexer.h"

/* Bytes `from` to `to` of the text. */
struct span {
	size_t from, to;
};

/* A group with its braces, and the comments that belong to it. */
struct place {
	struct span group;
	size_t above; /* the start of the comments above it */
	struct span behind;
	bool ends_line; /* with the comment after it */
};

/* How far the reading has come. */
struct scan {
	struct apam_str text, list;
	struct conf_lexer lexer;
	unsigned depth; /* open brackets */
	size_t before; /* where the blanks before the last token start */
	bool named; /* the last outermost name was the list's */
	bool inside; /* the reading is in that list */
	size_t groups; /* groups of it that have ended */
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

/* Bytes read so far; the last token ends there. */
static size_t
position(const struct scan *s)
{
	return s->text.n - s->lexer.rest.n;
}

/* True at the brace that starts or ends a group of the list. */
static bool
at_group(const struct scan *s, enum conf_token brace)
{
	return s->inside && s->depth == 1 && s->lexer.token == brace;
}

/* Read a token; false at the end of what can be read. */
static bool
next(struct scan *s)
{
	s->before = position(s);
	if (!conf_lexer_next(&s->lexer) || s->lexer.token == CONF_END)
		return false;
	if (s->depth == 0 && s->lexer.token == CONF_NAME)
		s->named = str_equal(s->lexer.token_text, s->list);
	if (closes(s->lexer.token)) {
		if (s->depth == 0)
			return false;
		s->depth--;
	}
	return true;
}

static void
begin_place(const struct scan *s, struct place *at)
{
	at->group.from = position(s) - 1;
	at->above = conf_comment_above(s->text, s->before, at->group.from);
}

static void
end_place(const struct scan *s, struct place *at)
{
	at->group.to = position(s);
	at->ends_line = conf_comment_behind(
	    s->text, at->group.to, &at->behind.from, &at->behind.to);
}

static bool
find_group(
    struct apam_str text, struct apam_str list, size_t index, struct place *at)
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
			begin_place(&s, at);
		if (at_group(&s, CONF_GROUP_END) && s.groups++ == index) {
			end_place(&s, at);
			return true;
		}
		s.depth += opens(s.lexer.token);
	}
	return false;
}

/*
 * Comments above are moved if both groups start a line, and comments after if
 * both end one: only then is it clear to which group they belong, and nothing
 * else ends up in a comment.
 */
static void
keep_comments(struct apam_str text, struct place *a, struct place *b)
{
	const bool lines = conf_comment_line_begins(text, a->above) &&
	    conf_comment_line_begins(text, b->above);
	const bool ends = a->ends_line && b->ends_line;

	a->group.from = lines ? a->above : a->group.from;
	b->group.from = lines ? b->above : b->group.from;
	a->behind.to = ends ? a->behind.to : a->behind.from;
	b->behind.to = ends ? b->behind.to : b->behind.from;
}

static void
put_range(struct buf *to, struct apam_str text, size_t from, size_t end)
{
	buf_put(to, (struct apam_str){ text.p + from, end - from });
}

static void
put_span(struct buf *to, struct apam_str text, struct span span)
{
	put_range(to, text, span.from, span.to);
}

bool
conf_swap(struct apam_str text, struct apam_str list, size_t a, size_t b,
    struct buf *to)
{
	struct place first, second;

	assert(a < b);
	if (!find_group(text, list, a, &first) ||
	    !find_group(text, list, b, &second))
		return false;
	keep_comments(text, &first, &second);
	put_range(to, text, 0, first.group.from);
	put_span(to, text, second.group);
	put_range(to, text, first.group.to, first.behind.from);
	put_span(to, text, second.behind);
	put_range(to, text, first.behind.to, second.group.from);
	put_span(to, text, first.group);
	put_range(to, text, second.group.to, second.behind.from);
	put_span(to, text, first.behind);
	put_range(to, text, second.behind.to, text.n);
	return !to->failed;
}
