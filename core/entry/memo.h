/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a module keeps of answers for its next signatures: a challenge, such as
 * the nonce of Digest (RFC 7616) or of DPoP (RFC 9449, 8).  An entry has one
 * memo for each origin, and the memos of the origins that were used last.
 *
 * In the agent each user has memos of its own: what one says of answers, which
 * may be a lie, is in no signature of another.
 *
 * An entry that is read anew and is the same goes on with the same memos, so
 * they are shared by reference count.  A child after fork has a copy.
 */
#ifndef CORE_ENTRY_MEMO_H
#define CORE_ENTRY_MEMO_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/buf.h"

#define MEMO_MAX 4096	/* bytes */
#define MEMO_ORIGINS_MAX 16 /* of a user */
#define MEMO_PLACES_MAX 256 /* of all users */

/* One memo.  It never changes but for the count. */
struct memo {
	atomic_uint refs;
	struct buf bytes;
	uint64_t version;	/* no other memo of the process has it */
	_Atomic uint64_t count;	/* signatures that were made with it */
};

struct memos;

/* None are kept yet.  NULL when out of memory, which the others take. */
struct memos *memos_new(void);
/* Add a reference; returns `all`, which may be NULL. */
struct memos *memos_hold(struct memos *all);
/* Drop a reference and set *all to NULL; the last one wipes and frees. */
void memos_release(struct memos **all);

/*
 * True if a memo may be there for some origin.  This takes no lock, so that
 * schemes without challenges pay nothing.
 */
bool memos_any(const struct memos *all);

/* Of which user, 0 outside the agent, and origin (url_origin's text). */
struct memo_key {
	uint32_t user;
	const char *origin;
};

/* The memo of that, held; or NULL. */
struct memo *memos_find(struct memos *all, const struct memo_key *key);

/*
 * Keep bytes, MEMO_MAX at most, in place of what there is for the key; none:
 * forget that.  The same bytes as now change nothing: the memo goes on with its
 * count.  False when out of memory: there is then no memo.
 */
bool memos_keep(struct memos *all, const struct memo_key *key,
    struct apam_str bytes);

/* Drop a reference and set *memo, which may be NULL, to NULL. */
void memo_release(struct memo **memo);

/* 0: there is none. */
static inline uint64_t
memo_version(const struct memo *memo)
{
	return memo == NULL ? 0 : memo->version;
}

/* The number of one more signature, from 1: no two get the same. */
static inline uint64_t
memo_count(struct memo *memo)
{
	return atomic_fetch_add_explicit(
		   &memo->count, 1, memory_order_relaxed) + 1;
}

#endif
