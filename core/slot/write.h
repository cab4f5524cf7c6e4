/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hit path: a signature that depends on nothing but a cached credential is
 * kept rendered in one slot for each profile, and copied out by any number of
 * threads without a lock, an allocation or a system call.
 * Slots are never freed while their context is open, so that a reader may be
 * late.
 */
#ifndef CORE_HOT_H
#define CORE_HOT_H

#include <stdbool.h>

#include "abi/request.h"
#include "profile/stack.h"

/* Before its functions: they are laid side by side, in as few pages as can be. */
#define HOT_PATH __attribute__((hot))

struct hot;

/*
 * A closed slot; NULL when out of memory.  `counter` is that of the key
 * registry; it outlives the slot.
 */
struct hot *hot_new(const _Atomic uint64_t *counter);
void hot_free(struct hot **hot);

/*
 * Sign from the slot, into the host's store.  False where anything is not
 * plain: the slot is closed or no longer good, the request is not obviously
 * well-formed and the profile's, the store is too small.  Then the caller goes
 * the long way, which also knows what to say.  `hot` may be NULL.
 */
bool hot_sign(const struct hot *hot, const struct apam_request *request,
    struct apam_signature *signature);

/* True where a slot could serve signatures like this one. */
bool hot_is_worth(const struct stack *stack, struct stack_result *result);

/*
 * Open the stack's slot with what was just signed, where that was plain: one
 * static, sufficient entry that is still good.  With the context's lock held.
 * `check_at` (clock_ms) is when the files are to be looked at again.  From
 * when the counter moves on the slot is no longer good.
 */
void hot_open(struct stack *stack, struct stack_result *result,
    int64_t check_at);

/* True where the slot, which may be NULL, serves with what was just signed. */
bool hot_serves(const struct hot *hot, const struct stack_result *result);

/* Close the stack's slot.  With the context's lock held. */
void hot_close(struct stack *stack);

#endif
