/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The key registry as a context sees it: read when it is first needed, and
 * again when its counter has moved, or once a second where the file is another.
 * Between two readings asking costs one load.
 */
#ifndef CORE_KEYS_H
#define CORE_KEYS_H

#include <pthread.h>

#include "key_counter.h"
#include "key_registry.h"
#include "log.h"

/* One reading, immutable, shared by reference count. */
struct keys {
	atomic_uint refs;
	uint64_t number;	/* from 1: tells readings apart */
	uint64_t counter;	/* its value before the file was read */
	struct key_set set;	/* empty where the registry is damaged */
	struct key_registry_print print;
	/*
	 * What is wrong with the registry, which may be that it is gone;
	 * status OK: nothing.  Then `last` is the last reading that was in
	 * order, or NULL, and `held_until` (clock_ms) when it was last seen to
	 * hold.
	 */
	struct apam_error damage;
	struct keys *last;
	int64_t held_until;
};

/* A context's. */
struct keys_watch {
	pthread_mutex_t lock;
	struct key_registry registry;
	const struct log *log;
	struct key_counter counter;
	struct keys *now;	/* NULL before the first reading */
	uint64_t readings;
	int64_t look_at;	/* clock_ms: when to look at the file again */
	int64_t looked_at;	/* clock_ms: when it last was in order */
};

/* False without memory. */
bool keys_init(struct keys_watch *watch, const struct settings *settings,
    const struct log *log);
void keys_free(struct keys_watch *watch);

/*
 * The registry as it is now, held; NULL without memory or descriptors.
 * *look_at, which may be NULL, is then when the file is to be looked at again,
 * clock_ms.
 */
struct keys *keys_current(struct keys_watch *watch, int64_t *look_at);
/* Drop one reference and set *keys to NULL. */
void keys_release(struct keys **keys);

/* True where the registry has any record of this scheme and id. */
bool keys_know(const struct keys *keys, const char *scheme, struct apam_str id);

/*
 * The record of a key: of this scheme and id, and with the mark of this secret
 * where it has one.  An archived one goes before an active one.  NULL: it is
 * not registered.  As of the last reading that was in order.
 */
const struct key_record *keys_find(const struct keys *keys, const char *scheme,
    struct apam_str id, struct apam_str secret);

#endif
