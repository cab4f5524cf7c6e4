/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registers a client, RFC 7591, where the options name none.  It is kept as
 * facts beside the refresh token, and used again by the next login, unless that
 * sends a browser back to another place.
 */
#include "refresh.h"

#define WHO_REGISTRATION "registration endpoint"

/* A member whose value is a list of one string. */
static void
put_list(const struct apam_services *svc, struct apam_text *to,
    struct apam_str name, struct apam_str value)
{
	svc->text_put(svc, to, APAM_WRITING_PLAIN, APAM_STR(","));
	svc->text_put(svc, to, APAM_WRITING_JSON, name);
	svc->text_put(svc, to, APAM_WRITING_PLAIN, APAM_STR(":["));
	svc->text_put(svc, to, APAM_WRITING_JSON, value);
	svc->text_put(svc, to, APAM_WRITING_PLAIN, APAM_STR("]"));
}

/* RFC 7591, 2: a public client, of whom RFC 8252, 8.4 speaks. */
static void
put_client(const struct oauth2 *o, const struct apam_op *op,
    const struct session *s, struct apam_text *to)
{
	const struct apam_services *svc = o->svc;
	const bool device = login_is_device(o, op, s);

	svc->text_put(
	    svc, to, APAM_WRITING_PLAIN, APAM_STR("{\"client_name\":"));
	svc->text_put(
	    svc, to, APAM_WRITING_JSON, oauth2_text(o, OPT_CLIENT_NAME));
	svc->text_put(svc, to, APAM_WRITING_PLAIN,
	    APAM_STR(",\"token_endpoint_auth_method\":\"none\","
		     "\"application_type\":\"native\",\"grant_types\":["));
	svc->text_put(svc, to, APAM_WRITING_JSON,
	    device ? APAM_STR("urn:ietf:params:oauth:grant-type:device_code") :
		     APAM_STR("authorization_code"));
	svc->text_put(
	    svc, to, APAM_WRITING_PLAIN, APAM_STR(",\"refresh_token\"]"));
	if (!device) {
		put_list(svc, to, APAM_STR("response_types"), APAM_STR("code"));
		put_list(svc, to, APAM_STR("redirect_uris"), s->redirect_uri);
	} else {
		svc->text_put(svc, to, APAM_WRITING_PLAIN,
		    APAM_STR(",\"response_types\":[],\"redirect_uris\":[]"));
	}
	svc->text_put(svc, to, APAM_WRITING_PLAIN, APAM_STR("}"));
}

int32_t
register_ask(const struct oauth2 *o, struct apam_op *op, struct session *s)
{
	const struct apam_services *svc = o->svc;
	struct apam_text *body;

	if (s->registration_url.n == 0)
		return apam_failf(svc, op, APAM_E_CONFIG,
		    "login: no registration endpoint is known: register a "
		    "client at the provider, and give client_id");
	body = svc->text_new(svc, 0);
	put_client(o, op, s, body);
	svc->exchange(
	    svc, op, APAM_STR("POST"), s->registration_url, APAM_ENCODING_RAW);
	svc->exchange_body(
	    svc, op, APAM_STR("application/json"), svc->text_view(svc, body));
	svc->text_free(svc, &body);
	op->phase = PHASE_REGISTRATION;
	return login_keep(o, op, s, APAM_STEP_EXCHANGE);
}

/* The names of RFC 7591, 2, and those of client_auth. */
static struct apam_str
registered_auth(
    const struct oauth2 *o, const struct apam_response *r, bool secret)
{
	const struct apam_str said = scheme_json_string(
	    o->svc, r, "/token_endpoint_auth_method");

	if (!secret || scheme_same(said, APAM_STR("none")))
		return APAM_STR("none");
	if (scheme_same(said, APAM_STR("client_secret_post")))
		return APAM_STR("post");
	/* RFC 7591, 2: this is so where nothing is said. */
	return APAM_STR("basic");
}

/* RFC 7591, 3.2: 201 and the client, or 400 and an error. */
static struct scheme_fault
read_client(
    const struct oauth2 *o, const struct apam_response *r, struct client *to)
{
	struct scheme_fault fault;

	if (r->status == 400 || r->status == 401 || r->status == 403)
		return scheme_fault(APAM_E_DENIED,
		    "it registers no client for us: register one at the "
		    "provider, and give client_id");
	if (r->status != 201 && r->status != 200)
		return scheme_fault_of_status(o->svc, r);
	fault = scheme_fault_of_success(o->svc, r);
	if (fault.status != APAM_OK)
		return fault;
	to->id = scheme_json_string(o->svc, r, "/client_id");
	to->secret = scheme_json_string(o->svc, r, "/client_secret");
	to->auth = registered_auth(o, r, to->secret.n > 0);
	return to->id.n > 0 ?
	    scheme_no_fault() :
	    scheme_provider_fault("the answer has no client_id");
}

int32_t
registered(const struct oauth2 *o, struct apam_op *op, struct session *s)
{
	struct client client;
	struct scheme_fault fault = read_client(o, op->response, &client);

	if (fault.status != APAM_OK)
		return scheme_fail(o->svc, op, WHO_REGISTRATION, fault);
	login_keep_client(o, op, s, &client);
	return login_go_on(o, op, s);
}
