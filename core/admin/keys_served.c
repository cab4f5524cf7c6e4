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

/* ---- What it found ------------------------------------------------------- */

/* The answer for one profile on its way to the list. */
struct states {
	struct keys_served *served;
	const char *profile;
};

static const char *
take_state(void *arg, struct apam_str row)
{
	const struct states *states = arg;
	struct keys_served *served = states->served;
	struct apam_entry_status status;
	const char *wrong = agent_take_status(&status, row);
	struct key_served *to;

	if (wrong != NULL || served->failed || status.checked_at == 0)
		return wrong;
	served->failed = !array_grow(&served->keys, served->key_count,
	    &served->key_room, sizeof(*served->keys));
	if (served->failed)
		return NULL;
	to = &served->keys[served->key_count++];
	*to = (struct key_served){ .profile = states->profile,
		.entry = status.entry,
		.state = status.key_state,
		.checked_at = status.checked_at };
	memcpy(to->evidence, status.evidence, sizeof(to->evidence));
	return NULL;
}

/* An agent that does not tell this user of the profile says nothing here. */
static void
read_states(struct keys_served *served, struct apam *ctx,
    const struct named_key *key, int64_t deadline)
{
	struct states states = { served, key->profile };
	const struct served_fetch fetch = { .name = "status",
		.profile = key->profile,
		.deadline = deadline,
		.hurry = true,
		.of_entries = true,
		.take = take_state,
		.arg = &states };
	enum apam_status status;

	(void)served_fetch(ctx->served, &fetch, &status, NULL);
}

/* ---- Both ---------------------------------------------------------------- */

/* False where there is no answer, with *partial set. */
static bool
read_uses(struct keys_served *served, struct apam *ctx, int64_t deadline,
    struct apam_error *partial)
{
	const struct served_fetch fetch = { .name = "keys",
		.deadline = deadline,
		.hurry = true,
		.take = take_use,
		.arg = served };
	struct apam_error why = APAM_ERROR_INIT;
	enum apam_status status;
	const bool ok = served_fetch(ctx->served, &fetch, &status, &why) ==
		SERVED_ANSWERED &&
	    status == APAM_OK;

	if (!ok)
		error_copy(partial, &why);
	if (served->count > 0)
		qsort(served->all, served->count, sizeof(*served->all),
		    compare_uses);
	return ok;
}

void
keys_served_read(struct keys_served *served, struct apam *ctx,
    const struct named_keys *named, struct apam_error *partial)
{
	const int64_t deadline = clock_ms() + ASK_MS;

	*served = (struct keys_served){ .all = NULL };
	if (!is_needed(ctx, named) ||
	    !read_uses(served, ctx, deadline, partial))
		return;
	for (const struct named_key *k = named->first; k != NULL; k = k->next)
		if (k->entry.index == 0 &&
		    handle_is_served(ctx, k->stack->profile->agent))
			read_states(served, ctx, k, deadline);
}

void
keys_served_free(struct keys_served *served)
{
	free(served->all);
	free(served->keys);
	*served = (struct keys_served){ .all = NULL };
}

/* True if the entry of the profile has this key. */
static bool
entry_has(const struct named_keys *named, const char *profile, unsigned entry,
    const char *scheme, const char *id)
{
	for (const struct named_key *k = named->first; k != NULL; k = k->next)
		if (k->entry.index == entry && strcmp(k->profile, profile) == 0)
			return named_key_is(k, scheme, id);
	return false;
}

bool
keys_served_is_of(const struct agent_use_row *use,
    const struct named_keys *named, const char *scheme, const char *id)
{
	return entry_has(named, use->profile, use->entry, scheme, id);
}

const struct key_served *
keys_served_find(const struct keys_served *served,
    const struct named_keys *named, const char *scheme, const char *id)
{
	const struct key_served *last = NULL;

	for (size_t i = 0; i < served->key_count; i++) {
		const struct key_served *key = &served->keys[i];

		if ((last == NULL || key->checked_at > last->checked_at) &&
		    entry_has(named, key->profile, key->entry, scheme, id))
			last = key;
	}
	return last;
}
