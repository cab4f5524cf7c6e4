/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asking the agent without waiting.  Calls that may not wait share one
 * connection, which is among the descriptors of the context's loop.  Nothing
 * here knows what is asked.
 */
#ifndef CORE_SERVED_ASK_NONBLOCKING_H
#define CORE_SERVED_ASK_NONBLOCKING_H

#include "served/served_state.h"

/*
 * PENDING where the answer is not there yet: call it again with the same
 * question, once the loop has moved.  Else as ask_blocking, which also says
 * what `hurry` is.
 */
enum served_end ask_nonblocking(struct served *s, struct ask *ask, bool hurry,
    struct apam_error *err);

/*
 * Nobody waits for the answer any more: the agent is told, without waiting.
 * The question is free then.
 */
void ask_nonblocking_forget(struct served *s, struct ask *ask);

/*
 * Move the connection.  ms until it is to be moved for the time alone; -1:
 * never.
 */
void ask_nonblocking_move(struct served *s);
int ask_nonblocking_timeout(struct served *s);

#endif
