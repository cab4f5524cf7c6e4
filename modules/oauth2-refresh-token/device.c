/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Logging in with a code that is entered elsewhere, RFC 8628: the person opens a
 * page on any device, and the token endpoint is asked until that has happened.
 */
#include "refresh.h"

#define WHO_DEVICE "device authorization endpoint"
#define INTERVAL_DEFAULT 5 /* seconds; RFC 8628, 3.2 */
#define INTERVAL_MORE 5 /* RFC 8628, 3.5, slow_down */
#define INTERVAL_MAX 3600 /* the core's own limit */
#define GRANT "urn:ietf:params:oauth:grant-type:device_code"

/* RFC 8628, 3.1. */
int32_t
device_ask(const struct oauth2 *o, struct apam_op *op, struct session *s)
{
	const struct apam_value *audience = oauth2_option(
	    o, OAUTH2_OPT_AUDIENCE);
	const struct apam_value *extra = oauth2_option(o, OPT_LOGIN_EXTRA);
	const int32_t step = login_form(o, op, s->device_url);
	size_t i;

	oauth2_put_scope(o, op);
	for (i = 0; i < audience->count; i++)
		o->svc->exchange_field(
		    o->svc, op, APAM_STR("audience"), audience->items[i]);
	for (i = 0; i < extra->count; i++)
		o->svc->exchange_field(
		    o->svc, op, extra->names[i], extra->items[i]);
	op->phase = PHASE_DEVICE;
	return login_keep(o, op, s, step);
}

/* ---- What the person is told ------------------------------------------ */

/* A number of the answer, held between bounds; `none` where it has none. */
static int64_t
seconds(const struct oauth2 *o, const struct apam_response *r,
    const char *pointer, int64_t none)
{
	struct apam_json value;

	if (o->svc->json(o->svc, r, pointer, &value, NULL) != APAM_OK ||
	    (value.type != APAM_JSON_INTEGER && value.type != APAM_JSON_REAL) ||
	    value.num < 1)
		return none;
	return value.num > INT32_MAX ? INT32_MAX : value.num;
}

static int32_t
show_code(const struct oauth2 *o, struct apam_op *op, struct apam_str code)
{
	const struct apam_response *r = op->response;
	struct apam_prompt prompt = { .size = sizeof(prompt), .code = code };

	/* RFC 8628, 3.3.1: the page has the code, which is compared. */
	prompt.url = scheme_json_string(
	    o->svc, r, "/verification_uri_complete");
	prompt.text = APAM_STR("open this page on any device, log in, and see "
			       "that it shows this code");
	if (prompt.url.n == 0) {
		prompt.url = scheme_json_string(o->svc, r, "/verification_uri");
		prompt.text = APAM_STR("open this page on any device, log in, "
				       "and enter this code");
	}
	if (prompt.url.n == 0 || code.n == 0)
		return apam_failf(o->svc, op, APAM_E_PROVIDER,
		    WHO_DEVICE
		    ": the answer has no user_code or no verification_uri");
	o->svc->show(o->svc, op, &prompt);
	return APAM_STEP_SHOW;
}

/* Keep a number as text; `to` has room for any. */
static struct apam_str
digits(char to[24], int64_t number)
{
	(void)snprintf(to, 24, "%lld", (long long)number);
	return apam_str(to);
}

int32_t
device_show(const struct oauth2 *o, struct apam_op *op, struct session *s)
{
	const struct apam_response *r = op->response;
	const int64_t lives = seconds(o, r, "/expires_in", 0);
	struct scheme_fault fault = oauth2_answer_fault(o, r);
	char interval[24], until[24];

	if (fault.status != APAM_OK)
		return scheme_fail(o->svc, op, WHO_DEVICE, fault);
	s->device_code = scheme_json_string(o->svc, r, "/device_code");
	if (s->device_code.n == 0 || lives == 0)
		return apam_failf(o->svc, op, APAM_E_PROVIDER,
		    WHO_DEVICE
		    ": the answer has no device_code or no expires_in");
	s->interval = digits(
	    interval, seconds(o, r, "/interval", INTERVAL_DEFAULT));
	s->until = digits(until, o->svc->now_ms(o->svc) + 1000 * lives);
	op->phase = PHASE_SHOWN;
	return login_keep(o, op, s,
	    show_code(o, op, scheme_json_string(o->svc, r, "/user_code")));
}

/* ---- Asking whether it has happened ----------------------------------- */

int32_t
device_wait(const struct oauth2 *o, struct apam_op *op, struct session *s)
{
	const int64_t interval = session_number(s->interval);

	/* RFC 8628, 3.5: there is no use in asking later. */
	if (o->svc->now_ms(o->svc) + 1000 * interval >=
	    session_number(s->until))
		return apam_failf(o->svc, op, APAM_E_EXPIRED,
		    "the code has expired, and nobody has entered it: log in "
		    "again");
	o->svc->wait(
	    o->svc, op, interval > INTERVAL_MAX ? INTERVAL_MAX : interval);
	op->phase = PHASE_POLL;
	return login_keep(o, op, s, APAM_STEP_WAIT);
}

/* RFC 8628, 3.4. */
int32_t
device_poll(const struct oauth2 *o, struct apam_op *op, struct session *s)
{
	int32_t step = login_token_form(o, op, s);

	o->svc->exchange_field(
	    o->svc, op, APAM_STR("grant_type"), APAM_STR(GRANT));
	o->svc->exchange_field(
	    o->svc, op, APAM_STR("device_code"), s->device_code);
	op->phase = PHASE_POLLED;
	return login_keep(o, op, s, step);
}

/* RFC 8628, 3.5; a server that is overloaded is treated as one that says so. */
static bool
is_too_fast(const struct apam_response *r, struct apam_str error)
{
	return scheme_same(error, APAM_STR("slow_down")) || r->status == 429 ||
	    r->status >= 500;
}

int32_t
device_polled(const struct oauth2 *o, struct apam_op *op, struct session *s)
{
	const struct apam_response *r = op->response;
	const struct apam_str error = r->status == 200 ?
	    APAM_STR("") :
	    scheme_json_string(o->svc, r, "/error");
	char interval[24];

	if (is_too_fast(r, error)) {
		s->interval = digits(
		    interval, session_number(s->interval) + INTERVAL_MORE);
		return device_wait(o, op, s);
	}
	if (scheme_same(error, APAM_STR("authorization_pending")))
		return device_wait(o, op, s);
	if (scheme_same(error, APAM_STR("access_denied")))
		return apam_failf(o->svc, op, APAM_E_DENIED,
		    "access_denied: the person or the provider said no");
	if (scheme_same(error, APAM_STR("expired_token")))
		return apam_failf(o->svc, op, APAM_E_EXPIRED,
		    "expired_token: the code has expired, and nobody has "
		    "entered it: log in again");
	return login_end(o, op, s);
}
