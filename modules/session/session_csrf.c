/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A request before the login, where a server takes no login without a token
 * against cross-site request forgery: the token, and the cookies that it goes
 * with.
 */
#include "session.h"

#include "set_cookie.h"

int32_t
session_csrf_request(const struct session *s, struct apam_op *op)
{
	op->phase = PHASE_CSRF;
	s->svc->exchange(
	    s->svc, op, APAM_STR("GET"), s->csrf.url, APAM_ENCODING_NONE);
	return APAM_STEP_EXCHANGE;
}

static void
keep(const struct session *s, struct apam_op *op, struct apam_str token)
{
	const struct apam_services *svc = s->svc;
	struct apam_text *kept = svc->text_new(svc, 1);

	svc->text_put(svc, kept, APAM_WRITING_PLAIN, token);
	svc->text_put(svc, kept, APAM_WRITING_PLAIN, APAM_STR("\n"));
	set_cookie_put_all(svc, op->response, kept);
	svc->memo(svc, op, svc->text_view(svc, kept));
	svc->text_free(svc, &kept);
}

struct scheme_fault
session_csrf_take(const struct session *s, struct apam_op *op)
{
	const struct apam_response *r = op->response;
	struct apam_str token = APAM_STR("");
	struct scheme_fault fault;

	if (r->status < 200 || r->status > 299)
		return scheme_fault_of_status(s->svc, r);
	fault = session_read(s, op, &s->csrf.source, &token);
	if (fault.status == APAM_OK)
		keep(s, op, token);
	return fault;
}

struct apam_str
session_csrf_token(const struct apam_op *op)
{
	struct apam_str lines = op->memo;

	return place_next_line(&lines);
}

struct apam_str
session_csrf_cookies(const struct apam_op *op)
{
	struct apam_str lines = op->memo;

	(void)place_next_line(&lines);
	return place_next_line(&lines);
}
