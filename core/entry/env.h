/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What all entries of a context have in common: the settings, where to log, the
 * modules, the key registry, who moves flights.  The context (profile/handle.h)
 * is this and the profiles.
 */
#ifndef CORE_ENTRY_ENV_H
#define CORE_ENTRY_ENV_H

#include <pthread.h>
#include <stdatomic.h>

#include "abi/loader.h"
#include "audit/audit.h"
#include "base/log.h"
#include "config/main_conf.h"
#include "keys/reading.h"

struct key_kept;
struct loop;
struct secret_ahead;

struct env {
	struct settings *settings;
	struct log log;
	struct audit audit;
	struct modules modules;
	struct keys_watch keys;	/* the key registry */
	_Atomic(struct key_kept *) kept_keys; /* keys/registry.h */
	/* Counts credentials, so that a later one has the higher number. */
	_Atomic uint64_t generation;
	/* "The context's lock": guards what entries know, and the profiles. */
	pthread_mutex_t lock;
	struct loop *loop;	/* moves the flights */
	bool may_wait;		/* signing may keep a thread waiting */
	bool is_agent;		/* it signs all itself, and for others:
				   api/serve.h */
	/* Programs of secrets that are read for the first time, and are not
	   waited for; NULL: they are.  The loop's, too. */
	struct secret_ahead *ahead;
	_Atomic bool note_missed; /* notify.c has said that notes are lost */
};

/* The number of a new credential: higher than that of any before it. */
static inline uint64_t
next_generation(struct env *env)
{
	return atomic_fetch_add(&env->generation, 1) + 1;
}

#endif
