/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A run goes from entry to entry, and keeps the profile as it was when it
 * began.
 */
#include "admin/serve_calls.h"

#include <stdlib.h>
#include <string.h>

#include "admin/revoke_entry.h"
#include "api/check.h"
#include "api/serve_rules.h"
#include "api/serve_stack.h"
#include "base/account.h"
#include "base/cancel.h"
#include "base/error.h"
#include "flight/admit.h"
#include "flight/obtain.h"
#include "profile/reload.h"

/* ---- Who may ask --------------------------------------------------------- */

static bool
is_named(const struct profile *profile, const struct caller *caller)
{
	for (size_t i = 0; i < profile->allow.count; i++)
		if (allow_names(&profile->allow.rules[i], caller))
			return true;
	return false;
}

enum apam_status
serve_may_ask(struct apam_profile *profile, const struct caller *caller,
    struct apam_error *err)
{
	HOLD_CANCEL;
	struct stack *stack = profile_follow(profile, 0, err);
	char who[ACCOUNT_TEXT_SIZE];
	bool may;

	if (stack == NULL)
		return err->status;
	may = serve_is_master(caller) || is_named(stack->profile, caller);
	stack_release(&stack);
	if (may)
		return APAM_OK;
	account_describe(caller->user, who);
	return error_set(err, APAM_E_POLICY,
	    "no rule of the profile names %s, so the agent tells it nothing of "
	    "its keys",
	    who);
}

enum apam_status
serve_may_change(const struct caller *caller, struct apam_error *err)
{
	if (serve_is_master(caller))
		return APAM_OK;
	return error_set(err, APAM_E_POLICY,
	    "the credential is that of all users of the agent, so root and the "
	    "agent's own user alone may revoke it");
}

enum apam_status
serve_may_name(struct apam_profile *profile, const struct caller *caller,
    struct apam_error *err)
{
	struct stack *stack = profile_hold(profile);
	const bool may = serve_is_master(caller) ||
	    serve_is_gateway(stack->profile, caller);

	stack_release(&stack);
	if (may)
		return APAM_OK;
	return error_set(err, APAM_E_POLICY,
	    "root, the agent's own user and gateways alone are told what the "
	    "rules give others");
}

void
serve_refused_revoking(struct apam_profile *profile,
    const struct serve_who *who, const struct apam_error *why)
{
	HOLD_CANCEL;
	struct stack *stack = profile_hold(profile);
	const struct audit_asker asker = serve_audit_asker(stack->profile, who);

	serve_news_refused(
	    who->news, stack, why, &asker, SERVE_REFUSED_REVOKING);
	stack_release(&stack);
}

enum apam_status
serve_grant(struct apam_profile *profile, const struct caller *caller,
    const char *method, const char *url, struct apam_grant *grant,
    struct apam_error *err)
{
	unsigned long *gids = calloc(caller->group_count + 1, sizeof(*gids));
	const struct apam_caller who = { .size = sizeof(who),
		.uid = caller->user,
		.gids = gids,
		.gid_count = caller->group_count,
		.unit = caller->unit.n == 0 ? NULL : caller->unit.p };
	enum apam_status status;

	if (gids == NULL)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	for (size_t i = 0; i < caller->group_count; i++)
		gids[i] = caller->groups[i];
	status = apam_profile_grant(profile, &who, method, url, grant, err);
	free(gids);
	return status;
}

/* ---- Runs ---------------------------------------------------------------- */

struct serve_run {
	enum serve_goal goal;
	struct stack *stack; /* held */
	struct patience patience;
	uint64_t awaited[APAM_ENTRIES_MAX];
	size_t at; /* how many entries are done */
	enum apam_status status; /* PENDING until it has ended */
	struct apam_error error;
	union {
		struct apam_key_report reports[APAM_ENTRIES_MAX];
		struct apam_revoke_report revoked[APAM_ENTRIES_MAX];
	} made;
};

struct serve_run *
serve_run_new(
    struct apam_profile *profile, enum serve_goal goal, struct apam_error *err)
{
	HOLD_CANCEL;
	struct serve_run *run = calloc(1, sizeof(*run));

