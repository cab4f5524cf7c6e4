/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A group of options, in a list or alone: reading its members, and refusing one
 * of them.
 */
#ifndef GROUP_H
#define GROUP_H

#include "login_token.h"

struct group {
	const struct login_token *t;
	const struct apam_value *members; /* NULL: the group is not set */
	size_t path[3];	/* of the member that is refused */
	size_t depth;	/* 2: a group alone; 3: one of a list */
};

/* The group that option `i` is. */
static inline struct group
group_alone(const struct login_token *t, enum option i)
{
	const struct group g = { t, option(t, i)->members, { i, 0, 0 }, 2 };

	return g;
}

/* Group number `n` of option `i`, each of which has `members`. */
static inline struct group
group_of(const struct login_token *t, enum option i, size_t n, size_t members)
{
	const struct group g = { t,
		apam_value_at(t->options, option(t, i)->members, n * members),
		{ i, n, 0 }, 3 };

	return g;
}

static inline const struct apam_value *
group_member(const struct group *g, size_t i)
{
	return apam_value_at(g->t->options, g->members, i);
}

static inline bool
group_has(const struct group *g, size_t i)
{
	return g->members != NULL && group_member(g, i)->set;
}

/* Its text; empty where it is not set. */
static inline struct apam_str
group_text(const struct group *g, size_t i)
{
	return group_has(g, i) ? group_member(g, i)->str : APAM_STR("");
}

/* Its number; 0 where it is not set. */
static inline int64_t
group_number(const struct group *g, size_t i)
{
	return group_has(g, i) ? group_member(g, i)->num : 0;
}

/* Returns APAM_E_CONFIG. */
static inline int32_t
group_refuse(const struct group *g, size_t i, const char *why)
{
	size_t path[3] = { g->path[0], g->path[1], g->path[2] };

	path[g->depth - 1] = i;
	return g->t->svc->refuse_option(
	    g->t->svc, path, g->depth, apam_str(why));
}

/* The last of the members from `first` to `last` that is set; `first`: none. */
static inline size_t
group_last(const struct group *g, size_t first, size_t last)
{
	while (last > first && !group_has(g, last))
		last--;
	return last;
}

/* Refuse with `why`, unless exactly one of these members is set. */
static inline int32_t
group_refuse_unless(const struct group *g, size_t first, size_t last, const char *why)
{
	size_t i, n = 0;

	for (i = first; i <= last; i++)
		n += group_has(g, i);
	return n == 1 ? APAM_OK :
			group_refuse(g, group_last(g, first, last), why);
}

/* The name of a source, which member `i` says. */
static inline int32_t
group_check_source(
    const struct group *g, size_t i, const struct session_source *source)
{
	if (source->from == FROM_POINTER && !scheme_is_pointer(source->name))
		return group_refuse(
		    g, i, "is not a JSON pointer: write \"/token\"");
	if (source->from != FROM_POINTER && !scheme_is_token(source->name))
		return group_refuse(
		    g, i, "is not the name of a header or a cookie");
	return APAM_OK;
}

/* Refuse member `i` with `why`, unless it is one JSON value: RFC 8259, 2. */
static inline int32_t
group_check_json(const struct group *g, size_t i, const char *why)
{
	const struct apam_services *svc = g->t->svc;
	struct apam_text *list = svc->text_new(svc, 0);
	struct apam_json value;
	int32_t status;

	/* The core reads objects and lists alone. */
	svc->text_put(svc, list, APAM_WRITING_PLAIN, APAM_STR("["));
	svc->text_put(svc, list, APAM_WRITING_PLAIN, group_text(g, i));
	svc->text_put(svc, list, APAM_WRITING_PLAIN, APAM_STR("]"));
	status = svc->json_of(
	    svc, svc->text_view(svc, list), "", &value, list);
	svc->text_free(svc, &list);
	if (status == APAM_E_MEMORY)
		return status;
	return status == APAM_OK && value.num == 1 ? APAM_OK :
						     group_refuse(g, i, why);
}

#endif
