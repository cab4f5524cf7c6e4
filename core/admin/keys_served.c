/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The agent knows entries of profiles, the list knows keys: the profiles say
 * which entry has which key.
 */
#include "admin/keys_served.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/error.h"
#include "profile/handle.h"
#include "profile/stack.h"
#include "served/served_fetch.h"

#define ASK_MS 5000 /* for the whole list */

static bool
is_needed(const struct apam *ctx, const struct named_keys *named)
{
	for (const struct named_key *k = named->first; k != NULL; k = k->next)
		if (handle_is_served(ctx, k->stack->profile->agent))
			return true;
	return false;
}

static const char *
take_use(void *arg, struct apam_str row)
{
	struct keys_served *served = arg;
	struct agent_use_row use;
	const char *wrong = agent_take_use(&use, row);

	if (wrong != NULL || served->failed)
		return wrong;
	served->failed = !array_grow(
	    &served->all, served->count, &served->room, sizeof(*served->all));
	if (!served->failed)
		served->all[served->count++] = use;
	return NULL;
}

static int
compare_uses(const void *a, const void *b)
{
	const struct agent_use_row *one = a, *other = b;

	return (one->at < other->at) - (one->at > other->at);
}

void
keys_served_read(struct keys_served *served, struct apam *ctx,
    const struct named_keys *named, struct apam_error *partial)
{
	const struct served_fetch fetch = { .name = "keys",
		.deadline = clock_ms() + ASK_MS,
		.hurry = true,
		.take = take_use,
		.arg = served };
	struct apam_error why = APAM_ERROR_INIT;
	enum apam_status status;

	*served = (struct keys_served){ .all = NULL };
	if (!is_needed(ctx, named))
		return;
	if (served_fetch(ctx->served, &fetch, &status, &why) !=
		SERVED_ANSWERED ||
	    status != APAM_OK)
		error_copy(partial, &why);
	if (served->count > 0)
		qsort(served->all, served->count, sizeof(*served->all),
		    compare_uses);
}

void
keys_served_free(struct keys_served *served)
{
	free(served->all);
	*served = (struct keys_served){ .all = NULL };
}

bool
keys_served_is_of(const struct agent_use_row *use,
    const struct named_keys *named, const char *scheme, const char *id)
{
	for (const struct named_key *k = named->first; k != NULL; k = k->next)
		if (k->entry.index == use->entry &&
		    strcmp(k->profile, use->profile) == 0)
			return named_key_is(k, scheme, id);
	return false;
}
