/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam_key_add, apam_key_describe, apam_key_archive and apam_key_restore.
 * Profiles and secrets are read before the registry is locked, so that no other
 * program waits for the program of an exec: secret.  Which key is meant is
 * decided under the lock.
 */
#include "admin/keys_change.h"

#include <apam/admin.h>
#include <stdio.h>

#include "admin/key_lookup.h"
#include "base/cancel.h"
#include "base/error.h"
#include "base/sized.h"
#include "config/rules.h"
#include "keys/stands.h"
#include "profile/handle.h"

/* One command. */
struct task {
	struct named_keys named;
	struct key_question question; /* its set is the one being edited */
	const char *description, *access, *why;
	const char *state; /* that the key is in then */
	char scheme[SCHEME_NAME_MAX + 1]; /* of the key that it was */
};

struct key_registry
key_registry_of(struct env *env)
{
	return (struct key_registry){ env->settings->state_dir,
		env->settings->user, &env->kept_keys };
}

void
key_admin_tell(struct apam *ctx, const char *profile,
    const struct key_identity *key, const char *state, const char *why)
{
	const struct audit_event event = { .what = AUDIT_REGISTRY,
		.profile = profile,
		.entry = -1,
		.scheme = key->scheme,
		.key_id = key->id,
		.state = state,
		.evidence = why };

	audit_write(&ctx->env.audit, &event);
}

/* ---- Registering -------------------------------------------------------- */

/*
 * Register the keys that were chosen: each that a profile names, with its mark.
 * A secret that cannot be read is an error, except where the key is to be
 * archived: then the record stands for any secret.
 */
static struct key_record *
register_named(
    const struct key_question *q, struct named_key *key, struct apam_error *err)
{
	struct key_identity identity;

	if (!named_key_secret(key) && q->wanted == KEY_WANTED_NEW) {
		error_copy(err, &key->secret_error);
		return NULL;
	}
	identity = named_key_identity(key);
	for (struct named_key *k = key; k != NULL; k = k->next)
		if (named_key_is(k, identity.scheme, identity.id) &&
		    !named_key_secret(k))
			identity.secret = APAM_STR("");
	return key_edit_register(q->set, &identity, err);
}

static struct key_record *
register_chosen(const struct key_question *q, const struct key_choice *choice,
    struct apam_error *err)
{
	const struct key_identity unnamed = { q->name->scheme, q->name->id,
		APAM_STR("") };

	if (choice->named == NULL)
		return key_edit_register(q->set, &unnamed, err);
	return register_named(q, choice->named, err);
}

/* ---- Edits, under the registry's lock ----------------------------------- */

static enum apam_status
describe(
    const struct task *task, struct key_record *record, struct apam_error *err)
{
	struct key_set *set = task->question.set;

	if (record == NULL)
		return err->status;
	record->description = key_edit_text(
	    set, "description", task->description, err);
	record->access = key_edit_text(set, "access", task->access, err);
	return record->description == NULL || record->access == NULL ?
	    err->status :
	    APAM_OK;
}

/* Find the key that is meant among the present ones. */
static enum apam_status
choose(struct task *task, struct key_set *set, struct key_choice *choice,
    struct apam_error *err)
{
	const char *scheme = task->question.name->scheme;
	enum apam_status status;

	task->question.set = set;
	status = key_choose(&task->question, choice, err);
	if (status != APAM_OK)
		return status;
	if (choice->record != NULL)
		scheme = choice->record->scheme;
	if (choice->named != NULL)
		scheme = choice->named->entry.conf->scheme;
	(void)snprintf(task->scheme, sizeof(task->scheme), "%s", scheme);
	return APAM_OK;
}

/* The same id with several secrets: each is a separate key. */
static enum apam_status
add_key(void *arg, struct key_set *set, struct apam_error *err)
{
	struct task *task = arg;
	const struct key_question *q = &task->question;
	struct key_choice choice;
	enum apam_status status = choose(task, set, &choice, err);

	if (status != APAM_OK)
		return status;
	status = describe(task, register_chosen(q, &choice, err), err);
	for (struct named_key *k = choice.named; k != NULL && status == APAM_OK;
	     k = k->next)
		if (named_key_is(k, task->scheme, q->name->id) &&
		    !key_is_registered(set, k))
			status = describe(task, register_named(q, k, err), err);
	return status;
}

/* A text that is not given stays as it is. */
static enum apam_status
describe_anew(void *arg, struct key_set *set, struct apam_error *err)
{
	struct task *task = arg;
	struct key_choice choice;
	enum apam_status status = choose(task, set, &choice, err);

	if (status != APAM_OK)
		return status;
	if (task->description == NULL)
		task->description = choice.record->description;
	if (task->access == NULL)
		task->access = choice.record->access;
	return describe(task, choice.record, err);
}

static enum apam_status
archive(void *arg, struct key_set *set, struct apam_error *err)
{
	struct task *task = arg;
	struct key_choice choice;
	enum apam_status status = choose(task, set, &choice, err);

	if (status != APAM_OK)
		return status;
	if (choice.record == NULL)
		choice.record = register_chosen(&task->question, &choice, err);
	if (choice.record == NULL)
		return err->status;
	return key_edit_archive(set, choice.record, task->why, err);
}

static enum apam_status
restore(void *arg, struct key_set *set, struct apam_error *err)
{
	struct key_choice choice;
	enum apam_status status = choose(arg, set, &choice, err);

	if (status == APAM_OK)
		key_edit_restore(choice.record);
	return status;
}

