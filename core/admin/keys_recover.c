/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam_registry_check, _backup, _compare and _recover: the registry's files as
 * an administrator handles them.
 *
 * What a text would change is found by going through it and the index side by
 * side, both in the order of the keys' hashes.  A key that only the index has
 * has no name there: its name is looked for in the text in place, and in the
 * profiles.
 */
#include <apam/admin.h>
#include <stdlib.h>
#include <string.h>

#include "admin/keys_change.h"
#include "admin/profile_keys.h"
#include "base/array.h"
#include "base/cancel.h"
#include "base/error.h"
#include "base/sized.h"
#include "keys/index.h"
#include "keys/view.h"
#include "profile/handle.h"

/* The walk over both. */
struct merge {
	struct key_set *set;
	const struct key_sorted *sorted;
	size_t at; /* the next of them */
	bool (*each)(void *arg, const struct apam_registry_change *change);
	void *arg;
	bool stopped;
	struct apam_registry_outlook *outlook;
	bool adopt; /* raise `drops` in the set */
	struct key_index_slot *lost; /* archived, and not in the text */
	size_t lost_count, lost_room;
	bool no_memory;
};

enum apam_status
apam_registry_check(struct apam *ctx, struct apam_error *err)
{
	HOLD_CANCEL;
	const struct key_registry registry = key_registry_of(&ctx->env);

	if (!sized_begin(err))
		return APAM_E_USAGE;
	return key_registry_check(&registry, err);
}

enum apam_status
apam_registry_backup(struct apam *ctx,
    bool (*write)(void *arg, const char *bytes, size_t n), void *arg,
    struct apam_error *err)
{
	HOLD_CANCEL;
	const struct key_registry registry = key_registry_of(&ctx->env);
	struct key_set set;
	struct apam_str text;
	enum apam_status status;

	if (!sized_begin(err))
		return APAM_E_USAGE;
	status = key_registry_read(&registry, &set, err);
	if (status != APAM_OK)
		return status;
	text = buf_view(&set.text);
	if (set.is.generation == 0)
		status = error_set(err, APAM_E_USAGE,
		    "there is no key registry in %s, so there is nothing to "
		    "back up; `apam keys add` and `archive` make one",
		    registry.state_dir);
	else if (!write(arg, text.p, text.n))
		status = error_set(
		    err, APAM_E_INTERNAL, "the backup could not be written");
	key_set_free(&set);
	return status;
}

/* ---- Side by side ------------------------------------------------------- */

static void
tell_recovered(struct merge *m, const char *scheme, const char *id,
    const char *mark, bool archived)
{
	const struct apam_registry_change change = {
		.size = sizeof(change),
		.archived = archived,
		.scheme = scheme,
		.id = id,
		.mark = mark,
	};

	if (m->each != NULL && !m->stopped)
		m->stopped = !m->each(m->arg, &change);
}

static void
become(struct merge *m, const struct key_record *record, bool archived)
{
	char mark[APAM_MARK_SIZE];

	if (archived)
		m->outlook->archived++;
	else
		m->outlook->active++;
	key_mark_text(record, mark);
	tell_recovered(m, record->scheme, record->id, mark, archived);
}

/* In the order of key_set_sort. */
static int
compare_slot(const struct key_record *r, const struct key_index_slot *slot)
{
	int order = memcmp(r->hash, slot->hash, KEY_HASH_SIZE);

	if (order == 0)
		order = (int)r->marked - (int)slot->marked;
	if (order == 0 && r->marked)
		order = memcmp(r->mark, slot->mark, KEY_MARK_SIZE);
	return order;
}

/* Programs drop the credentials of a key if its `drops` differs from theirs. */
static void
adopt_drops(struct merge *m, const struct key_record *record,
    const struct key_index_slot *slot)
{
	struct key_record *to = &m->set->records[record - m->set->records];

	if (!m->adopt)
		return;
	if (to->drops < slot->drops)
		to->drops = slot->drops;
	/* The same as in key_edit_restore. */
	if (slot->archived_at != 0 && to->archived_at == 0)
		to->drops++;
}

