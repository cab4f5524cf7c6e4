/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The agent as a context sees it: what all calls of the context share.  A file
 * for each thing that is done with it: handshake.h makes connections,
 * ask_blocking.h and ask_nonblocking.h ask, served.h makes and frees it.
 *
 * The lock is a leaf: it is held for moments, and never while anything waits.
 */
#ifndef CORE_SERVED_SERVED_STATE_H
#define CORE_SERVED_SERVED_STATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "agent/link_connect.h"
#include "base/this_process.h"
#include "entry/env.h"
#include "served/availability.h"
#include "served/flow.h"

/* What a greeting says of this process. */
struct served_self {
	bool known;
	char program[PROGRAM_NAME_SIZE];
	uint64_t time_device, time_inode; /* its time namespace */
};

struct served {
	struct env *env;	/* the context's */
	pthread_mutex_t lock;	/* guards what follows */
	struct availability availability;
	struct served_self self; /* written with the context's lock held, too */
	struct link_place place; /* its id is looked up once it matters */
	struct own_fd file;	/* for the next connection: link_find */
	struct flow *pool;	/* of threads: theirs alone, or idle */
	struct flow shared;	/* of calls that do not wait */
	int64_t look_at;	/* clock_ms: when one of these looks for the
				   agent again; 0: none does */
	_Atomic uint64_t last_id; /* of a question */
	_Atomic(void *) room;	/* of slot_room_new, for the next page; NULL */
};

/* Whether there is an answer, or why not. */
enum served_end {
	SERVED_ANSWERED,
	SERVED_PENDING,		/* it has not come, and the call does not wait */
	SERVED_AWAY,		/* there is no agent */
	SERVED_LATE,		/* it did not answer in time */
	SERVED_REFUSED		/* not believed, or it refused to answer */
};

/* ms between two looks for an agent that is being replaced. */
#define SERVED_LOOK_MS 10

#endif
