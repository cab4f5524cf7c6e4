/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of results (agent/message.h): what the calls of apam.h and admin.h fill
 * in for one entry, and what the agent noted of the use of one key.  A row has
 * the items of one struct.
 *
 * Each `put` adds a row to a RESULT, after agent_result_write: false where that
 * has no room for it, and is as it was.  Each `take` fills in a struct of this
 * library's from a row: NULL, or what is wrong.  Texts that are read can be
 * shown, and what this library does not know is not there: a status is one of
 * its class, the state of a key is UNKNOWN.
 */
#ifndef CORE_AGENT_ROW_H
#define CORE_AGENT_ROW_H

#include <apam/admin.h>

#include "agent/message.h"

bool agent_put_status(
    struct frame_writer *to, const struct apam_entry_status *status);
const char *agent_take_status(
    struct apam_entry_status *status, struct apam_str row);

bool agent_put_report(
    struct frame_writer *to, const struct apam_key_report *report);
const char *agent_take_report(
    struct apam_key_report *report, struct apam_str row);

/* All but `result`, which is NULL when read. */
bool agent_put_revoked(
    struct frame_writer *to, const struct apam_revoke_report *report);
const char *agent_take_revoked(
    struct apam_revoke_report *report, struct apam_str row);

bool agent_put_grant(
    struct frame_writer *to, const struct apam_grant *grant);
const char *agent_take_grant(struct apam_grant *grant, struct apam_str row);

#define AGENT_UNIT_SIZE 256	/* bytes of a unit's name, with the NUL */

/* The last use of an entry's key by one program, as one user and service. */
struct agent_use_row {
	char profile[APAM_NAME_SIZE];
	unsigned entry;
	char program[AGENT_PROGRAM_MAX + 1]; /* what it calls itself; or "" */
	char unit[AGENT_UNIT_SIZE]; /* the system service; or "" */
	uint64_t user;
	int64_t at;		/* Unix s */
	uint64_t count;		/* requests that it was signed for */
};

bool agent_put_use(struct frame_writer *to, const struct agent_use_row *use);
const char *agent_take_use(struct agent_use_row *use, struct apam_str row);

#endif
