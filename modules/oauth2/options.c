/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The options that OAuth schemes share.
 *
 * The token endpoint is given by its URL or found through the issuer.  Exactly
 * one of the two must be set, so that it is clear which one counts.
 */
#include "oauth2.h"

const char *const oauth2_client_auths[] = { "post", "basic", "none", NULL };

/* scope-token = 1*( %x21 / %x23-5B / %x5D-7E ).  RFC 6749, 3.3. */
static bool
is_scope_token(struct apam_str s)
{
	return scheme_all_visible(s) && !scheme_has_char(s, '"') &&
	    !scheme_has_char(s, '\\');
}

/* An absolute URI without a fragment.  RFC 8707, 2; RFC 3986, 3.1. */
static bool
is_absolute_uri(struct apam_str s)
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
		"client_assertion", "client_assertion_type" };
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
	    !oauth2_option(o, OAUTH2_OPT_ISSUER)->set)
		return apam_refuse_optionf(o->svc, OAUTH2_OPT_TOKEN_URL,
		    "is missing: give the token endpoint's URL, or issuer");
	return APAM_OK;
}

/* A method that needs no secret is given none. */
static int32_t
check_secret(const struct oauth2 *o)
{
	const bool set = oauth2_option(o, OAUTH2_OPT_CLIENT_SECRET)->set;

	if (!oauth2_option(o, OAUTH2_OPT_CLIENT_AUTH)->set)
		return APAM_OK;
	switch (oauth2_option(o, OAUTH2_OPT_CLIENT_AUTH)->num) {
	case OAUTH2_AUTH_NONE:
		return !set ?
		    APAM_OK :
		    apam_refuse_optionf(o->svc, OAUTH2_OPT_CLIENT_SECRET,
			"is not sent by client_auth = \"none\": leave out one "
			"of the two");
	default:
		return set ?
		    APAM_OK :
		    apam_refuse_optionf(o->svc, OAUTH2_OPT_CLIENT_SECRET,
			"is missing: give a reference to the client's secret, "
			"or another client_auth");
	}
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
		if (!is_absolute_uri(resource->items[i]))
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
		status = check_secret(o);
	if (status == APAM_OK)
		status = check_scopes(o);
	if (status == APAM_OK)
		status = check_resources(o);
	if (status == APAM_OK)
		status = check_extra(o);
	return status;
}
