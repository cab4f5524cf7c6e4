/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam_keys: the keys of the registry and of the profiles in one list, with
 * what programs noted of their use.
 */
#include <apam/admin.h>
#include <stdlib.h>

#include "admin/key_uses.h"
#include "admin/keys_change.h"
#include "admin/keys_served.h"
#include "admin/profile_keys.h"
#include "base/array.h"
#include "base/cancel.h"
#include "base/error.h"
#include "base/id_index.h"
#include "base/sized.h"
#include "base/str.h"
#include "file/user_dir.h"
#include "keys/use.h"
#include "profile/handle.h"

/* One key. */
struct row {
	struct apam_key_info info;
	const struct key_record *record; /* NULL: not registered */
	char mark[APAM_MARK_SIZE];
	const char **profiles;
	size_t profile_room;
	const struct key_readers *readers; /* NULL: no profile names it */
	struct key_use *use; /* NULL: no note is of it */
	const char *missed;
	struct key_uses uses; /* through the agent and gateways */
	const struct key_served *served; /* what it found; NULL: nothing */
};

struct rows {
	struct row *all;
	size_t count, room;
	struct id_index by_id;
	bool failed; /* out of memory */
};

/* ---- Rows --------------------------------------------------------------- */

static struct row *
add_row(struct rows *rows, const char *scheme, const char *id)
{
	if (!array_grow(
		&rows->all, rows->count, &rows->room, sizeof(*rows->all)) ||
	    !id_index_add(&rows->by_id, id, rows->count)) {
		rows->failed = true;
		return NULL;
	}
	memset(&rows->all[rows->count], 0, sizeof(*rows->all));
	rows->all[rows->count].info = (struct apam_key_info){
		.size = sizeof(struct apam_key_info),
		.scheme = scheme,
		.id = id,
		.description = "",
		.access = "",
		.created_by = "",
		.archived_by = "",
		.why = "",
		.used_by = "",
		.evidence = "",
		.profiles_known = true,
	};
	return &rows->all[rows->count++];
}

static void
free_rows(struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++) {
		free(rows->all[i].profiles);
		free(rows->all[i].use);
		key_uses_free(&rows->all[i].uses);
	}
	free(rows->all);
	id_index_free(&rows->by_id);
}

/* The next row of an id, or NULL; *at is id_index_next's. */
static struct row *
next_row_of(const struct rows *rows, const char *id, size_t *at)
{
	size_t i;

	return id_index_next(&rows->by_id, id, at, &i) ? &rows->all[i] : NULL;
}

static void
add_record(struct rows *rows, const struct key_record *record)
{
	struct row *row = add_row(rows, record->scheme, record->id);

	if (row == NULL)
		return;
	row->record = record;
	row->info.registered = true;
	key_mark_text(record, row->mark);
	row->info.description = record->description;
	row->info.access = record->access;
	row->info.created_at = record->created_at;
	row->info.created_by = record->created_by;
	row->info.archived_at = record->archived_at;
	row->info.archived_by = record->archived_by;
	row->info.why = record->why;
}

/* Profiles come sorted by name, so equal ones are neighbours. */
static void
add_row_profile(struct rows *rows, struct row *row, const char *profile)
{
	const size_t n = row->info.profile_count;

	if (n > 0 && strcmp(row->profiles[n - 1], profile) == 0)
		return;
	if (!array_grow(&row->profiles, n, &row->profile_room,
		sizeof(*row->profiles))) {
		rows->failed = true;
		return;
	}
	row->profiles[n] = profile;
	row->info.profile_count++;
}

/* Of several secrets: a user who may read one of them may use the key. */
static void
add_readers(struct row *row, const struct named_key *key)
{
	static const struct key_readers any = { .unsure = true };

	if (row->readers == NULL)
		row->readers = &key->readers;
	else if (!key_readers_same(row->readers, &key->readers))
		row->readers = &any;
}

/* True if the note may be about the row's key. */
static bool
add_to_row(struct row *row, struct named_key *key, struct rows *rows,
    struct apam_error *partial)
{
	const struct key_asked asked = named_key_asked(key);
	const enum key_stands stands = row->record == NULL ?
	    KEY_STANDS_NOT :
	    key_record_stands(row->record, &asked);

	if (stands == KEY_STANDS_NOT)
		return false;
	add_readers(row, key);
	if (stands == KEY_STANDS) {
		add_row_profile(rows, row, key->profile);
		return true;
	}
	/* A key whose secret cannot be read may be any of its id. */
	row->info.profiles_known = false;
	error_copy(partial, &key->secret_error);
	error_locate(partial, key->profile, (int)key->entry.index);
	return true;
}

