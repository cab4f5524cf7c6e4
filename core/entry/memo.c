/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memos, in the order of their last use.  No fork takes place while the lock is
 * held, so that no child finds it taken.
 */
#include "entry/memo.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/fork_gate.h"
#include "base/refs.h"
#include "text/url.h"

/* One user's and origin's place. */
struct place {
	uint32_t user;
	char origin[URL_ORIGIN_SIZE];
	struct memo *memo;
};

struct memos {
	atomic_uint refs;
	_Atomic bool any; /* something was ever kept */
	pthread_mutex_t lock;
	/* Guarded by it: the place that was used last is the first. */
	struct place *places;
	size_t count, room;
};

/* ---- One memo ----------------------------------------------------------- */

static struct memo *
memo_new(struct apam_str bytes)
{
	static _Atomic uint64_t versions;
	struct memo *memo = calloc(1, sizeof(*memo));

	if (memo == NULL)
		return NULL;
	refs_init(&memo->refs);
	buf_init(&memo->bytes, MEMO_MAX);
	buf_put(&memo->bytes, bytes);
	memo->version = atomic_fetch_add(&versions, 1) + 1;
	if (memo->bytes.failed)
		memo_release(&memo);
	return memo;
}

static struct memo *
memo_hold(struct memo *memo)
{
	if (memo != NULL)
		refs_hold(&memo->refs);
	return memo;
}

void
memo_release(struct memo **memo)
{
	struct memo *old = *memo;

	*memo = NULL;
	if (old == NULL || !refs_drop(&old->refs))
		return;
	buf_free(&old->bytes);
	free(old);
}

/* ---- All of an entry ---------------------------------------------------- */

struct memos *
memos_new(void)
{
	struct memos *all = calloc(1, sizeof(*all));

	if (all == NULL)
		return NULL;
	refs_init(&all->refs);
	pthread_mutex_init(&all->lock, NULL);
	return all;
}

struct memos *
memos_hold(struct memos *all)
{
	if (all != NULL)
		refs_hold(&all->refs);
	return all;
}

void
memos_release(struct memos **all)
{
	struct memos *old = *all;

	*all = NULL;
	if (old == NULL || !refs_drop(&old->refs))
		return;
	for (size_t i = 0; i < old->count; i++)
		memo_release(&old->places[i].memo);
	free(old->places);
	pthread_mutex_destroy(&old->lock);
	free(old);
}

bool
memos_any(const struct memos *all)
{
	return all != NULL &&
	    atomic_load_explicit(&all->any, memory_order_acquire);
}

static bool
is_of(const struct place *place, const struct memo_key *key)
{
	return place->user == key->user &&
	    strcmp(place->origin, key->origin) == 0;
}

/* Make the place of a key the first; false where it has none. */
static bool
bring_first(struct memos *all, const struct memo_key *key)
{
	struct place found;
	size_t i = 0;

	while (i < all->count && !is_of(&all->places[i], key))
		i++;
	if (i == all->count)
		return false;
	if (i == 0)
		return true;
	found = all->places[i];
	memmove(all->places + 1, all->places, i * sizeof(found));
	all->places[0] = found;
	return true;
}

struct memo *
memos_find(struct memos *all, const struct memo_key *key)
{
	struct memo *memo = NULL;

	if (!memos_any(all))
		return NULL;
	fork_lock(&all->lock);
	if (bring_first(all, key))
		memo = memo_hold(all->places[0].memo);
	fork_unlock(&all->lock);
	return memo;
}

/*
 * Where a user has too many, or all have, forget the one that was used longest
 * ago: the user's own, so that nobody crowds others out.
 */
static void
forget_oldest(struct memos *all, uint32_t user)
{
	size_t own = 0, oldest = all->count;

	for (size_t i = 0; i < all->count; i++)
		if (all->places[i].user == user) {
			own++;
			oldest = i;
		}
	if (own < MEMO_ORIGINS_MAX)
		oldest = all->count - 1;
	if (own < MEMO_ORIGINS_MAX && all->count < MEMO_PLACES_MAX)
		return;
	memo_release(&all->places[oldest].memo);
	all->count--;
	memmove(all->places + oldest, all->places + oldest + 1,
	    (all->count - oldest) * sizeof(*all->places));
}

/* A new first place. */
static bool
add_first(struct memos *all, const struct memo_key *key)
{
	forget_oldest(all, key->user);
	if (!array_grow(
		&all->places, all->count, &all->room, sizeof(*all->places)))
		return false;
	memmove(
	    all->places + 1, all->places, all->count * sizeof(*all->places));
	all->count++;
	all->places[0] = (struct place){ .user = key->user };
	memcpy(all->places[0].origin, key->origin, strlen(key->origin) + 1);
	return true;
}

static bool
is_same(const struct memo *memo, struct apam_str bytes)
{
	return memo == NULL ? bytes.n == 0 :
			      bytes_equal(buf_view(&memo->bytes), bytes);
}

/* With the lock held, and the origin's place the first. */
static bool
replace_first(struct memos *all, struct apam_str bytes)
{
	struct memo **memo = &all->places[0].memo;

	if (is_same(*memo, bytes))
		return true;
	memo_release(memo);
	if (bytes.n > 0)
		*memo = memo_new(bytes);
	return bytes.n == 0 || *memo != NULL;
}

bool
memos_keep(struct memos *all, const struct memo_key *key, struct apam_str bytes)
{
	bool kept;

	if (all == NULL || (bytes.n == 0 && !memos_any(all)))
		return all != NULL;
	fork_lock(&all->lock);
	if (bring_first(all, key) || (bytes.n > 0 && add_first(all, key)))
		kept = replace_first(all, bytes);
	else
		kept = bytes.n == 0;
	fork_unlock(&all->lock);
	atomic_store_explicit(&all->any, true, memory_order_release);
	return kept;
}
