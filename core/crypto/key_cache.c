/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sixteen places, looked through from the first to the last: comparing numbers
 * rules out most of them.
 */
#include "crypto/key_cache.h"

#include <string.h>

#include "base/fork_gate.h"

#define PARTS_MAX (2 * KEY_BYTES_MAX)

void
key_cache_init(struct key_cache *cache)
{
	memset(cache, 0, sizeof(*cache));
	pthread_mutex_init(&cache->lock, NULL);
}

static void
drop(struct key_cached *item)
{
	key_drop(&item->key);
	buf_free(&item->parts);
	memset(item, 0, sizeof(*item));
}

void
key_cache_free(struct key_cache *cache)
{
	fork_lock(&cache->lock);
	for (size_t i = 0; i < KEY_CACHE_ITEMS; i++)
		drop(&cache->items[i]);
	fork_unlock(&cache->lock);
}

void
key_cache_forget(struct key_cache *cache)
{
	fork_lock(&cache->lock);
	for (size_t i = 0; i < KEY_CACHE_ITEMS; i++)
		if (cache->items[i].secret != NULL)
			drop(&cache->items[i]);
	fork_unlock(&cache->lock);
}

/* ---- Recipes ------------------------------------------------------------ */

static void
put_parts(struct buf *to, const struct key_recipe *recipe)
{
	for (size_t i = 0; i < recipe->count; i++) {
		const struct apam_str part = recipe->parts[i];

		buf_put(to,
		    (struct apam_str){ (const char *)&part.n, sizeof(part.n) });
		buf_put(to, part);
	}
}

/* Take a part of the length and the bytes of `part` off the front. */
static bool
takes(struct apam_str *rest, struct apam_str part)
{
	size_t n;

	if (rest->n < sizeof(n) + part.n)
		return false;
	memcpy(&n, rest->p, sizeof(n));
	if (n != part.n ||
	    !bytes_equal(
		(struct apam_str){ rest->p + sizeof(n), part.n }, part))
		return false;
	rest->p += sizeof(n) + n;
	rest->n -= sizeof(n) + n;
	return true;
}

static bool
is_of(const struct key_cached *item, const struct key_recipe *recipe)
{
	struct apam_str rest;

	if (item->key == NULL ||
	    memcmp(item->numbers, recipe->numbers, sizeof(item->numbers)) != 0)
		return false;
	rest = buf_view(&item->parts);
	for (size_t i = 0; i < recipe->count; i++)
		if (!takes(&rest, recipe->parts[i]))
			return false;
	return rest.n == 0;
}

/* ---- Finding and keeping ------------------------------------------------ */

static struct key_cached *
find(struct key_cache *cache, const struct key_recipe *recipe)
{
	for (size_t i = 0; i < KEY_CACHE_ITEMS; i++) {
		struct key_cached *item = &cache->items[i];

		if (!is_of(item, recipe))
			continue;
		item->used = ++cache->turn;
		return item;
	}
	return NULL;
}

struct apam_key *
key_cache_find(struct key_cache *cache, const struct key_recipe *recipe)
{
	struct apam_key *key = NULL;
	struct key_cached *item;

	fork_lock(&cache->lock);
	item = find(cache, recipe);
	if (item != NULL)
		key = key_hold(item->key);
	fork_unlock(&cache->lock);
	return key;
}

/* A free place, or that of the key which was not used for longest. */
static struct key_cached *
oldest(struct key_cache *cache)
{
	struct key_cached *item = &cache->items[0];

	for (size_t i = 1; i < KEY_CACHE_ITEMS; i++)
		if (cache->items[i].used < item->used)
			item = &cache->items[i];
	return item;
}

static void
drop_earlier(struct key_cache *cache, const struct key_recipe *recipe)
{
	for (size_t i = 0; i < KEY_CACHE_ITEMS; i++) {
		struct key_cached *item = &cache->items[i];

		if (item->secret != NULL &&
		    (item->secret != recipe->secret ||
			item->acquired_ms != recipe->acquired_ms) &&
		    item->acquired_ms <= recipe->acquired_ms)
			drop(item);
	}
}

static void
keep(struct key_cache *cache, const struct key_recipe *recipe,
    struct buf *parts, struct apam_key *key)
{
	struct key_cached *item;

	if (recipe->secret != NULL)
		drop_earlier(cache, recipe);
	/* Another thread may have made it meanwhile. */
	if (find(cache, recipe) != NULL)
		return;
	item = oldest(cache);
	drop(item);
	item->key = key_hold(key);
	item->used = ++cache->turn;
	memcpy(item->numbers, recipe->numbers, sizeof(item->numbers));
	item->acquired_ms = recipe->acquired_ms;
	item->secret = recipe->secret;
	item->parts = *parts;
	buf_init(parts, PARTS_MAX);
}

void
key_cache_keep(struct key_cache *cache, const struct key_recipe *recipe,
    struct apam_key *key)
{
	struct buf parts;

	buf_init(&parts, PARTS_MAX);
	put_parts(&parts, recipe);
	fork_lock(&cache->lock);
	if (!parts.failed)
		keep(cache, recipe, &parts, key);
	fork_unlock(&cache->lock);
	buf_free(&parts);
}
