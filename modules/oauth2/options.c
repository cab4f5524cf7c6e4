/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The options that OAuth schemes share.
 *
 * The token endpoint is given by its URL or found through the issuer.  Exactly
 * one of the two must be set, so that it is clear which one counts.
 */
#include "oauth2.h"

const char *const oauth2_client_auths[] = { "post", "basic",
	"client_secret_jwt", "private_key_jwt", "assertion", "tls_client_auth",
	"self_signed_tls_client_auth", "none", NULL };

/* scope-token = 1*( %x21 / %x23-5B / %x5D-7E ).  RFC 6749, 3.3. */
static bool
is_scope_token(struct apam_str s)
{
	return scheme_all_visible(s) && !scheme_has_char(s, '"') &&
	    !scheme_has_char(s, '\\');
}

bool
oauth2_is_absolute_uri(struct apam_str s)
{
	size_t i = 0;

	while (i < s.n &&
	    ((scheme_lower(s.p[i]) >= 'a' && scheme_lower(s.p[i]) <= 'z') ||
		(i > 0 && strchr("0123456789+-.", s.p[i]) != NULL)))
		i++;
	return i > 0 && i + 1 < s.n && s.p[i] == ':' && scheme_all_visible(s) &&
	    !scheme_has_char(s, '#');
}

