/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asks the provider to revoke, RFC 7009: at a logout the refresh token, and the
 * access token after it; else the access token alone.
 */
#include "refresh.h"

/* Whose logout this is; empty where it is none, or nothing was stored. */
static struct apam_str
logged_out(const struct oauth2 *o, struct apam_op *op)
{
	const struct apam_value *value = oauth2_option(o, OPT_REFRESH_TOKEN);

	/* One of a file is the administrator's, and stays. */
	return value->str.n > 0 ? APAM_STR("") :
				  o->svc->secret(o->svc, op, value);
}

static int32_t
revoke_refresh_token(const struct oauth2 *o, struct apam_op *op,
    const struct oauth2_endpoints *found, struct apam_str token)
{
	if (found->revocation.n == 0)
		return apam_failf(o->svc, op, APAM_E_POLICY,
		    "there is no revocation_url: the provider still takes the "
		    "refresh token");
	/* The access token is next. */
	o->svc->memo(o->svc, op, found->revocation);
	op->phase = PHASE_REVOKED;
	return oauth2_name_token(
	    o, op, found->revocation, token, APAM_STR("refresh_token"));
}

/* The refresh token is revoked, or not. */
static int32_t
revoke_access_token(const struct oauth2 *o, struct apam_op *op)
{
	struct scheme_fault fault = oauth2_revocation_fault(o, op->response);

	if (fault.status != APAM_OK)
		return scheme_fail(o->svc, op, "revocation endpoint", fault);
	if (op->credential == NULL)
		return APAM_STEP_DONE;
	op->phase = OAUTH2_PHASE_REVOCATION;
	return oauth2_name_token(
	    o, op, op->memo, op->credential->secret, APAM_STR("access_token"));
}

int32_t
refresh_revoke(void *state, struct apam_op *op)
{
	const struct oauth2 *o = state;
	const struct apam_str token = logged_out(o, op);
	struct oauth2_endpoints found;
	int32_t step;

	if (op->phase == PHASE_REVOKED)
		return revoke_access_token(o, op);
	if (token.n == 0 || op->phase == OAUTH2_PHASE_REVOCATION)
		return oauth2_revoke(state, op);
	if (!oauth2_find_revocation(o, op, &found, &step))
		return step;
	return revoke_refresh_token(o, op, &found, token);
}
