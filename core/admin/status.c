/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam_profile_status: the state of each credential, redacted.
 */
#include <apam/admin.h>
#include <stdio.h>
#include <string.h>

#include "api/through_agent.h"
#include "base/cancel.h"
#include "base/error.h"
#include "base/sized.h"
#include "flight/admit.h"
#include "flight/notify.h"
#include "flight/obtain.h"
#include "profile/reload.h"

/* What another user noted is shown, and decides nothing. */
static void
read_hearsay(struct entry *e, struct apam_entry_status *to)
{
	struct key_note note = { .state = APAM_KEY_UNKNOWN };

	if (!notify_hearsay(e, &note))
		return;
	to->checked_at = note.at;
	key_note_quote(&note, to->evidence);
}

/*
 * This process has not asked the provider: show what other programs of this
 * user noted.
 */
static void
read_notes(struct entry *e, struct apam_entry_status *to)
{
	struct key_note note = { .state = APAM_KEY_UNKNOWN };

	if (!notify_last_check(e, &note)) {
		read_hearsay(e, to);
		return;
	}
	to->key_state = note.state;
	to->checked_at = note.at;
	(void)snprintf(to->evidence, sizeof(to->evidence),
	    "%.160s (noted by %s of uid %lu)", note.evidence, note.program,
	    note.uid);
}

static void
show(struct entry *e, struct apam_entry_status *to)
{
	struct key_finding finding;
	bool archived;

	memset(to, 0, sizeof(*to));
	to->entry = (unsigned)e->index;
	entry_name_key(e, to->scheme, to->key_id);
	archived = admit_is_archived(e, &finding);
	if (!archived)
		obtain_glance(e);
	obtain_show(e, to);
	entry_show_stored(e, to);
	if (!archived && to->checked_at == 0)
		read_notes(e, to);
	if (!archived)
		return;
	to->usable = false;
	to->latched = APAM_E_ARCHIVED;
	to->key_state = finding.state;
	to->checked_at = finding.at;
	(void)snprintf(
	    to->evidence, sizeof(to->evidence), "%s", finding.evidence);
}

/* What the agent says of the entries, in their order. */
struct statuses {
	struct sized_array to;
	size_t count;
};

static const char *
take_status(void *arg, struct apam_str row)
{
	struct statuses *statuses = arg;
	struct apam_entry_status status;
	const char *wrong = agent_take_status(&status, row);

	if (wrong == NULL)
		sized_array_put(&statuses->to, statuses->count++, &status);
	return wrong;
}

static void
show_here(struct stack *stack, struct statuses *statuses)
{
	struct apam_entry_status status;

	for (size_t i = 0; i < stack->count; i++) {
		if (i < statuses->to.room)
			show(&stack->entries[i], &status);
		sized_array_put(&statuses->to, i, &status);
	}
	statuses->count = stack->count;
}

static void
show_reload(struct apam_profile *profile, struct apam_error *reload)
{
	if (reload == NULL || reload->status != APAM_OK)
		return;
	pthread_mutex_lock(&profile->ctx->env.lock);
	error_copy(reload, &profile->reload_error);
	pthread_mutex_unlock(&profile->ctx->env.lock);
}

enum apam_status
apam_profile_status(struct apam_profile *profile,
    struct apam_entry_status *entries, size_t *count, size_t entry_size,
    struct apam_error *reload, struct apam_error *err)
{
	HOLD_CANCEL;
	struct apam_error unwanted = APAM_ERROR_INIT;
	struct statuses to = { .count = 0 };
	struct served_fetch fetch = { .name = "status",
		.deadline = profile_deadline(profile, 0),
		.take = take_status,
		.arg = &to,
		.beside = reload };
	enum apam_status status = APAM_OK;
	struct stack *stack;

	if (!sized_begin(err))
		return APAM_E_USAGE;
	if (err == NULL)
		err = &unwanted;
	if (sized_array_init(&to.to, &sized_entry_status, entries, count,
		entry_size, err) != APAM_OK ||
	    (reload != NULL &&
		sized_room(&sized_error, reload, err) != APAM_OK))
		return APAM_E_USAGE;
	error_clear(reload);
	stack = profile_current(profile, 0, err);
	if (stack == NULL)
		return err->status;
	if (!through_agent(profile, &stack, &fetch, &status, err)) {
		show_here(stack, &to);
		status = APAM_OK;
	}
	stack_release(&stack);
	*count = status == APAM_OK ? to.count : 0;
	show_reload(profile, reload);
	return status;
}
