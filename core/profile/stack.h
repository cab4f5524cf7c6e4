/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The stack: the entries of one profile, in the order of its file.
 *
 * stack_sign.h signs with them, and has the rule on their control words;
 * stack_lint.h says what is wrong with them.
 */
#ifndef CORE_PROFILE_STACK_H
#define CORE_PROFILE_STACK_H

#include "entry/entry.h"
#include "entry/owner.h"
#include "file/print.h"
#include "profile/gifts.h"

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

/*
 * Open the entries of s->profile into a stack without entries.  False with
 * problems added, and it has none.
 */
bool stack_open_entries(struct stack *stack, struct problems *all);
/* Close them; the stack has none then. */
void stack_close_entries(struct stack *stack);

/* What is asked of its open entries, by gifts.h. */
struct gifts stack_gifts(const struct stack *stack);

static inline bool
stack_is_open(const struct stack *stack)
{
	return stack->read != NULL;
}

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
