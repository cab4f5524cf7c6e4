/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counted sets of secrets, and the values that go with them.
 */
#include "entry/secret_set.h"

#include <stdlib.h>

#include "base/refs.h"
#include "file/secret.h"

struct secret_set *
secret_set_new(size_t count)
{
	struct secret_set *set = calloc(1, sizeof(*set));

	if (set == NULL)
		return NULL;
	refs_init(&set->refs);
	set->all = calloc(count, sizeof(*set->all));
	if (set->all == NULL) {
		free(set);
		return NULL;
	}
	for (; set->count < count; set->count++)
		buf_init(&set->all[set->count], SECRET_MAX);
	return set;
}

/* ---- Values -------------------------------------------------------------- */

struct copying {
	struct secret_set *set;
	size_t next; /* secret of the set */
};

static bool copy_table(struct copying *c, const struct option_table *table,
    const struct apam_value *from, struct apam_value *to);

static struct apam_value *
copy_members(struct copying *c, const struct option_table *members,
    const struct apam_value *from, size_t groups)
{
	struct apam_value *to = arena_alloc(
	    &c->set->values.arena, groups * members->count, sizeof(*to));

	for (size_t g = 0; to != NULL && g < groups; g++)
		if (!copy_table(c, members, from + g * members->count,
			to + g * members->count))
			return NULL;
	return to;
}

static bool
copy_value(struct copying *c, const struct option_table *table,
    const struct apam_option *o, struct apam_value *value)
{
	const struct option_table members = { o->members, table->option_size,
		o->member_count };
	const size_t groups = o->type == APAM_OPT_GROUP ? 1 : value->count;

	if (o->type == APAM_OPT_SECRET)
		value->str = buf_view(&c->set->all[c->next++]);
	/* It keeps the handle that the entry has. */
	if (o->type == APAM_OPT_KEY)
		c->next++;
	if (o->type != APAM_OPT_GROUP && o->type != APAM_OPT_GROUPS)
		return true;
	value->members = copy_members(c, &members, value->members, groups);
	return value->members != NULL;
}

/* In the order in which the secrets were read. */
static bool
copy_table(struct copying *c, const struct option_table *table,
    const struct apam_value *from, struct apam_value *to)
{
	for (size_t i = 0; i < table->count; i++) {
		to[i] = from[i];
		if (to[i].set &&
		    !copy_value(c, table, option_at(table, i), &to[i]))
			return false;
	}
	return true;
}

bool
secret_set_finish(struct secret_set *set, const struct option_table *table,
    const struct option_values *values)
{
	struct copying c = { set, 0 };
	struct option_values *to = &set->values;

	to->values = arena_alloc(
	    &to->arena, values->count, sizeof(*to->values));
	to->count = to->values == NULL ? 0 : values->count;
	return to->values != NULL &&
	    copy_table(&c, table, values->values, to->values);
}

/* ---- Sets ---------------------------------------------------------------- */

bool
secret_set_same(const struct secret_set *set, const struct buf *all)
{
	bool same = true;

	for (size_t i = 0; i < set->count; i++)
		same &= bytes_equal(buf_view(&set->all[i]), buf_view(&all[i]));
	return same;
}

struct secret_set *
secret_set_hold(struct secret_set *set)
{
	refs_hold(&set->refs);
	return set;
}

void
secret_set_release(struct secret_set **set)
{
	struct secret_set *old = *set;

	*set = NULL;
	if (old == NULL || !refs_drop(&old->refs))
		return;
	for (size_t i = 0; i < old->count; i++)
		buf_free(&old->all[i]);
	option_values_free(&old->values);
	free(old->all);
	free(old);
}
