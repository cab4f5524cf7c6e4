/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The token endpoint's answer, RFC 6749, 5.
 *
 * It is accepted only if all of it is right: status 200 or 201, JSON, a
 * token with allowed characters and of the type that we can send.  Messages name only the
 * error codes in the table here and in the grant's; nothing else of an answer is
 * repeated.
 */
#include "oauth2.h"

#define TOKEN_MAX 65536 /* bytes; the core's own limit */
#define GRANTED_MAX 256 /* elements of a scope array that are read */

/* ---- Errors ----------------------------------------------------------- */

/*
 * The codes of RFC 6749, 5.2, and RFC 8707, 2, and what to do about them; but
 * for those about the grant, which its own table has.
 */
static const struct oauth2_error token_errors[] = {
	{ "invalid_client",
	    { APAM_E_REVOKED,
		"invalid_client: the client is revoked or unknown,"
		" or its secret or key is wrong" } },
	{ "invalid_request",
	    { APAM_E_DENIED,
		"invalid_request: look at client_auth and extra" } },
	{ "invalid_scope",
	    { APAM_E_DENIED,
		"invalid_scope: look at scope, and what the client may ask" } },
	{ "invalid_target",
	    { APAM_E_DENIED, "invalid_target: look at resource" } },
	{ "unauthorized_client",
	    { APAM_E_DENIED,
		"unauthorized_client: the client may not use this grant" } },
	{ NULL, { APAM_OK, NULL } },
};

static bool
find_error(const struct oauth2_error *table, struct apam_str code,
    struct scheme_fault *fault)
{
	for (; table != NULL && table->code != NULL; table++)
		if (scheme_same(code, apam_str(table->code))) {
			*fault = table->fault;
			return true;
		}
	return false;
}

/* Read the error object of an answer, RFC 6749, 5.2; the grant knows best. */
static bool
known_error(const struct oauth2 *o, const struct apam_response *r,
    struct scheme_fault *fault)
{
	struct apam_str code = scheme_json_string(o->svc, r, "/error");

	return find_error(o->grant->errors, code, fault) ||
	    find_error(token_errors, code, fault);
}

/*
 * 401 is for a client that could not be authenticated (RFC 6749, 5.2), whatever
 * the code: Keycloak says unauthorized_client of a wrong secret.
 */
static bool
is_client_unknown(const struct oauth2 *o, const struct apam_response *r)
{
	return r->status == 401 &&
	    scheme_same(scheme_json_string(o->svc, r, "/error"),
		APAM_STR("unauthorized_client"));
}

/*
 * As invalid_client, whose class is the grant's to say.  Without such a code it
 * may not be the token endpoint that answers.
 */
static struct scheme_fault
refusal_of_401(const struct oauth2 *o, const struct apam_response *r)
{
	struct scheme_fault fault = scheme_fault(APAM_E_REVOKED, "");

	(void)find_error(o->grant->errors, APAM_STR("invalid_client"), &fault);
	return scheme_fault(fault.status,
	    is_client_unknown(o, r) ?
		"the client is revoked or unknown,"
		" or its secret or key is wrong" :
		"the client is revoked or unknown, or its secret or key is "
		"wrong; or the URL is not that of the token endpoint");
}

/*
 * What a refusal means.  RFC 6749, 5.2, has codes for 400 and 401.  A 403 is
 * never evidence against the key.  A page without a challenge is a proxy's.
 */
static struct scheme_fault
refusal(const struct oauth2 *o, const struct apam_response *r)
{
	struct scheme_fault fault;

	if (scheme_is_html(o->svc, r) &&
	    o->svc->header(o->svc, r, "WWW-Authenticate").n == 0)
		return scheme_provider_fault(
		    "an HTML page where JSON was expected");
	if (r->status == 403)
		return scheme_fault(
		    APAM_E_DENIED, "the client may not have a token");
	if (known_error(o, r, &fault) && !is_client_unknown(o, r))
		return fault;
	if (r->status == 401)
		return refusal_of_401(o, r);
	return scheme_provider_fault("a refusal without a known error code");
}

/* ---- Response --------------------------------------------------------- */

