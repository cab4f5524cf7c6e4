/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The credential of each mode: a token from the authentication endpoint, the
 * secret itself, or key and secret in base64.
 *
 * Providers do not say whether a token dies with its key, so a token that works
 * proves nothing.  Checking the key means getting a new token.
 */
#include "key_secret.h"

#define WHO "authentication endpoint"
#define TOKEN_MAX 65536 /* bytes; the core's own limit */

static enum apam_step
request(const struct key_secret *k, struct apam_op *op)
{
	op->phase = 1;
	k->svc->exchange(op, "POST", k->url, k->encoding);
	k->svc->exchange_field(op, k->key_field, k->key);
	k->svc->exchange_field(op, k->secret_field, k->secret);
	return APAM_STEP_EXCHANGE;
}

/*
 * What a refusal means.  The request has nothing but key and secret, so a 403
 * is about them just as a 401 is.  A page comes from a proxy.
 */
static struct fault
refusal(const struct key_secret *k, const struct apam_response *r)
{
	if (is_html(k->svc, r) && k->svc->header(r, "WWW-Authenticate").n == 0)
		return PROVIDER_FAULT("an HTML page where JSON was expected");
	return (struct fault){ APAM_E_REVOKED,
		"the key is revoked, archived or wrong, or its secret is" };
}

static struct fault
read_token(const struct key_secret *k, const struct apam_response *r,
    struct apam_str *token)
{
	struct fault fault = fault_of_success(k->svc, r);
	struct apam_json value;
	const char *why = NULL;

	if (fault.status != APAM_OK)
		return fault;
	if (!k->svc->json(r, k->token_pointer.p, &value, &why))
		return PROVIDER_FAULT(why);
	if (value.type == APAM_JSON_ABSENT)
		return PROVIDER_FAULT("the answer has no token at "
				      "token_pointer");
	if (value.type != APAM_JSON_STRING || value.str.n == 0)
		return PROVIDER_FAULT("the token is not a string, or is empty");
	if (value.str.n > TOKEN_MAX)
		return PROVIDER_FAULT("the token is too long");
	if (!all_visible(value.str))
		return PROVIDER_FAULT(
		    "the token has characters that a header cannot have");
	*token = value.str;
	return NO_FAULT;
}

static struct fault
read_answer(const struct key_secret *k, const struct apam_response *r,
    struct apam_str *token)
{
	if (r->status == 401 || r->status == 403)
		return refusal(k, r);
	/* Some frameworks answer every POST with 201. */
	if (r->status == 200 || r->status == 201)
		return read_token(k, r, token);
	if (r->status == 400 || r->status == 415 || r->status == 422)
		return CONFIG_FAULT("it does not understand the request: check "
				    "exchange.encoding, key_field and "
				    "secret_field");
	return fault_of_status(k->svc, r);
}

static struct fault
take_token(const struct key_secret *k, struct apam_op *op)
{
	struct apam_str token = APAM_STR("");
	struct fault fault = read_answer(k, op->response, &token);

	if (fault.status != APAM_OK)
		return fault;
	k->svc->credential(op, token);
	k->svc->lifetime_json(op, k->expires_pointer.p);
	return fault;
}

static enum apam_step
acquire_token(const struct key_secret *k, struct apam_op *op)
{
	struct fault fault;

	if (op->phase == 0)
		return request(k, op);
	fault = take_token(k, op);
	if (fault.status != APAM_OK)
		return fail_with(k->svc, op, WHO, fault);
	return APAM_STEP_DONE;
}

/* Make the credential without an exchange.  Basic: RFC 7617, 2. */
static enum apam_step
acquire_at_once(const struct key_secret *k, struct apam_op *op)
{
	struct apam_text *pair = k->svc->text_new(k->svc);
	struct apam_text *made = k->svc->text_new(k->svc);
	enum apam_step step;

	k->svc->text_put(pair, k->key);
	k->svc->text_put(pair, APAM_STR(":"));
	k->svc->text_put(pair, k->secret);
	if (k->mode == MODE_BASIC)
		k->svc->text_put_base64(made, k->svc->text_view(pair));
	else
		k->svc->text_put(made, k->secret);
	step = keep_for_ever(k->svc, op, made);
	k->svc->text_free(&made);
	k->svc->text_free(&pair);
	return step;
}

enum apam_step
key_secret_acquire(void *state, struct apam_op *op)
{
	const struct key_secret *k = state;

	if (k->mode == MODE_EXCHANGE)
		return acquire_token(k, op);
	return acquire_at_once(k, op);
}

enum apam_step
key_secret_check(void *state, struct apam_op *op)
{
	const struct key_secret *k = state;

	if (k->mode != MODE_EXCHANGE)
		return k->svc->key_state(op, APAM_KEY_UNKNOWN,
		    "this mode has no endpoint to ask: set a probe, which decides");
	if (op->phase == 0)
		return request(k, op);
	/* The token that proves the key good can be used as well. */
	return state_with(k->svc, op, WHO, take_token(k, op));
}
