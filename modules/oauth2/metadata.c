/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Authorization server metadata, RFC 8414: where an issuer's endpoints are.
 *
 * The document is fetched in each run; runs are as rare as new tokens.  If it
 * does not exist, the place that OpenID Connect has for it is tried (OpenID
 * Connect Discovery 1.0, 4; RFC 8414, 5).
 */
#include "oauth2.h"

#define WELL_KNOWN "/.well-known/oauth-authorization-server"
#define OPENID "/.well-known/openid-configuration"

/* Index of a URL's path: the first '/' after the authority. */
static size_t
path_start(struct apam_str url)
{
	size_t i = 0;

	while (i + 2 < url.n && memcmp(url.p + i, "://", 3) != 0)
		i++;
	for (i += 3; i < url.n && url.p[i] != '/'; i++)
		;
	return i < url.n ? i : url.n;
}

int32_t
oauth2_metadata_open(struct oauth2 *o)
{
	const struct apam_services *svc = o->svc;
	struct apam_str issuer = oauth2_text(o, OAUTH2_OPT_ISSUER);
	size_t path = path_start(issuer);
	size_t end = issuer.n;

	/* RFC 8414, 2: no query or fragment components. */
	if (scheme_has_char(issuer, '?') || scheme_has_char(issuer, '#'))
		return apam_refuse_optionf(
		    svc, OAUTH2_OPT_ISSUER, "has a query or a fragment");

	/* RFC 8414, 3.1: inserted before the path, without its last '/'. */
	if (end > path && issuer.p[end - 1] == '/')
		end--;
	o->metadata_url = svc->text_new(svc, 1);
	svc->text_put(svc, o->metadata_url, APAM_WRITING_PLAIN,
	    (struct apam_str){ issuer.p, path });
	svc->text_put(
	    svc, o->metadata_url, APAM_WRITING_PLAIN, APAM_STR(WELL_KNOWN));
	svc->text_put(svc, o->metadata_url, APAM_WRITING_PLAIN,
	    (struct apam_str){ issuer.p + path, end - path });
	/* Discovery, 4: appended to the issuer, without its last '/'. */
	o->discovery_url = svc->text_new(svc, 1);
	svc->text_put(svc, o->discovery_url, APAM_WRITING_PLAIN,
	    (struct apam_str){ issuer.p, end });
	svc->text_put(
	    svc, o->discovery_url, APAM_WRITING_PLAIN, APAM_STR(OPENID));
	return svc->text_view(svc, o->metadata_url).n == 0 ||
		svc->text_view(svc, o->discovery_url).n == 0 ?
	    APAM_E_MEMORY :
	    APAM_OK;
}

int32_t
oauth2_metadata_request(const struct oauth2 *o, struct apam_op *op)
{
	op->phase = OAUTH2_PHASE_METADATA;
	o->svc->exchange(o->svc, op, APAM_STR("GET"),
	    o->svc->text_view(o->svc, o->metadata_url), APAM_ENCODING_NONE);
	return APAM_STEP_EXCHANGE;
}

bool
oauth2_metadata_elsewhere(
    const struct oauth2 *o, struct apam_op *op, int32_t *step)
{
	if (op->phase != OAUTH2_PHASE_METADATA || op->response->status != 404)
		return false;
	op->phase = OAUTH2_PHASE_DISCOVERY;
	o->svc->exchange(o->svc, op, APAM_STR("GET"),
	    o->svc->text_view(o->svc, o->discovery_url), APAM_ENCODING_NONE);
	*step = APAM_STEP_EXCHANGE;
	return true;
}

void
oauth2_endpoints_configured(
    const struct oauth2 *o, struct oauth2_endpoints *found)
{
	found->token = oauth2_text(o, OAUTH2_OPT_TOKEN_URL);
	found->introspection = oauth2_text(o, OAUTH2_OPT_INTROSPECTION_URL);
	found->revocation = oauth2_text(o, OAUTH2_OPT_REVOCATION_URL);
}

/*
 * Endpoints receive secrets, so they must use https (RFC 6749, 3.2), or plain
 * http if the administrator allowed that for the issuer.  The core makes sure
 * that plain http stays on loopback.
 */
static bool
is_endpoint(const struct oauth2 *o, struct apam_str url)
{
	bool plain = scheme_starts(
	    oauth2_text(o, OAUTH2_OPT_ISSUER), APAM_STR("http://"));

	return scheme_all_visible(url) &&
	    (scheme_starts(url, APAM_STR("https://")) ||
		(plain && scheme_starts(url, APAM_STR("http://"))));
}

bool
oauth2_metadata_endpoint(const struct oauth2 *o, const struct apam_response *r,
    const char *pointer, struct apam_str *url)
{
	struct apam_json value;

	if (url->n > 0 ||
	    o->svc->json(o->svc, r, pointer, &value, NULL) != APAM_OK ||
	    value.type == APAM_JSON_ABSENT)
		return true;
	if (value.type != APAM_JSON_STRING || !is_endpoint(o, value.str))
		return false;
	*url = value.str;
	return true;
}

struct scheme_fault
oauth2_metadata_read(const struct oauth2 *o, const struct apam_response *r,
    struct oauth2_endpoints *found)
{
	struct apam_json value;
	const char *why = NULL;
	struct scheme_fault fault;

	oauth2_endpoints_configured(o, found);
	/* RFC 8414, 3.2: a success is 200 and JSON. */
	if (r->status != 200)
		return scheme_fault_of_status(o->svc, r);
	fault = scheme_fault_of_success(o->svc, r);
	if (fault.status != APAM_OK)
		return fault;
	if (o->svc->json(o->svc, r, "/issuer", &value, &why) != APAM_OK)
		return scheme_provider_fault(why);

	/* RFC 8414, 3.3: it must be identical, or nothing in it may be used. */
	if (value.type != APAM_JSON_STRING ||
	    !scheme_same(value.str, oauth2_text(o, OAUTH2_OPT_ISSUER)))
		return scheme_config_fault(
		    "its issuer is not the configured one");
	if (!oauth2_metadata_endpoint(o, r, "/token_endpoint", &found->token))
		return scheme_provider_fault(
		    "its token_endpoint is not an https URL");
	if (found->token.n == 0)
		return scheme_provider_fault("it has no token_endpoint");
	if (!oauth2_metadata_endpoint(
		o, r, "/introspection_endpoint", &found->introspection))
		return scheme_provider_fault(
		    "its introspection_endpoint is not an https URL");
	if (!oauth2_metadata_endpoint(
		o, r, "/revocation_endpoint", &found->revocation))
		return scheme_provider_fault(
		    "its revocation_endpoint is not an https URL");
	return scheme_no_fault();
}
