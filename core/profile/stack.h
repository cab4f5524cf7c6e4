/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The stack: the entries of a profile, tried in order, each with its control
 * word.  Fails closed: nothing contributed, an illegal value, a required entry
 * that could not contribute: the request is refused.
 *
 *   sufficient  contributed: done.  Its key archived, revoked, rejected or
 *               expired (or, with fallback_on, the provider unavailable): the
 *               next one.
 *   required    must contribute, or the request fails.
 *   optional    contributes if it can.
 *
 * Where a stack has sufficient entries, one of them must contribute.
 */
#ifndef CORE_STACK_H
#define CORE_STACK_H

#include "abi/request.h"
#include "entry/entry.h"
#include "entry/owner.h"
#include "file/print.h"
#include "flight/obtain.h"

/* What happens after an entry. */
enum stack_step {
	STACK_REFUSE,		/* the request, with the entry's error */
	STACK_DONE,		/* with all that contributed */
	STACK_NEXT,		/* the entry contributed; go on */
	STACK_SKIP		/* it did not; go on */
};

/* The rule, for one entry and how it went. */
enum stack_step stack_decide(enum control control, bool fallback_unavailable,
    enum apam_status status);

struct slot;

/*
 * A profile at work, as its files were at one moment.  Shared by reference
 * count: calls under way keep the stack that they began with when the files
 * change.
 */
struct stack {
	struct owner owner;	/* its entries'; first, so that it is the stack */
	struct env *env;
	struct profile *profile;
	struct file_prints watch;	/* the files it was made of; guarded by lock */
	struct slot *slot;	/* its profile's, as its entries have it */
	pthread_mutex_t lock;	/* while the entries are opened */
	int64_t deadline;	/* for that, clock_ms; 0: none; guarded by it */
	_Atomic(bool) opened;
	bool forking;		/* fork.c holds the locks of its entries */
	struct entry *entries;
	size_t count;
	/* Credentials up to this generation may be of the stack before it. */
	uint64_t since;
};

/* Read a profile; its entries are opened by stack_open.  NULL: problems. */
struct stack *stack_new(struct env *env, const char *name, const char *file,
    struct problems *all);
/*
 * Add everything that keeps a profile from being opened, in one pass: where
 * the draft itself was in error its entries are opened all the same.  And
 * what keeps it from sharing credentials, where it is to.  The draft stays the
 * caller's.
 */
void stack_lint(struct env *env, struct profile *draft, struct problems *all);
/* What an entry of the stack is opened with. */
struct entry_place stack_place(struct stack *stack, size_t index);

/* The slot of the profile, or NULL.  With the context's lock held. */
void stack_use_slot(struct stack *stack, struct slot *slot);

struct stack *stack_hold(struct stack *stack);
/* Drop one reference and set *stack to NULL; the last one wipes and frees. */
void stack_release(struct stack **stack);

/*
 * Open every entry, once, until `deadline`, clock_ms, at the latest; 0: none.
 * False with problems added where any does not open: then the profile is
 * unusable as a whole.
 */
bool stack_open(struct stack *stack, int64_t deadline, struct problems *all);
/* The same with the first problem in *err. */
enum apam_status stack_ready(struct stack *stack, int64_t deadline,
    struct apam_error *err);

/*
 * Sign a request with all entries that the rule lets contribute.  `total` and
 * *request are filled in; *generation and *credential are the highest that were
 * used, bit i of *entries says that entry i contributed.
 */
struct stack_result {
	struct apam_signing total;
	uint64_t generation, credential;
	unsigned entries;
	uint64_t counted;	/* the key registry's counter, as it was read */
	int64_t look_at;	/* clock_ms: when to look at the registry */
};
enum apam_status stack_sign(struct stack *stack, struct request *request,
    const struct patience *patience, struct stack_result *result,
    struct apam_error *err);

/* True where a file that it was made of is not as it was; not while it opens. */
bool stack_changed(struct stack *stack);

/* Let entries that are the same as in `old` go on with what it knows. */
void stack_inherit(struct stack *stack, struct stack *old);

#endif
