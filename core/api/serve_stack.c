/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What callers are refused is told here where the stack stays closed over that.
 */
#include "api/serve_stack.h"

#include "api/serve_news.h"
#include "api/serve_rules.h"
#include "profile/opening.h"
#include "profile/reload.h"

struct audit_asker
serve_audit_asker(const struct profile *profile, const struct serve_who *who)
{
	const struct caller *asker = serve_asker(profile, who);

	return (struct audit_asker){ asker->user, asker->unit.p, who->program };
}

void
serve_tell_refused(const struct stack *stack, const struct serve_who *who,
    const struct apam_error *why)
{
	const struct audit_asker asker = serve_audit_asker(stack->profile, who);

	enum serve_refused what = SERVE_REFUSED_SIGNATURE;

	if (who->verifies)
		what = SERVE_REFUSED_VERIFYING;
	else if (who->named != NULL && asker.uid != who->named->user)
		what = SERVE_REFUSED_CLAIM;
	serve_news_refused(who->news, stack, why, &asker, what);
}

struct stack *
serve_stack(struct apam_profile *profile, const struct serve_who *who,
    const struct apam_request *request, int64_t deadline,
    struct apam_error *err)
{
	struct stack *stack = profile_follow(profile, deadline, err);
	enum apam_status status;
	struct request r;

	if (stack == NULL || stack_is_open(stack))
		return stack;
	status = serve_admit(stack, request, who, &r, err);
	request_free(&r);
	if (status != APAM_OK)
		serve_tell_refused(stack, who, err);
	stack_release(&stack);
	return status == APAM_OK ? profile_open(profile, deadline, err) : NULL;
}
