/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the client authenticates itself in an exchange: RFC 6749, 2.3.1, RFC 7523,
 * 2.2, OpenID Connect Core 1.0, 9, RFC 8705, 2.
 */
#include "oauth2.h"

/* As it is now: it may be read anew for each token. */
static struct apam_str
client_secret(const struct oauth2 *o, struct apam_op *op)
{
	const struct apam_value *secret = oauth2_option(
	    o, OAUTH2_OPT_CLIENT_SECRET);

	if (secret->set || !o->grant->facts)
		return o->svc->secret(o->svc, op, secret);
	return o->svc->fact(o->svc, op, APAM_STR("client_secret"));
}

static struct apam_str
client_id(const struct oauth2 *o, struct apam_op *op)
{
	return oauth2_text_or_fact(
	    o, op, OAUTH2_OPT_CLIENT_ID, APAM_STR("client_id"));
}

/* Where nobody says it, a client with a secret sends that in the form. */
static int64_t
client_auth(const struct oauth2 *o, struct apam_op *op)
{
	const struct apam_value *auth = oauth2_option(
	    o, OAUTH2_OPT_CLIENT_AUTH);
	const struct apam_str name = oauth2_text_or_fact(
	    o, op, OAUTH2_OPT_CLIENT_AUTH, APAM_STR("client_auth"));
	int64_t i;

	if (auth->set)
		return auth->num;
	for (i = 0; oauth2_client_auths[i] != NULL; i++)
		if (scheme_same(name, apam_str(oauth2_client_auths[i])))
			return i;
	return client_secret(o, op).n > 0 ? OAUTH2_AUTH_POST : OAUTH2_AUTH_NONE;
}

/* client_secret_basic, RFC 6749, 2.3.1: form-encode both, then base64. */
static void
authenticate_basic(const struct oauth2 *o, struct apam_op *op)
{
	const struct apam_services *svc = o->svc;
	struct apam_text *pair = svc->text_new(svc, 1);
	struct apam_text *value = svc->text_new(svc, 1);

	svc->text_put(svc, pair, APAM_WRITING_FORM, client_id(o, op));
	svc->text_put(svc, pair, APAM_WRITING_PLAIN, APAM_STR(":"));
	svc->text_put(svc, pair, APAM_WRITING_FORM, client_secret(o, op));
	svc->text_put(svc, value, APAM_WRITING_PLAIN, APAM_STR("Basic "));
	svc->text_put(
	    svc, value, APAM_WRITING_BASE64, svc->text_view(svc, pair));
	svc->exchange_header(
	    svc, op, APAM_STR("Authorization"), svc->text_view(svc, value));
	svc->text_free(svc, &value);
	svc->text_free(svc, &pair);
}

