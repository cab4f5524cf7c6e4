/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In user mode the agent may be this user's own, which shows by its socket.
 */
#include "admin/lint_agent.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/link_connect.h"
#include "base/account.h"

/* True where an agent of this user listens, or has. */
static bool
is_own(const struct settings *settings)
{
	struct stat st;

	return settings->user && lstat(settings->agent_socket, &st) == 0 &&
	    S_ISSOCK(st.st_mode) && st.st_uid == geteuid();
}

void
lint_agent_begin(struct lint_agent *l, const struct settings *settings)
{
	const uid_t self = geteuid();
	uint32_t id = 0;

	*l = (struct lint_agent){ .settings = settings,
		.served = settings->agent != AGENT_OFF };
	l->own = is_own(settings);
	if (l->own)
		return;
	l->no_user = account_id(ACCOUNT_USER, settings->agent_user, &id);
	l->agent.user = settings->agent_user;
	if (self == 0 && l->no_user == NULL)
		l->agent.id = id;
	l->agent.withheld = self != 0 && (l->no_user != NULL || self != id);
}

void
lint_agent_profile(
    struct lint_agent *l, const struct profile *draft, struct problems *all)
{
	if (draft->agent == AGENT_OFF)
		return;
	l->served = true;
	l->required = l->required || draft->agent == AGENT_REQUIRE;
	if (draft->allow.count == 0)
		problems_warn(all, draft->file, 0,
		    "the agent signs for root and its own user alone, because "
		    "the profile has no rules: give it `allow`");
}

const struct stack_agent *
lint_agent_of(struct lint_agent *l, const struct profile *draft)
{
	if (draft->agent == AGENT_OFF || l->own)
		return NULL;
	l->unseen = l->unseen || l->agent.withheld;
	return &l->agent;
}

/* No error: it may not have been started yet. */
static void
lint_absent(const struct lint_agent *l, int error, struct problems *all)
{
	struct apam_error err = APAM_ERROR_INIT;

	if (!l->required || (error != ENOENT && error != ENOTDIR))
		return;
	(void)link_no_agent(l->settings->agent_socket, strerror(error), &err);
	problems_warn(all, l->settings->file, 0, "%s", err.text);
}

static void
lint_socket(const struct lint_agent *l, bool runs, struct problems *all)
{
	const struct settings *settings = l->settings;
	struct stat st;

	if (lstat(settings->agent_socket, &st) != 0) {
		if (runs)
			lint_absent(l, errno, all);
		return;
	}
	if (S_ISSOCK(st.st_mode))
		return;
	problems_add(all, APAM_E_CONFIG, settings->file, 0,
	    "agent_socket: %s is not a socket: write the path of the agent's, "
	    "such as /run/apam/agent",
	    settings->agent_socket);
}

void
lint_agent_end(const struct lint_agent *l, bool runs, struct problems *all)
{
	const struct settings *settings = l->settings;

	if (!l->served)
		return;
	lint_socket(l, runs, all);
	if (l->no_user != NULL)
		problems_warn(all, settings->file, 0,
		    "agent_user: %s %s: programs believe an agent that runs as "
		    "root alone; `systemd-sysusers` makes the user apam",
		    settings->agent_user, l->no_user);
	if (l->unseen)
		problems_warn(all, settings->file, 0,
		    "the secrets of profiles that the agent signs for were not "
		    "looked at: lint as root, or as user %s",
		    settings->agent_user);
}
