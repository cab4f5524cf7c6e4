/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls that the agent does for a program, but for signatures: a question by the
 * name of the call, and an answer of rows (agent/row.h).
 */
#ifndef CORE_SERVED_SERVED_FETCH_H
#define CORE_SERVED_SERVED_FETCH_H

#include "agent/row.h"
#include "served/served.h"

struct served_fetch {
	const char *name;	/* of the call */
	const char *profile;	/* its name; NULL: none */
	const struct apam_str *arguments; /* "WORD=VALUE" */
	size_t argument_count;
	int64_t deadline;	/* clock_ms */
	/* Do not wait for an agent that may be back soon. */
	bool hurry;
	/* Take a row: NULL, or what is wrong with it. */
	const char *(*take)(void *arg, struct apam_str row);
	void *arg;
	/* Filled in: what is wrong although there is an answer; or NULL. */
	struct apam_error *beside;
};

/*
 * Ask, and wait.  ANSWERED: *status says how it ended, and where that is APAM_OK
 * all rows were taken; otherwise *err has what the agent said.  Errors of any
 * other end: as served_ask.
 */
enum served_end served_fetch(struct served *served,
    const struct served_fetch *what, enum apam_status *status,
    struct apam_error *err);

#endif
