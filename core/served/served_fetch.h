/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A call (served_call.h) whose answer is rows (agent/row.h), all of them,
 * however many messages they take.
 */
#ifndef CORE_SERVED_SERVED_FETCH_H
#define CORE_SERVED_SERVED_FETCH_H

#include "agent/row.h"
#include "served/served_call.h"

struct served_fetch {
	const char *name;	/* of the call */
	const char *profile;	/* its name; NULL: none */
	const struct apam_str *arguments; /* "WORD=VALUE" */
	size_t argument_count;
	const struct caller *caller; /* for whom; NULL: this process */
	int64_t deadline;	/* clock_ms */
	bool hurry;		/* as in ask_blocking */
	bool of_entries;	/* a row for each entry of the profile, at most */
	/* Take a row: NULL, or what is wrong with it. */
	const char *(*take)(void *arg, struct apam_str row);
	void *arg;
	/* Filled in: what is wrong although there is an answer; or NULL. */
	struct apam_error *beside;
};

/* As served_call_make; where *status is APAM_OK all rows were taken. */
enum served_end served_fetch(struct served *served,
    const struct served_fetch *what, enum apam_status *status,
    struct apam_error *err);

#endif
