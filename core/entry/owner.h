/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an entry is a part of and lives as long as: a stack has this at its
 * head.  A flight holds the owner of its entry, and so the entry, and needs to
 * know nothing else of it.
 */
#ifndef CORE_ENTRY_OWNER_H
#define CORE_ENTRY_OWNER_H

#include <stddef.h>

#include "base/refs.h"

struct owner {
	atomic_uint refs;	/* one is its maker's */
	void (*free)(struct owner *owner); /* called by the last release */
};

/* Add a reference; gives `owner`. */
static inline struct owner *
owner_hold(struct owner *owner)
{
	refs_hold(&owner->refs);
	return owner;
}

/* Drop one reference and set *owner, which may be NULL, to NULL. */
static inline void
owner_release(struct owner **owner)
{
	struct owner *o = *owner;

	*owner = NULL;
	if (o != NULL && refs_drop(&o->refs))
		o->free(o);
}

#endif
