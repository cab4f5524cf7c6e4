/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contexts of OpenSSL's that are used again and again, for one purpose of one
 * key: to make one takes longer than most of what is done with it.
 *
 * They lie in places that share no cache line.  A thread takes one, preferably from
 * its own place, by an atomic exchange, works with it alone, and puts it back.
 * So there are as many as threads ever worked at once, and no lock.  No thread
 * of a child is born holding one, as no fork takes place meanwhile
 * (base/fork_gate.h).
 */
#ifndef CORE_CRYPTO_OBJECT_CONTEXTS_H
#define CORE_CRYPTO_OBJECT_CONTEXTS_H

#include <stdatomic.h>
#include <stddef.h>

#define CONTEXTS_PLACES 16
/* Processors fetch two lines of 64 bytes at a time. */
#define CONTEXTS_LINE 128

struct contexts {
	struct {
		_Alignas(CONTEXTS_LINE) _Atomic(void *) context;
	} at[CONTEXTS_PLACES];
};

/* One of them, or NULL: make one. */
void *contexts_take(struct contexts *contexts, unsigned place);

/* Put it back.  Returns NULL, or what had no place: free it. */
void *contexts_put(struct contexts *contexts, unsigned place, void *context);

/* Those at *where, made if that is NULL; NULL if memory runs out. */
struct contexts *contexts_at(_Atomic(struct contexts *) *where);

/* Free those at *where, if any, each of them by free_one. */
void contexts_free(_Atomic(struct contexts *) *where,
    void (*free_one)(void *context));

#endif
