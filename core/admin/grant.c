/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a profile's rules give somebody else, for tools that explain them.
 */
#include <apam/admin.h>
#include <stdio.h>

#include "abi/request.h"
#include "api/named_caller.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/sized.h"
#include "profile/opening.h"
#include "served/handshake.h"
#include "served/served_fetch.h"

static void
fill_grant(const struct profile *p, const struct caller *caller,
    const struct request *r, struct apam_grant *grant)
{
	const struct allow_request what = { r->view.method, r->view.path };
	const struct allow_verdict v = allow_decide(&p->allow, caller, &what);

	grant->ruled = p->allow.count > 0;
	if (!grant->ruled)
		return;
	grant->named = v.named;
	grant->given = v.fits;
	grant->give = v.give;
	if (v.fits) {
		grant->rule = (unsigned)v.rule + 1;
		grant->line = p->allow.rules[v.rule].line;
	}
	if (!v.fits || v.give == APAM_GIVE_NOTHING)
		allow_refusal(&p->allow, caller, &v, grant->why_not,
		    sizeof(grant->why_not));
}

static enum apam_status
grant_of(const struct profile *p, const struct caller *who,
    const struct apam_request *request, struct apam_grant *grant,
    struct apam_error *err)
{
	struct request r;
	const enum apam_status status = request_init(&r, request, p, err);

	if (status == APAM_OK)
		fill_grant(p, who, &r, grant);
	request_free(&r);
	return status;
}

/* ---- By the agent -------------------------------------------------------- */

static const char *
take_grant(void *arg, struct apam_str row)
{
	return agent_take_grant(arg, row);
}

#define ASK_MS 2000

/*
 * It goes by the rules that it has; a caller that is NULL is this process, which
 * it knows itself.  False where it does not say, as it does of
 * others to some alone; the profile's file then does.
 */
static bool
ask_agent(struct apam_profile *profile, const struct caller *caller,
    const char *method, const char *url, struct apam_grant *grant)
{
	struct served_fetch fetch = { .name = "explain",
		.profile = profile->name,
		.argument_count = 2,
		.caller = caller,
		.deadline = clock_ms() + ASK_MS,
		.hurry = true,
		.take = take_grant,
		.arg = grant };
	char texts[2][URL_MAX + sizeof("method=")];
	struct apam_str arguments[2];
	enum apam_status status;

	(void)snprintf(texts[0], sizeof(texts[0]), "method=%s", method);
	(void)snprintf(texts[1], sizeof(texts[1]), "url=%s", url);
	arguments[0] = apam_str(texts[0]);
	arguments[1] = apam_str(texts[1]);
	fetch.arguments = arguments;
	return served_fetch(profile->ctx->served, &fetch, &status, NULL) ==
	    SERVED_ANSWERED &&
	    status == APAM_OK;
}

/* What it gives; which rules there are for the caller, the file says. */
static void
take_theirs(struct apam_grant *mine, const struct apam_grant *theirs)
{
	const bool named = mine->named;

	*mine = *theirs;
	mine->named = named;
}

/* Whom the agent signs for where there are no rules. */
static void
tell_of_agent(struct apam_profile *profile, const struct stack *stack,
    uint32_t user, struct apam_grant *grant)
{
	struct apam_error why = APAM_ERROR_INIT;

	grant->served = stack->profile->agent == AGENT_REQUIRE &&
	    !profile->ctx->env.is_agent;
	if (grant->served && !grant->ruled && user != 0 &&
	    !handshake_is_agents(profile->ctx->served, user))
		allow_none_for_agent(user, &why);
	if (why.status != APAM_OK)
		(void)snprintf(
		    grant->why_not, sizeof(grant->why_not), "%s", why.text);
}

enum apam_status
apam_profile_grant(struct apam_profile *profile,
    const struct apam_caller *caller, const char *method, const char *url,
    struct apam_grant *grant, struct apam_error *err)
{
	HOLD_CANCEL;
	const struct apam_request request = APAM_REQUEST(method, url);
	struct apam_grant mine = { .size = sizeof(mine) }, theirs;
	struct named_caller who;
	enum apam_status status;
	struct stack *stack;

	if (!sized_begin(err) ||
	    sized_room(&sized_grant, grant, err) != APAM_OK)
		return APAM_E_USAGE;
	status = named_caller_take(&who, caller, err);
	if (status == APAM_OK) {
		stack = profile_hold(profile);
		status = grant_of(
		    stack->profile, &who.caller, &request, &mine, err);
		error_locate(err, apam_profile_name(profile), -1);
		if (status == APAM_OK &&
		    handle_is_served(profile->ctx, stack->profile->agent) &&
		    ask_agent(profile,
			named_caller_is_self(caller) ? NULL : &who.caller,
			method, url, &theirs))
			take_theirs(&mine, &theirs);
		tell_of_agent(profile, stack, who.caller.user, &mine);
		stack_release(&stack);
	}
	named_caller_free(&who);
	sized_give(&sized_grant, &mine, grant);
	return status;
}
