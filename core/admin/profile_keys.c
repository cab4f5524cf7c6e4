/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The walk over all profiles for the keys that they name.  It uses stacks of
 * its own, so that it does not depend on what the context's profiles were read
 * from.
 */
#include "admin/profile_keys.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/str.h"
#include "profile/handle.h"
#include "profile/table.h"

void
named_keys_init(struct named_keys *named)
{
	named->first = NULL;
	named->end = &named->first;
	error_init(&named->partial);
}

static void
free_list(struct named_key *key)
{
	struct named_key *next;

	for (; key != NULL; key = next) {
		next = key->next;
		entry_close(&key->entry);
		stack_release(&key->stack);
		buf_free(&key->secret);
		free(key);
	}
}

void
named_keys_free(struct named_keys *named)
{
	free_list(named->first);
	named_keys_init(named);
}

/* The key of one entry; NULL with a problem added. */
static struct named_key *
read_named(struct stack *stack, size_t index, struct problems *all)
{
	const struct entry_place place = stack_place(stack, index);
	struct named_key *key = calloc(1, sizeof(*key));

	if (key == NULL) {
		problems_add(all, APAM_E_MEMORY, NULL, 0, "out of memory");
		return NULL;
	}
	if (!entry_read(&key->entry, &place, all)) {
		free(key);
		return NULL;
	}
	/* Before secrets replace the references in `values`. */
	key_readers_add(&key->readers, &key->entry.module->options,
	    key->entry.values.values);
	key->stack = stack_hold(stack);
	key->profile = stack->profile->name;
	buf_init(&key->secret, ENTRY_SECRET_MAX);
	error_init(&key->secret_error);
	return key;
}

bool
named_keys_add(struct named_keys *to, struct stack *stack, struct problems *all)
{
	struct named_key *first = NULL, **end = &first;

	for (size_t i = 0; i < stack->profile->entry_count; i++) {
		*end = read_named(stack, i, all);
		if (*end == NULL) {
			free_list(first);
			return false;
		}
		end = &(*end)->next;
	}
	if (first != NULL) {
		*to->end = first;
		to->end = end;
	}
	return true;
}

/* Add the keys of one profile by name. */
static void
add_named_profile(struct named_keys *to, struct apam *ctx, const char *name)
{
	char file[sizeof(to->partial.file)];
	struct stack *stack = NULL;
	struct problems all;

	problems_init(&all);
	if (!table_file(ctx, name, file, sizeof(file)))
		problems_add(&all, APAM_E_CONFIG, ctx->env.settings->file, 0,
		    "profile_dir is too long");
	else
		stack = stack_new(&ctx->env, name, file, &all);
	if (stack == NULL || !named_keys_add(to, stack, &all)) {
		to->partial = all.first;
		error_locate(&to->partial, name, -1);
	}
	stack_release(&stack);
}

/* ---- Keeping ----------------------------------------------------------- */

/*
 * Cut the keys of the first profile off a list, and return them; NULL if there
 * are none.
 */
static struct named_key *
cut_profile(struct named_key **list)
{
	struct named_key *first = *list, *last = first;

	if (first == NULL)
		return NULL;
	while (last->next != NULL && last->next->stack == first->stack)
		last = last->next;
	*list = last->next;
	last->next = NULL;
	return first;
}

static void
append_named(struct named_keys *to, struct named_key *keys)
{
	*to->end = keys;
	while (*to->end != NULL)
		to->end = &(*to->end)->next;
}

static bool
has_secret(const struct named_key *key)
{
	for (; key != NULL; key = key->next)
		if (key->asked)
			return true;
	return false;
}

static struct named_key *
exchange_kept(struct apam *ctx, struct named_key *keys)
{
	struct named_key *old;

	pthread_mutex_lock(&ctx->env.lock);
	old = ctx->named;
	ctx->named = keys;
	ctx->free_named = free_list;
	pthread_mutex_unlock(&ctx->env.lock);
	return old;
}

void
named_keys_keep(struct apam *ctx, struct named_keys *named)
{
	struct named_keys kept;
	struct named_key *keys;

	named_keys_init(&kept);
	while ((keys = cut_profile(&named->first)) != NULL) {
		if (has_secret(keys))
			free_list(keys);
		else
			append_named(&kept, keys);
	}
	named_keys_free(named);
	free_list(exchange_kept(ctx, kept.first));
}

/*
 * Add the keys of a profile that were kept, if its files have not changed.
 * Both lists are ordered by name; keys that are passed over are freed.
 */
static bool
add_kept(struct named_keys *to, struct named_key **kept, const char *name)
{
	struct named_key *keys;
	int order = -1;

	while (*kept != NULL && order < 0) {
		order = strcmp((*kept)->profile, name);
		if (order > 0)
			return false;
		keys = cut_profile(kept);
		if (order == 0 && !stack_changed(keys->stack)) {
			append_named(to, keys);
			return true;
		}
		free_list(keys);
	}
	return false;
}

enum apam_status
named_keys_read(struct apam *ctx, struct named_keys *to, struct apam_error *err)
{
	struct named_key *kept = exchange_kept(ctx, NULL);
	struct directory list;
	enum apam_status status;

	named_keys_init(to);
	status = table_list(ctx, &list, err);
	for (size_t i = 0; i < list.count; i++)
		if (!add_kept(to, &kept, list.names[i]))
			add_named_profile(to, ctx, list.names[i]);
	free_list(kept);
	directory_free(&list);
	if (to->partial.status != APAM_E_MEMORY)
		return status;
	named_keys_free(to);
	return error_set(err, APAM_E_MEMORY, "out of memory");
}

/* ---- One key ------------------------------------------------------------ */

bool
named_key_secret(struct named_key *key)
{
	struct problems all;

	if (key->asked)
		return key->secret_error.status == APAM_OK;
	key->asked = true;
	problems_init(&all);
	if (!entry_read_secrets(&key->entry, &all))
		key->secret_error = all.first;
	else if (!entry_key_secret(&key->entry, &key->secret))
		(void)error_set(
		    &key->secret_error, APAM_E_MEMORY, "out of memory");
	error_locate(&key->secret_error, key->profile, (int)key->entry.index);
	return key->secret_error.status == APAM_OK;
}

bool
named_key_is(const struct named_key *key, const char *scheme, const char *id)
{
	return str_equal(entry_key_id(&key->entry), apam_str(id)) &&
	    (scheme == NULL || strcmp(key->entry.conf->scheme, scheme) == 0);
}

struct key_identity
named_key_identity(const struct named_key *key)
{
	const bool various = key->entry.secrets.various;
	const struct apam_str id = entry_key_id(&key->entry);

	return (struct key_identity){ key->entry.conf->scheme,
		id.n == 0 ? "" : id.p,
		various ? APAM_STR("") : buf_view(&key->secret) };
}

static bool
named_secret(void *arg, struct apam_str *secret)
{
	struct named_key *key = arg;
	const bool is_read = named_key_secret(key);

	*secret = named_key_identity(key).secret;
	return is_read;
}

struct key_asked
named_key_asked(struct named_key *key)
{
	return (struct key_asked){ .key = named_key_identity(key),
		.read = named_secret,
		.arg = key,
		.failed = &key->secret_error };
}
