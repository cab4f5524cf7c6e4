/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rule on control words, and the loop over the entries.
 */
#include "profile/stack.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/refs.h"
#include "entry/authentic.h"
#include "file/trust.h"
#include "flight/admit.h"
#include "flight/obtain.h"
#include "keys/secret_readers.h"
#include "profile/gifts.h"
#include "profile/placeholders.h"
#include "text/header.h"
#include "text/key_look.h"

/* ---- The rule --------------------------------------------------------- */

static bool
falls_through(bool fallback_unavailable, enum apam_status status)
{
	if (APAM_CLASS(status) == APAM_CLASS_REVOKED)
		return true;
	return fallback_unavailable &&
	    APAM_CLASS(status) == APAM_CLASS_TEMPORARY;
}

/* What an optional entry may fail with and still be left out. */
static bool
may_be_left_out(enum apam_status status)
{
	switch (APAM_CLASS(status)) {
	case APAM_CLASS_TEMPORARY:
	case APAM_CLASS_DENIED:
	case APAM_CLASS_REVOKED:
		return true;
	default:
		return false;
	}
}

enum stack_step
stack_decide(
    enum control control, bool fallback_unavailable, enum apam_status status)
{
	/* A pending entry may still contribute, so no other replaces it. */
	if (!status_is_known(status) || status == APAM_E_PENDING)
		return STACK_REFUSE;
	switch (control) {
	case CONTROL_SUFFICIENT:
		if (status == APAM_OK)
			return STACK_DONE;
		return falls_through(fallback_unavailable, status) ?
		    STACK_SKIP :
		    STACK_REFUSE;
	case CONTROL_REQUIRED:
		return status == APAM_OK ? STACK_NEXT : STACK_REFUSE;
	case CONTROL_OPTIONAL:
		if (status == APAM_OK)
			return STACK_NEXT;
		return may_be_left_out(status) ? STACK_SKIP : STACK_REFUSE;
	}
	return STACK_REFUSE;
}

/* ---- Opening ---------------------------------------------------------- */

static void
close_entries(struct stack *s)
{
	while (s->count > 0)
		entry_close(&s->entries[--s->count]);
	free(s->entries);
	s->entries = NULL;
}

static void
free_stack(struct owner *owner)
{
	struct stack *s = (struct stack *)(void *)owner;

	close_entries(s);
	if (s->read != NULL)
		stack_release(&s->read);
	else
		profile_free(&s->profile);
	file_prints_free(&s->watch);
	free(s);
}

static struct stack *
allocate_stack(struct env *env, const char *file, struct problems *all)
{
	struct stack *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		problems_add(all, APAM_E_MEMORY, file, 0, "out of memory");
		return NULL;
	}
	s->env = env;
	refs_init(&s->owner.refs);
	s->owner.free = free_stack;
	return s;
}

struct stack *
stack_new(
    struct env *env, const char *name, const char *file, struct problems *all)
{
	struct stack *s = allocate_stack(env, file, all);

	if (s == NULL)
		return NULL;
	/* Before it is read, so that no later change goes unnoticed. */
	file_prints_add(&s->watch, file);
	s->profile = profile_new(name, file, env->settings, all);
	if (s->profile == NULL)
		stack_release(&s);
	return s;
}

struct stack *
stack_hold(struct stack *stack)
{
	(void)owner_hold(&stack->owner);
	return stack;
}

void
stack_release(struct stack **stack)
{
	struct owner *owner = *stack == NULL ? NULL : &(*stack)->owner;

	*stack = NULL;
	owner_release(&owner);
}

struct entry_place
stack_place(struct stack *s, size_t index)
{
	return (struct entry_place){ s->env, &s->owner, s->profile, index,
		&s->watch, s->deadline, s->withheld };
}

void
stack_use_slot(struct stack *s, struct slot *slot)
{
	s->slot = slot;
	for (size_t i = 0; i < s->count; i++)
		s->entries[i].slot = slot;
}

