/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam_keys: the keys of the registry and of the profiles in one list, with
 * what programs noted of their use.
 */
#include <apam/admin.h>
#include <stdlib.h>
#include <string.h>

#include "admin/keys_change.h"
#include "admin/keys_rows.h"
#include "base/cancel.h"
#include "base/error.h"
#include "base/sized.h"
#include "base/str.h"
#include "file/user_dir.h"
#include "profile/handle.h"

/* ---- Notes -------------------------------------------------------------- */

static bool
same_row_id(const struct key_row *one, const struct key_row *other)
{
	return strcmp(one->info.id, other->info.id) == 0 &&
	    strcmp(one->info.scheme, other->info.scheme) == 0;
}

/* A note without a mark is the row's only if no other row has the id. */
static bool
row_is_alone(const struct key_rows *rows, size_t i)
{
	const struct key_row *row = &rows->all[i];
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
take_notes(struct key_rows *rows, const struct key_notes *notes, size_t i)
{
	struct key_row *row = &rows->all[i];
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
    const struct settings *s, struct key_rows *rows, struct key_users *users)
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
take_uses(struct key_row *row, const struct keys_served *served,
    const struct named_keys *named)
{
	for (size_t i = 0; i < served->count; i++)
		if (keys_served_is_of(
			&served->all[i], named, row->info.scheme, row->info.id))
			key_uses_add_served(&row->uses, &served->all[i]);
}

static void
take_all_uses(struct key_rows *rows, const struct keys_served *served,
    const struct named_keys *named)
{
	rows->failed = rows->failed || served->failed;
	for (size_t i = 0; i < rows->count; i++) {
		struct key_row *row = &rows->all[i];

		row->served = keys_served_find(
		    served, named, row->info.scheme, row->info.id);
		take_uses(row, served, named);
		key_uses_sort(&row->uses);
		rows->failed = rows->failed || row->uses.failed;
	}
}

/* ---- The list ----------------------------------------------------------- */

/* The last use is the agent's, where that is later than what programs noted. */
static void
show_served_use(struct key_row *row)
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
show_use(struct key_row *row)
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
show_rows(struct key_rows *rows,
    bool (*each)(void *arg, const struct apam_key_info *key), void *arg)
{
	bool more = true;

	for (size_t i = 0; more && i < rows->count; i++) {
		struct key_row *row = &rows->all[i];

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
	struct key_rows rows = { .all = NULL };
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
		key_rows_collect(&rows, &set, &named, id, &why);
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
	key_rows_free(&rows);
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
