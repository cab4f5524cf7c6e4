/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who last used which key: for each entry of a profile the programs, with their
 * user and service, that a request was signed for.  It is for the
 * administrator's audit and decides nothing: a program's name is its own claim.
 *
 * There is an end to it, for each user and for all: the use that is longest ago
 * is forgotten then.  A file in the directory of the agent's user, state_dir/
 * users/<uid>/agent-uses, keeps them over a restart; an agent that is killed
 * loses those of the last minute.
 */
#ifndef HOSTS_AGENT_USES_H
#define HOSTS_AGENT_USES_H

#include <stdbool.h>

#include "agent/peer.h"
#include "agent/row.h"

#define USES_MAX 1024		/* of all users */
#define USES_OF_USER_MAX 128
#define USES_EVERY_MS 60000	/* they are not written more often */

struct uses {
	struct agent_use_row *all; /* USES_MAX, in no order; NULL: no memory */
	size_t count;
	const char *state_dir;	/* the context's, which outlives this */
	bool user;		/* user mode (file/user_dir.h) */
	bool changed;		/* since they were written */
	int64_t written;	/* clock_ms */
};

/*
 * Begin with those of the agent that was there before.  No file, or one that is
 * not in order: there are none.  False with *err set where there is no
 * directory for it: none are kept then.
 */
bool uses_open(struct uses *uses, const char *state_dir, bool user,
    struct apam_error *err);

/* Write them, where some are new and it is time. */
void uses_tick(struct uses *uses, int64_t now);

/* Write what is new, now. */
void uses_write(struct uses *uses);

/* Write what is new, and free them. */
void uses_close(struct uses *uses);

/*
 * Note that a request was signed by these entries (bits) of a profile, for
 * `asker` and a program that calls itself `program`.  *hint is the
 * connection's, 0 at first.
 */
void uses_note(struct uses *uses, size_t *hint, const char *profile,
    unsigned entries, const struct caller *asker, const char *program);

#endif
