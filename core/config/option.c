/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Compares a group with a table of options: an option that is there is read,
 * one that is missing gets its default or is reported, and one that is not in
 * the table is refused.  option_value.c reads the values.
 */
#include "config/option.h"

#include <string.h>

#include "config/option_value.h"
#include "text/suggest.h"

/* ---- Names that are not in the table ---------------------------------- */

static void
consider_options(
    const struct option_table *table, const char *name, const char **best)
{
	for (size_t i = 0; i < table->count; i++)
		suggest_consider(name, option_at(table, i)->name, best);
}

static bool
is_known(const struct option_source *source, const struct option_table *table,
    const char *name)
{
	return option_find(table, name) != NULL ||
	    (source->elsewhere != NULL &&
		option_find(source->elsewhere, name) != NULL);
}

/* The closest known name; NULL if none is close. */
static const char *
nearest_option(const struct option_source *source,
    const struct option_table *table, const char *name)
{
	const char *best = NULL;

	consider_options(table, name, &best);
	if (source->elsewhere != NULL)
		consider_options(source->elsewhere, name, &best);
	return suggest_near(name, best) ? best : NULL;
}

static void
refuse_unknown_option(const struct option_source *source,
    const config_setting_t *member, const char *best)
{
	problems_add(source->problems, APAM_E_CONFIG, source->file,
	    config_setting_source_line(member),
	    "%.64s is not an option of %s%s%s%s", config_setting_name(member),
	    source->what, best == NULL ? "" : "; did you mean ",
	    best == NULL ? "" : best, best == NULL ? "" : "?");
}

/* In a partial reading, only a name that replaces a missing one is refused. */
static bool
check_member_names(const config_setting_t *group,
    const struct option_source *source, const struct option_table *table)
{
	const int count = config_setting_length(group);
	const config_setting_t *member;
	const char *name, *best;
	bool ok = true;

	for (int i = 0; i < count; i++) {
		member = config_setting_get_elem(group, (unsigned)i);
		name = config_setting_name(member);
		if (is_known(source, table, name))
			continue;
		best = nearest_option(source, table, name);
		if (source->partial &&
		    (best == NULL ||
			config_setting_get_member(group, best) != NULL))
			continue;
		refuse_unknown_option(source, member, best);
		ok = false;
	}
	return ok;
}

/* Whether a member was refused with a hint that this required one is meant. */
static bool
is_misspelt(const config_setting_t *group, const struct option_source *source,
    const struct option_table *table, const struct apam_option *option)
{
	const int count = config_setting_length(group);
	const char *member, *best;

	if ((option->flags & APAM_OPT_REQUIRED) == 0)
		return false;
	for (int i = 0; i < count; i++) {
		member = config_setting_name(
		    config_setting_get_elem(group, (unsigned)i));
		if (is_known(source, table, member))
			continue;
		best = nearest_option(source, table, member);
		if (best != NULL && strcmp(best, option->name) == 0)
			return true;
	}
	return false;
}

static bool
lacks_required(const config_setting_t *group, const struct option_table *table)
{
	const struct apam_option *o;

	for (size_t i = 0; i < table->count; i++) {
		o = option_at(table, i);
		if ((o->flags & APAM_OPT_REQUIRED) != 0 &&
		    config_setting_get_member(group, o->name) == NULL)
			return true;
	}
	return false;
}

/* ---- Members ---------------------------------------------------------- */

static bool
read_option(const struct option_reading *r, struct apam_value *value)
{
	const struct option_source *source = r->source;
	const char *help = r->option->help;

	if (r->setting != NULL || r->option->default_value != NULL)
		return option_value_read(r, value);
	if ((r->option->flags & APAM_OPT_REQUIRED) == 0)
		return true;
	problems_add(source->problems, APAM_E_CONFIG, source->file, r->line,
	    "%s is missing in %s%s%s%s", r->option->name, source->what,
	    help == NULL ? "" : " (", help == NULL ? "" : help,
	    help == NULL ? "" : ")");
	return false;
}

static bool
read_options(const struct option_reading *reading,
    const struct option_table *table, struct apam_value *values,
    unsigned *lines)
{
	const config_setting_t *group = reading->setting;
	struct option_reading r = *reading;
	bool ok = true;

	/*
	 * This comes first: a misspelt name is a better hint than a missing
	 * one.
	 */
	if (!r.source->partial || lacks_required(group, table))
		ok = check_member_names(group, r.source, table);
	for (size_t i = 0; i < table->count; i++) {
		r.option = option_at(table, i);
		r.option_size = table->option_size;
		r.setting = config_setting_get_member(group, r.option->name);
		r.line = config_setting_source_line(
		    r.setting == NULL ? group : r.setting);
		if (lines != NULL)
			lines[i] = r.line;
		if (r.setting == NULL &&
		    is_misspelt(group, r.source, table, r.option))
			continue;
		ok = read_option(&r, &values[i]) && ok;
	}
	return ok;
}

bool
option_read(const config_setting_t *group, const struct option_source *source,
    const struct option_table *table, struct option_values *values)
{
	const struct option_reading r = { .source = source,
		.arena = &values->arena,
		.setting = group,
		.read_members = read_options };
	const size_t count = table->count;

	values->values = arena_alloc(
	    &values->arena, count, sizeof(*values->values));
	values->lines = arena_alloc(
	    &values->arena, count, sizeof(*values->lines));
	if (values->values == NULL || values->lines == NULL) {
		problems_add(source->problems, APAM_E_MEMORY, source->file, 0,
		    "out of memory");
		return false;
	}
	values->count = count;
	return read_options(&r, table, values->values, values->lines);
}

void
option_values_free(struct option_values *values)
{
	arena_free(&values->arena);
	*values = (struct option_values){ 0 };
}
