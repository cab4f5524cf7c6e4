/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What administrators' tools ask about profiles: their list, the one that a URL
 * would use, and why not the others.
 */
#include <apam/admin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/request.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/sized.h"
#include "config/claims.h"
#include "flight/admit.h"
#include "flight/obtain.h"
#include "profile/finder.h"
#include "profile/reload.h"
#include "profile/table.h"
#include "served/served_fetch.h"

static const char *const control_names[] = {
	[CONTROL_SUFFICIENT] = "sufficient",
	[CONTROL_REQUIRED] = "required",
	[CONTROL_OPTIONAL] = "optional",
};

/* ---- One profile ------------------------------------------------------- */

/* One profile with its entries, as it is shown. */
struct picture {
	struct apam_profile_info info;
	const struct apam_entry_info *list[APAM_ENTRIES_MAX];
	struct apam_entry_info entries[APAM_ENTRIES_MAX];
};

/* A picture of which the name alone is known. */
static void
begin(struct picture *p, const char *name)
{
	memset(p, 0, sizeof(*p));
	p->info.size = sizeof(p->info);
	p->info.name = name;
	p->info.entries = p->list;
	for (size_t i = 0; i < APAM_ENTRIES_MAX; i++) {
		p->entries[i].size = sizeof(p->entries[i]);
		p->list[i] = &p->entries[i];
	}
}

static void
take_status(
    struct apam_entry_info *info, const struct apam_entry_status *status)
{
	info->login_needed = status->login_needed;
	memcpy(info->last_error, status->last_error, sizeof(info->last_error));
	info->last_error_at = status->last_error_at;
}

static void
fill_entry(struct stack *s, size_t i, struct apam_entry_info *info)
{
	const struct profile_entry *conf = &s->profile->entries[i];
	struct apam_entry_status status;
	struct key_finding archived;

	info->scheme = conf->scheme;
	info->control = control_names[conf->control];
	info->key_id = "";
	info->probe = conf->probe.n == 0 ? "" : conf->probe.p;
	/*
	 * Only modules know which option is the key's id, so the entries must
	 * be open.
	 */
	if (!stack_is_open(s))
		return;
	info->key_id = entry_key_id(&s->entries[i]).p;
	memset(&status, 0, sizeof(status));
	obtain_show(&s->entries[i], &status);
	if (!s->withheld)
		entry_show_stored(&s->entries[i], &status);
	info->state = status.key_state;
	take_status(info, &status);
	info->admission = admit_now(&s->entries[i], NULL);
	if (!admit_is_archived(&s->entries[i], &archived))
		return;
	info->state = APAM_KEY_ARCHIVED;
	(void)snprintf(
	    info->evidence, sizeof(info->evidence), "%s", archived.evidence);
}

/*
 * Apply the control words, as in apam.conf(5), to the keys that the registry
 * lets sign.
 */
static bool
may_sign(const struct picture *p, const struct profile *conf)
{
	bool contributes = false, sufficient = false;

	for (size_t i = 0; i < conf->entry_count; i++) {
		const enum control control = conf->entries[i].control;
		const bool signs = p->entries[i].admission == APAM_OK;

		if (signs && control == CONTROL_SUFFICIENT)
			return true;
		if (!signs && control == CONTROL_REQUIRED)
			return false;
		contributes |= signs;
		sufficient |= control == CONTROL_SUFFICIENT;
	}
	return contributes && !sufficient;
}

static void
fill_admission(struct picture *p, const struct profile *conf)
{
	if (may_sign(p, conf))
		return;
	for (size_t i = 0; i < conf->entry_count; i++)
		if (p->entries[i].admission != APAM_OK) {
			p->info.admission = p->entries[i].admission;
			p->info.refused = (unsigned)i;
			return;
		}
}

