/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opening and closing one entry of a profile.
 */
#include "entry/entry.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "abi/accept.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fork_gate.h"
#include "base/relaxed.h"
#include "config/entry_conf.h"
#include "config/option_same.h"
#include "entry/key_option.h"
#include "slot/write.h"

/* What refuse_option needs to name file, line and option. */
struct refusal {
	struct entry *e;
	struct problems *all;
};

static void
on_refused(void *arg, const size_t *path, size_t count, const char *text)
{
	const struct refusal *r = arg;
	const struct entry *e = r->e;
	char name[APAM_NAME_SIZE * 2];
	unsigned line = e->conf->line;

	option_path_name(&e->module->options, path, count, name, sizeof(name));
	if (count > 0 && path[0] < e->values.count)
		line = e->values.lines[path[0]];
	problems_add(r->all, APAM_E_CONFIG, e->profile->file, line, "%s: %s",
	    name, text);
}

static bool
load_entry_module(struct entry *e, struct problems *all)
{
	struct apam_error err = APAM_ERROR_INIT;

	/* In a draft, which was reported already. */
	if (e->conf->scheme == NULL)
		return false;
	e->module = modules_get(
	    &e->env->modules, e->env->settings, e->conf->scheme, &err);
	if (e->module != NULL)
		return true;
	/* The line of the entry says more than the path of the module. */
	if (err.file[0] != '\0')
		problems_add(all, err.status, e->profile->file, e->conf->line,
		    "%s: %s", err.file, err.text);
	else
		problems_add_error(all, e->profile->file, e->conf->line, &err);
	return false;
}

static void
close_module(struct entry *e)
{
	if (e->state == NULL)
		return;
	entry_enter(e);
	e->module->abi.close(e->state);
	entry_leave(e);
	e->state = NULL;
}

/* The present ones; those that the module was opened with are masked, too. */
static void
mask_present(void *arg, struct apam_str text, char *to, size_t n)
{
	const struct entry *e = arg;
	struct secret_set *set = present_secrets_hold(e->present);

	for (size_t i = 0; set != NULL && i < set->count; i++)
		services_mask(buf_view(&set->all[i]), text, to, n);
	secret_set_release(&set);
}

static bool
open_module(struct entry *e, struct problems *all)
{
	struct refusal refusal = { e, all };
	unsigned before = all->count;
	int32_t status;

	e->options = (struct apam_options){
		.size = sizeof(e->options),
		.value_size = sizeof(struct apam_value),
		.count = e->values.count,
		.values = e->values.values,
	};
	services_init(&e->services, e->module->abi.scheme, &e->env->log);
	e->services.refuse = on_refused;
	e->services.refuse_arg = &refusal;
	e->services.secrets = e->secrets.all;
	e->services.secret_count = e->secrets.count;
	e->services.mask = mask_present;
	e->services.mask_arg = e;
	entry_enter(e);
	status = e->module->abi.open(&e->services.pub, &e->options, &e->state);
	entry_leave(e);
	e->needs_prepare = e->module->abi.prepare != NULL &&
	    !e->services.prepare_unneeded;
	e->services.refuse = NULL;
	e->services.refuse_arg = NULL;
	/* Refused an option and opened all the same: entry_close closes it. */
	if (status == APAM_OK)
		return all->count == before;

	e->state = NULL;
	if (status != APAM_E_CONFIG && status != APAM_E_MEMORY)
		status = APAM_E_ABI;
	if (all->count == before)
		problems_add(all, (enum apam_status)status, e->profile->file,
		    e->conf->line, "the module of scheme %s does not open: %s",
		    e->conf->scheme,
		    apam_status_text((enum apam_status)status));
	return false;
}

/*
 * Its values with the present secrets, while *held is held; what stands for a
 * durable secret is in the place of it.
 */
static void
present_values(
    const struct entry *e, struct secret_set **held, struct apam_value *to)
{
	const struct apam_value *from = e->values.values;

	*held = present_secrets_hold(e->present);
	if (*held != NULL)
		from = (*held)->values.values;
	memcpy(to, from, e->values.count * sizeof(*to));
	if (stored_is(&e->stored))
		to[e->stored.option].str = apam_str(e->stored.identity);
}

enum apam_status
entry_fingerprint(const struct entry *e, unsigned char to[FINGERPRINT_SIZE],
    struct apam_error *err)
{
	struct apam_value values[OPTIONS_MAX];
	const struct option_values all = { .values = values,
		.count = e->values.count };
	struct secret_set *held;
	enum apam_status status;

	present_values(e, &held, values);
	status = fingerprint_of(
	    e->conf->scheme, &e->module->options, &all, to, err);
	secret_set_release(&held);
	return status;
}

