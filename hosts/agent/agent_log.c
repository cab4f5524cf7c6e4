/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A place of the table is free again when its time is over.
 */
#include "agent/agent_log.h"

#include <stdbool.h>
#include <stdio.h>

#include "base/clock.h"

static const char *const level_names[] = {
	[APAM_LOG_ERROR] = "error",
	[APAM_LOG_WARNING] = "warning",
	[APAM_LOG_INFO] = "info",
	[APAM_LOG_DEBUG] = "debug",
};

void
agent_log_line(void *unused, enum apam_log_level level, const char *line)
{
	(void)unused;
	if (level < APAM_LOG_ERROR || level > APAM_LOG_DEBUG)
		level = APAM_LOG_DEBUG;
	fprintf(stderr, "apamd: %s: %s\n", level_names[level], line);
}

/* ---- How many ------------------------------------------------------------- */

static bool
is_over(const struct agent_log_user *u, int64_t now)
{
	return now - u->since >= AGENT_LOG_MS;
}

/* Free a place. */
static void
settle(struct agent_log *log, struct agent_log_user *u)
{
	const unsigned n = u->left_out;

	if (n > 0 && u == &log->users[AGENT_LOG_USERS])
		fprintf(stderr,
		    "apamd: warning: %u lines about other users were left "
		    "out\n",
		    n);
	else if (n > 0 && u->user == AGENT_LOG_NO_USER)
		fprintf(stderr, "apamd: warning: %u lines were left out\n", n);
	else if (n > 0)
		fprintf(stderr,
		    "apamd: warning: %u lines about user %lld were left out\n",
		    n, (long long)u->user);
	u->said = u->left_out = 0;
}

/* The user's place, or one for it. */
static struct agent_log_user *
place_of(struct agent_log *log, int64_t user, int64_t now)
{
	struct agent_log_user *u = log->users, *vacant = NULL;

	for (size_t i = 0; i < AGENT_LOG_USERS; i++, u++) {
		if (u->said > 0 && is_over(u, now))
			settle(log, u);
		if (u->said > 0 && u->user == user)
			return u;
		if (u->said == 0 && vacant == NULL)
			vacant = u;
	}
	u = vacant != NULL ? vacant : &log->users[AGENT_LOG_USERS];
	if (u->said > 0 && is_over(u, now))
		settle(log, u);
	if (u->said == 0) {
		u->user = user;
		u->since = now;
	}
	return u;
}

static bool
may_say(struct agent_log *log, int64_t user)
{
	struct agent_log_user *u = place_of(log, user, clock_ms());

	if (u->said == AGENT_LOG_LINES) {
		u->left_out++;
		return false;
	}
	u->said++;
	return true;
}

void
agent_log_tick(struct agent_log *log, int64_t now)
{
	for (size_t i = 0; i <= AGENT_LOG_USERS; i++)
		if (log->users[i].said > 0 && is_over(&log->users[i], now))
			settle(log, &log->users[i]);
}

void
agent_log_end(struct agent_log *log)
{
	for (size_t i = 0; i <= AGENT_LOG_USERS; i++)
		settle(log, &log->users[i]);
}

/* ---- Saying it ------------------------------------------------------------- */

void
agent_log_va(struct agent_log *log, int64_t user, enum apam_log_level level,
    const char *format, va_list args)
{
	char line[512];

	if (!may_say(log, user))
		return;
	(void)vsnprintf(line, sizeof(line), format, args);
	agent_log_line(NULL, level, line);
}

void
agent_log(struct agent_log *log, int64_t user, enum apam_log_level level,
    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	agent_log_va(log, user, level, format, args);
	va_end(args);
}
