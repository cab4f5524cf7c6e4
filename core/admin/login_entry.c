/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An entry without a durable secret is not among those to choose from, unless
 * it was asked for.
 */
#include "admin/login_entry.h"

#include <string.h>

#include "base/error.h"

static bool
is_chosen(const struct entry *e, const struct login_choice *choice)
{
	return (choice->entry < 0 || e->index == (size_t)choice->entry) &&
	    (choice->scheme == NULL ||
		strcmp(e->conf->scheme, choice->scheme) == 0);
}

static enum apam_status
refuse_none(const struct stack *stack, size_t chosen, struct apam_error *err)
{
	const char *name = stack->profile->name;

	if (chosen == 0)
		return error_set(
		    err, APAM_E_USAGE, "profile %s has no such entry", name);
	return error_set(err, APAM_E_CONFIG,
	    "nobody can log in here: no secret of the entry is store:NAME, in "
	    "which apam keeps what a login brings");
}

enum apam_status
login_entry_choose(struct stack *stack, const struct login_choice *choice,
    struct entry **entry, struct apam_error *err)
{
	size_t chosen = 0, stored = 0;

	*entry = NULL;
	for (size_t i = 0; i < stack->count; i++) {
		struct entry *e = &stack->entries[i];

		if (!is_chosen(e, choice))
			continue;
		chosen++;
		if (!stored_is(&e->stored))
			continue;
		*entry = e;
		stored++;
	}
	if (stored == 1)
		return APAM_OK;
	if (stored == 0)
		return refuse_none(stack, chosen, err);
	*entry = NULL;
	return error_set(err, APAM_E_USAGE,
	    "%zu entries of the profile have a login: say which one, by its "
	    "number or its scheme",
	    stored);
}
