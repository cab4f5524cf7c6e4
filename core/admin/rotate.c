/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam_key_rotate: the standby key's entry and the first one change places in
 * the profile's file, as text, and the old key is archived.  Both are done
 * under the registry's lock, so that if two programs rotate at once, the second
 * finds no standby key.  The file goes first: a crash between the two steps
 * leaves two keys that work.
 */
#include <apam/admin.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/keys_change.h"
#include "admin/profile_keys.h"
#include "base/cancel.h"
#include "base/error.h"
#include "base/sized.h"
#include "base/str.h"
#include "config/swap.h"
#include "file/replace.h"
#include "file/trust.h"
#include "profile/handle.h"
#include "profile/reload.h"
#include "profile/table.h"

struct rotation {
	struct apam *ctx;
	const char *name; /* the profile's */
	const char *why;
	char file[TRUST_PATH_MAX + 1];
	struct stack *stack; /* of the file as it is */
	struct buf text; /* of the same file */
	struct named_keys keys; /* one for each entry, in order */
	struct named_key *first, *standby;
	char old_mark[APAM_MARK_SIZE]; /* of the record that was archived */
	bool written; /* the file is as it is to be */
};

/* ---- Reading ------------------------------------------------------------ */

/* Report the first of many problems as the error of a call. */
static enum apam_status
fail_rotation(const struct rotation *r, const struct problems *all,
    struct apam_error *err)
{
	error_copy(err, &all->first);
	error_locate(err, r->name, -1);
	return err->status;
}

static struct named_key *
next_sufficient(struct named_key *key)
{
	while (key != NULL && key->entry.conf->control != CONTROL_SUFFICIENT)
		key = key->next;
	return key;
}

/* Read the file's text and entries; the stack's watch notices later changes. */
static enum apam_status
read_rotated(struct rotation *r, struct apam_error *err)
{
	struct problems all;
	enum apam_status status;

	problems_init(&all);
	r->stack = stack_new(&r->ctx->env, r->name, r->file, &all);
	if (r->stack == NULL || !named_keys_add(&r->keys, r->stack, &all))
		return fail_rotation(r, &all, err);
	status = trust_read(
	    r->file, TRUST_FILE, r->ctx->env.settings->user, &r->text, err);
	r->first = next_sufficient(r->keys.first);
	if (status != APAM_OK)
		return status;
	if (r->first == NULL || next_sufficient(r->first->next) == NULL)
		return error_set(err, APAM_E_POLICY,
		    "the profile has no second sufficient entry: no standby "
		    "key; add one to its file and run `apam lint`");
	if (entry_key_id(&r->first->entry).n == 0)
		return error_set(err, APAM_E_POLICY,
		    "the key in first place has no id, and cannot be archived");
	/* Read all now, so that no program waits for exec: under the lock. */
	for (struct named_key *k = r->first; k != NULL; k = k->next)
		(void)named_key_secret(k);
	return APAM_OK;
}

static enum apam_status
begin_rotation(
    struct rotation *r, struct apam_profile *profile, struct apam_error *err)
{
	*r = (struct rotation){ .ctx = profile->ctx, .name = profile->name };
	named_keys_init(&r->keys);
	buf_init(&r->text, CONF_FILE_MAX);
	if (!table_file(r->ctx, r->name, r->file, sizeof(r->file)))
		return error_set(err, APAM_E_CONFIG, "profile_dir is too long");
	return read_rotated(r, err);
}

static void
end(struct rotation *r)
{
	named_keys_free(&r->keys);
	stack_release(&r->stack);
	buf_free(&r->text);
}

/* ---- The standby key ---------------------------------------------------- */

/* The record that decides about the key, or NULL. */
static struct key_record *
record_of(const struct key_set *set, struct named_key *key)
{
	const struct key_asked asked = named_key_asked(key);

	return key_set_find(set, &asked);
}

static bool
is_archived(const struct key_set *set, struct named_key *key)
{
	const struct key_record *record = record_of(set, key);

	return record != NULL && record->archived_at != 0;
}

static enum apam_status
find_standby(
    struct rotation *r, const struct key_set *set, struct apam_error *err)
{
	struct named_key *k = next_sufficient(r->first->next);

	while (k != NULL && is_archived(set, k))
		k = next_sufficient(k->next);
	r->standby = k;
	if (k == NULL)
		return error_set(err, APAM_E_POLICY,
		    "every standby key of the profile is archived; give it "
		    "another, or `apam keys restore` one");
	if (named_key_secret(k))
		return APAM_OK;
	error_copy(err, &k->secret_error);
	return err->status;
}

/* ---- The registry ------------------------------------------------------- */

/*
 * The record of the first key.  If its secret is lost the record stands for any
 * secret, which may not be the standby's.
 */
