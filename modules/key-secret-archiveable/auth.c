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

/* As it is now: it may be read anew for each credential. */
static struct apam_str
secret(const struct key_secret *k, struct apam_op *op)
{
	return k->svc->secret(
	    k->svc, op, apam_option_value(k->options, OPT_SECRET));
}

static int32_t
request(const struct key_secret *k, struct apam_op *op)
{
	op->phase = 1;
	k->svc->exchange(k->svc, op, APAM_STR("POST"), k->url, k->encoding);
	k->svc->exchange_field(k->svc, op, k->key_field, k->key);
	k->svc->exchange_field(k->svc, op, k->secret_field, secret(k, op));
	return APAM_STEP_EXCHANGE;
}

/*
 * What a refusal means.  The request has nothing but key and secret, so a 403
 * is about them just as a 401 is.  A page comes from a proxy.
 */
static struct scheme_fault
refusal(const struct key_secret *k, const struct apam_response *r)
{
	if (scheme_is_html(k->svc, r) &&
	    k->svc->header(k->svc, r, "WWW-Authenticate").n == 0)
		return scheme_provider_fault(
		    "an HTML page where JSON was expected");
	return scheme_fault(APAM_E_REVOKED,
	    "the key is revoked, archived or wrong, or its secret is");
}

static struct scheme_fault
read_token(const struct key_secret *k, const struct apam_response *r,
    struct apam_str *token)
{
	struct scheme_fault fault = scheme_fault_of_success(k->svc, r);
	struct apam_json value;
	const char *why = NULL;

	if (fault.status != APAM_OK)
		return fault;
	if (k->svc->json(k->svc, r, k->token_pointer.p, &value, &why) !=
	    APAM_OK)
		return scheme_provider_fault(why);
	if (value.type == APAM_JSON_ABSENT)
		return scheme_provider_fault("the answer has no token at "
					     "token_pointer");
	if (value.type != APAM_JSON_STRING || value.str.n == 0)
		return scheme_provider_fault(
		    "the token is not a string, or is empty");
	if (value.str.n > TOKEN_MAX)
		return scheme_provider_fault("the token is too long");
	if (!scheme_all_visible(value.str))
		return scheme_provider_fault(
		    "the token has characters that a header cannot have");
	*token = value.str;
	return scheme_no_fault();
}

static struct scheme_fault
read_answer(const struct key_secret *k, const struct apam_response *r,
    struct apam_str *token)
{
	if (r->status == 401 || r->status == 403)
		return refusal(k, r);
	/* Some frameworks answer every POST with 201. */
	if (r->status == 200 || r->status == 201)
		return read_token(k, r, token);
	if (r->status == 400 || r->status == 415 || r->status == 422)
		return scheme_config_fault(
		    "it does not understand the request: check "
		    "exchange.encoding, key_field and "
		    "secret_field");
	return scheme_fault_of_status(k->svc, r);
}

static struct scheme_fault
take_token(const struct key_secret *k, struct apam_op *op)
{
	struct apam_str token = APAM_STR("");
	struct scheme_fault fault = read_answer(k, op->response, &token);

	if (fault.status != APAM_OK)
		return fault;
	k->svc->credential(k->svc, op, token);
	k->svc->lifetime_json(k->svc, op, k->expires_pointer.p);
	return fault;
}

static int32_t
acquire_token(const struct key_secret *k, struct apam_op *op)
{
	struct scheme_fault fault;

	if (op->phase == 0)
		return request(k, op);
	fault = take_token(k, op);
	if (fault.status != APAM_OK)
		return scheme_fail(k->svc, op, WHO, fault);
	return APAM_STEP_DONE;
}

/* Make the credential without an exchange.  Basic: RFC 7617, 2. */
static int32_t
acquire_at_once(const struct key_secret *k, struct apam_op *op)
{
	struct apam_text *pair = k->svc->text_new(k->svc, 1);
	struct apam_text *made = k->svc->text_new(k->svc, 1);
	int32_t step;

	k->svc->text_put(k->svc, pair, APAM_WRITING_PLAIN, k->key);
	k->svc->text_put(k->svc, pair, APAM_WRITING_PLAIN, APAM_STR(":"));
	k->svc->text_put(k->svc, pair, APAM_WRITING_PLAIN, secret(k, op));
	if (k->mode == MODE_BASIC)
		k->svc->text_put(k->svc, made, APAM_WRITING_BASE64,
		    k->svc->text_view(k->svc, pair));
	else
		k->svc->text_put(
		    k->svc, made, APAM_WRITING_PLAIN, secret(k, op));
	step = scheme_keep_text_for_ever(k->svc, op, made);
	k->svc->text_free(k->svc, &made);
	k->svc->text_free(k->svc, &pair);
	return step;
}

int32_t
key_secret_acquire(void *state, struct apam_op *op)
{
	const struct key_secret *k = state;

	if (k->mode == MODE_EXCHANGE)
		return acquire_token(k, op);
	return acquire_at_once(k, op);
}

int32_t
key_secret_check(void *state, struct apam_op *op)
{
	const struct key_secret *k = state;
	const char *reason;
	int32_t verdict;

	if (k->mode != MODE_EXCHANGE)
		return scheme_check_by_probe(
		    k->svc, op, state, key_secret_acquire, NULL);
	if (op->phase == SCHEME_PHASE_PROBE) {
		verdict = scheme_judge(k->svc, op->response, &reason);
		return scheme_probe_done(k->svc, op, verdict, reason);
	}
	if (op->phase == 0)
		return request(k, op);
	/* The token that proves the key good can be used as well. */
	return scheme_check_by_minting(k->svc, op, WHO, take_token(k, op));
}