/* RFC 7521, 4.2: the assertion says who we are, and client_id the same. */
static void
put_assertion(const struct oauth2 *o, struct apam_op *op, struct apam_str jwt)
{
	const struct apam_services *svc = o->svc;

	svc->exchange_field(svc, op, APAM_STR("client_id"), client_id(o, op));
	svc->exchange_field(svc, op, APAM_STR("client_assertion_type"),
	    APAM_STR("urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
	svc->exchange_field(svc, op, APAM_STR("client_assertion"), jwt);
}

/* RFC 7523, 2.2 and 3: iss and sub are the client. */
static int32_t
authenticate_signed(
    const struct oauth2 *o, struct apam_op *op, const struct apam_key *key)
{
	const struct apam_str id = client_id(o, op);
	const struct oauth2_claims claims = { id, id, NULL };
	struct apam_text *jwt = o->svc->text_new(o->svc, 1);
	int32_t step = oauth2_assertion_write(o, op, key, &claims, jwt);

	if (step == APAM_STEP_EXCHANGE)
		put_assertion(o, op, o->svc->text_view(o->svc, jwt));
	o->svc->text_free(o->svc, &jwt);
	return step;
}

/* The key of client_secret_jwt is the secret's bytes: OpenID Connect Core, 9. */
static int32_t
authenticate_by_secret(const struct oauth2 *o, struct apam_op *op)
{
	const struct apam_key_source source = {
		.size = sizeof(source),
		.kind = APAM_KIND_SYMMETRIC,
		.bytes = client_secret(o, op),
	};
	struct apam_key *key = NULL;
	int32_t step = o->svc->key_make(o->svc, &source, &key);

	if (step != APAM_OK)
		return apam_failf(o->svc, op, step, "%s",
		    step == APAM_E_MEMORY ?
			"out of memory" :
			"client_secret cannot be made a key of");
	step = authenticate_signed(o, op, key);
	o->svc->key_free(o->svc, &key);
	return step;
}

/* RFC 8705, 2: the certificate says who we are, and client_id the same. */
static int32_t
authenticate_tls(const struct oauth2 *o, struct apam_op *op)
{
	const struct apam_certificate certificate = {
		.size = sizeof(certificate),
		.file = oauth2_text(o, OAUTH2_OPT_CLIENT_CERTIFICATE),
		.key = oauth2_option(o, OAUTH2_OPT_CLIENT_KEY)->key,
	};

	o->svc->exchange_field(
	    o->svc, op, APAM_STR("client_id"), client_id(o, op));
	o->svc->exchange_certificate(o->svc, op, &certificate);
	return APAM_STEP_EXCHANGE;
}

static int32_t
authenticate_plain(const struct oauth2 *o, struct apam_op *op, bool secret)
{
	const struct apam_str id = client_id(o, op);

	if (id.n > 0)
		o->svc->exchange_field(o->svc, op, APAM_STR("client_id"), id);
	if (secret)
		o->svc->exchange_field(o->svc, op, APAM_STR("client_secret"),
		    client_secret(o, op));
	return APAM_STEP_EXCHANGE;
}

bool
oauth2_by_certificate(const struct oauth2 *o)
{
	const struct apam_value *set = oauth2_option(o, OAUTH2_OPT_CLIENT_AUTH);
	const int64_t auth = set->set ? set->num : OAUTH2_AUTH_NONE;

	return auth == OAUTH2_AUTH_TLS || auth == OAUTH2_AUTH_SELF_SIGNED_TLS;
}

/* RFC 6749, 2.3: one method in each request, never two. */
int32_t
oauth2_authenticate(const struct oauth2 *o, struct apam_op *op)
{
	const int64_t auth = client_auth(o, op);

	switch (auth) {
	case OAUTH2_AUTH_BASIC:
		authenticate_basic(o, op);
		return APAM_STEP_EXCHANGE;
	case OAUTH2_AUTH_SECRET_JWT:
		return authenticate_by_secret(o, op);
	case OAUTH2_AUTH_KEY_JWT:
		return authenticate_signed(
		    o, op, oauth2_option(o, OAUTH2_OPT_CLIENT_KEY)->key);
	case OAUTH2_AUTH_ASSERTION:
		put_assertion(o, op,
		    o->svc->secret(o->svc, op,
			oauth2_option(o, OAUTH2_OPT_CLIENT_ASSERTION)));
		return APAM_STEP_EXCHANGE;
	case OAUTH2_AUTH_TLS:
	case OAUTH2_AUTH_SELF_SIGNED_TLS:
		return authenticate_tls(o, op);
	default:
		return authenticate_plain(o, op, auth == OAUTH2_AUTH_POST);
	}
}

/* RFC 6749, 3.3: all scopes in one field, separated by spaces. */
void
oauth2_put_scope(const struct oauth2 *o, struct apam_op *op)
{
	const struct apam_services *svc = o->svc;
	const struct apam_value *scope = oauth2_option(o, OAUTH2_OPT_SCOPE);
	struct apam_text *text;
	size_t i;

	if (scope->count == 0)
		return;
	text = svc->text_new(svc, 1);
	for (i = 0; i < scope->count; i++) {
		svc->text_put(svc, text, APAM_WRITING_PLAIN,
		    i > 0 ? APAM_STR(" ") : APAM_STR(""));
		svc->text_put(svc, text, APAM_WRITING_PLAIN, scope->items[i]);
	}
	svc->exchange_field(
	    svc, op, APAM_STR("scope"), svc->text_view(svc, text));
	svc->text_free(svc, &text);
}
