/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread whose own place is empty looks into the others.  Where two threads
 * work at once each soon has one in its own place.
 */
#include "crypto/object/contexts.h"

#include <stdlib.h>
#include <string.h>

void *
contexts_take(struct contexts *contexts, unsigned place)
{
	_Atomic(void *) *at;
	void *context;

	for (unsigned i = 0; i < CONTEXTS_PLACES; i++) {
		at = &contexts->at[(place + i) % CONTEXTS_PLACES].context;
		if (atomic_load_explicit(at, memory_order_relaxed) == NULL)
			continue;
		context = atomic_exchange_explicit(
		    at, NULL, memory_order_acquire);
		if (context != NULL)
			return context;
	}
	return NULL;
}

void *
contexts_put(struct contexts *contexts, unsigned place, void *context)
{
	_Atomic(void *) *at;
	void *none;

	for (unsigned i = 0; i < CONTEXTS_PLACES; i++) {
		at = &contexts->at[(place + i) % CONTEXTS_PLACES].context;
		none = NULL;
		if (atomic_compare_exchange_strong_explicit(at, &none, context,
			memory_order_release, memory_order_relaxed))
			return NULL;
	}
	return context;
}

struct contexts *
contexts_at(_Atomic(struct contexts *) *where)
{
	struct contexts *there = atomic_load_explicit(
	    where, memory_order_acquire);
	struct contexts *mine;

	if (there != NULL)
		return there;
	mine = aligned_alloc(_Alignof(struct contexts), sizeof(*mine));
	if (mine == NULL)
		return NULL;
	memset(mine, 0, sizeof(*mine));
	if (atomic_compare_exchange_strong(where, &there, mine))
		return mine;
	free(mine);
	return there;
}

void
contexts_free(
    _Atomic(struct contexts *) *where, void (*free_one)(void *context))
{
	struct contexts *contexts = atomic_exchange(where, NULL);
	void *context;

	if (contexts == NULL)
		return;
	for (unsigned i = 0; i < CONTEXTS_PLACES; i++) {
		context = atomic_load(&contexts->at[i].context);
		if (context != NULL)
			free_one(context);
	}
	free(contexts);
}