/* Add a key that a profile names to the rows that stand for it. */
static void
add_named(struct rows *rows, struct named_key *key, struct apam_error *partial)
{
	struct apam_str id = entry_key_id(&key->entry);
	struct row *own = NULL, *row;
	bool found = false;
	size_t at = 0;

	if (id.n == 0)
		return;
	while ((row = next_row_of(rows, id.p, &at)) != NULL) {
		if (row->record == NULL &&
		    named_key_is(key, row->info.scheme, row->info.id))
			own = row;
		if (add_to_row(row, key, rows, partial))
			found = true;
	}
	if (found)
		return;
	if (own == NULL)
		own = add_row(rows, key->entry.conf->scheme, id.p);
	if (own == NULL)
		return;
	add_row_profile(rows, own, key->profile);
	add_readers(own, key);
}

/* ---- Notes -------------------------------------------------------------- */

static bool
same_row_id(const struct row *one, const struct row *other)
{
	return strcmp(one->info.id, other->info.id) == 0 &&
	    strcmp(one->info.scheme, other->info.scheme) == 0;
}

/* A note without a mark is the row's only if no other row has the id. */
static bool
row_is_alone(const struct rows *rows, size_t i)
{
	const struct row *row = &rows->all[i];
	const bool before = i > 0 && same_row_id(row, row - 1);
	const bool behind = i + 1 < rows->count && same_row_id(row, row + 1);

	return !before && !behind;
}

static void
add_noted_use(void *arg, const struct key_note *note)
{
	key_uses_add_noted(arg, note);
}

/* The rows are sorted; row_is_alone needs that. */
static void
take_notes(struct rows *rows, const struct key_notes *notes, size_t i)
{
	struct row *row = &rows->all[i];
	const struct key_used key = { row->info.scheme, row->info.id, row->mark,
		row_is_alone(rows, i), row->readers };
	struct key_use use;

	key_use_each_other(notes, &key, add_noted_use, &row->uses);
	if (!key_use_find(notes, &key, &use))
		return;
	row->use = malloc(sizeof(*row->use));
	if (row->use == NULL)
		rows->failed = true;
	else
		*row->use = use;
}

static void
read_row_notes(
    const struct settings *s, struct rows *rows, struct key_users *users)
{
	struct key_notes notes;

	key_notes_read(&notes, s->state_dir, s->user);
	rows->failed = rows->failed || notes.failed;
	key_users_find(users, s->state_dir, s->user);
	for (size_t i = 0; i < rows->count; i++) {
		take_notes(rows, &notes, i);
		rows->all[i].missed = key_use_missed(
		    rows->all[i].readers, users);
	}
	key_notes_free(&notes);
}

/* ---- Through the agent and gateways --------------------------------------- */

/* What the agent noted of one key; *served must live as long. */
static void
take_uses(struct row *row, const struct keys_served *served,
    const struct named_keys *named)
{
	for (size_t i = 0; i < served->count; i++)
		if (keys_served_is_of(
			&served->all[i], named, row->info.scheme, row->info.id))
			key_uses_add_served(&row->uses, &served->all[i]);
}

static void
take_all_uses(struct rows *rows, const struct keys_served *served,
    const struct named_keys *named)
{
	rows->failed = rows->failed || served->failed;
	for (size_t i = 0; i < rows->count; i++) {
		struct row *row = &rows->all[i];

		row->served = keys_served_find(
		    served, named, row->info.scheme, row->info.id);
		take_uses(row, served, named);
		key_uses_sort(&row->uses);
		rows->failed = rows->failed || row->uses.failed;
	}
}

/* ---- The list ----------------------------------------------------------- */

static int
compare_rows(const void *a, const void *b)
{
	const struct row *one = a, *other = b;
	int order = strcmp(one->info.id, other->info.id);

	if (order == 0)
		order = strcmp(one->info.scheme, other->info.scheme);
	return order != 0 ? order : strcmp(one->mark, other->mark);
}

/* True if a profile names the id; `named` is the index of those ids. */
static bool
is_named(const struct id_index *named, const char *id)
{
	size_t at = 0, i;

	return id_index_next(named, id, &at, &i);
}

/* With `id`, only keys that have it or that a profile names. */
static void
add_records(struct rows *rows, const struct key_set *set,
    const struct named_keys *keys, const char *id)
{
	struct id_index named = { .count = 0 };
	const struct named_key *k = id == NULL ? NULL : keys->first;

	for (; k != NULL && !rows->failed; k = k->next)
		if (entry_key_id(&k->entry).n > 0)
			rows->failed = !id_index_add(
			    &named, entry_key_id(&k->entry).p, 0);
	for (size_t i = 0; i < set->count && !rows->failed; i++) {
		const struct key_record *r = &set->records[i];

		if (id == NULL || strcmp(r->id, id) == 0 ||
		    is_named(&named, r->id))
			add_record(rows, r);
	}
	id_index_free(&named);
}