static void
fill_profile(struct stack *s, struct picture *to)
{
	const struct profile *p = s->profile;
	struct apam_profile_info *info = &to->info;

	info->name = p->name;
	info->file = p->file;
	info->description = p->description;
	info->ca_file = p->ca_file;
	info->proxy = p->proxy;
	info->origins = p->origin_texts;
	info->origin_count = p->origin_count;
	info->entry_count = p->entry_count;
	info->timeout_ms = (int)(p->deadline * 1000);
	info->allow_http = p->allow_http;
	info->http_addresses = p->http_address_texts;
	info->http_address_count = p->http_address_count;
	info->run_names = p->run.names;
	info->run_values = p->run.values;
	info->run_count = p->run.count;
	/* The agent's credentials are for all whom it serves. */
	info->share_credentials = p->share_credentials || s->withheld;
	for (size_t i = 0; i < p->entry_count; i++)
		fill_entry(s, i, &to->entries[i]);
	fill_admission(to, p);
}

/* ---- What the agent knows ------------------------------------------------ */

#define ASK_MS 2000

static const char *
take_row(void *arg, struct apam_str row)
{
	struct picture *to = arg;
	struct apam_entry_status status;
	const char *wrong = agent_take_status(&status, row);
	struct apam_entry_info *info;

	if (wrong != NULL || status.entry >= to->info.entry_count)
		return wrong;
	info = &to->entries[status.entry];
	info->state = status.key_state;
	take_status(info, &status);
	if (status.latched != APAM_E_ARCHIVED)
		return NULL;
	info->state = APAM_KEY_ARCHIVED;
	info->admission = APAM_E_ARCHIVED;
	memcpy(info->evidence, status.evidence, sizeof(info->evidence));
	return NULL;
}

/*
 * It has the secrets, and so knows more of the entries.  It does not tell
 * everybody, and may be away: then there is what this process knows.
 */
static void
ask_agent(struct apam_profile *p, const struct stack *s, struct picture *to)
{
	const struct served_fetch fetch = { .name = "status",
		.profile = p->name,
		.deadline = clock_ms() + ASK_MS,
		.hurry = true,
		.of_entries = true,
		.take = take_row,
		.arg = to };
	enum apam_status status;

	if (!handle_is_served(p->ctx, s->profile->agent))
		return;
	(void)served_fetch(p->ctx->served, &fetch, &status, NULL);
	to->info.admission = APAM_OK;
	fill_admission(to, s->profile);
}

void
apam_profile_show(struct apam_profile *profile,
    bool (*each)(void *arg, const struct apam_profile_info *profile), void *arg)
{
	HOLD_CANCEL;
	struct picture picture;
	struct stack *stack = profile_hold(profile);

	begin(&picture, NULL);
	fill_profile(stack, &picture);
	(void)each(arg, &picture.info);
	stack_release(&stack);
}

/* ---- All profiles ------------------------------------------------------ */

/* What a list is told to. */
struct audience {
	bool (*each)(void *arg, const struct apam_profile_info *profile);
	void *arg;
};

/* A file in error: its path, and the origins that can be read from it. */
static void
fill_claims(const struct apam *ctx, const char *file, struct claims *claims,
    struct picture *to)
{
	to->info.file = file;
	if (!claims_read(claims, file, ctx->env.settings->user))
		return;
	to->info.origins = claims->texts;
	to->info.origin_count = claims->count;
}

/* Opened, so that all of it is known to be right; or as it was read. */
static struct stack *
open_if_right(struct apam_profile *p, struct apam_error *why)
{
	struct stack *read = profile_follow(p, 0, why), *open;

	if (read == NULL)
		return NULL;
	open = profile_open(p, 0, why);
	if (open == NULL)
		return read;
	stack_release(&read);
	return open;
}

/* Show one profile by name. */
static bool
show_named(struct apam *ctx, const char *name, const struct audience *to)
{
	struct apam_error why = APAM_ERROR_INIT;
	struct claims claims = { .count = 0 };
	char file[TABLE_FILE_SIZE];
	struct stack *stack = NULL;
	struct picture picture;
	struct apam_profile *p;
	bool more;

	begin(&picture, name);
	if (apam_profile_get(ctx, name, &p, &why) == APAM_OK)
		stack = open_if_right(p, &why);
	if (stack != NULL)
		fill_profile(stack, &picture);
	else if (table_file(ctx, name, file, sizeof(file)))
		fill_claims(ctx, file, &claims, &picture);
	if (stack != NULL && why.status == APAM_OK)
		ask_agent(p, stack, &picture);
	if (why.status != APAM_OK)
		picture.info.why = &why;
	more = to->each(to->arg, &picture.info);
	stack_release(&stack);
	claims_free(&claims);
	return more;
}

