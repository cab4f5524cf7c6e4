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
#ifndef CORE_ENTRY_PRESENT_SECRETS_H
#define CORE_ENTRY_PRESENT_SECRETS_H

#include <pthread.h>

#include "entry/secret_set.h"
#include "entry/secrets.h"

/* What was read to open the profile serves its first credential, too. */
#define SECRET_FIRST_USE_MS 10000

struct present_secrets {
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
struct present_secrets *present_secrets_new(int64_t read_at);
/* Free it and set *p, which may be NULL, to NULL. */
void present_secrets_free(struct present_secrets **p);

/*
 * The present set, held; NULL: they are as they were at first, as always where
 * `p` is NULL.
 */
struct secret_set *present_secrets_hold(struct present_secrets *p);

/* The number of the present set; 0: the first one.  `p` may be NULL. */
uint64_t present_secrets_number(struct present_secrets *p);

/*
 * True if those that are read anew are due now, clock_ms, for a credential.
 * `keep` is in seconds; 0: not at all.
 */
bool present_secrets_due(struct present_secrets *p, int64_t keep, int64_t now);

/* When `keep`, above 0, runs out for what was read last; clock_ms. */
int64_t present_secrets_kept_until(struct present_secrets *p, int64_t keep);

/* A credential is made with the present ones. */
void present_secrets_use(struct present_secrets *p);

/*
 * They were read anew at `read_at`, clock_ms: take over the set, if it differs
 * from the present one, `first` if there is none yet, and set *set to NULL.
 * True if it differs.
 */
bool present_secrets_take(struct present_secrets *p, const struct buf *first,
    struct secret_set **set, int64_t read_at);

#endif
