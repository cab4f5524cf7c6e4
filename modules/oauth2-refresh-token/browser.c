/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Logging in with a browser that comes back: authorization code (RFC 6749, 4.1)
 * with PKCE (RFC 7636) and S256 alone, to a redirect URI on this machine (RFC
 * 8252).
 *
 * What the browser brings is believed only if it has the state of this login,
 * once, and names no other issuer (RFC 9207).
 */
#include "refresh.h"

#define RANDOM_SIZE 32 /* RFC 7636, 7.1: 256 bits */

/* ---- Going there ------------------------------------------------------ */

/*
 * Append a parameter; an empty one is left out.  Where that is the view of a
 * text that failed, the URL fails as well.
 */
static void
put_parameter(const struct apam_services *svc, struct apam_text *url,
    struct apam_str name, struct apam_str value)
{
	const struct apam_str so_far = svc->text_view(svc, url);

	if (value.n == 0) {
		svc->text_put(svc, url, APAM_WRITING_PLAIN, value);
		return;
	}
	svc->text_put(svc, url, APAM_WRITING_PLAIN,
	    scheme_has_char(so_far, '?') ? APAM_STR("&") : APAM_STR("?"));
	svc->text_put(svc, url, APAM_WRITING_PERCENT, name);
	svc->text_put(svc, url, APAM_WRITING_PLAIN, APAM_STR("="));
	svc->text_put(svc, url, APAM_WRITING_PERCENT, value);
}

/* RFC 6749, 3.3: one parameter, with spaces between the scopes. */
static void
put_scopes(const struct oauth2 *o, struct apam_text *url)
{
	const struct apam_services *svc = o->svc;
	const struct apam_value *scope = oauth2_option(o, OAUTH2_OPT_SCOPE);
	size_t i;

	if (scope->count > 0)
		put_parameter(svc, url, APAM_STR("scope"), scope->items[0]);
	for (i = 1; i < scope->count; i++) {
		svc->text_put(svc, url, APAM_WRITING_PLAIN, APAM_STR("%20"));
		svc->text_put(svc, url, APAM_WRITING_PERCENT, scope->items[i]);
	}
}

/* RFC 8707, 2, and what providers have besides: one parameter for each. */
static void
put_more(const struct oauth2 *o, struct apam_text *url)
{
	const struct apam_value *audience = oauth2_option(
	    o, OAUTH2_OPT_AUDIENCE);
	const struct apam_value *extra = oauth2_option(o, OPT_LOGIN_EXTRA);
	size_t i;

	put_parameter(o->svc, url, APAM_STR("resource"),
	    oauth2_text(o, OAUTH2_OPT_RESOURCE));
	for (i = 0; i < audience->count; i++)
		put_parameter(
		    o->svc, url, APAM_STR("audience"), audience->items[i]);
	for (i = 0; i < extra->count; i++)
		put_parameter(o->svc, url, extra->names[i], extra->items[i]);
}

/* RFC 6749, 4.1.1; RFC 7636, 4.3. */
static void
put_page(const struct oauth2 *o, struct apam_op *op, const struct session *s,
    struct apam_str challenge, struct apam_text *url)
{
	const struct apam_services *svc = o->svc;
	const struct apam_str client_id = oauth2_text_or_fact(
	    o, op, OAUTH2_OPT_CLIENT_ID, APAM_STR("client_id"));

	svc->text_put(svc, url, APAM_WRITING_PLAIN, s->authorization_url);
	put_parameter(svc, url, APAM_STR("response_type"), APAM_STR("code"));
	put_parameter(svc, url, APAM_STR("client_id"), client_id);
	put_parameter(svc, url, APAM_STR("redirect_uri"), s->redirect_uri);
	put_parameter(svc, url, APAM_STR("state"), s->state);
	put_parameter(svc, url, APAM_STR("code_challenge"), challenge);
	put_parameter(
	    svc, url, APAM_STR("code_challenge_method"), APAM_STR("S256"));
	put_scopes(o, url);
	put_more(o, url);
}

static int32_t
show_page(const struct oauth2 *o, struct apam_op *op, const struct session *s,
    struct apam_str challenge)
{
	const struct apam_services *svc = o->svc;
	struct apam_text *url = svc->text_new(svc, 1);
	struct apam_prompt prompt = { .size = sizeof(prompt),
		.text = APAM_STR("open this page in a browser, and log in") };

	put_page(o, op, s, challenge, url);
	prompt.url = svc->text_view(svc, url);
	svc->show(svc, op, &prompt);
	svc->text_free(svc, &url);
	return APAM_STEP_REDIRECT;
}

/* What one login has that no other has: RFC 6749, 10.12; RFC 7636, 4.1, 4.2. */
struct browser_proof {
	struct apam_text *state, *verifier, *challenge;
};

