/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam_keys: the keys of the registry and of the profiles in one list, with
 * what programs noted of their use.
 */
#include <stdlib.h>

#include "cancel.h"
#include "error.h"
#include "id_index.h"
#include "key_admin.h"
#include "key_named.h"
#include "key_note.h"
#include "str.h"
#include "user_dir.h"

/* One key. */
struct row {
	struct apam_key_info info;
	const struct key_record *record; /* NULL: not registered */
	char mark[KEY_MARK_TEXT];
	const char **profiles;
	char used_by[65], evidence[256];
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
	size_t room = rows->room == 0 ? 16 : rows->room * 2;
	struct row *longer;

	if (rows->count == rows->room) {
		longer = realloc(rows->all, room * sizeof(*rows->all));
		if (longer == NULL) {
			rows->failed = true;
			return NULL;
		}
		rows->all = longer;
		rows->room = room;
	}
	if (!id_index_add(&rows->by_id, id, rows->count)) {
		rows->failed = true;
		return NULL;
	}
	memset(&rows->all[rows->count], 0, sizeof(*rows->all));
	rows->all[rows->count].info = (struct apam_key_info){
		.scheme = scheme,
		.id = id,
		.description = "",
		.access = "",
		.created_by = "",
		.archived_by = "",
		.why = "",
	};
	return &rows->all[rows->count++];
}

static void
free_rows(struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		free(rows->all[i].profiles);
	free(rows->all);
	id_index_free(&rows->by_id);
}

/* The rows of an id, one by one; *at as of id_index_next.  NULL at the end. */
static struct row *
next_row(const struct rows *rows, const char *id, size_t *at)
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

/* Profiles come by name, so that the same one twice comes in a row. */
static void
add_profile(struct rows *rows, struct row *row, const char *profile)
{
	size_t n = row->info.profile_count;
	const char **longer;

	if (n > 0 && strcmp(row->profiles[n - 1], profile) == 0)
		return;
	longer = realloc(row->profiles, (n + 1) * sizeof(*longer));
	if (longer == NULL) {
		rows->failed = true;
		return;
	}
	row->profiles = longer;
	longer[n] = profile;
	row->info.profile_count++;
}

/* Add a key that a profile names, to the rows that stand for it. */
static void
add_named(struct rows *rows, struct named_key *key, struct apam_error *partial)
{
	struct apam_str id = entry_key_id(&key->entry);
	struct row *own = NULL, *row;
	bool found = false;
	size_t at = 0;

	if (id.n == 0)
		return;
	while ((row = next_row(rows, id.p, &at)) != NULL) {
		if (row->record == NULL &&
		    named_key_is(key, row->info.scheme, row->info.id))
			own = row;
		if (row->record == NULL ||
		    !named_key_fits(key, row->record, partial))
			continue;
		add_profile(rows, row, key->profile);
		found = true;
	}
	if (found)
		return;
	if (own == NULL)
		own = add_row(rows, key->entry.conf->scheme, id.p);
	if (own != NULL)
		add_profile(rows, own, key->profile);
}

/* ---- Notes -------------------------------------------------------------- */

static void
take_note(struct row *row, enum key_note_kind kind, const struct key_note *note)
{
	struct apam_key_info *info = &row->info;

	if (kind == KEY_NOTE_USED && note->at > info->used_at) {
		info->used_at = note->at;
		info->used_uid = note->uid;
		memcpy(row->used_by, note->program, sizeof(row->used_by));
	}
	if (kind == KEY_NOTE_CHECKED &&
	    key_note_is_news(note, info->checked_at, info->state)) {
		info->checked_at = note->at;
		info->state = note->state;
		memcpy(row->evidence, note->evidence, sizeof(row->evidence));
	}
}

/* One made before the key had a mark is the key's that has its id alone. */
static void
each_note(void *arg, enum key_note_kind kind, const struct key_note *note)
{
	struct rows *rows = arg;
	struct row *only = NULL, *row;
	size_t of_id = 0, at = 0;

	while ((row = next_row(rows, note->id, &at)) != NULL) {
		if (strcmp(row->info.scheme, note->scheme) != 0)
			continue;
		of_id++;
		only = row;
		if (strcmp(row->mark, note->mark) == 0) {
			take_note(row, kind, note);
			return;
		}
	}
	if (of_id == 1 && note->mark[0] == '\0')
		take_note(only, kind, note);
}

/* ---- The list ----------------------------------------------------------- */

static int
compare(const void *a, const void *b)
{
	const struct row *one = a, *other = b;
	int order = strcmp(one->info.id, other->info.id);

	if (order == 0)
		order = strcmp(one->info.scheme, other->info.scheme);
	return order != 0 ? order : strcmp(one->mark, other->mark);
}

static void
collect(struct apam *ctx, struct rows *rows, const struct key_set *set,
    struct named_keys *named, struct apam_error *partial)
{
	for (size_t i = 0; i < set->count; i++)
		add_record(rows, &set->records[i]);
	for (struct named_key *k = named->first; k != NULL; k = k->next)
		add_named(rows, k, partial);
	user_dir_tidy(ctx->settings->state_dir, true, &ctx->log);
	key_note_each(
	    ctx->settings->state_dir, ctx->settings->user, each_note, rows);
	if (rows->count > 0)
		qsort(rows->all, rows->count, sizeof(*rows->all), compare);
}

static void
show(struct rows *rows,
    bool (*each)(void *arg, const struct apam_key_info *key), void *arg)
{
	bool more = true;

	for (size_t i = 0; more && i < rows->count; i++) {
		struct row *row = &rows->all[i];

		/* Now that they stay where they are. */
		row->info.mark = row->mark;
		row->info.used_by = row->used_by;
		row->info.evidence = row->evidence;
		row->info.profiles = row->profiles;
		more = each(arg, &row->info);
	}
}

enum apam_status
apam_keys(struct apam *ctx,
    bool (*each)(void *arg, const struct apam_key_info *key), void *arg,
    struct apam_error *partial, struct apam_error *err)
{
	HOLD_CANCEL;
	const struct key_registry registry = key_registry_of(ctx);
	struct key_registry_print print;
	struct rows rows = { .all = NULL };
	struct key_set set = { .records = NULL };
	struct named_keys named;
	struct apam_error why, damage;
	enum apam_status status;

	error_clear(err);
	error_clear(&damage);
	status = named_keys_read(ctx, &named, err);
	why = named.partial;
	if (status == APAM_OK) {
		if (key_registry_read(&registry, &set, &print, &damage) !=
		    APAM_OK)
			why = damage;
		collect(ctx, &rows, &set, &named, &why);
		if (rows.failed)
			status = error_set(err, APAM_E_MEMORY, "out of memory");
	}
	if (status == APAM_OK)
		show(&rows, each, arg);
	if (partial != NULL)
		*partial = why;
	free_rows(&rows);
	key_set_free(&set);
	named_keys_keep(ctx, &named);
	return status;
}
