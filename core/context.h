/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host's handles: a context and its profiles.
 */
#ifndef CORE_CONTEXT_H
#define CORE_CONTEXT_H

#include <pthread.h>
#include <stdatomic.h>

#include <apam/apam.h>

#include "log.h"
#include "modules.h"
#include "problems.h"
#include "settings.h"

struct apam {
	struct settings *settings;
	struct log log;
	struct modules modules;
	/* Counts credentials, so that a later one has the higher number. */
	_Atomic uint64_t generation;
	pthread_mutex_t lock;	/* guards the profiles */
	struct apam_profile **profiles; /* by name, in order */
	size_t profile_count, profile_room;
};

/* A profile that the host asked for. */
struct apam_profile {
	struct apam *ctx;
	struct stack *stack;
};

/*
 * apam_open, with all that is wrong with the main file collected.  `options`
 * may be NULL.
 */
enum apam_status context_new(const struct apam_open_options *options,
    struct apam **ctx, struct problems *all);

#endif
