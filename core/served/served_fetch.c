/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An answer that does not fit into one message says where the next one is to
 * begin.
 */
#include "served/served_fetch.h"

#include <limits.h>

#include "base/clock.h"
#include "base/error.h"

/* ms that the agent has beside the call's own time, to say that it ran out. */
#define LATE_MS 250

static uint64_t
left_of(int64_t deadline)
{
	const int64_t left = deadline - clock_ms();

	if (left < 1)
		return 1;
	return left > INT_MAX ? INT_MAX : (uint64_t)left;
}

static enum apam_status
malformed(const char *wrong, struct apam_error *err)
{
	return error_set(
	    err, APAM_E_INTERNAL, "the agent's answer is malformed: %s", wrong);
}

static enum apam_status
take_refusal(const struct frame *answer, struct apam_error *err)
{
	struct agent_failed failed;
	const char *wrong = agent_failed_read(&failed, answer);

	if (wrong != NULL)
		return malformed(wrong, err);
	error_copy(err, &failed.error);
	return failed.error.status;
}

/* All rows, and *next, which is 0 where there are no more. */
static enum apam_status
take_rows(const struct frame *answer, const struct served_fetch *what,
    uint64_t *next, struct apam_error *err)
{
	struct agent_result result;
	struct apam_str row;
	const char *wrong = agent_result_read(&result, answer);

	while (wrong == NULL && agent_row_next(&result.rows, &row))
		wrong = what->take(what->arg, row);
	if (wrong == NULL && result.next != 0 && result.next <= *next)
		wrong = "its rows have no end";
	if (wrong != NULL)
		return malformed(wrong, err);
	*next = result.next;
	if (what->beside != NULL)
		error_copy(what->beside, &result.error);
	return APAM_OK;
}

static enum served_end
fetch_from(struct served *served, struct ask *ask,
    const struct served_fetch *what, uint64_t *next, enum apam_status *status,
    struct apam_error *err)
{
	const struct agent_call call = {
		.name = apam_str(what->name),
		.profile = apam_str(what->profile),
		.arguments = { what->arguments, what->argument_count },
		.timeout_ms = left_of(what->deadline),
		.from = *next,
	};
	enum served_end end;

	ask_begin(ask, AGENT_CALL, served_next_id(served));
	if (!agent_call_write(&call, &ask->message)) {
		(void)error_set(err, APAM_E_USAGE,
		    "the agent takes no question of this length");
		return SERVED_REFUSED;
	}
	end = served_ask(
	    served, ask, what->deadline + LATE_MS, what->hurry, err);
	if (end != SERVED_ANSWERED)
		return end;
	if (ask->answer.type == AGENT_RESULT)
		*status = take_rows(&ask->answer, what, next, err);
	else if (ask->answer.type == AGENT_FAILED)
		*status = take_refusal(&ask->answer, err);
	else
		*status = malformed("it is of another type", err);
	return end;
}

enum served_end
served_fetch(struct served *served, const struct served_fetch *what,
    enum apam_status *status, struct apam_error *err)
{
	enum served_end end;
	uint64_t next = 0;
	struct ask ask;

	*status = APAM_E_INTERNAL;
	do {
		ask_init(&ask);
		end = fetch_from(served, &ask, what, &next, status, err);
		ask_free(&ask);
	} while (end == SERVED_ANSWERED && *status == APAM_OK && next != 0);
	return end;
}
