/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What --set says on the command line, and the names that options have there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/report.h"
#include "making/making.h"

struct draft_part *
making_part(struct making *m, const char **path)
{
	const char *dot = *path + strspn(*path, "0123456789");
	unsigned long number = 1;

	if (dot != *path && *dot == '.') {
		number = strtoul(*path, NULL, 10);
		*path = dot + 1;
	}
	if (number < 1 || number > m->draft.entry_count)
		return NULL;
	return &m->draft.entries[number - 1];
}

const char *
making_prefix(const struct making *m, const struct draft_part *part, char to[8])
{
	to[0] = '\0';
	if (m->draft.entry_count > 1 && part != &m->draft.profile)
		(void)snprintf(
		    to, 8, "%zu.", (size_t)(part - m->draft.entries) + 1);
	return to;
}

const struct apam_option *
making_option(const struct draft_part *part, const char *path)
{
	char first[64];
	const size_t n = strcspn(path, ".");
	const struct apam_option *o;

	(void)snprintf(first, sizeof(first), "%.*s", (int)n, path);
	o = draft_option(part, first);
	for (size_t i = 0; o != NULL && path[n] == '.' && i < o->member_count;
	     i++) {
		const void *at = (const char *)o->members +
		    i *
			(part->module == NULL ? sizeof(*o) :
						part->module->option_size);
		const struct apam_option *member = at;

		if (strcmp(member->name, path + n + 1) == 0)
			return member;
	}
	return o;
}

/* It is the profile's, and decides which URLs are good. */
static bool
allows_http(const char *given)
{
	static const char option[] = "allow_http=";

	return strncmp(given, option, sizeof(option) - 1) == 0;
}

/* Take one --set OPTION=VALUE. */
static const char *
take_setting(struct making *m, const char *given, char why[DRAFT_WHY_SIZE])
{
	char path[DRAFT_WHY_SIZE];
	const char *equals = strchr(given, '='), *name = path;
	struct draft_part *part;
	struct draft_value *old;

	if (equals == NULL || equals - given >= (int)sizeof(path))
		return "it is not OPTION=VALUE";
	(void)snprintf(
	    path, sizeof(path), "%.*s", (int)(equals - given), given);
	part = allows_http(given) ? &m->draft.profile : making_part(m, &name);
	if (part == NULL)
		return "there is no such entry";
	if (strcmp(name, "scheme") == 0 || strcmp(name, "origins") == 0)
		return "--scheme and --url give that one";
	if (making_option(part, name) == NULL &&
	    making_option(&m->draft.profile, name) != NULL)
		part = &m->draft.profile;
	if (making_option(part, name) != NULL &&
	    draft_is_secret(making_option(part, name)))
		return "it is a secret: say where it is by --secret";
	old = draft_find(part, name);
	if (old != NULL && old->offered)
		draft_drop(part, name);
	return draft_set(part, name, equals + 1, why);
}

/* Takes the one that allows http, or all others. */
static int
take_settings(struct making *m, bool http)
{
	char text[DRAFT_WHY_SIZE];
	const char *why;

	for (size_t i = 0; i < m->args->given_count; i++) {
		const struct given *given = &m->args->given[i];

		if (strcmp(given->flag->name, "set") != 0 ||
		    allows_http(given->value) != http)
			continue;
		why = take_setting(m, given->value, text);
		if (why == NULL)
			continue;
		complain("--set %.*s: %s", (int)strcspn(given->value, "="),
		    given->value, why);
		return STATUS_USAGE;
	}
	return STATUS_DONE;
}

int
making_allow_http(struct making *m)
{
	return take_settings(m, true);
}

int
making_take_settings(struct making *m)
{
	return take_settings(m, false);
}