/* Fields of the token request that `extra` must not set. */
static bool
is_reserved_field(struct apam_str name)
{
	static const char *const reserved[] = { "grant_type", "client_id",
		"client_secret", "scope", "audience", "resource",
		"client_assertion", "client_assertion_type", "assertion",
		"subject_token", "subject_token_type", "actor_token",
		"actor_token_type", "requested_token_type" };
	size_t i;

	for (i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (scheme_same_nocase(name, apam_str(reserved[i])))
			return true;
	return false;
}

static int32_t
check_url(const struct oauth2 *o)
{
	if (oauth2_option(o, OAUTH2_OPT_TOKEN_URL)->set &&
	    oauth2_option(o, OAUTH2_OPT_ISSUER)->set)
		return apam_refuse_optionf(o->svc, OAUTH2_OPT_ISSUER,
		    "give token_url or issuer, not both");
	/* RFC 8414, 2. */
	if (scheme_has_char(oauth2_text(o, OAUTH2_OPT_ISSUER), '?') ||
	    scheme_has_char(oauth2_text(o, OAUTH2_OPT_ISSUER), '#'))
		return apam_refuse_optionf(
		    o->svc, OAUTH2_OPT_ISSUER, "has a query or a fragment");
	if (!oauth2_option(o, OAUTH2_OPT_TOKEN_URL)->set &&
	    !oauth2_option(o, OAUTH2_OPT_ISSUER)->set && !o->grant->facts)
		return apam_refuse_optionf(o->svc, OAUTH2_OPT_TOKEN_URL,
		    "is missing: give the token endpoint's URL, or issuer");
	return APAM_OK;
}

/* What proves who the client is, and which of it each way needs. */
#define SECRET 1U
#define KEY 2U
#define CERTIFICATE 4U
#define ASSERTION 8U

static const struct {
	size_t option;
	unsigned bit;
	const char *why; /* it is missed */
} proofs[] = {
	{ .option = OAUTH2_OPT_CLIENT_SECRET,
	    .bit = SECRET,
	    .why =
		"is missing: give a reference to the client's secret, or another "
		"client_auth" },
	{ .option = OAUTH2_OPT_CLIENT_KEY,
	    .bit = KEY,
	    .why =
		"is missing: give a reference to the client's private key, or "
		"another client_auth" },
	{ .option = OAUTH2_OPT_CLIENT_CERTIFICATE,
	    .bit = CERTIFICATE,
	    .why =
		"is missing: give the path of the client's certificate, or another "
		"client_auth" },
	{ .option = OAUTH2_OPT_CLIENT_ASSERTION,
	    .bit = ASSERTION,
	    .why = "is missing: give a reference to the signed JWT, or another "
		   "client_auth" },
};

static const unsigned needs[] = {
	[OAUTH2_AUTH_POST] = SECRET,
	[OAUTH2_AUTH_BASIC] = SECRET,
	[OAUTH2_AUTH_SECRET_JWT] = SECRET,
	[OAUTH2_AUTH_KEY_JWT] = KEY,
	[OAUTH2_AUTH_ASSERTION] = ASSERTION,
	[OAUTH2_AUTH_TLS] = KEY | CERTIFICATE,
	[OAUTH2_AUTH_SELF_SIGNED_TLS] = KEY | CERTIFICATE,
	[OAUTH2_AUTH_NONE] = 0,
};

static bool
grant_signs(const struct oauth2 *o)
{
	return o->grant->signs != NULL && o->grant->signs(o);
}

/* As client.c has it where nobody says it. */
static int64_t
auth_of(const struct oauth2 *o)
{
	const struct apam_value *auth = oauth2_option(
	    o, OAUTH2_OPT_CLIENT_AUTH);

	if (auth->set)
		return auth->num;
	return oauth2_option(o, OAUTH2_OPT_CLIENT_SECRET)->set ?
	    OAUTH2_AUTH_POST :
	    OAUTH2_AUTH_NONE;
}

/* Each way has what it needs, and nothing that it would not use. */
static int32_t
check_proofs(const struct oauth2 *o)
{
	const unsigned needed = needs[auth_of(o)] | (grant_signs(o) ? KEY : 0);
	size_t i;

	for (i = 0; i < sizeof(proofs) / sizeof(proofs[0]); i++) {
		if (oauth2_option(o, proofs[i].option)->set ==
		    ((needed & proofs[i].bit) != 0))
			continue;
		if ((needed & proofs[i].bit) != 0)
			return apam_refuse_optionf(
			    o->svc, proofs[i].option, "%s", proofs[i].why);
		return apam_refuse_optionf(o->svc, proofs[i].option,
		    "is not used with client_auth = \"%s\": leave it out, or "
		    "write another client_auth",
		    oauth2_client_auths[auth_of(o)]);
	}
	return APAM_OK;
}

/* RFC 7521, 4.1: an assertion or a token may name its subject alone. */
static int32_t
check_client_id(const struct oauth2 *o)
{
	const int64_t auth = auth_of(o);

	if (oauth2_option(o, OAUTH2_OPT_CLIENT_ID)->set ||
	    (auth == OAUTH2_AUTH_NONE && o->grant->nameless))
		return APAM_OK;
	return apam_refuse_optionf(o->svc, OAUTH2_OPT_CLIENT_ID,
	    "is missing: give the id that the provider has for this client");
}

static int32_t
check_assertion(const struct oauth2 *o)
{
	const struct apam_key *key =
	    oauth2_option(o, OAUTH2_OPT_CLIENT_KEY)->key;
	const int64_t auth = auth_of(o);
	int32_t status = APAM_OK;

	if (auth == OAUTH2_AUTH_SECRET_JWT)
		status = oauth2_assertion_check(o, APAM_KIND_SYMMETRIC);
	else if (auth == OAUTH2_AUTH_KEY_JWT || grant_signs(o))
		status = oauth2_assertion_check(
		    o, o->svc->key_kind(o->svc, key));
	else if (oauth2_option(o, OAUTH2_OPT_ASSERTION)->set)
		return apam_refuse_optionf(o->svc, OAUTH2_OPT_ASSERTION,
		    "is for JWTs that apam signs, and none is signed here: "
		    "leave it out, or write another client_auth");
	if (status == APAM_OK)
		status = grant_signs(o) ? oauth2_assertion_check_claims(o) :
					  oauth2_assertion_check_grant_only(o);
	return status;
}

static int32_t
check_scopes(const struct oauth2 *o)
{
	const struct apam_value *scope = oauth2_option(o, OAUTH2_OPT_SCOPE);
	size_t i;

	for (i = 0; i < scope->count; i++)
		if (!is_scope_token(scope->items[i]))
			return apam_refuse_optionf(o->svc, OAUTH2_OPT_SCOPE,
			    "element %zu is not a scope: write one scope in "
			    "each string, without spaces, quotes or "
			    "backslashes",
			    i + 1);
	return APAM_OK;
}

static int32_t
check_resources(const struct oauth2 *o)
{
	const struct apam_value *resource = oauth2_option(
	    o, OAUTH2_OPT_RESOURCE);
	size_t i;

	for (i = 0; i < resource->count; i++)
		if (!oauth2_is_absolute_uri(resource->items[i]))
			return apam_refuse_optionf(o->svc, OAUTH2_OPT_RESOURCE,
			    "element %zu is not an absolute URI without a "
			    "fragment",
			    i + 1);
	return APAM_OK;
}

static int32_t
check_extra(const struct oauth2 *o)
{
	const struct apam_value *extra = oauth2_option(o, OAUTH2_OPT_EXTRA);
	size_t i;

	for (i = 0; i < extra->count; i++)
		if (is_reserved_field(extra->names[i]))
			return apam_refuse_optionf(o->svc, OAUTH2_OPT_EXTRA,
			    "may not set %.*s: use the option of that name, if "
			    "there is one",
			    (int)extra->names[i].n, extra->names[i].p);
	return APAM_OK;
}

int32_t
oauth2_options_check(const struct oauth2 *o)
{
	int32_t status = check_url(o);

	if (status == APAM_OK)
		status = check_client_id(o);
	if (status == APAM_OK)
		status = check_proofs(o);
	if (status == APAM_OK)
		status = check_assertion(o);
	if (status == APAM_OK)
		status = check_scopes(o);
	if (status == APAM_OK)
		status = check_resources(o);
	if (status == APAM_OK)
		status = check_extra(o);
	if (status == APAM_OK && o->grant->check != NULL)
		status = o->grant->check(o);
	return status;
}