static void
collect_rows(struct rows *rows, const struct key_set *set,
    struct named_keys *named, const char *id, struct apam_error *partial)
{
	add_records(rows, set, named, id);
	for (struct named_key *k = named->first; k != NULL; k = k->next)
		add_named(rows, k, partial);
	if (rows->count > 0)
		qsort(rows->all, rows->count, sizeof(*rows->all), compare_rows);
}

/* The last use is the agent's, where that is later than what programs noted. */
static void
show_served_use(struct row *row)
{
	const struct apam_key_use *last = row->uses.count == 0 ?
	    NULL :
	    row->uses.all[0];
	const struct key_served *found = row->served;

	if (found != NULL && found->checked_at >= row->info.checked_at) {
		row->info.state = found->state;
		row->info.checked_at = found->checked_at;
		row->info.evidence = found->evidence;
	}
	row->info.uses = (const struct apam_key_use *const *)row->uses.all;
	row->info.use_count = row->uses.count;
	if (last == NULL || last->at < row->info.used_at ||
	    last->signer[0] != '\0')
		return;
	row->info.used_at = last->at;
	row->info.used_by = last->program;
	row->info.used_uid = last->uid;
}

static void
show_use(struct row *row)
{
	if (row->use == NULL)
		return;
	row->info.used_at = row->use->used_at;
	row->info.used_by = row->use->used_by;
	row->info.used_uid = row->use->used_uid;
	row->info.state = row->use->state;
	row->info.checked_at = row->use->checked_at;
	row->info.evidence = row->use->evidence;
}

static void
show_rows(struct rows *rows,
    bool (*each)(void *arg, const struct apam_key_info *key), void *arg)
{
	bool more = true;

	for (size_t i = 0; more && i < rows->count; i++) {
		struct row *row = &rows->all[i];

		/* From here on the rows are not moved. */
		row->info.mark = row->mark;
		row->info.use_missed = row->missed;
		show_use(row);
		show_served_use(row);
		row->info.profiles = row->profiles;
		more = each(arg, &row->info);
	}
}

static enum apam_status
list_keys(struct apam *ctx, const char *id,
    bool (*each)(void *arg, const struct apam_key_info *key), void *arg,
    struct apam_error *partial, struct apam_error *err)
{
	const struct key_registry registry = key_registry_of(&ctx->env);
	struct rows rows = { .all = NULL };
	struct key_users users = { .uids = NULL };
	struct key_set set = { .records = NULL };
	struct keys_served served = { .all = NULL };
	struct named_keys named;
	struct apam_error why = APAM_ERROR_INIT;
	struct apam_error damage = APAM_ERROR_INIT;
	enum apam_status status;

	if (!sized_begin(err))
		return APAM_E_USAGE;
	if (partial != NULL &&
	    sized_room(&sized_error, partial, err) != APAM_OK)
		return APAM_E_USAGE;
	status = named_keys_read(ctx, &named, err);
	why = named.partial;
	if (status == APAM_OK) {
		if (key_registry_read(&registry, &set, &damage) != APAM_OK)
			why = damage;
		collect_rows(&rows, &set, &named, id, &why);
		user_dir_tidy(
		    ctx->env.settings->state_dir, true, &ctx->env.log);
		read_row_notes(ctx->env.settings, &rows, &users);
		keys_served_read(&served, ctx, &named, &why);
		take_all_uses(&rows, &served, &named);
		if (rows.failed)
			status = error_set(err, APAM_E_MEMORY, "out of memory");
	}
	if (status == APAM_OK)
		show_rows(&rows, each, arg);
	error_copy(partial, &why);
	free_rows(&rows);
	keys_served_free(&served);
	key_users_free(&users);
	key_kept_put(&registry, &set);
	named_keys_keep(ctx, &named);
	return status;
}

enum apam_status
apam_keys(struct apam *ctx,
    bool (*each)(void *arg, const struct apam_key_info *key), void *arg,
    struct apam_error *partial, struct apam_error *err)
{
	HOLD_CANCEL;

	return list_keys(ctx, NULL, each, arg, partial, err);
}

enum apam_status
apam_keys_of(struct apam *ctx, const char *id,
    bool (*each)(void *arg, const struct apam_key_info *key), void *arg,
    struct apam_error *partial, struct apam_error *err)
{
	HOLD_CANCEL;

	return list_keys(ctx, id, each, arg, partial, err);
}
