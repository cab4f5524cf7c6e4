/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One call of apam.h or admin.h that the agent makes for a program, such as
 * "check": what comes back is rows, or a text (agent/message.h).
 */
#ifndef CORE_SERVED_SERVED_CALL_H
#define CORE_SERVED_SERVED_CALL_H

#include "served/served_state.h"

/* An answer; its views live until served_result_free. */
struct served_result {
	struct ask ask;
	struct agent_result result;
};

void served_result_init(struct served_result *to);
void served_result_free(struct served_result *to);

/*
 * Make the call, and wait until `deadline`, clock_ms; `hurry` as in ask_blocking.
 * Where to->result.next is not 0 there are more rows: call again with call->from
 * set to it, which takes the place of what is in *to.
 *
 * ANSWERED: *status says how it ended; where that is not APAM_OK, *err has what
 * the agent said, or INTERNAL, where the answer is malformed.  Other ends are
 * ask_blocking's, with its errors in both; USAGE, REFUSED: the call is too long.
 */
enum served_end served_call_make(struct served *served,
    const struct agent_call *call, int64_t deadline, bool hurry,
    struct served_result *to, enum apam_status *status,
    struct apam_error *err);

#endif
