/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam_logout: the provider is told to revoke what a login brought, and then
 * the record's secret is removed, whatever the provider said.
 */
#include <apam/admin.h>
#include <stdio.h>
#include <string.h>

#include "admin/login_entry.h"
#include "admin/revoke_word.h"
#include "audit/audit.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/sized.h"
#include "flight/loop.h"
#include "flight/obtain.h"
#include "flight/spending.h"
#include "profile/reload.h"

#define FORGET_MS 5000 /* how long to wait for the record's lock, at least */

/* Another process has the lock for a moment. */
static void
wait_a_little(struct entry *e)
{
	if (e->env->loop->threaded)
		clock_sleep(SPENDING_RETRY_MS);
	else
		loop_turn(e->env->loop, SPENDING_RETRY_MS);
}

static enum apam_status
forget(struct entry *e, int64_t until, struct apam_error *err)
{
	const struct stored_base base = entry_store(e);
	const struct durable_place place = stored_place(&e->stored, &base);
	const struct spending late = { .entry = e };
	enum durable_begin begun;
	struct durable_turn turn;
	enum apam_status status;

	while ((begun = durable_turn_begin_anew(&turn, &place, err)) ==
	    DURABLE_BUSY) {
		if (clock_ms() >= until) {
			spending_late(&late, err);
			return err->status;
		}
		wait_a_little(e);
	}
	if (begun == DURABLE_FAILED)
		return err->status;
	status = durable_turn_forget(&turn, "logged out", err);
	durable_turn_end(&turn);
	return status;
}

static void
tell(const struct entry *e, const struct apam_logout_report *report)
{
	const bool out = report->forget_status == APAM_OK;
	const struct audit_event event = {
		.what = AUDIT_LOGIN,
		.profile = e->profile->name,
		.entry = (int)e->index,
		.scheme = e->conf->scheme,
		.key_id = entry_key_id(e).p,
		.state = out ? "logged out" : "not logged out",
		.provider = report->result,
		.evidence = out ? report->text : report->forget_text,
	};

	audit_write(&e->env->audit, &event);
}

static enum apam_status
log_out(struct entry *e, int64_t deadline, struct apam_logout_report *to,
    struct apam_error *err)
{
	const int64_t least = clock_ms() + FORGET_MS;
	const struct patience patience = { .deadline = deadline };
	struct apam_error said = APAM_ERROR_INIT, why = APAM_ERROR_INIT;
	bool none;

	to->entry = (unsigned)e->index;
	(void)snprintf(to->scheme, sizeof(to->scheme), "%s", e->conf->scheme);
	(void)snprintf(
	    to->stored, sizeof(to->stored), "store:%s", e->stored.name);
	to->status = obtain_logout(e, &patience, &said);
	none = to->status == APAM_E_LOGIN;
	if (none)
		to->status = APAM_OK;
	to->result = revoke_word(to->status, !none);
	(void)snprintf(to->text, sizeof(to->text), "%.255s", said.text);
	to->forget_status = forget(
	    e, deadline > least ? deadline : least, &why);
	(void)snprintf(
	    to->forget_text, sizeof(to->forget_text), "%.255s", why.text);
	tell(e, to);
	if (to->forget_status != APAM_OK)
		error_copy(err, &why);
	else if (to->status != APAM_OK)
		error_copy(err, &said);
	return err->status;
}

enum apam_status
apam_logout(struct apam_profile *profile,
    const struct apam_logout_options *options,
    struct apam_logout_report *report, struct apam_error *err)
{
	HOLD_CANCEL;
	struct apam_logout_options mine = { .size = sizeof(mine), .entry = -1 };
	struct apam_logout_report filled = { .size = sizeof(filled) };
	struct apam_error unwanted = APAM_ERROR_INIT;
	struct login_choice choice;
	struct stack *stack;
	struct entry *e = NULL;
	int64_t deadline;

	if (!sized_begin(err) ||
	    sized_room(&sized_logout_report, report, err) != APAM_OK ||
	    (options != NULL &&
		sized_take(&sized_logout_options, options, &mine, err) !=
		    APAM_OK))
		return APAM_E_USAGE;
	if (err == NULL)
		err = &unwanted;
	choice = (struct login_choice){ mine.entry, mine.scheme };
	deadline = profile_deadline(profile, mine.timeout_ms);
	stack = login_entries(profile, deadline, err);
	if (stack != NULL &&
	    login_entry_choose(stack, &choice, &e, err) == APAM_OK)
		(void)log_out(e, deadline, &filled, err);
	if (err->status != APAM_OK)
		error_locate(
		    err, profile->name, e == NULL ? -1 : (int)e->index);
	sized_give(&sized_logout_report, &filled, report);
	if (e != NULL)
		profile_look_soon(profile);
	stack_release(&stack);
	return err->status;
}
