/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An answer that does not fit into one message says where the next one is to
 * begin.
 */
#include "served/served_fetch.h"

#include "base/clock.h"
#include "base/error.h"
#include "served/served.h"

/* How far it has come. */
struct progress {
	uint64_t
	    next; /* the row to ask for; 0: the first, or there are no more */
	size_t count; /* rows that were taken */
};

static const char *
take_row(const struct served_fetch *what, struct apam_str row,
    struct progress *progress)
{
	const char *wrong = NULL;

	if (what->of_entries && progress->count++ == APAM_ENTRIES_MAX)
		wrong = "there are more entries than a profile can have";
	return wrong == NULL ? what->take(what->arg, row) : wrong;
}

static enum apam_status
take_rows(struct agent_result *result, const struct served_fetch *what,
    struct progress *progress, struct apam_error *err)
{
	const char *wrong = NULL;
	struct apam_str row;

	while (wrong == NULL && agent_row_next(&result->rows, &row))
		wrong = take_row(what, row, progress);
	if (wrong == NULL && result->next != 0 &&
	    result->next <= progress->next)
		wrong = "its rows have no end";
	if (wrong != NULL)
		return error_set(err, APAM_E_INTERNAL,
		    "the agent's answer is malformed: %s", wrong);
	progress->next = result->next;
	if (what->beside != NULL)
		error_copy(what->beside, &result->error);
	return APAM_OK;
}

static enum served_end
fetch_from(struct served *served, const struct served_fetch *what,
    struct progress *progress, enum apam_status *status, struct apam_error *err)
{
	const struct agent_call call = {
		.name = apam_str(what->name),
		.profile = apam_str(what->profile),
		.arguments = { what->arguments, what->argument_count },
		.timeout_ms = served_left(what->deadline),
		.from = progress->next,
		.caller = what->caller,
	};
	struct served_result got;
	enum served_end end;

	served_result_init(&got);
	end = served_call_make(
	    served, &call, what->deadline, what->hurry, &got, status, err);
	if (end == SERVED_ANSWERED && *status == APAM_OK)
		*status = take_rows(&got.result, what, progress, err);
	served_result_free(&got);
	return end;
}

enum served_end
served_fetch(struct served *served, const struct served_fetch *what,
    enum apam_status *status, struct apam_error *err)
{
	enum served_end end;
	struct progress progress = { .next = 0 };

	do
		end = fetch_from(served, what, &progress, status, err);
	while (
	    end == SERVED_ANSWERED && *status == APAM_OK && progress.next != 0);
	return end;
}
