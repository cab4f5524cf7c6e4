/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host's handles: a context and its profiles.
 */
#ifndef CORE_CONTEXT_H
#define CORE_CONTEXT_H

#include <pthread.h>
#include <stdatomic.h>

#include <apam/apam.h>

#include "abi/loader.h"
#include "audit/audit.h"
#include "base/log.h"
#include "base/problems.h"
#include "config/main_conf.h"
#include "keys/reading.h"
#include "profile/finder.h"

struct hot;
struct loop;
struct named_key;
struct stack;

struct apam {
	struct settings *settings;
	struct log log;
	struct audit audit;
	struct modules modules;
	struct keys_watch keys;	/* the key registry */
	/* Counts credentials, so that a later one has the higher number. */
	_Atomic uint64_t generation;
	/* Guards the profiles, the finder and the life of every credential. */
	pthread_mutex_t lock;
	struct apam_profile **profiles; /* by name, in order */
	size_t profile_count, profile_room;
	struct finder finder;
	_Atomic(struct key_kept *) kept_keys; /* keys/registry.h */
	struct named_key *named; /* kept for the next reading; admin/profile_keys.h */
	struct loop *loop;	/* moves the flights */
	struct apam_call *calls; /* non-blocking ones under way */
	_Atomic bool note_missed; /* that notes are lost was said; flight/notify.c */
	struct apam *next;	/* all contexts of the process; fork.c */
};

/* The number of a new credential: higher than that of any before it. */
static inline uint64_t
next_generation(struct apam *ctx)
{
	return atomic_fetch_add(&ctx->generation, 1) + 1;
}

/* A profile that the host asked for. */
struct apam_profile {
	struct apam *ctx;
	char *name;
	_Atomic(struct hot *) hot; /* slot of the hit path; NULL: none yet */

	/* Guarded by the context's lock. */
	struct stack *stack;	/* what its files said when last in order */
	bool reloading;		/* some thread looks at the files */
	bool gone;		/* its file, and not back in order since */
	int64_t check_at;	/* clock_ms: when to look at them again */
	struct apam_error reload_error; /* what is wrong with them now */
	struct audit_repeat refusals;
};

/*
 * apam_open, with all that is wrong with the main file collected.  `options`
 * may be NULL.
 */
enum apam_status context_new(const struct apam_open_options *options,
    struct apam **ctx, struct problems *all);

#endif