/*
 * RFC 6749, A.12, allows all visible characters and the space; b64token of RFC
 * 6750, 2.1, is narrower, and some providers go beyond it: those of Salesforce
 * have a '!', those of eBay '^' and '#'.  What would end a header's word, or
 * begin a parameter, is refused.
 */
static bool
can_be_sent(struct apam_str s)
{
	return scheme_all_visible(s) && !scheme_has_char(s, '"') &&
	    !scheme_has_char(s, ',') && !scheme_has_char(s, '\\');
}

static struct scheme_fault
read_token(const struct oauth2 *o, const struct apam_response *r,
    struct apam_str *token)
{
	struct apam_json value;
	const char *why = NULL;

	if (o->svc->json(o->svc, r, "/access_token", &value, &why) != APAM_OK)
		return scheme_provider_fault(why);
	if (value.type == APAM_JSON_ABSENT)
		return scheme_provider_fault("the answer has no access_token");
	if (value.type != APAM_JSON_STRING || value.str.n == 0)
		return scheme_provider_fault(
		    "access_token is not a text, or is "
		    "empty");
	if (value.str.n > TOKEN_MAX)
		return scheme_provider_fault("access_token is too long");
	if (!can_be_sent(value.str))
		return scheme_provider_fault(
		    "access_token has characters that a token cannot have");
	*token = value.str;
	return scheme_no_fault();
}

/* RFC 6749, 5.1: the type has no case.  eBay, for one, has words of its own. */
static bool
is_bearer(const struct oauth2 *o, struct apam_str type)
{
	const struct apam_value *own = oauth2_option(o, OAUTH2_OPT_TOKEN_TYPE);

	return scheme_same_nocase(type, APAM_STR("bearer")) ||
	    (own->set && scheme_same_nocase(type, own->str));
}

/* RFC 6749, 5.1: it is required.  We can send only bearer tokens. */
static struct scheme_fault
read_type(const struct oauth2 *o, const struct apam_response *r)
{
	struct apam_json value;

	(void)o->svc->json(o->svc, r, "/token_type", &value, NULL);
	if (value.type == APAM_JSON_ABSENT)
		return scheme_provider_fault("the answer has no token_type");
	if (value.type != APAM_JSON_STRING || !is_bearer(o, value.str))
		return scheme_provider_fault("token_type is not bearer");
	return scheme_no_fault();
}

/* An element of the "/scope" array; its pointer is built here. */
static struct apam_json
scope_element(const struct oauth2 *o, const struct apam_response *r, unsigned i)
{
	struct apam_json value;
	char pointer[] = "/scope/000";
	char *p = pointer + sizeof("/scope/") - 1;

	/* RFC 6901, 4: no leading zeros. */
	if (i >= 100)
		*p++ = (char)('0' + i / 100);
	if (i >= 10)
		*p++ = (char)('0' + i / 10 % 10);
	*p++ = (char)('0' + i % 10);
	*p = '\0';
	(void)o->svc->json(o->svc, r, pointer, &value, NULL);
	return value;
}

/* Servers send arrays of strings as well as strings with spaces. */
static struct scheme_fault
check_scope(
    const struct oauth2 *o, const struct apam_response *r, int64_t *elements)
{
	struct apam_json value;
	unsigned i;

	*elements = 0;
	(void)o->svc->json(o->svc, r, "/scope", &value, NULL);
	if (value.type == APAM_JSON_ABSENT || value.type == APAM_JSON_NULL ||
	    value.type == APAM_JSON_STRING)
		return scheme_no_fault();
	if (value.type != APAM_JSON_ARRAY || value.num > GRANTED_MAX)
		return scheme_provider_fault(
		    "scope is neither a string nor a list");
	for (i = 0; i < (unsigned)value.num; i++)
		if (scope_element(o, r, i).type != APAM_JSON_STRING)
			return scheme_provider_fault(
			    "scope is a list with elements "
			    "other than strings");
	*elements = value.num;
	return scheme_no_fault();
}

/* True if `word` is one of `words`, which are separated by spaces. */
static bool
has_word(struct apam_str words, struct apam_str word)
{
	size_t i, from = 0;

	for (i = 0; i <= words.n; i++) {
		if (i < words.n && words.p[i] != ' ')
			continue;
		if (scheme_same(
			(struct apam_str){ words.p + from, i - from }, word))
			return true;
		from = i + 1;
	}
	return false;
}

