/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A login from its first step to its last: where to log in, as which client, in
 * which way; then the refresh token, and the facts that refreshes need.
 */
#include "refresh.h"

/* ---- The session ------------------------------------------------------ */

int32_t
login_keep(const struct oauth2 *o, struct apam_op *op, const struct session *s,
    int32_t step)
{
	const struct apam_services *svc = o->svc;
	struct apam_text *text;

	if (step == APAM_STEP_FAILED)
		return step;
	if (!session_fits(s))
		return apam_failf(svc, op, APAM_E_PROVIDER,
		    "the provider's answer has a control character where none "
		    "can be");
	text = svc->text_new(svc, 1);
	session_put(svc, text, s);
	svc->memo(svc, op, svc->text_view(svc, text));
	svc->text_free(svc, &text);
	return step;
}

/* ---- Requests --------------------------------------------------------- */

int32_t
login_form(const struct oauth2 *o, struct apam_op *op, struct apam_str url)
{
	const struct apam_str resource = oauth2_text(o, OAUTH2_OPT_RESOURCE);

	o->svc->exchange(o->svc, op, APAM_STR("POST"), url, APAM_ENCODING_FORM);
	/* RFC 8707, 2. */
	if (resource.n > 0)
		o->svc->exchange_field(
		    o->svc, op, APAM_STR("resource"), resource);
	return oauth2_authenticate(o, op);
}

int32_t
login_token_form(
    const struct oauth2 *o, struct apam_op *op, const struct session *s)
{
	const struct apam_value *extra = oauth2_option(o, OAUTH2_OPT_EXTRA);
	const int32_t step = login_form(o, op, s->token_url);
	size_t i;

	for (i = 0; i < extra->count; i++)
		o->svc->exchange_field(
		    o->svc, op, extra->names[i], extra->items[i]);
	return step;
}

/* ---- Which way, and as whom ------------------------------------------- */

bool
login_is_device(
    const struct oauth2 *o, const struct apam_op *op, const struct session *s)
{
	const struct apam_value *way = oauth2_option(o, OPT_LOGIN);

	if (op->way != APAM_LOGIN_ANY)
		return op->way == APAM_LOGIN_CODE;
	if (way->set)
		return way->num == LOGIN_DEVICE;
	return s->device_url.n > 0 || op->redirect_uri.n == 0;
}

/* NULL: that way can be gone. */
static const char *
way_bad(
    const struct oauth2 *o, const struct apam_op *op, const struct session *s)
{
	if (login_is_device(o, op, s))
		return s->device_url.n > 0 ?
		    NULL :
		    "no device authorization endpoint is known: log in by a "
		    "browser, or give device_url";
	if (s->authorization_url.n == 0)
		return "no page for a browser is known: give "
		       "authorization_url, or issuer";
	if (s->lacks_s256.n > 0)
		return "the issuer says that it has no PKCE with S256, without "
		       "which no browser logs in";
	if (s->redirect_uri.n == 0)
		return "a browser has nowhere to come back to";
	return NULL;
}

/* Keep a fact; there is none where it is empty. */
static void
keep(const struct oauth2 *o, struct apam_op *op, const char *name,
    struct apam_str value)
{
	if (value.n > 0)
		o->svc->keep_fact(o->svc, op, apam_str(name), value, 0);
}

void
login_keep_client(const struct oauth2 *o, struct apam_op *op, struct session *s,
    const struct client *client)
{
	keep(o, op, "client_id", client->id);
	keep(o, op, "client_auth", client->auth);
	keep(o, op, "client_redirect", s->redirect_uri);
	if (client->secret.n > 0)
		o->svc->keep_fact(
		    o->svc, op, APAM_STR("client_secret"), client->secret, 1);
	s->registered = APAM_STR("1");
}

/*
 * Be the client of the last login, if that was registered with this issuer and
 * comes back to the same place, if it comes back at all.
 */
static bool
use_registered(const struct oauth2 *o, struct apam_op *op, struct session *s)
{
	const struct apam_services *svc = o->svc;
	const struct client client = {
		.id = svc->fact(svc, op, APAM_STR("client_id")),
		.secret = svc->fact(svc, op, APAM_STR("client_secret")),
		.auth = svc->fact(svc, op, APAM_STR("client_auth")),
	};

	if (client.id.n == 0 ||
	    (s->found.n > 0 &&
		!scheme_same(
		    svc->fact(svc, op, APAM_STR("issuer")), s->issuer)))
		return false;
	if (!login_is_device(o, op, s) &&
	    !scheme_same(svc->fact(svc, op, APAM_STR("client_redirect")),
		s->redirect_uri))
		return false;
	login_keep_client(o, op, s, &client);
	return true;
}