/* Of one context, a scheme has one module. */
bool
entry_same(const struct entry *a, const struct entry *b)
{
	struct apam_value of_a[OPTIONS_MAX], of_b[OPTIONS_MAX];
	const struct option_values all_a = { .values = of_a,
		.count = a->values.count };
	const struct option_values all_b = { .values = of_b,
		.count = b->values.count };
	struct secret_set *held_a, *held_b;
	bool same;

	if (a->module != b->module)
		return false;
	present_values(a, &held_a, of_a);
	present_values(b, &held_b, of_b);
	same = option_values_same(&a->module->options, &all_a, &all_b);
	secret_set_release(&held_a);
	secret_set_release(&held_b);
	return same;
}

struct stored_base
entry_store(const struct entry *e)
{
	return (struct stored_base){ e->env->settings->state_dir,
		e->env->settings->user };
}

/* All that there is before anything is read. */
static void
init(struct entry *e, const struct entry_place *place)
{
	const struct profile *profile = place->profile;

	memset(e, 0, sizeof(*e));
	e->env = place->env;
	e->owner = place->owner;
	e->profile = profile;
	e->conf = &profile->entries[place->index];
	e->index = place->index;
	e->policy = (struct http_policy){
		.ca_file = profile->ca_file,
		.proxy = profile->proxy,
		.body_max = (size_t)profile->body_max,
		.user = e->env->settings->user,
	};
	e->secrets.watch = place->watch;
	e->secrets.deadline = place->deadline;
	e->secrets.ahead = e->env->ahead;
	pthread_mutex_init(&e->calls, NULL);
	e->memos = memos_new();
	pair_cache_init(&e->pairs);
	credential_state_init(&e->credential);
	flight_state_init(&e->flight);
}

bool
entry_read(
    struct entry *e, const struct entry_place *place, struct problems *all)
{
	init(e, place);
	if (load_entry_module(e, all) &&
	    profile_entry_options(
		e->profile, place->index, &e->module->options, &e->values, all))
		return true;
	entry_close(e);
	return false;
}

bool
entry_read_secrets(struct entry *e, struct problems *all)
{
	const struct stored_base base = entry_store(e);

	if (!stored_find(&e->stored, &e->module->options, &e->values, &base,
		e->secrets.watch)) {
		problems_add(all, APAM_E_MEMORY, e->profile->file,
		    e->conf->line, "out of memory");
		return false;
	}
	if (!secrets_read(&e->secrets, &e->module->options, &e->values,
		e->profile->file, e->policy.user, all))
		return false;
	if (!e->secrets.some_anew)
		return true;
	e->present = present_secrets_new(clock_ms());
	if (e->present == NULL)
		problems_add(
		    all, APAM_E_MEMORY, e->profile->file, 0, "out of memory");
	return e->present != NULL;
}

/* A context without a thread is a program's that may wait for nothing. */
static bool
make_keys(struct entry *e, struct problems *all)
{
	const struct key_terms terms = { e->policy.user, e->env->may_wait };

	return key_options_make(&e->secrets, &terms, e->profile->file, all);
}

/* With keys of this kind, where that is not known from the option. */
static bool
open_as_if(struct entry *e, int32_t kind, struct problems *all)
{
	struct apam_error err = APAM_ERROR_INIT;

	close_module(e);
	services_free(&e->services);
	if (secrets_withhold(&e->secrets, kind, &err) == APAM_OK)
		return open_module(e, all);
	problems_add_error(all, e->profile->file, e->conf->line, &err);
	return false;
}

/*
 * Modules look at secrets: none may be empty or of a kind that does not fit
 * the other options.  What is withheld passes for what fits.
 */
static bool
open_withheld(struct entry *e, struct problems *all)
{
	static const int32_t kinds[] = { APAM_KIND_RSA, APAM_KIND_EC_P256,
		APAM_KIND_EC_P384, APAM_KIND_EC_P521, APAM_KIND_ED25519,
		APAM_KIND_SYMMETRIC };
	struct problems unfit;

	if (!secrets_find(&e->secrets, &e->module->options, &e->values)) {
		problems_add(all, APAM_E_MEMORY, e->profile->file,
		    e->conf->line, "out of memory");
		return false;
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		problems_init(&unfit);
		if (open_as_if(e, kinds[i], &unfit))
			return true;
	}
	return open_as_if(e, kinds[0], all);
}

static bool
open_with_secrets(struct entry *e, struct problems *all)
{
	return entry_read_secrets(e, all) && make_keys(e, all) &&
	    open_module(e, all);
}

