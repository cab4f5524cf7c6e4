/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events on their way to people, each as often as it is news.
 */
#include "tell.h"

#include <stdio.h>

#include "audit.h"
#include "clock.h"
#include "stack.h"
#include "str.h"

void
tell_use(struct entry *e)
{
	(void)e;
}

/* ---- Findings ----------------------------------------------------------- */

static void
audit_state(struct entry *e, const struct key_finding *found)
{
	char id[KEY_TEXT_MAX + 1];
	const struct audit_event event = {
		.what = AUDIT_STATE,
		.profile = e->profile->name,
		.entry = (int)e->index,
		.scheme = e->conf->scheme,
		.key_id = id,
		.state = apam_key_state_name(found->state),
		.evidence = found->evidence,
	};

	(void)snprintf(id, sizeof(id), "%.*s", SARG(entry_key_id(e)));
	audit_write(&e->ctx->audit, &event);
}

void
tell_finding(struct entry *e)
{
	struct key_finding found;
	bool news;

	pthread_mutex_lock(&e->ctx->lock);
	found = e->life.standing.found;
	news = standing_news(&e->life.standing);
	pthread_mutex_unlock(&e->ctx->lock);
	if (news)
		audit_state(e, &found);
}

/* ---- Refusals ----------------------------------------------------------- */

/* Refusals of what is asked for, not faults of files, networks or programs. */
static bool
is_refusal(enum apam_status status)
{
	return status == APAM_E_UNKNOWN ||
	    APAM_CLASS(status) == APAM_CLASS_DENIED ||
	    APAM_CLASS(status) == APAM_CLASS_REVOKED;
}

void
tell_refusal(struct apam_profile *profile, struct stack *stack,
    const struct apam_error *why)
{
	struct audit_event event = { .what = AUDIT_REFUSED,
		.profile = profile->name,
		.entry = why->entry,
		.status = why->status,
		.evidence = why->text };
	char id[KEY_TEXT_MAX + 1];
	bool due;

	if (!is_refusal(why->status))
		return;
	pthread_mutex_lock(&profile->ctx->lock);
	due = audit_due(
	    &profile->refusals, why->status, clock_ms(), &event.repeats);
	pthread_mutex_unlock(&profile->ctx->lock);
	if (!due)
		return;
	if (why->entry >= 0 && (size_t)why->entry < stack->count) {
		const struct entry *e = &stack->entries[why->entry];

		event.scheme = e->conf->scheme;
		event.key_id = id;
		(void)snprintf(id, sizeof(id), "%.*s", SARG(entry_key_id(e)));
	}
	audit_write(&profile->ctx->audit, &event);
}
