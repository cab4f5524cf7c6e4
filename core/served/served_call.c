/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A call is a question like a signature, and is asked again if a connection
 * breaks.  So each call must be one that can be made twice without harm.
 */
#include "served/served_call.h"

#include "base/error.h"
#include "served/ask_blocking.h"
#include "served/served.h"

void
served_result_init(struct served_result *to)
{
	ask_init(&to->ask);
	to->result = (struct agent_result){ .next = 0 };
}

void
served_result_free(struct served_result *to)
{
	ask_free(&to->ask);
	to->result = (struct agent_result){ .next = 0 };
}

static enum apam_status
take_result(struct served_result *to, struct apam_error *err)
{
	const struct frame *answer = &to->ask.answer;
	struct agent_failed failed;
	const char *wrong;

	if (answer->type != AGENT_FAILED && answer->type != AGENT_RESULT)
		return error_set(err, APAM_E_INTERNAL,
		    "the agent's answer is of a type that was not asked for");
	if (answer->type == AGENT_RESULT) {
		wrong = agent_result_read(&to->result, answer);
	} else {
		wrong = agent_failed_read(&failed, answer);
		if (wrong == NULL) {
			error_copy(err, &failed.error);
			return failed.error.status;
		}
	}
	return wrong == NULL ?
	    APAM_OK :
	    error_set(err, APAM_E_INTERNAL,
		"the agent's answer is malformed: %s", wrong);
}

/* ms that the agent has beside the call's own time, to say that it ran out. */
#define LATE_MS 250

enum served_end
served_call_make(struct served *served, const struct agent_call *call,
    int64_t deadline, bool hurry, struct served_result *to,
    enum apam_status *status, struct apam_error *err)
{
	struct apam_error why = APAM_ERROR_INIT;
	enum served_end end = SERVED_REFUSED;

	served_result_free(to);
	ask_begin(&to->ask, AGENT_CALL, served_next_id(served));
	if (!agent_call_write(call, &to->ask.message))
		(void)error_set(&why, APAM_E_USAGE,
		    "the call has more or longer arguments than the agent "
		    "takes");
	else
		end = ask_blocking(
		    served, &to->ask, deadline + LATE_MS, hurry, &why);
	if (end != SERVED_ANSWERED)
		(void)error_set(
		    &why, APAM_E_DEADLINE, "the agent did not answer in time");
	*status = end == SERVED_ANSWERED ? take_result(to, &why) : why.status;
	if (*status != APAM_OK)
		error_copy(err, &why);
	return end;
}