bool
entry_open(
    struct entry *e, const struct entry_place *place, struct problems *all)
{
	if (!entry_read(e, place, all))
		return false;
	if (place->withheld ? open_withheld(e, all) : open_with_secrets(e, all))
		return true;
	entry_close(e);
	return false;
}

void
entry_go_on_counting(struct entry *e, const struct entry *old)
{
	e->counts.exchanges = RELAXED_LOAD(old->counts.exchanges);
	e->counts.unanswered = RELAXED_LOAD(old->counts.unanswered);
	e->counts.acquired = RELAXED_LOAD(old->counts.acquired);
	e->counts.not_acquired = RELAXED_LOAD(old->counts.not_acquired);
}

void
entry_show_counts(const struct entry *e, struct apam_entry_status *to)
{
	to->exchanges = RELAXED_LOAD(e->counts.exchanges);
	to->unanswered = RELAXED_LOAD(e->counts.unanswered);
	to->acquired = RELAXED_LOAD(e->counts.acquired);
	to->not_acquired = RELAXED_LOAD(e->counts.not_acquired);
}

void
entry_show_stored(const struct entry *e, struct apam_entry_status *to)
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

void
entry_inherit(struct entry *e, const struct entry *old)
{
	credential_state_inherit(&e->credential, &old->credential);
	e->registry = old->registry;
	memos_release(&e->memos);
	e->memos = memos_hold(old->memos);
	if (e->present != NULL)
		e->registry.secrets = SECRETS_OF_ANOTHER;
}

void
entry_secrets_changed(struct entry *e)
{
	e->seen_own = false;
	e->recalled = false;
	e->credential.key.seen_good = false;
	credential_state_retry(&e->credential);
}

void
entry_drop(struct entry *e)
{
	e->flight.unwanted = e->flight.busy;
	credential_state_drop(&e->credential);
	credential_state_retry(&e->credential);
	key_cache_forget(&e->services.keys);
	slot_close(e->slot);
}

void
entry_close(struct entry *e)
{
	if (e->env == NULL)
		return;
	close_module(e);
	services_free(&e->services);
	memos_release(&e->memos);
	pair_cache_free(&e->pairs);
	credential_state_free(&e->credential);
	flight_state_free(&e->flight);
	present_secrets_free(&e->present);
	secrets_free(&e->secrets);
	stored_free(&e->stored);
	option_values_free(&e->values);
	pthread_mutex_destroy(&e->calls);
	memset(e, 0, sizeof(*e));
}

struct apam_str
entry_key_id(const struct entry *e)
{
	for (size_t i = 0; i < e->values.count; i++)
		if (e->values.values[i].set &&
		    option_at(&e->module->options, i)->flags & APAM_OPT_KEY_ID)
			return e->values.values[i].str;
	return APAM_STR("");
}

void
entry_name_key(const struct entry *e, char *scheme, char *key_id)
{
	(void)snprintf(scheme, APAM_NAME_SIZE, "%s", e->conf->scheme);
	(void)snprintf(key_id, APAM_KEY_ID_SIZE, "%s", entry_key_id(e).p);
}

bool
entry_key_secret(const struct entry *e, struct buf *to)
{
	struct secret_set *set = present_secrets_hold(e->present);
	const struct buf *all = set == NULL ? e->secrets.all : set->all;
	unsigned char length[8];

	for (size_t i = 0; i < e->secrets.count; i++) {
		const struct secret_source *source = &e->secrets.sources[i];
		const struct apam_str secret = source->passing ?
		    source->ref :
		    buf_view(&all[i]);

		for (size_t b = 0; b < sizeof(length); b++)
			length[b] = (unsigned char)((uint64_t)secret.n >>
			    (8 * b));
		buf_put(
		    to, (struct apam_str){ (char *)length, sizeof(length) });
		buf_put(to, secret);
	}
	wipe(length, sizeof(length));
	secret_set_release(&set);
	return !to->failed;
}

/* NULL where the module lets any calls run side by side. */
static pthread_mutex_t *
lock_of(struct entry *e)
{
	uint32_t traits = e->module->abi.traits;

	if (traits & APAM_TRAIT_THREADS_PER_CALL)
		return NULL;
	if (traits & APAM_TRAIT_THREADS_PER_ENTRY)
		return &e->calls;
	return &e->module->lock;
}

void
entry_enter(struct entry *e)
{
	pthread_mutex_t *lock = lock_of(e);

	if (lock != NULL)
		pthread_mutex_lock(lock);
	fork_defer();
}

void
entry_leave(struct entry *e)
{
	pthread_mutex_t *lock = lock_of(e);

	fork_permit();
	if (lock != NULL)
		pthread_mutex_unlock(lock);
}
