/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The credential of each mode: a token from the authentication endpoint, the
 * secret itself, or key and secret in base64.
 */
#include "key_secret.h"

/* As it is now: it may be read anew for each credential. */
static struct apam_str
secret(const struct key_secret *k, struct apam_op *op)
{
	return k->svc->secret(
	    k->svc, op, apam_option_value(k->options, OPT_SECRET));
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
		return session_acquire(&k->session, op);
	return acquire_at_once(k, op);
}

int32_t
key_secret_check(void *state, struct apam_op *op)
{
	const struct key_secret *k = state;

	if (k->mode != MODE_EXCHANGE)
		return scheme_check_by_probe(
		    k->svc, op, state, key_secret_acquire, NULL);
	return session_check(&k->session, op, state, key_secret_judge_response);
}
