/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The agent as a context sees it: its connections, and what becomes of a
 * question where there is no agent, or not any more.
 *
 * A call that may wait has a connection for itself while it asks: those that are
 * idle are kept, few of them.  Calls that may not wait share one, which is among
 * the descriptors of the context's loop.  Nothing here knows what is asked.
 *
 * An agent that is being replaced is away for a moment, and its questions are
 * asked again, within their deadline.  One that stays away is looked for again
 * after a while, which grows; calls meanwhile fail at once.
 *
 * The lock is a leaf: it is held for moments, and never while anything waits.
 */
#ifndef CORE_SERVED_SERVED_H
#define CORE_SERVED_SERVED_H

#include <pthread.h>

#include "base/this_process.h"
#include "entry/env.h"
#include "served/flow.h"

/* ms for which an agent that was there may be away, as while it is replaced. */
#define SERVED_GRACE_MS 5000
/* ms after which one that is away is looked for again: at first, and at most. */
#define SERVED_AGAIN_FIRST_MS 100
#define SERVED_AGAIN_MOST_MS 5000

/* What a greeting says of this process. */
struct served_self {
	bool known;
	char program[PROGRAM_NAME_SIZE];
	uint64_t time_device, time_inode; /* its time namespace */
};

struct served {
	struct env *env;	/* the context's */
	pthread_mutex_t lock;	/* guards what follows */
	struct served_self self; /* written with the context's lock held, too */
	struct link_place place; /* its id is looked up once it matters */
	struct own_fd file;	/* for the next connection: link_find */
	struct flow *flows;	/* all that threads have for themselves, or idle */
	struct flow shared;	/* of calls that do not wait */
	uint64_t last_id;	/* of a question */
	int64_t there_at;	/* clock_ms: an agent was last there; 0: never */
	int64_t away_at;	/* clock_ms: and then was not, at first */
	int64_t again_at;	/* clock_ms: it is not looked for before */
	int64_t look_at;	/* the same, where a call waits; 0: none does */
	unsigned failures;	/* looks in vain since */
	struct apam_error away;	/* what the last one found */
};

/* NULL without memory; nothing is opened.  `env` outlives it. */
struct served *served_new(struct env *env);
void served_free(struct served **served);

/*
 * A profile was read that the agent signs for, with the context's lock held: find
 * out what does not depend on the request.
 */
void served_prepare(struct served *served);

/* In a forked child, which has no connection then; NULL is fine. */
void served_fork_renew(struct served *served);

/* So that its counter is attached, if there is one now. */
void served_look_at_registry(struct served *served);

/* The id of a new question. */
uint64_t served_next_id(struct served *served);

/*
 * Who may be the agent: the user of a file that it passes on.  This may look an
 * account up, once.
 */
bool served_believes(struct served *served, uint32_t user);

/*
 * True if that is the user as whom the agent runs: agent_user, or root where there
 * is no such account; in user mode, the owner of the main file, too.
 */
bool served_is_agents(struct served *served, uint32_t user);

/*
 * What a question says of how long its call still waits, in ms; at least 1, for 0
 * says nothing.
 */
uint64_t served_left(int64_t deadline);

/* Why an answer is not there. */
enum served_end {
	SERVED_ANSWERED,
	SERVED_PENDING,		/* it has not come, and the call does not wait */
	SERVED_AWAY,		/* there is no agent */
	SERVED_LATE,		/* it did not answer in time */
	SERVED_REFUSED		/* it is not to be believed, or refused us */
};

/*
 * Ask, and wait for the answer until `deadline`, clock_ms.  `hurry`: do not wait
 * for an agent that may be back soon.  Errors, in *err, but for ANSWERED:
 * NETWORK, DEADLINE, TRUST, CONFIG, MEMORY, or what the agent refused with.
 */
enum served_end served_ask(struct served *served, struct ask *ask,
    int64_t deadline, bool hurry, struct apam_error *err);

/*
 * The same without waiting: PENDING where the answer is not there yet.  Call it
 * again with the same question.
 */
enum served_end served_ask_soon(struct served *served, struct ask *ask,
    bool hurry, struct apam_error *err);

/*
 * Nobody waits for the answer any more: the agent is told, without waiting.  The
 * question is free then.
 */
void served_forget(struct served *served, struct ask *ask);

/*
 * Send a message that has no answer, if that can be done at once, on a
 * connection that is there.  False where it cannot.
 */
bool served_tell(struct served *served, struct ask *message);

/*
 * Move the connection of calls that do not wait.  ms until it is to be moved for
 * the time alone; -1: never.
 */
void served_move(struct served *served);
int served_timeout(struct served *served);

#endif
