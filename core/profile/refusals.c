/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which refusals are news: the same one over and over is one line with a count.
 */
#include "profile/refusals.h"

#include "base/clock.h"
#include "flight/notify.h"

bool
refusal_is(enum apam_status status)
{
	return status == APAM_E_UNKNOWN ||
	    APAM_CLASS(status) == APAM_CLASS_DENIED ||
	    APAM_CLASS(status) == APAM_CLASS_REVOKED;
}

struct audit_event
refusal_event(const struct stack *stack, const struct apam_error *why,
    char key_id[APAM_KEY_ID_SIZE])
{
	struct audit_event event = { .what = AUDIT_REFUSED,
		.profile = stack->profile->name,
		.entry = why->entry,
		.status = why->status,
		.evidence = why->text };

	if (why->entry >= 0 && (size_t)why->entry < stack->count) {
		struct entry *e = &stack->entries[why->entry];

		notify_key_id(e, key_id);
		event.scheme = e->conf->scheme;
		event.key_id = key_id;
	}
	return event;
}

void
refusal_tell(struct apam_profile *profile, struct stack *stack,
    const struct apam_error *why)
{
	char key_id[APAM_KEY_ID_SIZE];
	struct audit_event event;
	unsigned long repeats;
	bool due;

	if (!refusal_is(why->status))
		return;
	pthread_mutex_lock(&profile->ctx->env.lock);
	due = audit_due(&profile->refusals, why->status, clock_ms(), &repeats);
	pthread_mutex_unlock(&profile->ctx->env.lock);
	if (!due)
		return;
	event = refusal_event(stack, why, key_id);
	event.repeats = repeats;
	audit_write(&profile->ctx->env.audit, &event);
}