/* A user who can write this file can pose as the provider: see file/trust.h. */
static bool
ca_file_ok(const struct stack *s, struct problems *all)
{
	struct apam_error err = APAM_ERROR_INIT;
	int fd;

	if (s->profile->ca_file == NULL)
		return true;
	fd = trust_open(
	    s->profile->ca_file, TRUST_FILE, s->env->settings->user, &err);
	if (fd < 0) {
		problems_add(all, err.status, s->profile->file,
		    s->profile->ca_file_line, "ca_file: %s", err.text);
		return false;
	}
	(void)close(fd);
	return true;
}

/* Signing works without sharing, so that only lint tells of it. */
static void
lint_sharing(const struct stack *s, struct problems *all)
{
	const struct settings *settings = s->env->settings;
	struct apam_error err = APAM_ERROR_INIT;
	int fd;

	if (!s->profile->share_credentials)
		return;
	fd = trust_open(
	    settings->state_dir, TRUST_DIRECTORY, settings->user, &err);
	if (fd >= 0)
		(void)close(fd);
	else
		problems_add(all, err.status, s->profile->file, 0,
		    "share_credentials needs state_dir: %s", err.text);
}

static struct gifts
gifts_of(const struct stack *s)
{
	return (struct gifts){ s->profile, s->entries, s->count };
}

/* Two who spend it, each with a record of its own, would end the login. */
static bool
may_prefer(const struct stack *s, const struct entry *e, struct problems *all)
{
	for (size_t i = 0; i < e->secrets.count; i++) {
		const struct secret_source *source = &e->secrets.sources[i];

		if (!source->stored || s->profile->agent != AGENT_PREFER)
			continue;
		problems_add(all, APAM_E_CONFIG, s->profile->file, source->line,
		    "%s: with agent = \"prefer\" the agent and programs would "
		    "both spend it; write agent = \"require\", or \"off\"",
		    source->option);
		return false;
	}
	return true;
}

static bool
open_entries(struct stack *s, struct problems *all)
{
	struct gifts gifts;
	size_t n = s->profile->entry_count;
	bool ok = ca_file_ok(s, all);

	s->entries = calloc(n, sizeof(*s->entries));
	if (s->entries == NULL && n > 0) {
		problems_add(
		    all, APAM_E_MEMORY, s->profile->file, 0, "out of memory");
		return false;
	}
	/* Go on after a bad one: all problems are reported in one pass. */
	for (s->count = 0; s->count < n; s->count++) {
		const struct entry_place place = stack_place(s, s->count);

		ok = entry_open(&s->entries[s->count], &place, all) &&
		    may_prefer(s, &s->entries[s->count], all) && ok;
	}
	/* What entries send is known once they are open. */
	gifts = gifts_of(s);
	ok = ok && gifts_check(&gifts, all) &&
	    placeholders_check(s->profile, s->entries, s->count, all);
	if (!ok)
		close_entries(s);
	return ok;
}

/* The line of the option that names the key. */
static unsigned
id_line(const struct entry *e)
{
	for (size_t i = 0; i < e->values.count; i++) {
		if (option_at(&e->module->options, i)->flags & APAM_OPT_KEY_ID)
			return e->values.lines[i];
	}
	return 0;
}

/* If id and secret were swapped, the secret would be shown as an id. */
static void
lint_looks(const struct entry *e, struct problems *all)
{
	const char *why = NULL;

	for (size_t i = 0; i < e->secrets.count && why == NULL; i++)
		why = key_look_problem(
		    entry_key_id(e), buf_view(&e->secrets.all[i]));
	if (why != NULL)
		problems_warn(all, e->profile->file, id_line(e), "%s", why);
}

static void
lint_reuse(const struct entry *e, struct problems *all)
{
	if (e->conf->reuse_line != 0)
		problems_warn(all, e->profile->file, e->conf->reuse_line,
		    "reuse: has no effect, because the entry has no durable "
		    "secret, \"store:NAME\"");
}