enum apam_status
apam_profiles(struct apam *ctx,
    bool (*each)(void *arg, const struct apam_profile_info *profile), void *arg,
    struct apam_error *err)
{
	HOLD_CANCEL;
	const struct audience to = { each, arg };
	struct directory list;
	enum apam_status status;
	bool more = true;

	if (!sized_begin(err))
		return APAM_E_USAGE;
	status = table_list(ctx, &list, err);
	for (size_t i = 0; more && i < list.count; i++)
		more = show_named(ctx, list.names[i], &to);
	directory_free(&list);
	return status;
}

/* ---- Explaining -------------------------------------------------------- */

/* The URL that every profile is compared with. */
struct question {
	const struct url *url;
	struct choice choice;
	struct audience to;
};

static const char *
why_not(const struct question *q, const struct stack *stack)
{
	size_t depth;
	const char *why = request_outside(stack->profile, q->url, &depth);

	if (why != NULL)
		return why;
	if (depth < q->choice.depth)
		return "another profile has an origin with a longer path";
	return q->choice.rival == NULL ? NULL :
					 "another profile claims the URL in "
					 "the same way";
}

/* Only the chosen one is opened: the other modules need not be loaded. */
static void
consider(const struct question *q, struct apam_profile *p, struct stack **stack,
    struct apam_error *err)
{
	const char *why = why_not(q, *stack);
	struct stack *open;

	if (why != NULL) {
		(void)error_set(err, APAM_E_ORIGIN, "%s", why);
		return;
	}
	open = profile_open(p, 0, err);
	if (open == NULL)
		return;
	stack_release(stack);
	*stack = open;
}

static bool
answer(struct apam *ctx, const struct question *q, const char *name)
{
	struct apam_error why = APAM_ERROR_INIT;
	struct claims claims = { .count = 0 };
	char file[TABLE_FILE_SIZE];
	struct stack *stack = NULL;
	struct picture picture;
	struct apam_profile *p;
	bool more;

	begin(&picture, name);
	if (apam_profile_get(ctx, name, &p, &why) == APAM_OK)
		stack = profile_follow(p, 0, &why);
	if (stack != NULL) {
		consider(q, p, &stack, &why);
		fill_profile(stack, &picture);
	} else if (table_file(ctx, name, file, sizeof(file))) {
		fill_claims(ctx, file, &claims, &picture);
	}
	/* Of the others nothing is shown but why they do not sign. */
	if (stack != NULL && why.status == APAM_OK)
		ask_agent(p, stack, &picture);
	if (why.status != APAM_OK)
		picture.info.why = &why;
	more = q->to.each(q->to.arg, &picture.info);
	stack_release(&stack);
	claims_free(&claims);
	return more;
}

enum apam_status
apam_explain(struct apam *ctx, const char *url,
    bool (*each)(void *arg, const struct apam_profile_info *profile), void *arg,
    struct apam_error *err)
{
	HOLD_CANCEL;
	struct question q = { .to = { each, arg } };
	struct origin_index *index = NULL;
	struct directory list;
	struct url parsed;
	const char *why = url_parse(apam_str(url), &parsed);
	enum apam_status status;
	bool more = true;

	if (!sized_begin(err))
		return APAM_E_USAGE;
	if (why != NULL)
		return error_set(err, APAM_E_URL, "%s", why);
	status = table_list(ctx, &list, err);
	q.url = &parsed;
	if (status == APAM_OK)
		status = finder_index(ctx, &list, &index, err);
	if (status == APAM_OK)
		q.choice = origin_index_choose(index, &parsed);
	for (size_t i = 0; status == APAM_OK && more && i < list.count; i++)
		more = answer(ctx, &q, list.names[i]);
	origin_index_release(&index);
	directory_free(&list);
	return status;
}
