/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How messages name an option, a member of a group, or an element of a list.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config/option_table.h"

struct text {
	char *to;
	size_t size;
};

static void APAM_PRINTF(2, 3) add(const struct text *t, const char *format, ...)
{
	const size_t n = strlen(t->to);
	va_list args;

	va_start(args, format);
	(void)vsnprintf(t->to + n, t->size - n, format, args);
	va_end(args);
}

static struct option_table
members_of(const struct option_table *table, const struct apam_option *o)
{
	return (struct option_table){ o->members, table->option_size,
		o->member_count };
}

void
option_path_name(const struct option_table *table, const size_t *path,
    size_t count, char *to, size_t size)
{
	const struct text text = { to, size };
	struct option_table level = *table;
	const struct apam_option *o;
	size_t i = 0;

	to[0] = '\0';
	while (i < count && path[i] < level.count) {
		o = option_at(&level, path[i++]);
		add(&text, "%s%s", to[0] == '\0' ? "" : ".", o->name);
		level = members_of(&level, o);
		/* A group leads to a member at once, all others to an element. */
		if (o->type != APAM_OPT_GROUP && i < count)
			add(&text, "[%zu]", path[i++] + 1);
	}
	if (i < count || count == 0)
		add(&text, "%s?", to[0] == '\0' ? "" : ".");
}
