/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the client authenticates itself in an exchange, RFC 6749, 2.3.1.
 */
#include "oauth2.h"

/* As it is now: it may be read anew for each token. */
static struct apam_str
client_secret(const struct oauth2 *o, struct apam_op *op)
{
	return o->svc->secret(
	    o->svc, op, oauth2_option(o, OAUTH2_OPT_CLIENT_SECRET));
}

/* Where nobody says it: a client with a secret sends that in the form. */
static int64_t
client_auth(const struct oauth2 *o, struct apam_op *op)
{
	const struct apam_value *auth = oauth2_option(
	    o, OAUTH2_OPT_CLIENT_AUTH);

	if (auth->set)
		return auth->num;
	return client_secret(o, op).n > 0 ? OAUTH2_AUTH_POST : OAUTH2_AUTH_NONE;
}

/* client_secret_basic, RFC 6749, 2.3.1: form-encode both, then base64. */
static bool
authenticate_basic(const struct oauth2 *o, struct apam_op *op)
{
	const struct apam_services *svc = o->svc;
	struct apam_text *pair = svc->text_new(svc, 1);
	struct apam_text *value = svc->text_new(svc, 1);
	bool made;

	svc->text_put(
	    svc, pair, APAM_WRITING_FORM, oauth2_text(o, OAUTH2_OPT_CLIENT_ID));
	svc->text_put(svc, pair, APAM_WRITING_PLAIN, APAM_STR(":"));
	svc->text_put(svc, pair, APAM_WRITING_FORM, client_secret(o, op));
	svc->text_put(svc, value, APAM_WRITING_PLAIN, APAM_STR("Basic "));
	svc->text_put(
	    svc, value, APAM_WRITING_BASE64, svc->text_view(svc, pair));
	svc->exchange_header(
	    svc, op, APAM_STR("Authorization"), svc->text_view(svc, value));
	made = svc->text_view(svc, pair).n > 0 &&
	    svc->text_view(svc, value).n > 0;
	svc->text_free(svc, &value);
	svc->text_free(svc, &pair);
	return made;
}

int32_t
oauth2_authenticate(const struct oauth2 *o, struct apam_op *op)
{
	const int64_t auth = client_auth(o, op);

	/* RFC 6749, 2.3: one method in each request, never two. */
	if (auth == OAUTH2_AUTH_BASIC)
		return authenticate_basic(o, op) ?
		    APAM_STEP_EXCHANGE :
		    apam_failf(o->svc, op, APAM_E_MEMORY, "out of memory");
	o->svc->exchange_field(o->svc, op, APAM_STR("client_id"),
	    oauth2_text(o, OAUTH2_OPT_CLIENT_ID));
	if (auth == OAUTH2_AUTH_POST)
		o->svc->exchange_field(o->svc, op, APAM_STR("client_secret"),
		    client_secret(o, op));
	return APAM_STEP_EXCHANGE;
}

/* RFC 6749, 3.3: all scopes in one field, separated by spaces. */
int32_t
oauth2_put_scope(const struct oauth2 *o, struct apam_op *op)
{
	const struct apam_services *svc = o->svc;
	const struct apam_value *scope = oauth2_option(o, OAUTH2_OPT_SCOPE);
	struct apam_text *text;
	bool made;
	size_t i;

	if (scope->count == 0)
		return APAM_STEP_EXCHANGE;
	text = svc->text_new(svc, 1);
	for (i = 0; i < scope->count; i++) {
		svc->text_put(svc, text, APAM_WRITING_PLAIN,
		    i > 0 ? APAM_STR(" ") : APAM_STR(""));
		svc->text_put(svc, text, APAM_WRITING_PLAIN, scope->items[i]);
	}
	made = svc->text_view(svc, text).n > 0;
	svc->exchange_field(
	    svc, op, APAM_STR("scope"), svc->text_view(svc, text));
	svc->text_free(svc, &text);
	return made ? APAM_STEP_EXCHANGE :
		      apam_failf(svc, op, APAM_E_MEMORY, "out of memory");
}
