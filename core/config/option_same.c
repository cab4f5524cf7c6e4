/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Values are compared as they are, so that nothing is hashed: most processes
 * have no other use for what hashes.
 */
#include "config/option_same.h"

#include "base/buf.h"

static bool same_table(const struct option_table *table,
    const struct apam_value *a, const struct apam_value *b);

static bool
same_items(const struct apam_value *a, const struct apam_value *b)
{
	if (a->count != b->count || (a->names == NULL) != (b->names == NULL))
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (!bytes_equal(a->items[i], b->items[i]) ||
		    (a->names != NULL &&
			!bytes_equal(a->names[i], b->names[i])))
			return false;
	}
	return true;
}

static bool
same_groups(const struct option_table *members, const struct apam_value *a,
    const struct apam_value *b, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!same_table(members, a->members + i * members->count,
			b->members + i * members->count))
			return false;
	return true;
}

static bool
same_value(const struct apam_option *option, size_t option_size,
    const struct apam_value *a, const struct apam_value *b)
{
	const struct option_table members = { option->members, option_size,
		option->member_count };

	switch (option->type) {
	case APAM_OPT_KEY:
		return bytes_equal(option_key_text(a), option_key_text(b));
	case APAM_OPT_STRING:
	case APAM_OPT_SECRET:
	case APAM_OPT_URL:
	case APAM_OPT_CHOICE:
	case APAM_OPT_PATH:
		return bytes_equal(a->str, b->str);
	case APAM_OPT_INTEGER:
	case APAM_OPT_DURATION:
	case APAM_OPT_BOOLEAN:
		return a->num == b->num;
	case APAM_OPT_LIST:
	case APAM_OPT_MAP:
		return same_items(a, b);
	case APAM_OPT_GROUP:
		return same_groups(&members, a, b, 1);
	case APAM_OPT_GROUPS:
		return a->count == b->count &&
		    same_groups(&members, a, b, a->count);
	}
	return false;
}

static bool
same_table(const struct option_table *table, const struct apam_value *a,
    const struct apam_value *b)
{
	for (size_t i = 0; i < table->count; i++) {
		if (a[i].set != b[i].set)
			return false;
		if (a[i].set &&
		    !same_value(
			option_at(table, i), table->option_size, &a[i], &b[i]))
			return false;
	}
	return true;
}

bool
option_values_same(const struct option_table *table,
    const struct option_values *a, const struct option_values *b)
{
	return a->count == table->count && b->count == table->count &&
	    same_table(table, a->values, b->values);
}
