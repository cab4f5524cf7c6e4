/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nothing is kept from request to request: rules, callers and paths differ.
 */
#include "api/serve_rules.h"

#include <unistd.h>

#include "base/account.h"
#include "base/error.h"

bool
serve_is_master(const struct caller *caller)
{
	return caller->user == 0 || caller->user == geteuid();
}

bool
serve_is_gateway(const struct profile *profile, const struct caller *caller)
{
	return profile->allow.count == 0 ?
	    serve_is_master(caller) :
	    allow_is_gateway(&profile->allow, caller);
}

const struct caller *
serve_asker(const struct profile *profile, const struct serve_who *who)
{
	return who->named != NULL && serve_is_gateway(profile, &who->caller) ?
	    who->named :
	    &who->caller;
}

/* There are no rules. */
static enum apam_status
refuse_others(const struct profile *profile, const struct caller *caller,
    struct apam_error *err)
{
	struct apam_error why = APAM_ERROR_INIT;

	allow_none_for_agent(caller->user, &why);
	return error_set_at(err, why.status, profile->file, 0, "%s", why.text);
}

/* `sent`: the caller is given nothing but the answer, so that any gift will do. */
static enum apam_status
decide(const struct profile *profile, const struct caller *caller,
    const struct request *request, bool sent, struct apam_error *err)
{
	const struct allow_request what = { request->view.method,
		request->view.path };
	char why[APAM_TEXT_SIZE];
	struct allow_verdict v;

	if (profile->allow.count == 0)
		return serve_is_master(caller) ?
		    APAM_OK :
		    refuse_others(profile, caller, err);
	v = allow_decide(&profile->allow, caller, &what);
	if (v.fits && (sent || v.give != APAM_GIVE_NOTHING))
		return APAM_OK;
	allow_refusal(&profile->allow, caller, &v, why, sizeof(why));
	return error_set_at(err, APAM_E_POLICY, profile->file,
	    profile->allow.rules[v.rule].line, "%s", why);
}

static enum apam_status
refuse_claim(const struct profile *profile, const struct serve_who *who,
    struct apam_error *err)
{
	char sender[ACCOUNT_TEXT_SIZE], named[ACCOUNT_TEXT_SIZE];

	account_describe(who->caller.user, sender);
	account_describe(who->named->user, named);
	return error_set_at(err, APAM_E_POLICY, profile->file, 0,
	    "%s says that it asks for %s, and no rule of allow calls it a "
	    "gateway: give it a rule with gateway = true, if it is one",
	    sender, named);
}

enum apam_status
serve_allows(const struct profile *profile, const struct serve_who *who,
    const struct request *request, struct apam_error *err)
{
	const struct caller *named = who->named;
	enum apam_status status;

	if (named == NULL)
		return decide(profile, &who->caller, request, false, err);
	if (serve_is_gateway(profile, &who->caller))
		return decide(profile, named, request, true, err);
	if (named->user != who->caller.user)
		return refuse_claim(profile, who, err);
	/* It asks for itself, and is given no more for saying so. */
	status = decide(profile, &who->caller, request, false, err);
	return status == APAM_OK ? decide(profile, named, request, true, err) :
				   status;
}

enum apam_status
serve_admit(const struct stack *stack, const struct apam_request *given,
    const struct serve_who *who, struct request *r, struct apam_error *err)
{
	enum apam_status status = request_init(r, given, stack->profile, err);

	r->asker = who->caller.user;
	if (status == APAM_OK)
		status = serve_allows(stack->profile, who, r, err);
	return status;
}
