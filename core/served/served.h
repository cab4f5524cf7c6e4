/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The agent as a context sees it (served_state.h), from its making to its end,
 * and what all questions have.
 */
#ifndef CORE_SERVED_SERVED_H
#define CORE_SERVED_SERVED_H

#include "served/served_state.h"

/* NULL without memory; nothing is opened.  `env` outlives it. */
struct served *served_new(struct env *env);
void served_free(struct served **served);

/* In a forked child, which has no connection then; NULL is fine. */
void served_fork_renew(struct served *s);

/* The id of a new question. */
uint64_t served_next_id(struct served *s);

/*
 * What a question says of how long its call still waits, in ms; at least 1, for
 * 0 says nothing.
 */
uint64_t served_left(int64_t deadline);

/*
 * Send a message that has no answer, if that can be done at once, on a
 * connection that is there.  False where it cannot.
 */
bool served_tell(struct served *s, struct ask *message);

#endif