static bool
note_lost(struct merge *m, const struct key_index_slot *slot)
{
	m->outlook->active++;
	if (!array_grow(
		&m->lost, m->lost_count, &m->lost_room, sizeof(*m->lost))) {
		m->no_memory = true;
		return false;
	}
	m->lost[m->lost_count++] = *slot;
	return true;
}

/* A key of the text alone was not registered until now, and signed. */
static void
pass_new(struct merge *m, const struct key_index_slot *slot)
{
	for (; m->at < m->set->count; m->at++) {
		const struct key_record *r = m->sorted[m->at].record;

		if (slot != NULL && compare_slot(r, slot) >= 0)
			return;
		if (r->archived_at != 0)
			become(m, r, true);
	}
}

static bool
each_slot(void *arg, const struct key_index_slot *slot)
{
	struct merge *m = arg;
	const struct key_record *r;

	pass_new(m, slot);
	r = m->at < m->set->count ? m->sorted[m->at].record : NULL;
	if (r == NULL || compare_slot(r, slot) != 0)
		return slot->archived_at == 0 || note_lost(m, slot);
	m->at++;
	adopt_drops(m, r, slot);
	if ((r->archived_at != 0) != (slot->archived_at != 0))
		become(m, r, r->archived_at != 0);
	return true;
}

/* ---- Names of what is not in the text ------------------------------------ */

static bool
forget_lost(struct merge *m, const unsigned char hash[KEY_HASH_SIZE],
    const char *scheme, const char *id)
{
	size_t kept = 0;
	bool found = false;
	char mark[APAM_MARK_SIZE];

	for (size_t i = 0; i < m->lost_count; i++) {
		struct key_record of = { .marked = m->lost[i].marked != 0 };

		if (memcmp(m->lost[i].hash, hash, KEY_HASH_SIZE) != 0) {
			m->lost[kept++] = m->lost[i];
			continue;
		}
		memcpy(of.mark, m->lost[i].mark, KEY_MARK_SIZE);
		key_mark_text(&of, mark);
		tell_recovered(m, scheme, id, mark, false);
		found = true;
	}
	m->lost_count = kept;
	return found;
}

static void
name_by_text(struct merge *m, const struct key_registry *registry)
{
	struct apam_error unwanted = APAM_ERROR_INIT;
	struct key_set set;

	if (key_registry_take(registry, NULL, NULL, &set, &unwanted) != APAM_OK)
		return;
	for (size_t i = 0; i < set.count && m->lost_count > 0; i++)
		if (set.records[i].archived_at != 0)
			(void)forget_lost(m, set.records[i].hash,
			    set.records[i].scheme, set.records[i].id);
	key_set_free(&set);
}

static void
name_by_profiles(struct merge *m, struct apam *ctx)
{
	unsigned char hash[KEY_HASH_SIZE];
	struct named_keys named;

	if (named_keys_read(ctx, &named, NULL) != APAM_OK)
		return;
	for (struct named_key *k = named.first; k != NULL; k = k->next) {
		const struct apam_str id = entry_key_id(&k->entry);

		key_hash(k->entry.conf->scheme, id, hash);
		if (id.n > 0)
			(void)forget_lost(m, hash, k->entry.conf->scheme, id.p);
	}
	named_keys_free(&named);
}

/* ---- The calls ------------------------------------------------------------ */

/* Go through set and index; *failed is the result of reading the index. */
static void
go_through(struct merge *m, const struct key_view *view, int *why)
{
	*why = 0;
	m->sorted = key_set_sort(m->set);
	m->no_memory = m->sorted == NULL;
	if (m->no_memory)
		return;
	if (view->fd >= 0)
		*why = key_index_walk(view->fd, &view->head, each_slot, m);
	if (*why == 0 && !m->no_memory)
		pass_new(m, NULL);
}

/* An index that cannot be read because it is damaged counts as missing. */
static enum apam_status
merge_with_index(struct merge *m, const struct key_registry *registry,
    struct apam_error *err)
{
	struct apam_error own = APAM_ERROR_INIT;
	struct key_view view;
	enum apam_status status = key_view_open(registry, NULL, &view, &own);
	int why = 0;

