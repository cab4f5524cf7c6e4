/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which of an entry's secrets are its present ones, and when to read them
 * anew.  Those of files are not: their files are watched, and a profile whose
 * files have changed is opened anew.  All others are read
 *
 *   - when a credential is acquired, unless `keep` says that what was read may
 *     still be used, or it was read just now, to open the profile;
 *   - when `keep` has run out for a static credential.
 *
 * An entry whose secrets are all of files has none of this.  The lock is a
 * leaf: nothing else is taken with it, and no fork happens meanwhile.
 */
#ifndef CORE_ENTRY_SECRET_MOVES_H
#define CORE_ENTRY_SECRET_MOVES_H

#include <pthread.h>

#include "entry/secret_set.h"
#include "entry/secrets.h"

/* What was read to open the profile serves its first credential, too. */
#define SECRET_FIRST_USE_MS 10000

struct secret_moves {
	pthread_mutex_t lock;	/* guards what follows */
	struct secret_set *now;	/* NULL: as they were at first */
	uint64_t number;	/* of the present set; 0: the first one */
	int64_t read_at;	/* clock_ms */
	bool used;		/* a credential was made with them */
};

/*
 * `read_at`, clock_ms, is when the secrets were read at first.  NULL when out
 * of memory.
 */
struct secret_moves *secret_moves_new(int64_t read_at);
/* Free it and set *m, which may be NULL, to NULL. */
void secret_moves_free(struct secret_moves **m);

/*
 * The present set, held; NULL: they are as they were at first, as always where
 * `m` is NULL.
 */
struct secret_set *secret_moves_hold(struct secret_moves *m);

/* The number of the present set; 0: the first one.  `m` may be NULL. */
uint64_t secret_moves_number(struct secret_moves *m);

/*
 * True if those that move are to be read for a credential now, clock_ms.
 * `keep` is in seconds; 0: not at all.
 */
bool secret_moves_due(struct secret_moves *m, int64_t keep, int64_t now);

/* When `keep`, above 0, runs out for what was read last; clock_ms. */
int64_t secret_moves_kept_until(struct secret_moves *m, int64_t keep);

/* A credential is made with the present ones. */
void secret_moves_use(struct secret_moves *m);

/*
 * They were read anew at `read_at`, clock_ms: take over the set, if it differs
 * from the present one, `first` if there is none yet, and set *set to NULL.
 * True if it differs.
 */
bool secret_moves_take(struct secret_moves *m, const struct buf *first,
    struct secret_set **set, int64_t read_at);

#endif
