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
#ifndef CORE_PROFILE_STACK_H
#define CORE_PROFILE_STACK_H

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
 *
 * A stack is first read, which gives the profile and no entries, and then
 * opened, which gives another stack with the entries.  Neither changes after it
 * was made, but for what the context's lock guards.
 */
struct stack {
	struct owner owner;	/* its entries'; it must stand first */
	struct env *env;
	struct stack *read;	/* it was opened from; NULL: it is not open */
	struct profile *profile; /* the same one's */
	struct file_prints watch;	/* the files it was made of */
	int64_t deadline;	/* for opening it, clock_ms; 0: none */
	bool withheld;		/* the agent has its secrets: none was read */
	struct entry *entries;
	size_t count;
	/* Guarded by the context's lock. */
	struct slot *slot;	/* its profile's, as its entries have it */
	/* Credentials up to this generation may be of the stack before it. */
	uint64_t since;
};

/* Read a profile.  NULL with problems added where it cannot be used. */
struct stack *stack_new(struct env *env, const char *name, const char *file,
    struct problems *all);
/* Who signs for a profile, where that is an agent. */
struct stack_agent {
	const char *user;	/* its login name */
	uint32_t id;		/* and number; 0: none that can be looked into */
	bool withheld;		/* its secrets are not for who lints */
};

/*
 * Add everything that keeps a profile from being opened, in one pass: where
 * the draft itself was in error its entries are opened all the same.  And
 * what keeps it from sharing credentials, where it is to, and the agent, which
 * may be NULL, from reading its secrets.  The draft stays the caller's.
 */
void stack_lint(struct env *env, struct profile *draft,
    const struct stack_agent *agent, struct problems *all);
/* What an entry of the stack is opened with. */
struct entry_place stack_place(struct stack *stack, size_t index);

/* The slot of the profile, or NULL.  With the context's lock held. */
void stack_use_slot(struct stack *stack, struct slot *slot);

struct stack *stack_hold(struct stack *stack);
/* Drop one reference and set *stack to NULL; the last one wipes and frees. */
void stack_release(struct stack **stack);

/*
 * Open every entry of a profile that was read, until `deadline`, clock_ms, at
 * the latest; 0: none.  The new stack holds `read`.  NULL with problems added
 * where any entry does not open: then the profile is unusable as a whole.
 * `withheld`: the agent has the secrets, and none is read.
 */
struct stack *stack_open(struct stack *read, int64_t deadline, bool withheld,
    struct problems *all);

static inline bool
stack_is_open(const struct stack *stack)
{
	return stack->read != NULL;
}

/*
 * Sign a request with all entries that the rule lets contribute.  `total` and
 * *request are filled in; *generation and *credential are the highest that were
 * used, bit i of *entries says that entry i contributed.
 */
struct stack_result {
	struct apam_signing total;
	uint64_t generation, credential;
	unsigned entries;
	unsigned verifies;	/* those of them that verify answers */
	uint64_t counted;	/* the key registry's counter, as it was read */
	int64_t look_at;	/* clock_ms: when to look at the registry */
};
/* Empty, for one call, with memory of the caller's. */
void stack_result_init(
    struct stack_result *result, struct signing_room *room);
enum apam_status stack_sign(struct stack *stack, struct request *request,
    const struct patience *patience, struct stack_result *result,
    struct apam_error *err);

/* What is done once, when all have signed; stack_sign does it. */
enum apam_status stack_finish(struct request *request,
    struct stack_result *result, struct apam_error *err);

/* True where a file that it was made of is not as it was. */
bool stack_changed(const struct stack *stack);

/*
 * Which entries of a stack go on with what those of an older one know, because
 * they are the same: scheme, options and secrets.
 */
struct stack_heirs {
	/* Index in the older stack; its count: there is none. */
	size_t of[APAM_ENTRIES_MAX];
};
/* This hashes options and secrets: not with the context's lock held. */
void stack_find_heirs(const struct stack *stack, const struct stack *old,
    struct stack_heirs *heirs);

/* With the context's lock held. */
void stack_inherit(struct stack *stack, const struct stack *old,
    const struct stack_heirs *heirs);

#endif
