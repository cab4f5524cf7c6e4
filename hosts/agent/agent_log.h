/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the agent says on standard error: a line each, "apamd: warning: ...".
 * Clients cause most of it, and so there is a limit for each user: none of them
 * fills the disk, or has what another one did go unsaid.
 */
#ifndef HOSTS_AGENT_AGENT_LOG_H
#define HOSTS_AGENT_AGENT_LOG_H

#include <stdarg.h>
#include <stdint.h>

#include <apam/apam.h>

#define AGENT_LOG_LINES 20	/* of one user, in: */
#define AGENT_LOG_MS 10000
#define AGENT_LOG_USERS 64	/* more at once share one limit */
#define AGENT_LOG_NO_USER INT64_C(-1) /* it is of nobody's doing */

struct agent_log {
	/* The last one is that of all who find no place. */
	struct agent_log_user {
		int64_t user;
		int64_t since;	/* clock_ms: these were said from then on */
		unsigned said, left_out; /* 0: the place is free */
	} users[AGENT_LOG_USERS + 1];
};

/* One line that a user caused, cut to 511 bytes, unless there were too many. */
void agent_log(struct agent_log *log, int64_t user, enum apam_log_level level,
    const char *format, ...) APAM_PRINTF(4, 5);
void agent_log_va(struct agent_log *log, int64_t user,
    enum apam_log_level level, const char *format, va_list args)
    APAM_PRINTF(4, 0);

/* Each second: say how many lines were left out of those whose time is over. */
void agent_log_tick(struct agent_log *log, int64_t now);

/* There will be no more: say it of all. */
void agent_log_end(struct agent_log *log);

/* A line as it is; it can be the function `log` of apam_open. */
void agent_log_line(void *unused, enum apam_log_level level, const char *line);

#endif