static int32_t
make_proof(const struct apam_services *svc, struct browser_proof *proof)
{
	int32_t status = jose_put_random(svc, RANDOM_SIZE, proof->state);

	if (status == APAM_OK)
		status = jose_put_random(svc, RANDOM_SIZE, proof->verifier);
	if (status == APAM_OK)
		status = jose_put_sha256(svc,
		    svc->text_view(svc, proof->verifier), proof->challenge);
	return status;
}

/* End the login for a status other than OK of a service. */
static int32_t
service_failed(const struct oauth2 *o, struct apam_op *op, int32_t status)
{
	return apam_failf(o->svc, op, status, "%s",
	    status == APAM_E_MEMORY ?
		"out of memory" :
		"login page: the system gives no random numbers, or no "
		"SHA-256");
}

int32_t
browser_show(const struct oauth2 *o, struct apam_op *op, struct session *s)
{
	const struct apam_services *svc = o->svc;
	struct browser_proof proof = { svc->text_new(svc, 1),
		svc->text_new(svc, 1), svc->text_new(svc, 0) };
	int32_t step = make_proof(svc, &proof);

	s->state = svc->text_view(svc, proof.state);
	s->verifier = svc->text_view(svc, proof.verifier);
	op->phase = PHASE_REDIRECTED;
	step = step == APAM_OK ?
	    login_keep(o, op, s,
		show_page(o, op, s, svc->text_view(svc, proof.challenge))) :
	    service_failed(o, op, step);
	svc->text_free(svc, &proof.challenge);
	svc->text_free(svc, &proof.verifier);
	svc->text_free(svc, &proof.state);
	return step;
}

/* ---- Coming back ------------------------------------------------------ */

/* How many bytes stand before the first `c`, or before the end. */
static size_t
length_to(struct apam_str s, char c)
{
	const char *at = s.n == 0 ? NULL : memchr(s.p, c, s.n);

	return at == NULL ? s.n : (size_t)(at - s.p);
}

/* Is the parameter `pair`, "NAME=VALUE", of this name? */
static enum query_result
is_named(
    const struct apam_services *svc, struct apam_str pair, struct apam_str name)
{
	struct apam_text *text = svc->text_new(svc, 0);
	const struct apam_str written = scheme_str(
	    pair.p, length_to(pair, '='));
	const int32_t read = svc->text_read(
	    svc, text, APAM_WRITING_FORM, written);
	enum query_result result = QUERY_ABSENT;

	if (read == APAM_E_MEMORY)
		result = QUERY_MEMORY;
	else if (read == APAM_OK &&
	    scheme_same(svc->text_view(svc, text), name))
		result = QUERY_FOUND;
	svc->text_free(svc, &text);
	return result;
}

/* Append the value of a parameter that is of the right name. */
static enum query_result
read_value(
    const struct apam_services *svc, struct apam_str pair, struct apam_text *to)
{
	const size_t n = length_to(pair, '=');
	const struct apam_str value = n == pair.n ?
	    APAM_STR("") :
	    scheme_str(pair.p + n + 1, pair.n - n - 1);
	const int32_t read = svc->text_read(svc, to, APAM_WRITING_FORM, value);

	if (read == APAM_E_MEMORY)
		return QUERY_MEMORY;
	return read == APAM_OK ? QUERY_FOUND : QUERY_BAD;
}

enum query_result
query_value(const struct apam_services *svc, struct apam_str query,
    struct apam_str name, struct apam_text *to)
{
	enum query_result found = QUERY_ABSENT, is;
	size_t n;

	for (; query.n > 0; query = scheme_str(query.p + n, query.n - n)) {
		n = length_to(query, '&');
		is = is_named(svc, scheme_str(query.p, n), name);
		if (is == QUERY_FOUND && found == QUERY_FOUND)
			return QUERY_BAD;
		if (is == QUERY_FOUND)
			is = read_value(svc, scheme_str(query.p, n), to);
		if (is == QUERY_BAD || is == QUERY_MEMORY)
			return is;
		if (is == QUERY_FOUND)
			found = is;
		n += n < query.n;
	}
	return found;
}

/* The error codes of RFC 6749, 4.1.2.1, and RFC 8707, 2. */
static const struct {
	const char *code;
	int32_t status;
	const char *text;
} denials[] = {
	{ "access_denied", APAM_E_DENIED,
	    "access_denied: the person or the provider said no" },
	{ "invalid_request", APAM_E_DENIED,
	    "invalid_request: look at login_extra" },
	{ "unauthorized_client", APAM_E_DENIED,
	    "unauthorized_client: the client may not log in by a browser" },
	{ "unsupported_response_type", APAM_E_DENIED,
	    "unsupported_response_type: the provider gives no codes" },
	{ "invalid_scope", APAM_E_DENIED, "invalid_scope: look at scope" },
	{ "invalid_target", APAM_E_DENIED, "invalid_target: look at resource" },
	{ "server_error", APAM_E_PROVIDER,
	    "server_error: the provider has a fault of its own" },
	{ "temporarily_unavailable", APAM_E_PROVIDER,
	    "temporarily_unavailable: try again later" },
};

