/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam_check: asking the provider about the keys of a profile.
 */
#include "api/check.h"

#include <stdio.h>
#include <string.h>

#include "api/through_agent.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/sized.h"
#include "flight/admit.h"
#include "flight/notify.h"
#include "flight/obtain.h"
#include "profile/reload.h"

static void
report_key(
    struct entry *e, const struct key_finding *f, struct apam_key_report *to)
{
	memset(to, 0, sizeof(*to));
	to->entry = (unsigned)e->index;
	to->state = f->state;
	to->checked_at = f->at;
	(void)snprintf(to->scheme, sizeof(to->scheme), "%s", e->conf->scheme);
	notify_key_id(e, to->key_id);
	to->why = f->state == APAM_KEY_UNKNOWN ? f->why : APAM_OK;
	(void)snprintf(to->evidence, sizeof(to->evidence), "%s", f->evidence);
}

enum apam_status
check_entry(struct entry *e, const struct patience *patience,
    struct apam_key_report *to, struct apam_error *err)
{
	struct apam_error late = APAM_ERROR_INIT;
	struct key_finding finding;
	enum apam_status status;

	/* An archived key is not sent to its provider. */
	if (admit_is_archived(e, &finding)) {
		report_key(e, &finding, to);
		return APAM_OK;
	}
	status = obtain_check(e, patience, &finding, &late);
	if (status == APAM_E_DEADLINE) {
		finding = (struct key_finding){ .state = APAM_KEY_UNKNOWN,
			.at = clock_unix() };
		(void)snprintf(finding.evidence, sizeof(finding.evidence),
		    "%.*s", APAM_EVIDENCE_SIZE - 1, late.text);
		status = APAM_OK;
	}
	if (status == APAM_OK)
		report_key(e, &finding, to);
	else
		error_copy(err, &late);
	return status;
}

/* The reports of the agent, in the order of the entries. */
struct reports {
	struct sized_array to;
	size_t count;
};

static const char *
take_report(void *arg, struct apam_str row)
{
	struct reports *reports = arg;
	struct apam_key_report report;
	const char *wrong = agent_take_report(&report, row);

	if (wrong == NULL)
		sized_array_put(&reports->to, reports->count++, &report);
	return wrong;
}

/* With the profile's entries, in this process. */
static enum apam_status
check_here(struct stack *stack, const struct patience *patience,
    struct reports *reports, struct apam_error *err)
{
	enum apam_status status = APAM_OK;
	struct apam_key_report report;

	for (size_t i = 0; status == APAM_OK && i < stack->count; i++) {
		error_clear(err);
		status = check_entry(
		    &stack->entries[i], patience, &report, err);
		if (status == APAM_OK)
			sized_array_put(
			    &reports->to, reports->count++, &report);
	}
	return status;
}

enum apam_status
apam_check(struct apam_profile *profile, int timeout_ms,
    struct apam_key_report *reports, size_t *count, size_t report_size,
    struct apam_error *err)
{
	HOLD_CANCEL;
	struct apam_error unwanted = APAM_ERROR_INIT;
	struct patience patience = { .deadline = 0 };
	struct reports to = { .count = 0 };
	struct served_fetch fetch = {
		.name = "check", .take = take_report, .arg = &to
	};
	enum apam_status status;
	struct stack *stack;

	if (!sized_begin(err))
		return APAM_E_USAGE;
	if (err == NULL)
		err = &unwanted;
	status = sized_array_init(
	    &to.to, &sized_key_report, reports, count, report_size, err);
	if (status != APAM_OK)
		return status;
	patience.deadline = profile_deadline(profile, timeout_ms);
	fetch.deadline = patience.deadline;
	stack = profile_current(profile, patience.deadline, err);
	if (stack == NULL)
		return err->status;
	if (!through_agent(profile, &stack, &fetch, &status, err))
		status = check_here(stack, &patience, &to, err);
	if (status == APAM_OK) {
		*count = to.count;
		error_clear(err);
	}
	stack_release(&stack);
	return status;
}