static struct key_record *
first_record(struct rotation *r, struct key_set *set, struct apam_error *err)
{
	struct key_identity first = named_key_identity(r->first);
	struct key_record *record;

	if (!named_key_secret(r->first) &&
	    named_key_is(r->standby, first.scheme, first.id)) {
		error_copy(err, &r->first->secret_error);
		return NULL;
	}
	record = record_of(set, r->first);
	return record != NULL ? record : key_edit_register(set, &first, err);
}

static enum apam_status
archive_first(struct rotation *r, struct key_set *set, struct apam_error *err)
{
	struct key_record *record;
	enum apam_status status;

	if (is_archived(set, r->first))
		return APAM_OK;
	record = first_record(r, set, err);
	if (record == NULL)
		return err->status;
	status = key_edit_archive(set, record, r->why, err);
	if (status == APAM_OK && is_archived(set, r->standby))
		return error_set(err, APAM_E_USAGE,
		    "the registry cannot tell the old key from the standby "
		    "key: they have the same id, which is registered for any "
		    "secret");
	return status;
}

/* ---- The file ----------------------------------------------------------- */

/* The new text must be the same profile with the standby key in first place. */
static bool
is_rotated(struct rotation *r, struct stack *next, struct problems *all)
{
	const size_t at = r->first->entry.index;
	bool ok = next->profile->entry_count == r->stack->profile->entry_count;
	struct entry e;

	for (size_t i = 0; ok && i < next->profile->entry_count; i++) {
		const struct entry_place place = stack_place(next, i);

		ok = entry_read(&e, &place, all);
		if (ok && i == at)
			ok = named_key_is(
			    r->standby, e.conf->scheme, entry_key_id(&e).p);
		if (ok)
			entry_close(&e);
	}
	return ok;
}

static enum apam_status
check_text(struct rotation *r, struct apam_str text, struct apam_error *err)
{
	struct stack next = { .env = &r->ctx->env };
	struct conf *conf = NULL;
	struct problems all;
	bool ok;

	problems_init(&all);
	if (conf_guard(r->file, text, &all))
		conf = conf_parse(r->file, text, &all);
	if (conf != NULL)
		next.profile = profile_from_conf(
		    r->name, &conf, r->ctx->env.settings, &all);
	ok = all.count == 0 && next.profile != NULL &&
	    is_rotated(r, &next, &all);
	profile_free(&next.profile);
	file_prints_free(&next.watch);
	if (ok)
		return APAM_OK;
	if (all.count > 0)
		return fail_rotation(r, &all, err);
	return error_set(err, APAM_E_INTERNAL,
	    "the entries cannot be swapped in the file's text; do it by hand");
}

/* Open the directory of a file, to put another file beside it. */
static int
open_profile_directory(const struct rotation *r, struct apam_error *err)
{
	char directory[sizeof(r->file)];
	const char *slash = strrchr(r->file, '/');

	(void)snprintf(directory, sizeof(directory), "%.*s",
	    slash == r->file ? 1 : (int)(slash - r->file), r->file);
	return trust_open(
	    directory, TRUST_DIRECTORY, r->ctx->env.settings->user, err);
}

/* The state of the file now, if it is trusted. */
static enum apam_status
stat_file(const struct rotation *r, struct stat *st, struct apam_error *err)
{
	const int fd = trust_open(
	    r->file, TRUST_FILE, r->ctx->env.settings->user, err);
	int done;

	if (fd < 0)
		return err->status;
	done = fstat(fd, st);
	(void)close(fd);
	if (r->stack->watch.failed)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	if (done != 0 || file_prints_changed(&r->stack->watch))
		return error_set(err, APAM_E_INTERNAL,
		    "the profile's files were changed in the meantime; try "
		    "again");
	return APAM_OK;
}