static int32_t
denied(const struct oauth2 *o, struct apam_op *op, struct apam_str code)
{
	size_t i;

	for (i = 0; i < sizeof(denials) / sizeof(denials[0]); i++)
		if (scheme_same(code, apam_str(denials[i].code)))
			return apam_failf(o->svc, op, denials[i].status,
			    "login page: %s", denials[i].text);
	return apam_failf(o->svc, op, APAM_E_DENIED,
	    "login page: the provider refused, with an unknown error code");
}

/* RFC 6749, 10.12. */
static const char *
other_state(const struct apam_services *svc, const struct session *s,
    enum query_result found, const struct apam_text *state)
{
	return found == QUERY_FOUND &&
		svc->equal(svc, svc->text_view(svc, state), s->state) ?
	    NULL :
	    "the browser came back from another login than this one (its "
	    "state is another): log in again";
}

/* RFC 9207, 2.4: simple string comparison. */
static const char *
other_issuer(const struct apam_services *svc, const struct session *s,
    enum query_result found, const struct apam_text *issuer)
{
	if (found == QUERY_BAD ||
	    (found == QUERY_FOUND && s->issuer.n > 0 &&
		!scheme_same(svc->text_view(svc, issuer), s->issuer)))
		return "the browser came back from another issuer than the one "
		       "it was sent to: nothing of it is used";
	if (found == QUERY_ABSENT && s->says_issuer.n > 0)
		return "the browser came back without the issuer's name, which "
		       "this issuer always sends: nothing of it is used";
	return NULL;
}

/* Is what came back this login's?  STEP_DONE, or what `fail` returned. */
static int32_t
admit(const struct oauth2 *o, struct apam_op *op, const struct session *s)
{
	const struct apam_services *svc = o->svc;
	struct apam_text *state = svc->text_new(svc, 1);
	struct apam_text *issuer = svc->text_new(svc, 0);
	const enum query_result stated = query_value(
	    svc, op->redirected, APAM_STR("state"), state);
	const enum query_result named = query_value(
	    svc, op->redirected, APAM_STR("iss"), issuer);
	const char *why = other_state(svc, s, stated, state);
	int32_t step = APAM_STEP_DONE;

	if (why == NULL)
		why = other_issuer(svc, s, named, issuer);
	if (stated == QUERY_MEMORY || named == QUERY_MEMORY)
		step = service_failed(o, op, APAM_E_MEMORY);
	else if (why != NULL)
		step = apam_failf(
		    svc, op, APAM_E_DENIED, "login page: %s", why);
	svc->text_free(svc, &issuer);
	svc->text_free(svc, &state);
	return step;
}

/* RFC 6749, 4.1.3; RFC 7636, 4.5: the redirect URI is the same to the letter. */
static int32_t
spend_code(const struct oauth2 *o, struct apam_op *op, struct session *s,
    struct apam_str code)
{
	const struct apam_services *svc = o->svc;
	int32_t step = login_token_form(o, op, s);

	svc->exchange_field(
	    svc, op, APAM_STR("grant_type"), APAM_STR("authorization_code"));
	svc->exchange_field(svc, op, APAM_STR("code"), code);
	svc->exchange_field(svc, op, APAM_STR("redirect_uri"), s->redirect_uri);
	svc->exchange_field(svc, op, APAM_STR("code_verifier"), s->verifier);
	op->phase = PHASE_CODE;
	return login_keep(o, op, s, step);
}

/* Look for a code in what came back and is this login's, and spend it. */
static int32_t
take_code(const struct oauth2 *o, struct apam_op *op, struct session *s,
    struct apam_text *code)
{
	const struct apam_services *svc = o->svc;
	enum query_result found = query_value(
	    svc, op->redirected, APAM_STR("error"), code);

	if (found == QUERY_FOUND || found == QUERY_BAD)
		return denied(o, op, svc->text_view(svc, code));
	if (found == QUERY_ABSENT)
		found = query_value(
		    svc, op->redirected, APAM_STR("code"), code);
	if (found == QUERY_MEMORY)
		return service_failed(o, op, APAM_E_MEMORY);
	if (found != QUERY_FOUND || svc->text_view(svc, code).n == 0)
		return apam_failf(svc, op, APAM_E_PROVIDER,
		    "login page: the browser came back without a code");
	return spend_code(o, op, s, svc->text_view(svc, code));
}

int32_t
browser_back(const struct oauth2 *o, struct apam_op *op, struct session *s)
{
	int32_t step = admit(o, op, s);
	struct apam_text *code;

	if (step != APAM_STEP_DONE)
		return step;
	code = o->svc->text_new(o->svc, 1);
	step = take_code(o, op, s, code);
	o->svc->text_free(o->svc, &code);
	return step;
}
