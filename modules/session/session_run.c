/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The runs of a session: logging in, checking by logging in, logging out; and
 * signing with what came of it.
 */
#include "session.h"

#define CSRF_WHO "CSRF endpoint"

static int32_t
begin(const struct session *s, struct apam_op *op)
{
	return s->csrf.url.n > 0 ? session_csrf_request(s, op) :
				   session_request(s, op);
}

int32_t
session_acquire(const struct session *s, struct apam_op *op)
{
	struct scheme_fault fault;

	switch (op->phase) {
	case 0:
		return begin(s, op);
	case PHASE_CSRF:
		fault = session_csrf_take(s, op);
		if (fault.status != APAM_OK)
			return scheme_fail(s->svc, op, CSRF_WHO, fault);
		return session_request(s, op);
	default:
		break;
	}
	fault = session_take(s, op);
	if (fault.status != APAM_OK)
		return scheme_fail(s->svc, op, s->texts->who, fault);
	return APAM_STEP_DONE;
}

int32_t
session_check(const struct session *s, struct apam_op *op, void *state,
    int32_t (*judge)(
	void *state, const struct apam_response *r, const char **reason))
{
	struct scheme_fault fault;
	const char *reason;
	int32_t verdict;

	switch (op->phase) {
	case 0:
		return begin(s, op);
	case PHASE_CSRF:
		fault = session_csrf_take(s, op);
		if (fault.status == APAM_OK)
			return session_request(s, op);
		return scheme_check_by_minting(s->svc, op, CSRF_WHO, fault);
	case SCHEME_PHASE_PROBE:
		verdict = judge(state, op->response, &reason);
		return scheme_probe_done(s->svc, op, verdict, reason);
	default:
		break;
	}
	/* The token that proves the key good can be used as well. */
	return scheme_check_by_minting(
	    s->svc, op, s->texts->who, session_take(s, op));
}

int32_t
session_revoke(const struct session *s, struct apam_op *op)
{
	struct scheme_fault fault;

	if (op->credential == NULL)
		return APAM_STEP_DONE; /* there is no session to end */
	if (!s->logout.set)
		return apam_failf(s->svc, op, APAM_E_POLICY,
		    "there is no logout: the session lasts until it ends by "
		    "itself");
	if (op->phase == 0)
		return session_logout_request(s, op);
	fault = session_logout_read(s, op->response);
	if (fault.status == APAM_OK)
		return APAM_STEP_DONE;
	return scheme_fail(s->svc, op, "logout", fault);
}

int32_t
session_sign(const struct session *s, struct apam_str credential,
    struct apam_signing *out)
{
	int32_t status = APAM_OK;
	size_t i;

	for (i = 0; i < s->token_count && status == APAM_OK; i++)
		status = place_sign(s->svc, &s->tokens[i].to,
		    place_next_line(&credential), out);
	return status;
}
