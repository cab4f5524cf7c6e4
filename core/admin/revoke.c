/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam_revoke: the provider is told to revoke what the entries of a profile
 * have, and then every process of this machine forgets it, whatever the
 * provider said (RFC 7009, 2.2.1: after a 503 the token must be assumed to
 * live).
 */
#include "admin/revoke_entry.h"

#include <apam/admin.h>
#include <stdio.h>
#include <string.h>

#include "admin/keys_change.h"
#include "admin/revoke_word.h"
#include "api/through_agent.h"
#include "audit/audit.h"
#include "base/cancel.h"
#include "base/error.h"
#include "base/sized.h"
#include "entry/share_file.h"
#include "profile/reload.h"

/* The files that other users' processes share, as far as they are ours. */
static void
remove_files(const struct entry *e)
{
	const struct share_file file = {
		.state_dir = e->env->settings->state_dir,
		.user = e->policy.user,
		.identity = { .profile = e->profile->name,
		    .entry = (uint32_t)e->index },
	};

	share_file_forget_all(&file);
}

/* Have a credential to tell the provider about, if this user has any. */
static bool
has_credential(struct entry *e)
{
	struct apam_entry_status status;

	obtain_glance(e);
	memset(&status, 0, sizeof(status));
	obtain_show(e, &status);
	return status.generation != 0;
}

/* Also where the registry was not changed: the provider was told. */
static void
tell(const struct entry *e, const struct apam_revoke_report *report)
{
	const bool dropped = report->drop_status == APAM_OK;
	const struct audit_event event = {
		.what = AUDIT_REGISTRY,
		.profile = e->profile->name,
		.entry = (int)e->index,
		.scheme = e->conf->scheme,
		.key_id = entry_key_id(e).p,
		.state = dropped ? "dropped" : "not dropped",
		.provider = report->result,
		.evidence = dropped ? report->text : report->drop_text,
	};

	audit_write(&e->env->audit, &event);
}

/* Once: what was there is gone when the provider has answered. */
static void
begin_report(struct entry *e, struct apam_revoke_report *to)
{
	to->size = sizeof(*to);
	to->entry = (unsigned)e->index;
	entry_name_key(e, to->scheme, to->key_id);
	to->had_credential = has_credential(e);
}

void
revoke_say(struct apam_revoke_report *report)
{
	report->result = revoke_word(report->status, report->had_credential);
}

enum apam_status
revoke_entry(struct entry *e, const struct patience *patience,
    struct apam_revoke_report *to)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct apam_error why = APAM_ERROR_INIT;

	if (to->size == 0)
		begin_report(e, to);
	to->status = obtain_revoke(e, patience, &err);
	if (to->status == APAM_E_PENDING)
		return to->status;
	revoke_say(to);
	(void)snprintf(to->text, sizeof(to->text), "%.255s", err.text);
	remove_files(e);
	to->drop_status = key_admin_drop(e, &why);
	(void)snprintf(
	    to->drop_text, sizeof(to->drop_text), "%.255s", why.text);
	tell(e, to);
	return to->status;
}

/* What became of the entries, in their order. */
struct revoked {
	struct sized_array to;
	size_t count;
	struct apam_error first; /* error of an entry */
};

static const char *
take_revoked(void *arg, struct apam_str row)
{
	struct revoked *revoked = arg;
	struct apam_revoke_report report;
	const char *wrong = agent_take_revoked(&report, row);

	if (wrong != NULL)
		return wrong;
	revoke_say(&report);
	sized_array_put(&revoked->to, revoked->count++, &report);
	return NULL;
}

static void
revoke_here(struct stack *stack, const struct patience *patience,
    struct revoked *revoked)
{
	struct apam_revoke_report report;

	for (size_t i = 0; i < stack->count; i++) {
		memset(&report, 0, sizeof(report));
		(void)revoke_entry(&stack->entries[i], patience, &report);
		sized_array_put(&revoked->to, revoked->count++, &report);
		if (report.status == APAM_OK ||
		    revoked->first.status != APAM_OK)
			continue;
		(void)error_set(
		    &revoked->first, report.status, "%s", report.text);
		error_locate(&revoked->first, stack->profile->name, (int)i);
	}
}

static void
revoke_all(struct apam_profile *profile, struct stack **stack,
    const struct patience *patience, struct revoked *revoked)
{
	const struct served_fetch fetch = { .name = "revoke",
		.deadline = patience->deadline,
		.take = take_revoked,
		.arg = revoked,
		.beside = &revoked->first };
	struct apam_error why = APAM_ERROR_INIT;
	enum apam_status status;

	if (!through_agent(profile, stack, &fetch, &status, &why))
		revoke_here(*stack, patience, revoked);
	else if (status != APAM_OK)
		error_copy(&revoked->first, &why);
}

enum apam_status
apam_revoke(struct apam_profile *profile, int timeout_ms,
    struct apam_revoke_report *reports, size_t *count, size_t report_size,
    struct apam_error *err)
{
	HOLD_CANCEL;
	struct revoked revoked = { .first = APAM_ERROR_INIT };
	struct patience patience = { .deadline = 0 };
	struct stack *stack;

	if (!sized_begin(err) ||
	    sized_array_init(&revoked.to, &sized_revoke_report, reports, count,
		report_size, err) != APAM_OK)
		return APAM_E_USAGE;
	patience.deadline = profile_deadline(profile, timeout_ms);
	stack = profile_current(profile, patience.deadline, &revoked.first);
	if (stack != NULL)
		revoke_all(profile, &stack, &patience, &revoked);
	*count = revoked.count;
	stack_release(&stack);
	if (revoked.first.status != APAM_OK)
		error_copy(err, &revoked.first);
	return revoked.first.status;
}