/* ---- Calls -------------------------------------------------------------- */

/* Read the secrets whose marks may be needed, before the lock is taken. */
static void
read_secrets(struct task *task)
{
	const struct apam_key_name *name = task->question.name;

	for (struct named_key *k = task->named.first; k != NULL; k = k->next)
		if (named_key_is(k, name->scheme, name->id))
			(void)named_key_secret(k);
}

static enum apam_status
check_texts(const struct task *task, struct apam_error *err)
{
	const char *const texts[] = { task->description, task->access,
		task->why };
	static const char *const names[] = { "description", "access",
		"reason" };
	const char *why = key_name_problem(task->question.name);

	if (why != NULL)
		return error_set(err, APAM_E_USAGE, "%s", why);
	for (size_t i = 0; i < 3; i++) {
		why = texts[i] == NULL ? NULL : key_text_problem(texts[i]);
		if (why != NULL)
			return error_set(
			    err, APAM_E_USAGE, "%s: %s", names[i], why);
	}
	return APAM_OK;
}

static void
tell_change(struct apam *ctx, const struct task *task)
{
	const struct key_identity key = { task->scheme, task->question.name->id,
		APAM_STR("") };

	key_admin_tell(ctx, NULL, &key, task->state, task->why);
}

static enum apam_status
run_task(struct apam *ctx, struct task *task,
    enum apam_status (*edit)(
	void *arg, struct key_set *set, struct apam_error *err),
    struct apam_error *err)
{
	const struct key_registry registry = key_registry_of(&ctx->env);
	struct apam_error own = APAM_ERROR_INIT;
	struct apam_key_name name;
	enum apam_status status;

	if (!sized_begin(err))
		return APAM_E_USAGE;
	if (sized_take(&sized_key_name, task->question.name, &name, err) !=
	    APAM_OK)
		return APAM_E_USAGE;
	task->question.name = &name;
	named_keys_init(&task->named);
	task->question.named = &task->named;
	status = check_texts(task, &own);
	if (status == APAM_OK && !key_wanted_is_record(task->question.wanted))
		status = named_keys_read(ctx, &task->named, &own);
	if (status == APAM_OK) {
		read_secrets(task);
		status = key_registry_change(&registry, edit, task, &own);
	}
	named_keys_free(&task->named);
	if (status == APAM_OK)
		tell_change(ctx, task);
	if (status != APAM_OK)
		error_copy(err, &own);
	return status;
}

enum apam_status
apam_key_add(struct apam *ctx, const struct apam_key_name *name,
    const char *description, const char *access, struct apam_error *err)
{
	HOLD_CANCEL;
	struct task task = { .question = { name, KEY_WANTED_NEW, NULL, NULL },
		.description = description,
		.access = access,
		.state = "registered" };

	return run_task(ctx, &task, add_key, err);
}

enum apam_status
apam_key_describe(struct apam *ctx, const struct apam_key_name *name,
    const char *description, const char *access, struct apam_error *err)
{
	HOLD_CANCEL;
	struct task task = { .question = { name, KEY_WANTED_REGISTERED, NULL,
				 NULL },
		.description = description,
		.access = access,
		.state = "described" };

	if (!sized_begin(err))
		return APAM_E_USAGE;
	if (description == NULL && access == NULL)
		return error_set(err, APAM_E_USAGE,
		    "neither a description nor an access is given");
	return run_task(ctx, &task, describe_anew, err);
}

enum apam_status
apam_key_archive(struct apam *ctx, const struct apam_key_name *name,
    const char *why, struct apam_error *err)
{
	HOLD_CANCEL;
	struct task task = { .question = { name, KEY_WANTED_LIVE, NULL, NULL },
		.why = why,
		.state = "archived" };

	return run_task(ctx, &task, archive, err);
}

enum apam_status
apam_key_restore(
    struct apam *ctx, const struct apam_key_name *name, struct apam_error *err)
{
	HOLD_CANCEL;
	struct task task = { .question = { name, KEY_WANTED_ARCHIVED, NULL,
				 NULL },
		.state = "restored" };

	return run_task(ctx, &task, restore, err);
}

/* ---- Dropping ----------------------------------------------------------- */

/* Every record that may stand for the key, because signers may see any. */
static enum apam_status
drop(void *arg, struct key_set *set, struct apam_error *err)
{
	const struct key_identity *key = arg;
	struct apam_error why = APAM_ERROR_INIT;
	const struct key_asked asked = { .key = *key, .failed = &why };

	if (key_set_find(set, &asked) == NULL &&
	    key_edit_register(set, key, err) == NULL)
		return err->status;
	for (size_t i = 0; i < set->count; i++)
		if (key_record_stands(&set->records[i], &asked) == KEY_STANDS)
			set->records[i].drops++;
	return why.status == APAM_OK ?
	    APAM_OK :
	    error_set(err, why.status, "%s", why.text);
}

enum apam_status
key_admin_drop(const struct entry *e, struct apam_error *err)
{
	const struct key_registry registry = key_registry_of(e->env);
	struct key_identity key = { e->conf->scheme, entry_key_id(e).p,
		APAM_STR("") };
	enum apam_status status;
	struct buf secret;

	buf_init(&secret, ENTRY_SECRET_MAX);
	if (!entry_key_secret(e, &secret)) {
		status = error_set(err, APAM_E_MEMORY, "out of memory");
	} else {
		if (!e->secrets.various)
			key.secret = buf_view(&secret);
		status = key_registry_change(&registry, drop, &key, err);
	}
	buf_free(&secret);
	return status;
}
