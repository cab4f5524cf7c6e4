/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What calls ask of providers: checks and revocations.  Any number of messages
 * may wait for one of them; a message remembers it by its number.
 */
#ifndef HOSTS_AGENT_JOBS_H
#define HOSTS_AGENT_JOBS_H

#include "admin/serve_calls.h"

/* How long one is kept after its end; a check is not repeated earlier. */
#define JOBS_KEEP_MS 10000

struct job {
	struct job *next;
	struct apam_profile *profile;
	enum serve_goal goal;
	struct serve_run *run;
	uint64_t number;	/* from 1 */
	int64_t ended;		/* clock_ms; 0: it is under way */
};

struct jobs {
	struct job *first;
	uint64_t last;		/* the highest number so far */
};

/* The job of this number; NULL: there is none, or none any more. */
struct job *jobs_numbered(const struct jobs *jobs, uint64_t number);

/*
 * One that answers as well as a new one would, or a new one, which stays the
 * list's.  Those that ended, or should have ended, JOBS_KEEP_MS ago are dropped
 * before.  NULL, with *err set: it cannot be begun.
 */
struct job *jobs_get(struct jobs *jobs, struct apam_profile *profile,
    enum serve_goal goal, struct apam_error *err);

/* Go on with it: PENDING; OK once it has ended, well or not. */
enum apam_status jobs_move(struct job *job);

void jobs_close(struct jobs *jobs);

#endif