static bool
is_granted(const struct oauth2 *o, const struct apam_response *r,
    int64_t elements, struct apam_str scope)
{
	struct apam_json value;
	unsigned i;

	(void)o->svc->json(o->svc, r, "/scope", &value, NULL);
	if (value.type == APAM_JSON_STRING)
		return has_word(value.str, scope);
	for (i = 0; i < (unsigned)elements; i++)
		if (scheme_same(scope_element(o, r, i).str, scope))
			return true;
	/* RFC 6749, 5.1: scope may be left out if everything was granted. */
	return value.type != APAM_JSON_ARRAY;
}

size_t
oauth2_missing_scopes(const struct oauth2 *o, const struct apam_response *r,
    struct apam_str *first)
{
	const struct apam_value *asked = oauth2_option(o, OAUTH2_OPT_SCOPE);
	size_t i, missing = 0;
	int64_t elements;

	if (check_scope(o, r, &elements).status != APAM_OK)
		return 0;
	for (i = 0; i < asked->count; i++) {
		if (is_granted(o, r, elements, asked->items[i]))
			continue;
		if (missing++ == 0)
			*first = asked->items[i];
	}
	return missing;
}

/* RFC 6749, 3.3: the server may grant less; some requests will then fail. */
static void
warn_of_narrower(const struct oauth2 *o, const struct apam_response *r)
{
	struct apam_str first = APAM_STR("");
	size_t missing = oauth2_missing_scopes(o, r, &first);

	if (missing > 0)
		apam_logf(o->svc, APAM_LOG_WARNING,
		    "%zu of the %zu scopes asked for were not granted: %.*s%s",
		    missing, oauth2_option(o, OAUTH2_OPT_SCOPE)->count,
		    (int)first.n, first.p, missing > 1 ? ", ..." : "");
}

/* RFC 6749, 5.1: 200.  CrowdStrike, for one, creates a token, and says 201. */
static bool
is_success(const struct apam_response *r)
{
	return r->status == 200 || r->status == 201;
}

struct scheme_fault
oauth2_answer_fault(const struct oauth2 *o, const struct apam_response *r)
{
	if (r->status == 400 || r->status == 401 || r->status == 403)
		return refusal(o, r);
	if (!is_success(r))
		return scheme_fault_of_status(o->svc, r);
	return scheme_fault_of_success(o->svc, r);
}

struct scheme_fault
oauth2_token_read(const struct oauth2 *o, const struct apam_response *r,
    struct apam_str *token)
{
	struct scheme_fault fault = oauth2_answer_fault(o, r);
	int64_t elements;

	if (fault.status == APAM_OK)
		fault = read_token(o, r, token);
	if (fault.status == APAM_OK)
		fault = read_type(o, r);
	if (fault.status == APAM_OK)
		fault = check_scope(o, r, &elements);
	if (fault.status == APAM_OK)
		warn_of_narrower(o, r);
	return fault;
}

struct scheme_fault
oauth2_token_take(const struct oauth2 *o, struct apam_op *op)
{
	const struct oauth2_grant *grant = o->grant;
	struct apam_str token = APAM_STR("");
	struct scheme_fault kept = scheme_no_fault(), fault;

	if (is_success(op->response) && grant->keep != NULL)
		kept = grant->keep(o, op);
	fault = oauth2_token_read(o, op->response, &token);
	if (fault.status == APAM_OK)
		fault = kept;
	/* No URL needs to be another: it took what was sent, or perhaps so. */
	if (fault.status != APAM_OK && is_success(op->response) &&
	    grant->spends)
		fault.status = APAM_E_PROVIDER;
	if (fault.status != APAM_OK)
		return fault;
	if (grant->take != NULL)
		fault = grant->take(o, op);
	if (fault.status != APAM_OK)
		return fault;
	o->svc->credential(o->svc, op, token);
	o->svc->lifetime_json(o->svc, op, "/expires_in"); /* RFC 6749, 5.1 */
	return fault;
}
