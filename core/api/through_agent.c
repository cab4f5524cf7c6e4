/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * As api/sign_served.c for signatures, without the page.
 */
#include "api/through_agent.h"

#include "api/sign_served.h"
#include "base/error.h"

bool
through_agent(struct apam_profile *profile, struct stack **stack,
    const struct served_fetch *what, enum apam_status *status,
    struct apam_error *err)
{
	const bool here = (*stack)->profile->agent == AGENT_PREFER;
	struct served_fetch mine = *what;
	enum served_end end;

	if (!sign_is_served(profile, *stack))
		return false;
	mine.profile = profile->name;
	mine.hurry = here;
	mine.of_entries = true;
	end = served_fetch(profile->ctx->served, &mine, status, err);
	if (end == SERVED_AWAY && here)
		*status = sign_open_here(profile, stack, what->deadline, err);
	error_locate(err, profile->name, -1);
	return end != SERVED_AWAY || !here || *status != APAM_OK;
}
