/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The options of oauth2-client-credentials and its descriptor.
 *
 * The token endpoint is given by its URL or found through the issuer.  Exactly
 * one of the two must be set, so that it is clear which one counts.
 */
#include "oauth2.h"

#include <stdlib.h>

static const char *const client_auths[] = { "post", "basic", NULL };

static const struct apam_option options[OPT_COUNT] = {
	[OPT_TOKEN_URL] = { .name = "token_url",
	    .help = "the token endpoint; or give issuer",
	    .type = APAM_OPT_URL },
	[OPT_ISSUER] = { .name = "issuer",
	    .help = "find the endpoints in the metadata of this issuer",
	    .type = APAM_OPT_URL },
	[OPT_CLIENT_ID] = { .name = "client_id",
	    .help = "the client's id, also called key",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_REQUIRED | APAM_OPT_KEY_ID },
	[OPT_CLIENT_SECRET] = { .name = "client_secret",
	    .help = "reference to the client's secret",
	    .type = APAM_OPT_SECRET,
	    .flags = APAM_OPT_REQUIRED },
	[OPT_CLIENT_AUTH] = { .name = "client_auth",
	    .help = "how id and secret are sent: in the form, or as Basic",
	    .type = APAM_OPT_CHOICE,
	    .default_value = "post",
	    .choices = client_auths },
	[OPT_SCOPE] = { .name = "scope",
	    .help = "scopes to ask for, one string each",
	    .type = APAM_OPT_LIST },
	[OPT_AUDIENCE] = { .name = "audience",
	    .help = "audiences to ask for",
	    .type = APAM_OPT_LIST },
	[OPT_RESOURCE] = { .name = "resource",
	    .help = "resource URIs to ask for (RFC 8707)",
	    .type = APAM_OPT_LIST },
	[OPT_EXTRA] = { .name = "extra",
	    .help = "more fields for the token request",
	    .type = APAM_OPT_MAP },
	[OPT_INTROSPECTION_URL] = { .name = "introspection_url",
	    .help = "ask here whether a token is active (RFC 7662)",
	    .type = APAM_OPT_URL },
	[OPT_REVOCATION_URL] = { .name = "revocation_url",
	    .help = "revoke tokens here (RFC 7009)",
	    .type = APAM_OPT_URL },
};

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
	if (option(o, OPT_TOKEN_URL)->set && option(o, OPT_ISSUER)->set)
		return apam_refuse_optionf(
		    o->svc, OPT_ISSUER, "give token_url or issuer, not both");
	if (!option(o, OPT_TOKEN_URL)->set && !option(o, OPT_ISSUER)->set)
		return apam_refuse_optionf(o->svc, OPT_TOKEN_URL,
		    "is missing: give the token endpoint's URL, or issuer");
	return APAM_OK;
}

static int32_t
check_scopes(const struct oauth2 *o)
{
	const struct apam_value *scope = option(o, OPT_SCOPE);
	size_t i;

	for (i = 0; i < scope->count; i++)
		if (!is_scope_token(scope->items[i]))
			return apam_refuse_optionf(o->svc, OPT_SCOPE,
			    "element %zu is not a scope: write one scope in "
			    "each string, without spaces, quotes or "
			    "backslashes",
			    i + 1);
	return APAM_OK;
}

static int32_t
check_resources(const struct oauth2 *o)
{
	const struct apam_value *resource = option(o, OPT_RESOURCE);
	size_t i;

	for (i = 0; i < resource->count; i++)
		if (!is_absolute_uri(resource->items[i]))
			return apam_refuse_optionf(o->svc, OPT_RESOURCE,
			    "element %zu is not an absolute URI without a "
			    "fragment",
			    i + 1);
	return APAM_OK;
}

static int32_t
check_extra(const struct oauth2 *o)
{
	const struct apam_value *extra = option(o, OPT_EXTRA);
	size_t i;

	for (i = 0; i < extra->count; i++)
		if (is_reserved_field(extra->names[i]))
			return apam_refuse_optionf(o->svc, OPT_EXTRA,
			    "may not set %.*s: use the option of that name, if "
			    "there is one",
			    (int)extra->names[i].n, extra->names[i].p);
	return APAM_OK;
}

static int32_t
check_options(const struct oauth2 *o)
{
	int32_t status = check_url(o);

	if (status == APAM_OK)
		status = check_scopes(o);
	if (status == APAM_OK)
		status = check_resources(o);
	if (status == APAM_OK)
		status = check_extra(o);
	return status;
}

static void
oauth2_close(void *state)
{
	struct oauth2 *o = state;

	o->svc->text_free(o->svc, &o->discovery_url);
	o->svc->text_free(o->svc, &o->metadata_url);
	free(o);
}

static int32_t
oauth2_open(const struct apam_services *svc, const struct apam_options *values,
    void **state)
{
	struct oauth2 *o = calloc(1, sizeof(*o));
	int32_t status;

	if (o == NULL)
		return APAM_E_MEMORY;
	o->svc = svc;
	o->options = values;
	status = check_options(o);
	if (status == APAM_OK && option(o, OPT_ISSUER)->set)
		status = metadata_open(o);
	if (status != APAM_OK) {
		oauth2_close(o);
		return status;
	}
	*state = o;
	return APAM_OK;
}

const struct apam_module apam_module_1 = {
	.magic = APAM_MODULE_MAGIC,
	.size = sizeof(struct apam_module),
	.abi_major = APAM_ABI_MAJOR,
	.abi_minor = APAM_ABI_MINOR,
	.traits = APAM_TRAIT_THREADS_PER_CALL | APAM_TRAIT_STATIC,
	.scheme = "oauth2-client-credentials",
	.summary = "OAuth 2.0 client credentials with bearer tokens",
	.vendor = "apam",
	.version = APAM_VERSION,
	.options = options,
	.option_size = sizeof(options[0]),
	.option_count = OPT_COUNT,
	.open = oauth2_open,
	.close = oauth2_close,
	.acquire = oauth2_acquire,
	.sign = oauth2_sign,
	.judge = oauth2_judge,
	.check = oauth2_check,
	.revoke = oauth2_revoke,
	.prepare = NULL, /* nothing depends on the request */
};