	if (run == NULL) {
		(void)error_set(err, APAM_E_MEMORY, "out of memory");
		return NULL;
	}
	run->goal = goal;
	run->status = APAM_E_PENDING;
	error_init(&run->error);
	run->patience = (struct patience){ .deadline = profile_deadline(
					       profile, 0),
		.none = true,
		.awaited = run->awaited };
	run->stack = profile_current(profile, run->patience.deadline, err);
	if (run->stack == NULL)
		serve_run_free(&run);
	return run;
}

void
serve_run_free(struct serve_run **run)
{
	HOLD_CANCEL;

	if (*run == NULL)
		return;
	stack_release(&(*run)->stack);
	free(*run);
	*run = NULL;
}

/* As apam_check: the first error ends it. */
static enum apam_status
check_next(struct serve_run *run, struct entry *e)
{
	struct apam_error err = APAM_ERROR_INIT;
	const enum apam_status status = check_entry(
	    e, &run->patience, &run->made.reports[run->at], &err);

	if (status == APAM_E_PENDING)
		return status;
	if (status == APAM_OK)
		run->at++;
	else
		error_copy(&run->error, &err);
	return status;
}

/* As apam_revoke: each entry is told of, and the first error is that of all. */
static enum apam_status
revoke_next(struct serve_run *run, struct entry *e)
{
	struct apam_revoke_report *to = &run->made.revoked[run->at];
	const enum apam_status status = revoke_entry(e, &run->patience, to);

	if (status == APAM_E_PENDING)
		return status;
	run->at++;
	if (status != APAM_OK && run->error.status == APAM_OK) {
		(void)error_set(&run->error, status, "%s", to->text);
		error_locate(&run->error, NULL, (int)e->index);
	}
	return APAM_OK;
}

enum apam_status
serve_run_next(struct serve_run *run)
{
	HOLD_CANCEL;
	enum apam_status status = run->status;

	if (status != APAM_E_PENDING)
		return status;
	status = APAM_OK;
	while (status == APAM_OK && run->at < run->stack->count) {
		struct entry *e = &run->stack->entries[run->at];

		status = run->goal == SERVE_CHECK ? check_next(run, e) :
						    revoke_next(run, e);
	}
	if (status == APAM_E_PENDING)
		return status;
	run->status = run->error.status;
	error_locate(&run->error, run->stack->profile->name, -1);
	return run->status;
}

enum apam_status
serve_run_late(struct apam_error *err)
{
	return obtain_late(NULL, err);
}

int64_t
serve_run_deadline(const struct serve_run *run)
{
	return run->patience.deadline;
}

const struct apam_error *
serve_run_error(const struct serve_run *run)
{
	return &run->error;
}

const struct apam_key_report *
serve_run_reports(const struct serve_run *run, size_t *count)
{
	*count = run->at;
	return run->made.reports;
}

/*
 * What it says of an archived key and of a login is what is known now.  Each of
 * those changes lets the provider be asked once more, and no other.
 */
static bool
still_said(struct entry *e, const struct apam_key_report *said)
{
	struct apam_entry_status now = { .size = sizeof(now) };

	if (admit_is_archived(e, NULL) != (said->state == APAM_KEY_ARCHIVED))
		return false;
	if (said->state == APAM_KEY_ARCHIVED || !stored_is(&e->stored))
		return true;
	entry_show_stored(e, &now);
	return now.login_needed == (said->why == APAM_E_LOGIN) &&
	    (!now.login_needed || strcmp(now.stored, said->evidence) == 0);
}

bool
serve_run_stands(const struct serve_run *run, struct apam_profile *profile)
{
	HOLD_CANCEL;
	struct stack *stack = profile_hold(profile);
	bool stands = stack == run->stack;

	stack_release(&stack);
	for (size_t i = 0; stands && i < run->at; i++)
		stands = still_said(
		    &run->stack->entries[i], &run->made.reports[i]);
	return stands;
}

const struct apam_revoke_report *
serve_run_revoked(const struct serve_run *run, size_t *count)
{
	*count = run->at;
	return run->made.revoked;
}
