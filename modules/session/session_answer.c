/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The login's answer: its tokens, or what is wrong.
 *
 * Providers do not say whether a token dies with its key, so a token that works
 * proves nothing.  Checking the key means logging in anew.
 */
#include "session.h"

#include "set_cookie.h"

#define TOKEN_MAX 65536 /* bytes; the core's own limit */

/* ---- One value -------------------------------------------------------- */

static struct scheme_fault
read_pointer(const struct session *s, const struct apam_response *r,
    const char *pointer, struct apam_str *value)
{
	struct scheme_fault fault = scheme_fault_of_success(s->svc, r);
	struct apam_json found;
	const char *why = NULL;

	if (fault.status != APAM_OK)
		return fault;
	if (s->svc->json(s->svc, r, pointer, &found, &why) != APAM_OK)
		return scheme_provider_fault(why);
	if (found.type == APAM_JSON_ABSENT)
		return scheme_provider_fault(s->texts->absent);
	if (found.type != APAM_JSON_STRING || found.str.n == 0)
		return scheme_provider_fault(
		    "the token is not a string, or is empty");
	*value = found.str;
	return scheme_no_fault();
}

static struct scheme_fault
read_header(const struct session *s, const struct apam_response *r,
    const char *name, struct apam_str *value)
{
	*value = s->svc->header(s->svc, r, name);
	if (value->n == 0)
		return scheme_provider_fault(
		    "the answer lacks the header that has the token");
	return scheme_no_fault();
}

/* One that the answer before the login has set may still be the session's. */
static struct scheme_fault
read_cookie(
    const struct apam_op *op, struct apam_str name, struct apam_str *value)
{
	struct set_cookie cookie;

	if (set_cookie_find(op->response, name, &cookie))
		*value = cookie.value;
	else
		*value = set_cookie_in(session_csrf_cookies(op), name);
	if (value->n == 0)
		return scheme_provider_fault(
		    "the answer sets no cookie of the token's name");
	return scheme_no_fault();
}

/*
 * The whole body: a line of text, or a JSON string.  A token needs no escapes, so
 * a string that has some is none.
 */
static struct scheme_fault
read_body(const struct session *s, const struct apam_response *r,
    struct apam_str *value)
{
	struct apam_str body = r->body;
	const bool json = scheme_is_json(s->svc, r);

	if (!json && scheme_is_html(s->svc, r))
		return scheme_provider_fault(
		    "an HTML page where a token was expected");
	while (body.n > 0 && memchr("\r\n", body.p[body.n - 1], 2) != NULL)
		body.n--;
	if (body.n == 0)
		return scheme_provider_fault("an empty answer");
	if (json || body.p[0] == '"') {
		if (body.n < 3 || body.p[0] != '"' || body.p[body.n - 1] != '"')
			return scheme_provider_fault(
			    "the token is not a string, or is empty");
		body = scheme_str(body.p + 1, body.n - 2);
	}
	if (scheme_has_char(body, '"') || scheme_has_char(body, '\\'))
		return scheme_provider_fault(
		    "the token has characters that a header cannot have");
	*value = body;
	return scheme_no_fault();
}

static struct scheme_fault
read_from(const struct session *s, struct apam_op *op,
    const struct session_source *source, struct apam_str *value)
{
	switch (source->from) {
	case FROM_HEADER:
		return read_header(s, op->response, source->name.p, value);
	case FROM_COOKIE:
		return read_cookie(op, source->name, value);
	case FROM_BODY:
		return read_body(s, op->response, value);
	case FROM_POINTER:
		break;
	}
	return read_pointer(s, op->response, source->name.p, value);
}

struct scheme_fault
session_read(const struct session *s, struct apam_op *op,
    const struct session_source *source, struct apam_str *value)
{
	struct scheme_fault fault = read_from(s, op, source, value);

	if (fault.status != APAM_OK)
		return fault;
	if (value->n > TOKEN_MAX)
		return scheme_provider_fault("the token is too long");
	if (!scheme_all_visible(*value))
		return scheme_provider_fault(
		    "the token has characters that a header cannot have");
	return scheme_no_fault();
}

