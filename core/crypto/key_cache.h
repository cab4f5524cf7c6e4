/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys that an entry made last: those that were derived, and those made of a
 * credential.  Few are in use at a time (a day, a region and a service of AWS's
 * have one), and to make one takes longer than to use it.
 *
 * A key is found by all that it was made of, which the cache keeps a copy of in
 * locked memory.  If it is full, the one that was not used for longest goes.
 * Threads may call all of it at once.  The lock is a leaf, and no fork takes
 * place while it is held.
 */
#ifndef CORE_CRYPTO_KEY_CACHE_H
#define CORE_CRYPTO_KEY_CACHE_H

#include <pthread.h>

#include "crypto/key.h"

#define KEY_CACHE_ITEMS 16

/* What a key is made of; the caller says what each member stands for. */
struct key_recipe {
	uint64_t numbers[4];
	const struct apam_str *parts;
	size_t count;
	/* The credential that it is made of, or zeros. */
	int64_t acquired_ms;
	const char *secret;
};

struct key_cache {
	pthread_mutex_t lock;
	uint64_t turn;		/* grows with each use */
	struct key_cached {
		struct apam_key *key;	/* NULL: a free place */
		uint64_t used;		/* the turn of its last use */
		uint64_t numbers[4];
		struct buf parts;	/* each after its length */
		int64_t acquired_ms;
		const char *secret;	/* compared, never read */
	} items[KEY_CACHE_ITEMS];
};

/* Make it empty. */
void key_cache_init(struct key_cache *cache);
/* Let go of all keys.  It is then empty, and may be used again. */
void key_cache_free(struct key_cache *cache);

/* The key of this recipe, held for the caller; NULL: it is not there. */
struct apam_key *key_cache_find(
    struct key_cache *cache, const struct key_recipe *recipe);

/*
 * Keep a key, as one more holder.  It is not kept if memory runs out.  Keys of
 * an earlier credential go, if this one is of a credential.
 */
void key_cache_keep(struct key_cache *cache, const struct key_recipe *recipe,
    struct apam_key *key);

/* The credential is dropped: let go of the keys that were made of it. */
void key_cache_forget(struct key_cache *cache);

#endif