int32_t
login_go_on(const struct oauth2 *o, struct apam_op *op, struct session *s)
{
	const char *why = way_bad(o, op, s);

	if (why != NULL)
		return apam_failf(o->svc, op, APAM_E_CONFIG, "login: %s", why);
	if (!oauth2_option(o, OAUTH2_OPT_CLIENT_ID)->set &&
	    s->registered.n == 0 && !use_registered(o, op, s))
		return register_ask(o, op, s);
	return login_is_device(o, op, s) ? device_ask(o, op, s) :
					   browser_show(o, op, s);
}

/* ---- The beginning and the end ---------------------------------------- */

static int32_t
begin(const struct oauth2 *o, struct apam_op *op, struct session *s)
{
	s->issuer = oauth2_text(o, OAUTH2_OPT_ISSUER);
	s->token_url = oauth2_text(o, OAUTH2_OPT_TOKEN_URL);
	s->authorization_url = oauth2_text(o, OPT_AUTHORIZATION_URL);
	s->device_url = oauth2_text(o, OPT_DEVICE_URL);
	s->redirect_uri = op->redirect_uri;
	if (s->issuer.n > 0)
		return issuer_ask(o, op, s);
	if (s->token_url.n > 0)
		return login_go_on(o, op, s);
	return resource_ask(o, op, s);
}

/* What a refresh needs, and no option says. */
static void
keep_found(const struct oauth2 *o, struct apam_op *op, const struct session *s)
{
	if (s->found.n == 0)
		return;
	keep(o, op, "issuer", s->issuer);
	keep(o, op, "token_url", s->token_url);
	keep(o, op, "introspection_url", s->introspection_url);
	keep(o, op, "revocation_url", s->revocation_url);
}

static struct scheme_fault
read_end(const struct oauth2 *o, const struct apam_response *r,
    struct apam_str *token)
{
	struct apam_str access;
	struct scheme_fault fault;

	if (r->status != 200 &&
	    scheme_same(scheme_json_string(o->svc, r, "/error"),
		APAM_STR("invalid_grant")))
		return scheme_fault(APAM_E_DENIED,
		    "invalid_grant: the code is not taken: log in again");
	fault = oauth2_token_read(o, r, &access);
	if (fault.status == APAM_OK)
		fault = refresh_token_read(o, r, token);
	if (fault.status == APAM_OK && token->n == 0)
		return scheme_fault(APAM_E_DENIED,
		    "the answer has no refresh_token: ask for one as the "
		    "provider says, often by the scope offline_access");
	return fault;
}

int32_t
login_end(const struct oauth2 *o, struct apam_op *op, struct session *s)
{
	struct apam_str token = APAM_STR("");
	struct scheme_fault fault = read_end(o, op->response, &token);

	if (fault.status != APAM_OK)
		return scheme_fail(o->svc, op, OAUTH2_TOKEN_ENDPOINT, fault);
	keep_found(o, op, s);
	o->svc->successor(
	    o->svc, op, oauth2_option(o, OPT_REFRESH_TOKEN), token);
	return APAM_STEP_DONE;
}

static login_step *
step_of(uint32_t phase)
{
	switch (phase) {
	case OAUTH2_PHASE_START:
		return begin;
	case OAUTH2_PHASE_METADATA:
	case OAUTH2_PHASE_DISCOVERY:
		return issuer_found;
	case PHASE_RESOURCE:
		return resource_asked;
	case PHASE_RESOURCE_METADATA:
		return resource_found;
	case PHASE_CONFIRMED:
		return issuer_ask;
	case PHASE_REGISTRATION:
		return registered;
	case PHASE_DEVICE:
		return device_show;
	case PHASE_SHOWN:
		return device_wait;
	case PHASE_POLL:
		return device_poll;
	case PHASE_POLLED:
		return device_polled;
	case PHASE_REDIRECTED:
		return browser_back;
	default:
		return login_end;
	}
}

int32_t
refresh_login(void *state, struct apam_op *op)
{
	const struct oauth2 *o = state;
	struct session s = { .issuer = APAM_STR("") };

	if (!session_take(op->memo, &s))
		return apam_failf(o->svc, op, APAM_E_INTERNAL,
		    "what this login has kept cannot be read");
	return step_of(op->phase)(o, op, &s);
}
