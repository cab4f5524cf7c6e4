/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One entry of an OAuth scheme: its token request, RFC 6749, 4, and what a token
 * signs, RFC 6750, 2.1.
 */
#include "oauth2.h"

int32_t
oauth2_open(const struct apam_services *svc, const struct apam_options *values,
    const struct oauth2_grant *grant, void **state)
{
	struct oauth2 *o = calloc(1, sizeof(*o));
	int32_t status;

	if (o == NULL)
		return APAM_E_MEMORY;
	o->svc = svc;
	o->options = values;
	o->grant = grant;
	svc->short_lived(svc);
	status = oauth2_options_check(o);
	if (status != APAM_OK)
		free(o);
	else
		*state = o;
	return status;
}

/* ---- The token request ------------------------------------------------ */

/* RFC 8707, 2: one field for each value; for the one, if it is not a list. */
static void
put_each(const struct oauth2 *o, struct apam_op *op, enum oauth2_option which,
    struct apam_str name)
{
	const struct apam_value *list = oauth2_option(o, which);
	size_t i;

	for (i = 0; i < list->count; i++)
		o->svc->exchange_field(o->svc, op, name, list->items[i]);
	if (list->str.n > 0)
		o->svc->exchange_field(o->svc, op, name, list->str);
}

static void
put_extra(const struct oauth2 *o, struct apam_op *op)
{
	const struct apam_value *extra = oauth2_option(o, OAUTH2_OPT_EXTRA);
	size_t i;

	for (i = 0; i < extra->count; i++)
		o->svc->exchange_field(
		    o->svc, op, extra->names[i], extra->items[i]);
}

int32_t
oauth2_token_request(
    const struct oauth2 *o, struct apam_op *op, struct apam_str url)
{
	int32_t step;

	op->phase = OAUTH2_PHASE_TOKEN;
	o->svc->exchange(o->svc, op, APAM_STR("POST"), url, APAM_ENCODING_FORM);
	step = o->grant->ask(o, op);
	if (step == APAM_STEP_EXCHANGE)
		step = oauth2_authenticate(o, op);
	if (step != APAM_STEP_EXCHANGE)
		return step;
	put_each(o, op, OAUTH2_OPT_AUDIENCE, APAM_STR("audience"));
	put_each(o, op, OAUTH2_OPT_RESOURCE, APAM_STR("resource"));
	put_extra(o, op);
	return APAM_STEP_EXCHANGE;
}

/* ---- Slots ------------------------------------------------------------ */

int32_t
oauth2_acquire(void *state, struct apam_op *op)
{
	const struct oauth2 *o = state;
	struct oauth2_endpoints found;
	struct scheme_fault fault;
	int32_t step;

	switch (op->phase) {
	case OAUTH2_PHASE_START:
	case OAUTH2_PHASE_METADATA:
	case OAUTH2_PHASE_DISCOVERY:
		if (!oauth2_find_endpoints(o, op, &found, scheme_fail, &step))
			return step;
		return oauth2_token_request(o, op, found.token);
	default:
		fault = oauth2_token_take(o, op);
		if (fault.status != APAM_OK)
			return scheme_fail(
			    o->svc, op, OAUTH2_TOKEN_ENDPOINT, fault);
		return APAM_STEP_DONE;
	}
}

int32_t
oauth2_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct oauth2 *o = state;

	(void)request;
	/* RFC 6750, 2.1: in the header, never in a form or query. */
	return scheme_sign_authorization(
	    o->svc, out, APAM_STR("Bearer "), credential->secret);
}
