/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam_profile_status: the state of each credential, redacted.
 */
#include <apam/admin.h>
#include <stdio.h>
#include <string.h>

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
show_stored(const struct entry *e, struct apam_entry_status *to)
{
	const struct stored_base base = entry_store(e);
	struct stored_news news;

	if (!stored_is(&e->stored))
		return;
	stored_look(&e->stored, &base, e->conf, &news);
	memcpy(to->stored, news.text, sizeof(to->stored));
	to->login_needed = !news.sound;
	to->stored_at = news.since;
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
	show_stored(e, to);
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

enum apam_status
apam_profile_status(struct apam_profile *profile,
    struct apam_entry_status *entries, size_t *count, size_t entry_size,
    struct apam_error *reload, struct apam_error *err)
{
	HOLD_CANCEL;
	struct apam_error unwanted = APAM_ERROR_INIT;
	struct apam_entry_status status;
	struct sized_array to;
	struct stack *stack;

	if (!sized_begin(err))
		return APAM_E_USAGE;
	if (err == NULL)
		err = &unwanted;
	if (sized_array_init(&to, &sized_entry_status, entries, count,
		entry_size, err) != APAM_OK ||
	    (reload != NULL &&
		sized_room(&sized_error, reload, err) != APAM_OK))
		return APAM_E_USAGE;
	stack = profile_current(profile, 0, err);
	if (stack == NULL)
		return err->status;
	for (size_t i = 0; i < stack->count && i < to.room; i++) {
		show(&stack->entries[i], &status);
		sized_array_put(&to, i, &status);
	}
	*count = stack->count;
	stack_release(&stack);
	if (reload != NULL) {
		pthread_mutex_lock(&profile->ctx->env.lock);
		error_copy(reload, &profile->reload_error);
		pthread_mutex_unlock(&profile->ctx->env.lock);
	}
	return APAM_OK;
}
