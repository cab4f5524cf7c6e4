/* SPDX-License-Identifier: BSD-2-Clause */
#include "admin/keys_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"

static struct key_row *
add_row(struct key_rows *rows, const char *scheme, const char *id)
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

void
key_rows_free(struct key_rows *rows)
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
static struct key_row *
next_row_of(const struct key_rows *rows, const char *id, size_t *at)
{
	size_t i;

	return id_index_next(&rows->by_id, id, at, &i) ? &rows->all[i] : NULL;
}

static void
add_record(struct key_rows *rows, const struct key_record *record)
{
	struct key_row *row = add_row(rows, record->scheme, record->id);

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
add_row_profile(struct key_rows *rows, struct key_row *row, const char *profile)
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
add_readers(struct key_row *row, const struct named_key *key)
{
	static const struct key_readers any = { .unsure = true };

	if (row->readers == NULL)
		row->readers = &key->readers;
	else if (!key_readers_same(row->readers, &key->readers))
		row->readers = &any;
}

/* True if the note may be about the row's key. */
static bool
add_to_row(struct key_row *row, struct named_key *key, struct key_rows *rows,
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
add_named(
    struct key_rows *rows, struct named_key *key, struct apam_error *partial)
{
	struct apam_str id = entry_key_id(&key->entry);
	struct key_row *own = NULL, *row;
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

static int
compare_rows(const void *a, const void *b)
{
	const struct key_row *one = a, *other = b;
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

/* With `id`, add only keys that have it or that a profile names. */
static void
add_records(struct key_rows *rows, const struct key_set *set,
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

void
key_rows_collect(struct key_rows *rows, const struct key_set *set,
    struct named_keys *named, const char *id, struct apam_error *partial)
{
	add_records(rows, set, named, id);
	for (struct named_key *k = named->first; k != NULL; k = k->next)
		add_named(rows, k, partial);
	if (rows->count > 0)
		qsort(rows->all, rows->count, sizeof(*rows->all), compare_rows);
}