/* How the durable secret is, at the line of its option. */
static void
lint_stored(const struct entry *e, struct problems *all)
{
	const struct stored_base base = entry_store(e);
	const char *file = e->profile->file;
	struct stored_news news;
	unsigned line;

	if (!stored_is(&e->stored)) {
		lint_reuse(e, all);
		return;
	}
	line = e->values.lines[e->stored.option];
	stored_look(&e->stored, &base, e->conf, &news);
	if (news.sound)
		problems_warn(all, file, line,
		    "store:%s lies on the disk as it is, in a file that this "
		    "user and root can read",
		    e->stored.name);
	else
		problems_warn(all, file, line, "%s", news.text);
}

/* What the agent's user may not read, where that is not who lints. */
static void
lint_agent(const struct entry *e, const struct stack_agent *agent,
    struct problems *all)
{
	char where[TRUST_PATH_MAX + 1];

	for (size_t i = 0; i < e->secrets.count; i++) {
		const struct secret_source *s = &e->secrets.sources[i];
		const struct apam_str file = secret_ref_file(s->ref);

		if (file.n == 0 ||
		    key_reader_barrier(file.p, agent->id, where) == NULL)
			continue;
		if (strcmp(where, file.p) == 0)
			problems_add(all, APAM_E_SECRET, e->profile->file,
			    s->line,
			    "%s: user %s, as whom the agent runs, may not read "
			    "%s: give the file to a group of that user, with "
			    "chgrp and chmod 640",
			    s->option, agent->user, where);
		else
			problems_add(all, APAM_E_SECRET, e->profile->file,
			    s->line,
			    "%s: user %s, as whom the agent runs, may not pass "
			    "the folder %s: let it, with chmod o+x",
			    s->option, agent->user, where);
	}
}

void
stack_lint(struct env *env, struct profile *draft,
    const struct stack_agent *agent, struct problems *all)
{
	struct stack s = { .env = env,
		.profile = draft,
		.withheld = agent != NULL && agent->withheld };
	struct gifts gifts;

	lint_sharing(&s, all);
	if (open_entries(&s, all)) {
		for (size_t i = 0; i < s.count && !s.withheld; i++) {
			lint_looks(&s.entries[i], all);
			lint_stored(&s.entries[i], all);
			if (agent != NULL && agent->id != 0)
				lint_agent(&s.entries[i], agent, all);
		}
		gifts = gifts_of(&s);
		gifts_lint(&gifts, all);
		close_entries(&s);
	}
	file_prints_free(&s.watch);
}

struct stack *
stack_open(
    struct stack *read, int64_t deadline, bool withheld, struct problems *all)
{
	struct stack *s = allocate_stack(read->env, read->profile->file, all);

	if (s == NULL)
		return NULL;
	s->read = stack_hold(read);
	s->profile = read->profile;
	s->since = read->since;
	s->deadline = deadline;
	s->withheld = withheld;
	file_prints_copy(&s->watch, &read->watch);
	if (!open_entries(s, all))
		stack_release(&s);
	return s;
}

bool
stack_changed(const struct stack *s)
{
	return file_prints_changed(&s->watch);
}

/* If several are the same, the last one. */
static size_t
find_same(const struct entry *e, const struct stack *old)
{
	size_t i = old->count;

	while (i > 0)
		if (entry_same(e, &old->entries[--i]))
			return i;
	return old->count;
}

void
stack_find_heirs(
    const struct stack *s, const struct stack *old, struct stack_heirs *heirs)
{
	for (size_t i = 0; i < s->count; i++)
		heirs->of[i] = find_same(&s->entries[i], old);
}

void
stack_inherit(
    struct stack *s, const struct stack *old, const struct stack_heirs *heirs)
{
	for (size_t i = 0; i < s->count; i++) {
		if (i < old->count)
			entry_go_on_counting(&s->entries[i], &old->entries[i]);
		if (heirs->of[i] < old->count)
			entry_inherit(
			    &s->entries[i], &old->entries[heirs->of[i]]);
	}
}

/* ---- Signing ---------------------------------------------------------- */

/* One signature being made. */
struct attempt {
	struct keys *keys;
	struct request *request;
	const struct patience *patience;
	struct stack_result *result;
};

