/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An entry without a durable secret is not among those to choose from, unless
 * it was asked for.
 */
#include "admin/login_entry.h"

#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "config/option_table.h"
#include "profile/reload.h"
#include "served/handshake.h"

static bool
is_chosen(const struct entry *e, const struct login_choice *choice)
{
	return (choice->entry < 0 || e->index == (size_t)choice->entry) &&
	    (choice->scheme == NULL ||
		strcmp(e->conf->scheme, choice->scheme) == 0);
}

/* The option in which the entry could name what a login brings, or NULL. */
static const char *
option_for_login(const struct entry *e)
{
	const struct option_table *table = &e->module->options;

	for (size_t i = 0; i < table->count; i++)
		if ((option_at(table, i)->flags & APAM_OPT_DURABLE) != 0)
			return option_at(table, i)->name;
	return NULL;
}

/* `first` is the first entry that was asked for; NULL: there is none. */
static enum apam_status
refuse_none(const struct stack *stack, const struct entry *first,
    struct apam_error *err)
{
	const char *option = first == NULL ? NULL : option_for_login(first);

	if (first == NULL)
		return error_set(err, APAM_E_USAGE,
		    "profile %s has no such entry", stack->profile->name);
	if (option == NULL)
		return error_set(err, APAM_E_USAGE,
		    "nobody has to log in: the scheme %s has no login",
		    first->conf->scheme);
	return error_set(err, APAM_E_CONFIG,
	    "nobody can log in here: %s is not store:NAME, in which apam keeps "
	    "what a login brings",
	    option);
}

enum apam_status
login_entry_choose(struct stack *stack, const struct login_choice *choice,
    struct entry **entry, struct apam_error *err)
{
	const struct entry *first = NULL;
	size_t stored = 0;

	*entry = NULL;
	for (size_t i = 0; i < stack->count; i++) {
		struct entry *e = &stack->entries[i];

		if (!is_chosen(e, choice))
			continue;
		if (first == NULL)
			first = e;
		if (!stored_is(&e->stored))
			continue;
		*entry = e;
		stored++;
	}
	if (stored == 1)
		return APAM_OK;
	if (stored == 0)
		return refuse_none(stack, first, err);
	*entry = NULL;
	return error_set(err, APAM_E_USAGE,
	    "%zu entries of the profile have a login: say which one, by its "
	    "number or its scheme",
	    stored);
}

/* ---- Whose login it is --------------------------------------------------- */

static struct stack *
open_as_agent(
    const struct stack *withheld, int64_t deadline, struct apam_error *err)
{
	struct problems all;
	struct stack *open;

	problems_init(&all);
	open = stack_open(withheld->read, deadline, false, &all);
	if (open == NULL)
		error_copy(err, &all.first);
	return open;
}

struct stack *
login_entries(
    struct apam_profile *profile, int64_t deadline, struct apam_error *err)
{
	struct served *served = profile->ctx->served;
	struct stack *s = profile_current(profile, deadline, err), *open = NULL;

	if (s == NULL || !s->withheld)
		return s;
	if (handshake_is_agents(served, geteuid()))
		open = open_as_agent(s, deadline, err);
	else
		(void)error_set(err, APAM_E_POLICY,
		    "the agent keeps the logins of this profile, as user %s: "
		    "do this as that user; root can by `runuser -u %s -- apam "
		    "...`",
		    served->place.user, served->place.user);
	stack_release(&s);
	return open;
}
