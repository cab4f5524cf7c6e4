/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loading, and what the descriptor says.  Most of it the core looks at each
 * time that it loads a module (abi/accept.h).
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "config/option_value.h"
#include "kit/checks.h"
#include "kit/finding.h"
#include "kit/stand.h"

void
check_load(void *unused)
{
	(void)unused;
	(void)stand_find();
}

void
check_descriptor(void *unused)
{
	(void)unused;
	stand_load();
}

/* ---- Options ---------------------------------------------------------- */

/* A text for people: not empty, one line of UTF-8. */
static bool
is_line(const char *text)
{
	char same[512];

	if (text[0] == '\0' || strlen(text) >= sizeof(same))
		return false;
	(void)snprintf(same, sizeof(same), "%s", text);
	utf8_flatten(same);
	return strcmp(same, text) == 0;
}

static void
check_text(const char *what, const char *text)
{
	if (!is_line(text))
		finding_fail(
		    "%s is empty, too long, or not one line of UTF-8", what);
}

/* A default is read as if it stood in a file. */
static void
check_default(const struct apam_option *o, size_t option_size)
{
	struct problems problems = { 0 };
	struct arena arena = { 0 };
	const struct option_source source = { .file = "",
		.what = "the entry",
		.allow_http = true,
		.http_addresses = stand_addresses,
		.http_address_count = STAND_ADDRESSES,
		.problems = &problems };
	const struct option_reading reading = { .source = &source,
		.arena = &arena,
		.option = o,
		.option_size = option_size };
	struct apam_value value = { 0 };

	if (o->default_value == NULL)
		return;
	if (o->flags & APAM_OPT_REQUIRED)
		finding_fail("option %s is required and has a default: one of "
			     "the two has no meaning",
		    o->name);
	if (o->type == APAM_OPT_BOOLEAN &&
	    strcmp(o->default_value, "true") != 0 &&
	    strcmp(o->default_value, "false") != 0)
		finding_fail("the default of option %s is neither \"true\" nor "
			     "\"false\"",
		    o->name);
	if (!option_value_read(&reading, &value))
		finding_fail("the default of option %s could not stand in a "
			     "file: %s",
		    o->name, problems.first.text);
	arena_free(&arena);
}

static void
check_choices(const struct apam_option *o)
{
	for (size_t i = 0; o->choices[i] != NULL; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(o->choices[i], o->choices[k]) == 0)
				finding_fail("option %s has the choice %s "
					     "twice",
				    o->name, o->choices[i]);
}

static void
check_table(const struct option_table *table)
{
	char what[128];

	for (size_t i = 0; i < table->count; i++) {
		const struct apam_option *o = option_at(table, i);
		const struct option_table members = { o->members,
			table->option_size, o->member_count };

		(void)snprintf(
		    what, sizeof(what), "the help of option %.64s", o->name);
		check_text(what, o->help);
		check_default(o, table->option_size);
		if (o->min > o->max)
			finding_fail(
			    "option %s has a min above its max", o->name);
		if (o->type == APAM_OPT_CHOICE)
			check_choices(o);
		check_table(&members);
	}
}

void
check_options(void *unused)
{
	const struct apam_module *m = &stand_module.abi;

	(void)unused;
	stand_load();
	check_text("the summary", m->summary);
	check_text("the vendor", m->vendor);
	check_text("the version", m->version);
	check_table(&stand_module.options);
}
