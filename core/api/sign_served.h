/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signing where the agent signs, and what is left where there is none: the page
 * that it shares, or, with "prefer", this process.
 */
#ifndef CORE_API_SIGN_SERVED_H
#define CORE_API_SIGN_SERVED_H

#include "profile/handle.h"
#include "profile/stack_sign.h"

/* True where the agent signs for the profile, as it is now. */
static inline bool
sign_is_served(const struct apam_profile *profile, const struct stack *stack)
{
	return handle_is_served(profile->ctx, stack->profile->agent);
}

/* One signature on its way; zeroed but for what it is about. */
struct serving {
	struct apam_profile *profile;
	/* Held; replaced where it has to be opened with its secrets. */
	struct stack *stack;
	struct request *request;
	const struct patience *patience;
	struct stack_result *result;
	const struct apam_caller *caller; /* for whom; NULL: this process */
	const struct caller *named; /* the same, while the agent is asked */
	bool here;		/* set where this process has signed */
};

/*
 * As stack_sign, by the agent, which looks at the rules; for what this process
 * signs they are looked at here.  For somebody else the agent is always asked:
 * the page is for this process's own requests.  Errors: the agent's; NETWORK, DEADLINE, TRUST
 * or CONFIG where there is none to be asked; as stack_sign.
 */
enum apam_status sign_served(struct serving *s, struct apam_error *err);

/*
 * There is no agent, and the profile says "prefer": have *stack, which is held,
 * opened with its secrets.  Errors: as profile_open.
 */
enum apam_status sign_open_here(struct apam_profile *profile,
    struct stack **stack, int64_t deadline, struct apam_error *err);

/* A call that does not wait is not tried any more; *call is NULL then. */
void sign_served_end(struct apam_profile *profile, struct served_call **call);

#endif
