/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds a name that is there twice: all names are sorted by their group and
 * bytes, so that equal ones are neighbours.
 */
#include "config/duplicate.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/str.h"
#include "config/lexer.h"

/* How far the reading has come. */
struct scan {
	struct conf_lexer lexer;
	struct problems unwanted;
	/* The group, counted from 1, that is open at each depth. */
	unsigned groups[CONF_DEPTH_MAX + 2];
	unsigned depth, count;
};

/* A name and its place. */
struct name {
	struct apam_str text;
	unsigned group, line;
};

static void
begin_scan(struct scan *s, struct apam_str text)
{
	*s = (struct scan){ .lexer = { .file = "", .rest = text, .line = 1 } };
	problems_init(&s->unwanted);
	s->lexer.all = &s->unwanted;
}

/* Go to the next name; false at the end. */
static bool
next_name(struct scan *s, struct name *name)
{
	while (conf_lexer_next(&s->lexer) && s->lexer.token != CONF_END) {
		switch (s->lexer.token) {
		case CONF_NAME:
			*name = (struct name){ s->lexer.token_text,
				s->groups[s->depth], s->lexer.token_line };
			return true;
		case CONF_GROUP:
		case CONF_LIST:
		case CONF_ARRAY:
			if (s->depth > CONF_DEPTH_MAX)
				return false;
			s->groups[++s->depth] = ++s->count;
			break;
		case CONF_GROUP_END:
		case CONF_LIST_END:
		case CONF_ARRAY_END:
			if (s->depth > 0)
				s->depth--;
			break;
		default:
			break;
		}
	}
	return false;
}

/* All names of a text. */
struct names {
	struct name *all;
	size_t count, room;
};

static bool
add_name(struct names *names, const struct name *name)
{
	if (!array_grow(
		&names->all, names->count, &names->room, sizeof(*names->all)))
		return false;
	names->all[names->count++] = *name;
	return true;
}

static int
compare_names(const struct name *a, const struct name *b)
{
	const size_t n = a->text.n < b->text.n ? a->text.n : b->text.n;
	int order = (a->group > b->group) - (a->group < b->group);

	if (order == 0)
		order = memcmp(a->text.p, b->text.p, n);
	if (order == 0)
		order = (a->text.n > b->text.n) - (a->text.n < b->text.n);
	return order;
}

static int
compare_places(const void *a, const void *b)
{
	const struct name *x = a, *y = b;
	const int order = compare_names(x, y);

	return order != 0 ? order :
			    (x->text.p > y->text.p) - (x->text.p < y->text.p);
}

bool
conf_duplicate(struct apam_str text, struct apam_str *found, unsigned *first)
{
	struct names names = { .all = NULL };
	struct scan s;
	struct name name;
	bool whole = true;

	*found = (struct apam_str){ text.p + text.n, 0 };
	*first = 0;
	begin_scan(&s, text);
	while (whole && next_name(&s, &name))
		whole = add_name(&names, &name);
	if (whole && names.count > 0)
		qsort(names.all, names.count, sizeof(name), compare_places);
	for (size_t i = 1; whole && i < names.count; i++) {
		const struct name *before = &names.all[i - 1];

		if (compare_names(before, &names.all[i]) != 0 ||
		    names.all[i].text.p >= found->p)
			continue;
		*found = names.all[i].text;
		*first = before->line;
	}
	free(names.all);
	return whole;
}
