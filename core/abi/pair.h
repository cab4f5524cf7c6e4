/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The client certificate and key that a module wants a request to be sent with,
 * read from their files under the rules of trust.  One reading is one pair, with
 * a version of its own: what was checked is what is sent, and no connection of
 * one pair serves another.
 */
#ifndef CORE_ABI_PAIR_H
#define CORE_ABI_PAIR_H

#include <pthread.h>
#include <stdatomic.h>

#include <apam/apam.h>
#include <apam/module.h>

#include "base/buf.h"
#include "file/print.h"

/* What a module named.  Strings have a NUL after them. */
struct pair_source {
	struct buf file, key_file, passphrase;
	struct apam_key *key;	/* in place of key_file; held; or NULL */
};

/* Copy what a module gave.  NULL when out of memory. */
struct pair_source *pair_source_new(const struct apam_certificate *from);
/* NULL, or why it cannot be used; static. */
const char *pair_source_problem(const struct pair_source *source);
/* Wipe, free and set to NULL; *source may be NULL. */
void pair_source_free(struct pair_source **source);

/* A pair that was read.  It never changes but for when it was looked at. */
struct pair {
	struct apam_client_certificate pub; /* what hosts see */
	atomic_uint refs;
	struct pair_source *source;
	struct buf certificate, key;
	struct file_prints files;
	_Atomic int64_t check_at; /* clock_ms: when to look at the files */
};

/* The last pair of an entry.  Zeroed, then pair_cache_init. */
struct pair_cache {
	pthread_mutex_t lock;
	struct pair *pair;	/* guarded by it; NULL: none yet */
};

/* Make the lock of a zeroed one. */
void pair_cache_init(struct pair_cache *cache);
/* Let go of the pair, and of the lock. */
void pair_cache_free(struct pair_cache *cache);

/*
 * The pair that the source names, as its files are now or were within a second,
 * held; NULL with an error: TRUST, CONFIG, MEMORY, and what key_der has.
 * `user`: user mode of file/trust.h.
 */
struct pair *pair_get(struct pair_cache *cache,
    const struct pair_source *source, bool user, struct apam_error *err);

/* What the module named it by; views that live as long as the pair. */
struct apam_certificate pair_named(const struct pair *pair);

/* Drop a reference and set *pair, which may be NULL, to NULL. */
void pair_release(struct pair **pair);

#endif