	if (status == APAM_OK && view.fd >= 0 &&
	    key_index_check(view.fd, &view.head) == 0)
		m->outlook->generation = view.head.generation;
	m->outlook->none = status == APAM_OK && view.fd < 0;
	if (status != APAM_OK && status != APAM_E_CONFIG)
		return error_set(err, status, "%s", own.text);
	if (m->outlook->generation == 0)
		key_view_close(&view);
	m->outlook->keys = m->set->count;
	go_through(m, &view, &why);
	key_view_close(&view);
	if (m->no_memory)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	return why == 0 ? APAM_OK : key_view_refuse(registry, why, err);
}

static const struct apam_str *
text_of(const struct apam_registry_text *text, struct apam_str *view)
{
	*view = (struct apam_str){ text->bytes, text->count };
	return text->bytes == NULL ? NULL : view;
}

static const char *
text_name(const struct apam_registry_text *text)
{
	return text->name == NULL ? "the text" : text->name;
}

enum apam_status
apam_registry_compare(struct apam *ctx, const struct apam_registry_text *given,
    bool (*each)(void *arg, const struct apam_registry_change *change),
    void *arg, struct apam_registry_outlook *outlook, struct apam_error *err)
{
	HOLD_CANCEL;
	const struct key_registry registry = key_registry_of(&ctx->env);
	struct key_set set;
	struct apam_registry_outlook made = { .size = sizeof(made) };
	struct merge m = {
		.set = &set, .each = each, .arg = arg, .outlook = &made
	};
	struct apam_registry_text text;
	struct apam_str view;
	enum apam_status status;

	if (!sized_begin(err) ||
	    sized_room(&sized_registry_outlook, outlook, err) != APAM_OK ||
	    sized_take(&sized_registry_text, given, &text, err) != APAM_OK)
		return APAM_E_USAGE;
	status = key_registry_take(
	    &registry, text_of(&text, &view), text_name(&text), &set, err);
	if (status == APAM_OK)
		status = merge_with_index(&m, &registry, err);
	if (status == APAM_OK && m.lost_count > 0)
		name_by_text(&m, &registry);
	if (status == APAM_OK && m.lost_count > 0)
		name_by_profiles(&m, ctx);
	made.unnamed = m.lost_count;
	sized_give(&sized_registry_outlook, &made, outlook);
	free(m.lost);
	key_set_free(&set);
	return status;
}

/* A recovery under way. */
struct task {
	const struct key_registry *registry;
	const struct apam_registry_outlook *expected;
};

static enum apam_status
adopt(void *arg, struct key_set *set, struct apam_error *err)
{
	const struct task *task = arg;
	struct apam_registry_outlook now = { .size = sizeof(now) };
	struct merge m = { .set = set, .outlook = &now, .adopt = true };
	enum apam_status status = merge_with_index(&m, task->registry, err);

	free(m.lost);
	if (status != APAM_OK)
		return status;
	if (now.generation != task->expected->generation ||
	    now.keys != task->expected->keys ||
	    now.active != task->expected->active ||
	    now.archived != task->expected->archived)
		return error_set(err, APAM_E_CONFIG,
		    "the key registry was changed in the meantime; try again");
	return APAM_OK;
}

enum apam_status
apam_registry_recover(struct apam *ctx, const struct apam_registry_text *given,
    const struct apam_registry_outlook *outlook, struct apam_error *err)
{
	HOLD_CANCEL;
	const struct key_registry registry = key_registry_of(&ctx->env);
	const struct key_identity none = { "", "", APAM_STR("") };
	struct apam_registry_outlook expected;
	struct apam_registry_text text;
	struct task task = { &registry, &expected };
	struct apam_str view;
	enum apam_status status;

	if (!sized_begin(err) ||
	    sized_take(&sized_registry_text, given, &text, err) != APAM_OK ||
	    sized_take(&sized_registry_outlook, outlook, &expected, err) !=
		APAM_OK)
		return APAM_E_USAGE;
	status = key_registry_recover(&registry, text_of(&text, &view),
	    text_name(&text), adopt, &task, err);
	if (status == APAM_OK)
		key_admin_tell(ctx, NULL, &none, "recovered", NULL);
	return status;
}
