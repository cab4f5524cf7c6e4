/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which entries signed, as a signature says it, for calls about its answer.
 * Files may have been read anew since.
 */
#ifndef CORE_API_SIGNER_H
#define CORE_API_SIGNER_H

#include "entry/authentic.h"
#include "profile/handle.h"
#include "profile/stack.h"

/*
 * The profile's stack, held and open, to find them in.  Errors: as
 * profile_to_judge.
 */
enum apam_status signer_stack(struct apam_profile *profile,
    struct stack **stack, struct apam_error *err);

/*
 * Check that an answer is one, and that the signature may be of this stack or
 * of one before it.  USAGE.
 */
enum apam_status signer_check(const struct stack *stack,
    const struct apam_signature *signature, const struct apam_answer *answer,
    struct apam_error *err);

/*
 * The index that entry `i` of the stack that signed has now; the stack's count:
 * it is not there.  If several entries signed, only the highest generation is
 * known, and they are taken to have kept their places.
 */
size_t signer_place(
    struct stack *stack, const struct apam_signature *signature, size_t i);

/*
 * The entry to ask about the answer in place of entry `i` of the stack that
 * signed; NULL: nobody can tell.
 */
struct entry *signer_verifier(
    struct stack *stack, const struct apam_signature *signature, size_t i);

/*
 * Whether an answer, of which all has come, is the provider's: all entries that
 * `verifies` of the signature names must say so.  Errors: as authentic_verify.
 */
enum apam_status signer_verify(struct stack *stack,
    const struct apam_signature *signature, const struct authentic *answer,
    struct apam_error *err);

/* True where the agent made the signature, whose entries here have no secret. */
bool signer_is_agent(const struct apam_profile *profile,
    const struct stack *stack, const struct apam_signature *signature);

#endif