/* ---- All of them ------------------------------------------------------ */

static struct scheme_fault
put_token(const struct session *s, struct apam_op *op,
    const struct session_token *token, struct apam_text *all)
{
	struct apam_str value = APAM_STR("");
	struct scheme_fault fault = session_read(s, op, &token->source, &value);

	if (fault.status != APAM_OK)
		return fault;
	if (place_value_bad(&token->to, value) != NULL)
		return scheme_provider_fault("the token has characters that a "
					     "cookie cannot have");
	if (token != s->tokens)
		s->svc->text_put(
		    s->svc, all, APAM_WRITING_PLAIN, APAM_STR("\n"));
	s->svc->text_put(s->svc, all, APAM_WRITING_PLAIN, value);
	return fault;
}

static struct scheme_fault
put_all(const struct session *s, struct apam_op *op, struct apam_text *all)
{
	const struct apam_str place = session_logout_place(s, op->response);
	struct scheme_fault fault = scheme_no_fault();
	size_t i;

	for (i = 0; i < s->token_count && fault.status == APAM_OK; i++)
		fault = put_token(s, op, &s->tokens[i], all);
	if (place.n > 0) {
		s->svc->text_put(
		    s->svc, all, APAM_WRITING_PLAIN, APAM_STR("\n"));
		s->svc->text_put(s->svc, all, APAM_WRITING_PLAIN, place);
	}
	return fault;
}

static struct scheme_fault
take_all(const struct session *s, struct apam_op *op)
{
	struct apam_text *all = s->svc->text_new(s->svc, 1);
	struct scheme_fault fault = put_all(s, op, all);

	if (fault.status == APAM_OK) {
		s->svc->credential(s->svc, op, s->svc->text_view(s->svc, all));
		session_say_lifetime(s, op);
	}
	s->svc->text_free(s->svc, &all);
	return fault;
}

/* ---- What the answer means -------------------------------------------- */

/*
 * What a refusal means.  The request has nothing but user and secret, so a 403
 * is about them just as a 401 is.  A page comes from a proxy.
 */
static struct scheme_fault
refusal(const struct session *s, const struct apam_response *r)
{
	if (scheme_is_html(s->svc, r) &&
	    s->svc->header(s->svc, r, "WWW-Authenticate").n == 0)
		return scheme_provider_fault(
		    "an HTML page where JSON was expected");
	/* But with a CSRF token a 403 may be about that. */
	if (r->status == 403 && s->csrf.url.n > 0)
		return scheme_provider_fault(
		    "it refuses the login, or the CSRF token");
	return scheme_fault(APAM_E_REVOKED, s->texts->refused);
}

static bool
is_expected(const struct session *s, int32_t status)
{
	switch (s->login.status) {
	case SESSION_ANY_SUCCESS:
		return status >= 200 && status <= 299;
	case SESSION_200_OR_201:
		/* Some frameworks answer every POST with 201. */
		return status == 200 || status == 201;
	default:
		return status == s->login.status;
	}
}

struct scheme_fault
session_take(const struct session *s, struct apam_op *op)
{
	const struct apam_response *r = op->response;

	if (answer_rules_meet(s->svc, &s->refusals, r) == RULE_MEETS)
		return scheme_fault(APAM_E_REVOKED, s->texts->refused);
	if (r->status == 401 || r->status == 403)
		return refusal(s, r);
	if (is_expected(s, r->status))
		return take_all(s, op);
	if (r->status == 400 || r->status == 415 || r->status == 422)
		return scheme_config_fault(s->texts->misunderstood);
	if (s->login.status > SESSION_200_OR_201 && r->status / 100 == 2)
		return scheme_provider_fault("not the status that login.status "
					     "says: the login page again?");
	return scheme_fault_of_status(s->svc, r);
}
