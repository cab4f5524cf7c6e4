/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The direct way to a signature, for a scheme that signs each request anew: the
 * one entry of a profile that signs, and the credential that it signs with, lent
 * out by the profile's slot (slot/slot.h) under the conditions under which the
 * slot would hold a signature.  A thread that has taken them calls the module at
 * once, without a lock and without asking what else the long way asks.
 */
#ifndef CORE_PROFILE_DIRECT_H
#define CORE_PROFILE_DIRECT_H

#include "profile/handle.h"
#include "profile/stack_sign.h"
#include "slot/slot.h"

struct direct;

/*
 * For an entry of the stack and its credential; both stay as long as it does.
 * NULL when out of memory.
 */
struct direct *direct_new(struct stack *stack, struct entry *entry,
    struct credential *credential);
/* Free it; the slot's loan calls this (base/loan.h).  NULL is allowed. */
void direct_free(void *direct);

/* The stack that it is of. */
struct stack *direct_stack(const struct direct *direct);

/* True if it is for these. */
bool direct_is_of(const struct direct *direct, const struct entry *entry,
    const struct credential *credential);

/*
 * What the profile's slot lends for this request, which loan_give_back(*loan)
 * gives back; NULL: nothing, and the long way is to be gone.
 */
struct direct *direct_borrow(const struct apam_profile *profile,
    const struct apam_request *request, struct loan **loan);

/*
 * The origin of the profile that a URL is plainly in; NULL: the long way is to
 * decide.
 */
const struct url *direct_origin(const struct direct *direct, const char *url);

/*
 * Sign a request as stack_sign does.  Where this fails, *err is not for people:
 * the request is to go the long way, which says more, and signs where this could
 * not.
 */
enum apam_status direct_sign(struct direct *direct, struct request *request,
    struct stack_result *result, struct apam_error *err);

#endif
