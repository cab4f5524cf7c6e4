/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signing with a stack: the entries of a profile are tried in order, each with
 * its control word.  This fails closed: if nothing contributed, if a value is
 * illegal, or if a required entry could not contribute, the request is refused.
 *
 *   sufficient  contributed: done.  Its key archived, revoked, rejected or
 *               expired (or, with fallback_on, the provider unavailable): the
 *               next one.
 *   required    must contribute, or the request fails.
 *   optional    contributes if it can.
 *
 * Where a stack has sufficient entries, one of them must contribute.
 */
#ifndef CORE_PROFILE_STACK_SIGN_H
#define CORE_PROFILE_STACK_SIGN_H

#include "abi/request.h"
#include "flight/obtain.h"
#include "profile/stack.h"

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

/* What the entries of a stack have contributed to one signature. */
struct stack_result {
	struct apam_signing total;
	uint64_t generation, credential; /* the highest that were used */
	unsigned entries;	/* bit i: entry i contributed */
	unsigned verifies;	/* those of them that verify answers */
	uint64_t counted;	/* the key registry's counter, as it was read */
	int64_t look_at;	/* clock_ms: when to look at the registry */
};
/* Empty, for one call, with memory of the caller's. */
void stack_result_init(
    struct stack_result *result, struct signing_room *room);

/*
 * Sign a request with all entries that the rule lets contribute.  *result and
 * *request are filled in.
 */
enum apam_status stack_sign(struct stack *stack, struct request *request,
    const struct patience *patience, struct stack_result *result,
    struct apam_error *err);

/* What is done once, when all have signed; stack_sign does it. */
enum apam_status stack_finish(struct request *request,
    struct stack_result *result, struct apam_error *err);

#endif
