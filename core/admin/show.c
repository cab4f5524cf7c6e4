/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What administrators' tools ask of profiles: which there are, which one a URL
 * would use and why not the others.
 */
#include <apam/admin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/request.h"
#include "base/cancel.h"
#include "base/error.h"
#include "flight/admit.h"
#include "flight/obtain.h"
#include "profile/finder.h"
#include "profile/reload.h"
#include "profile/table.h"

static const char *const control_names[] = {
	[CONTROL_SUFFICIENT] = "sufficient",
	[CONTROL_REQUIRED] = "required",
	[CONTROL_OPTIONAL] = "optional",
};

/* ---- One profile ------------------------------------------------------- */

static void
fill_entry(struct stack *s, size_t i, struct apam_entry_info *info)
{
	const struct profile_entry *conf = &s->profile->entries[i];
	struct apam_entry_status status;
	struct key_finding archived;

	info->scheme = conf->scheme;
	info->control = control_names[conf->control];
	info->key_id = "";
	/* Key ids are known to the modules: only where these are open. */
	if (!stack_is_open(s))
		return;
	info->key_id = entry_key_id(&s->entries[i]).p;
	obtain_show(&s->entries[i], &status);
	info->state = status.key_state;
	info->admission = entry_may_sign(&s->entries[i], NULL);
	if (!entry_is_archived(&s->entries[i], &archived))
		return;
	info->state = APAM_KEY_ARCHIVED;
	(void)snprintf(
	    info->evidence, sizeof(info->evidence), "%s", archived.evidence);
}

static void
fill_profile(struct stack *s, struct apam_entry_info *entries,
    struct apam_profile_info *info)
{
	const struct profile *p = s->profile;

	*info = (struct apam_profile_info){
		.name = p->name,
		.file = p->file,
		.description = p->description,
		.ca_file = p->ca_file,
		.proxy = p->proxy,
		.origins = p->origin_texts,
		.origin_count = p->origin_count,
		.entries = entries,
		.entry_count = p->entry_count,
		.timeout_ms = (int)(p->deadline * 1000),
		.allow_http = p->allow_http,
		.share_credentials = p->share_credentials,
	};
	for (size_t i = 0; i < p->entry_count; i++)
		fill_entry(s, i, &entries[i]);
}

void
apam_profile_show(struct apam_profile *profile,
    void (*each)(void *arg, const struct apam_profile_info *info), void *arg)
{
	HOLD_CANCEL;
	struct apam_entry_info entries[APAM_ENTRIES_MAX] = { { 0 } };
	struct apam_profile_info info;
	struct stack *stack = profile_hold(profile);

	fill_profile(stack, entries, &info);
	each(arg, &info);
	stack_release(&stack);
}

/* ---- All profiles ------------------------------------------------------ */

/* Show one profile by name: opened, so that all of it is known to be right. */
static bool
show_named(struct apam *ctx, const char *name,
    bool (*each)(void *arg, const struct apam_profile_info *info,
	const struct apam_error *why),
    void *arg)
{
	struct apam_entry_info entries[APAM_ENTRIES_MAX] = { { 0 } };
	struct apam_profile_info info = { .name = name };
	struct apam_profile *p;
	struct apam_error why;
	char file[sizeof(why.file)];
	struct stack *stack = NULL;
	bool more;

	if (apam_profile_get(ctx, name, &p, &why) == APAM_OK)
		stack = profile_current(p, 0, &why);
	if (stack == NULL) {
		if (table_file(ctx, name, file, sizeof(file)))
			info.file = file;
		return each(arg, &info, &why);
	}
	fill_profile(stack, entries, &info);
	more = each(arg, &info, NULL);
	stack_release(&stack);
	return more;
}

enum apam_status
apam_profiles(struct apam *ctx,
    bool (*each)(void *arg, const struct apam_profile_info *info,
	const struct apam_error *why),
    void *arg, struct apam_error *err)
{
	HOLD_CANCEL;
	struct names_list list;
	enum apam_status status;
	bool more = true;

	error_clear(err);
	status = table_list(ctx, &list, err);
	for (size_t i = 0; more && i < list.count; i++)
		more = show_named(ctx, list.names[i], each, arg);
	names_list_free(&list);
	return status;
}

/* ---- Explaining -------------------------------------------------------- */

/* What every profile is held against. */
struct question {
	const struct url *url;
	struct choice choice;
	bool (*each)(
	    void *arg, const struct apam_profile_info *info, const char *why);
	void *arg;
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

static bool
answer(struct apam *ctx, const struct question *q, const char *name)
{
	struct apam_entry_info entries[APAM_ENTRIES_MAX] = { { 0 } };
	struct apam_profile_info info = { .name = name };
	struct apam_profile *p;
	struct apam_error err;
	struct stack *stack = NULL, *open;
	const char *why;
	bool more;

	if (apam_profile_get(ctx, name, &p, &err) == APAM_OK)
		stack = profile_follow(p, 0, &err);
	if (stack == NULL) {
		info.file = err.file;
		return q->each(q->arg, &info, err.text);
	}
	why = why_not(q, stack);
	/* Only the chosen one is opened: the others need not be loaded. */
	if (why == NULL) {
		open = profile_open(p, 0, &err);
		if (open != NULL) {
			stack_release(&stack);
			stack = open;
		} else {
			why = err.text;
		}
	}
	fill_profile(stack, entries, &info);
	more = q->each(q->arg, &info, why);
	stack_release(&stack);
	return more;
}

enum apam_status
apam_explain(struct apam *ctx, const char *url,
    bool (*each)(
	void *arg, const struct apam_profile_info *info, const char *why),
    void *arg, struct apam_error *err)
{
	HOLD_CANCEL;
	struct question q = { .each = each, .arg = arg };
	struct origin_index *index = NULL;
	struct names_list list;
	struct url parsed;
	const char *why = url_parse(apam_str(url), &parsed);
	enum apam_status status;
	bool more = true;

	error_clear(err);
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
	names_list_free(&list);
	return status;
}
