/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asks the provider to revoke the token that an entry has, RFC 7009.
 */
#include "oauth2.h"

int32_t
oauth2_name_token(const struct oauth2 *o, struct apam_op *op,
    struct apam_str url, struct apam_str token, struct apam_str hint)
{
	o->svc->exchange(o->svc, op, APAM_STR("POST"), url, APAM_ENCODING_FORM);
	o->svc->exchange_field(o->svc, op, APAM_STR("token"), token);
	o->svc->exchange_field(o->svc, op, APAM_STR("token_type_hint"), hint);
	return oauth2_authenticate(o, op);
}

static int32_t
revoke_begin(const struct oauth2 *o, struct apam_op *op,
    const struct oauth2_endpoints *found)
{
	if (found->revocation.n == 0)
		return apam_failf(o->svc, op, APAM_E_POLICY,
		    "there is no revocation_url: the token is valid until it "
		    "expires");
	op->phase = OAUTH2_PHASE_REVOCATION;
	return oauth2_name_token(o, op, found->revocation,
	    op->credential->secret, APAM_STR("access_token"));
}

struct scheme_fault
oauth2_revocation_fault(const struct oauth2 *o, const struct apam_response *r)
{
	/* RFC 7009, 2.2: also for a token that the server does not know. */
	if (r->status == 200)
		return scheme_no_fault();
	/*
	 * RFC 7009, 2.2.1: assume that the token is still valid, and try again.
	 */
	if (r->status == 503)
		return scheme_provider_fault(
		    "it cannot do it now: the token is still "
		    "valid");
	/* It refuses the client, so the token is still valid. */
	if (r->status == 401)
		return scheme_provider_fault("it does not accept this client: "
					     "the token is still valid");
	if (r->status == 400 || r->status == 403)
		return scheme_fault(
		    APAM_E_DENIED, "it does not revoke this token");
	return scheme_fault_of_status(o->svc, r);
}

int32_t
oauth2_revoke(void *state, struct apam_op *op)
{
	const struct oauth2 *o = state;
	struct oauth2_endpoints found;
	struct scheme_fault fault;
	int32_t step;

	if (op->credential == NULL)
		return APAM_STEP_DONE; /* there is nothing to revoke */
	switch (op->phase) {
	case OAUTH2_PHASE_START:
	case OAUTH2_PHASE_METADATA:
	case OAUTH2_PHASE_DISCOVERY:
		if (!oauth2_find_revocation(o, op, &found, &step))
			return step;
		return revoke_begin(o, op, &found);
	default:
		fault = oauth2_revocation_fault(o, op->response);
		if (fault.status == APAM_OK)
			return APAM_STEP_DONE;
		return scheme_fail(o->svc, op, "revocation endpoint", fault);
	}
}