/* Let one entry contribute. */
static enum apam_status
try_entry(struct entry *e, const struct attempt *a, struct apam_error *err)
{
	struct stack_result *result = a->result;
	struct request *request = a->request;
	struct apam_signing part;
	struct signing_room room;
	struct credential *c = NULL;
	size_t before = request->view.url.n;
	enum apam_status status;

	signing_init_in(&part, &room);
	request->earlier = &result->total.headers;
	status = admit_entry(e, a->keys, err);
	keys_close(a->keys);
	/* Policy before exchanges: what is refused anyway costs none. */
	if (status == APAM_OK)
		status = entry_prepare(e, request, &part, err);
	if (status == APAM_OK)
		status = obtain_credential(e, a->patience, &c, err);
	if (status == APAM_OK)
		status = entry_sign(e, c, request, &part, err);
	if (status == APAM_OK)
		status = signing_merge(&result->total, &part, err);
	if (status == APAM_OK) {
		result->entries |= 1U << e->index;
		if (authentic_is_asked(e))
			result->verifies |= 1U << e->index;
		if (c->generation > result->generation)
			result->generation = c->generation;
		if (c->id > result->credential)
			result->credential = c->id;
	} else {
		request_rewind(request, before);
	}
	credential_release(&c);
	signing_free(&part);
	return status;
}

/* Nothing more to try: may the request go out with what there is? */
static enum apam_status
finish_request(const struct stack *s, const struct stack_result *result,
    const struct apam_error *last, struct apam_error *err)
{
	bool sufficient = false;

	for (size_t i = 0; i < s->count; i++)
		sufficient |= s->profile->entries[i].control ==
		    CONTROL_SUFFICIENT;
	if (!sufficient && result->entries != 0)
		return APAM_OK;
	if (last->status == APAM_OK)
		return error_set(err, APAM_E_DENIED,
		    "no entry of the profile contributed a signature");
	error_copy(err, last);
	return last->status;
}

static enum apam_status
try_all(struct stack *s, const struct attempt *a, struct apam_error *err)
{
	struct apam_error why = APAM_ERROR_INIT;
	struct apam_error last = APAM_ERROR_INIT;
	enum apam_status status;

	for (size_t i = 0; i < s->count; i++) {
		const struct profile_entry *conf = &s->profile->entries[i];

		error_clear(&why);
		status = try_entry(&s->entries[i], a, &why);
		error_locate(&why, s->profile->name, (int)i);
		switch (stack_decide(
		    conf->control, conf->fallback_unavailable, status)) {
		case STACK_DONE:
			return APAM_OK;
		case STACK_NEXT:
			continue;
		case STACK_SKIP:
			log_line(&s->env->log, APAM_LOG_WARNING,
			    "%s: entry %zu skipped: %s", s->profile->name,
			    entry_number(&s->entries[i]), why.text);
			last = why;
			continue;
		case STACK_REFUSE:
			break;
		}
		error_copy(err, &why);
		return status;
	}
	return finish_request(s, a->result, &last, err);
}

void
stack_result_init(struct stack_result *result, struct signing_room *room)
{
	signing_init_in(&result->total, room);
	result->generation = 0;
	result->credential = 0;
	result->entries = 0;
	result->verifies = 0;
	result->counted = 0;
	result->look_at = 0;
}

static struct apam_str
own_cookie(const struct request *request)
{
	return header_find(
	    request->headers, request->header_count, APAM_STR("Cookie"));
}

enum apam_status
stack_finish(struct request *request, struct stack_result *result,
    struct apam_error *err)
{
	return signing_join_cookies(&result->total, own_cookie(request), err);
}

enum apam_status
stack_sign(struct stack *s, struct request *request,
    const struct patience *patience, struct stack_result *result,
    struct apam_error *err)
{
	struct keys keys;
	const struct attempt attempt = { &keys, request, patience, result };
	enum apam_status status = keys_current(
	    &s->env->keys, &keys, &result->look_at, err);

	if (status == APAM_OK) {
		result->counted = keys.counter;
		status = try_all(s, &attempt, err);
	}
	keys_close(&keys);
	if (status == APAM_OK)
		status = stack_finish(request, result, err);
	return status;
}
