/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/jobs.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/error.h"

static void
free_job(struct job **at)
{
	struct job *job = *at;

	*at = job->next;
	serve_run_free(&job->run);
	free(job);
}

static void
drop_old(struct jobs *jobs)
{
	const int64_t now = clock_ms();
	struct job **at = &jobs->first;

	while (*at != NULL) {
		const int64_t end = (*at)->ended != 0 ?
		    (*at)->ended :
		    serve_run_deadline((*at)->run);

		if (now - end >= JOBS_KEEP_MS)
			free_job(at);
		else
			at = &(*at)->next;
	}
}

struct job *
jobs_numbered(const struct jobs *jobs, uint64_t number)
{
	struct job *job = jobs->first;

	while (job != NULL && job->number != number)
		job = job->next;
	return job;
}

/*
 * It answers as well as a new one would: it is under way, or is a check that has
 * just ended, since which nothing has changed.
 */
static bool
answers(const struct job *job)
{
	return job->ended == 0 ||
	    (job->goal == SERVE_CHECK &&
		serve_run_stands(job->run, job->profile));
}

static struct job *
begin(struct jobs *jobs, struct apam_profile *profile, enum serve_goal goal,
    struct apam_error *err)
{
	struct job *job = calloc(1, sizeof(*job));

	if (job == NULL) {
		(void)error_set(err, APAM_E_MEMORY, "out of memory");
		return NULL;
	}
	job->run = serve_run_new(profile, goal, err);
	if (job->run == NULL) {
		free(job);
		return NULL;
	}
	job->profile = profile;
	job->goal = goal;
	job->number = ++jobs->last;
	job->next = jobs->first;
	jobs->first = job;
	return job;
}

struct job *
jobs_get(struct jobs *jobs, struct apam_profile *profile, enum serve_goal goal,
    struct apam_error *err)
{
	struct job *job;

	drop_old(jobs);
	job = jobs->first;
	while (job != NULL &&
	    (job->profile != profile || job->goal != goal || !answers(job)))
		job = job->next;
	return job != NULL ? job : begin(jobs, profile, goal, err);
}

enum apam_status
jobs_move(struct job *job)
{
	if (serve_run_next(job->run) == APAM_E_PENDING)
		return APAM_E_PENDING;
	if (job->ended == 0)
		job->ended = clock_ms();
	return APAM_OK;
}

void
jobs_close(struct jobs *jobs)
{
	while (jobs->first != NULL)
		free_job(&jobs->first);
}