/* The rename may have been done where what comes after it failed. */
static bool
is_replaced(int directory, const char *name, const struct stat *before)
{
	struct stat now;

	return fstatat(directory, name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
	    now.st_ino != before->st_ino;
}

static enum apam_status
write_file(struct rotation *r, struct apam_str text, struct apam_error *err)
{
	char name[PROFILE_NAME_MAX + sizeof(".conf")];
	char beside[PROFILE_NAME_MAX + sizeof("..conf.new")];
	enum apam_status status;
	struct stat st;
	int directory;

	(void)snprintf(name, sizeof(name), "%s.conf", r->name);
	(void)snprintf(beside, sizeof(beside), ".%s.conf.new", r->name);
	status = stat_file(r, &st, err);
	if (status != APAM_OK)
		return status;
	directory = open_profile_directory(r, err);
	if (directory < 0)
		return err->status;
	if (!file_replace_like(directory, name, beside, text, &st))
		status = error_set(err,
		    errno == EACCES || errno == EPERM ? APAM_E_CONFIG :
							APAM_E_INTERNAL,
		    "%s cannot be replaced: %s", r->file, strerror(errno));
	r->written = status == APAM_OK || is_replaced(directory, name, &st);
	(void)close(directory);
	return status;
}

static enum apam_status
swap_entries(struct rotation *r, struct apam_error *err)
{
	enum apam_status status;
	struct buf swapped;

	buf_init(&swapped, CONF_FILE_MAX);
	if (conf_swap(buf_view(&r->text), APAM_STR("auth"),
		r->first->entry.index, r->standby->entry.index, &swapped))
		status = check_text(r, buf_view(&swapped), err);
	else
		status = error_set(err,
		    swapped.no_memory ? APAM_E_MEMORY : APAM_E_INTERNAL,
		    "the entries are not found in the file's text");
	if (status == APAM_OK)
		status = write_file(r, buf_view(&swapped), err);
	buf_free(&swapped);
	return status;
}

/* ---- Calls -------------------------------------------------------------- */

/* Under the registry's lock; it is written when this has returned. */
static enum apam_status
rotate_locked(void *arg, struct key_set *set, struct apam_error *err)
{
	struct rotation *r = arg;
	enum apam_status status = find_standby(r, set, err);

	if (status == APAM_OK)
		status = archive_first(r, set, err);
	if (status != APAM_OK)
		return status;
	key_mark_text(record_of(set, r->first), r->old_mark);
	return swap_entries(r, err);
}

static void
tell_rotation(const struct rotation *r)
{
	const struct key_identity first = named_key_identity(r->first);

	key_admin_tell(r->ctx, r->name, &first, "archived", r->why);
}

static void
report(const struct rotation *r, struct apam_key_rotation *to)
{
	entry_name_key(&r->first->entry, to->old_scheme, to->old);
	(void)snprintf(to->fresh, sizeof(to->fresh), "%s",
	    entry_key_id(&r->standby->entry).p);
	(void)snprintf(to->old_mark, sizeof(to->old_mark), "%s", r->old_mark);
	to->old_entry = (unsigned)r->first->entry.index;
	to->fresh_entry = (unsigned)r->standby->entry.index;
}

/* Say that the file was changed and the registry was not. */
static void
say_half(const struct rotation *r, struct apam_error *err)
{
	const char *old = entry_key_id(&r->first->entry).p;
	const struct apam_error why = *err;

	error_clear(err);
	(void)error_set_at(err, why.status, why.file, why.line,
	    "the standby key is in first place, but the old key could not be "
	    "archived: %.120s; run `apam keys archive` on %.255s",
	    why.text, old);
}

enum apam_status
apam_key_rotate(struct apam_profile *profile, const char *why,
    struct apam_key_rotation *rotation, struct apam_error *err)
{
	HOLD_CANCEL;
	const struct key_registry registry = key_registry_of(
	    &profile->ctx->env);
	const char *problem = why == NULL ? NULL : key_text_problem(why);
	struct apam_key_rotation made = { .size = sizeof(made) };
	struct apam_error own = APAM_ERROR_INIT;
	struct rotation r;
	enum apam_status status;

	if (!sized_begin(err))
		return APAM_E_USAGE;
	if (sized_room(&sized_key_rotation, rotation, err) != APAM_OK)
		return APAM_E_USAGE;
	sized_give(&sized_key_rotation, &made, rotation);
	if (problem != NULL)
		return error_set(err, APAM_E_USAGE, "reason: %s", problem);
	status = begin_rotation(&r, profile, &own);
	r.why = why;
	if (status == APAM_OK)
		status = key_registry_change(
		    &registry, rotate_locked, &r, &own);
	if (status != APAM_OK && r.written)
		say_half(&r, &own);
	if (r.written)
		profile_look_soon(profile);
	if (status == APAM_OK) {
		report(&r, &made);
		sized_give(&sized_key_rotation, &made, rotation);
		tell_rotation(&r);
	}
	end(&r);
	error_locate(&own, profile->name, -1);
	if (status != APAM_OK)
		error_copy(err, &own);
	return status;
}

enum apam_status
apam_key_standby(
    struct apam_profile *profile, unsigned *entry, struct apam_error *err)
{
	HOLD_CANCEL;
	const struct key_registry registry = key_registry_of(
	    &profile->ctx->env);
	struct key_set set = { .records = NULL };
	struct apam_error own = APAM_ERROR_INIT;
	struct rotation r;
	enum apam_status status;

	*entry = 0;
	if (!sized_begin(err))
		return APAM_E_USAGE;
	status = begin_rotation(&r, profile, &own);
	if (status == APAM_OK)
		status = key_registry_read(&registry, &set, &own);
	if (status == APAM_OK)
		status = find_standby(&r, &set, &own);
	if (status == APAM_OK)
		*entry = (unsigned)r.standby->entry.index;
	key_set_free(&set);
	end(&r);
	error_locate(&own, profile->name, -1);
	if (status != APAM_OK)
		error_copy(err, &own);
	return status;
}
