/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host's handles: a context and its profiles.
 */
#ifndef CORE_PROFILE_HANDLE_H
#define CORE_PROFILE_HANDLE_H

#include <apam/apam.h>

#include "audit/audit.h"
#include "entry/env.h"
#include "served/served_page.h"

struct named_key;
struct origin_index;
struct serve_news;
struct slot;
struct stack;

/* What finder.c keeps; zeroed at first. */
struct finder {
	/* NULL: not made yet, or the files could not be listed since. */
	struct origin_index *index;
	bool looking;		/* some thread looks at the files */
	int64_t check_at;	/* clock_ms: when to look at them again */
	int64_t missed_at;	/* the same, for a URL that it does not hold */
};

struct apam {
	struct env env;
	struct served *served;	/* the agent; never changes */

	/* Guarded by env.lock, as is the finder. */
	struct apam_profile **profiles; /* by name, in order */
	size_t profile_count, profile_room;
	struct finder finder;
	struct apam_call *calls; /* non-blocking ones under way */
	/* Kept for the next reading; admin/profile_keys.h. */
	struct named_key *named;
	void (*free_named)(struct named_key *first);
	/* Once a host has asked for somebody else; api/caller_news.h. */
	struct serve_news *news;

	struct apam *next;	/* all contexts of the process; fork.c */
};

/* Whether a thread opens the stack of a profile; opening.h. */
struct opening {
	bool busy;
	pthread_cond_t ended;	/* clock_condition's */
};

/* A profile that the host asked for. */
struct apam_profile {
	struct apam *ctx;
	char *name;
	_Atomic(struct slot *) slot; /* for apam_sign; NULL: none yet */

	/* Guarded by the context's lock. */
	struct stack *stack;	/* what its files said when last in order */
	struct opening opening;	/* of that stack */
	bool reloading;		/* some thread looks at the files */
	bool gone;		/* its file, and not back in order since */
	/* There is no agent, and with "prefer" it was opened with its secrets. */
	bool alone;
	struct served_page page; /* the agent's, where that signs */
	int64_t check_at;	/* clock_ms: when to look at them again */
	struct apam_error reload_error; /* what is wrong with them now */
	struct audit_repeat refusals;
};

/* True if the agent signs for a profile with this value of `agent`. */
static inline bool
handle_is_served(const struct apam *ctx, enum agent_use agent)
{
	return agent != AGENT_OFF && !ctx->env.is_agent;
}

#endif
