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

size_t
oauth2_path_start(struct apam_str url)
{
	size_t i = 0;

	while (i + 2 < url.n && memcmp(url.p + i, "://", 3) != 0)
		i++;
	for (i += 3; i < url.n && url.p[i] != '/'; i++)
		;
	return i < url.n ? i : url.n;
}

bool
oauth2_is_endpoint(struct apam_str from, struct apam_str url)
{
	const bool plain = scheme_starts(from, APAM_STR("http://"));

	return scheme_all_visible(url) && !scheme_has_char(url, '#') &&
	    (scheme_starts(url, APAM_STR("https://")) ||
		(plain && scheme_starts(url, APAM_STR("http://"))));
}

/* Get the document whose URL has these parts, one after the other. */
static int32_t
get_document(const struct oauth2 *o, struct apam_op *op,
    const struct apam_str parts[3], uint32_t phase)
{
	const struct apam_services *svc = o->svc;
	struct apam_text *url = svc->text_new(svc, 0);
	size_t i;

	op->phase = phase;
	for (i = 0; i < 3; i++)
		svc->text_put(svc, url, APAM_WRITING_PLAIN, parts[i]);
	svc->exchange(svc, op, APAM_STR("GET"), svc->text_view(svc, url),
	    APAM_ENCODING_NONE);
	svc->text_free(svc, &url);
	return APAM_STEP_EXCHANGE;
}

/* Without the '/' that ends its path. */
static struct apam_str
unended(struct apam_str issuer)
{
	if (issuer.n > oauth2_path_start(issuer) &&
	    issuer.p[issuer.n - 1] == '/')
		issuer.n--;
	return issuer;
}

/* RFC 8414, 3.1: inserted before the path. */
int32_t
oauth2_metadata_request(
    const struct oauth2 *o, struct apam_op *op, struct apam_str issuer)
{
	const struct apam_str base = unended(issuer);
	const size_t path = oauth2_path_start(base);
	const struct apam_str parts[3] = { scheme_str(base.p, path),
		APAM_STR(WELL_KNOWN),
		scheme_str(base.p + path, base.n - path) };

	return get_document(o, op, parts, OAUTH2_PHASE_METADATA);
}

/* Discovery, 4: appended to the issuer. */
bool
oauth2_metadata_elsewhere(const struct oauth2 *o, struct apam_op *op,
    struct apam_str issuer, int32_t *step)
{
	const struct apam_str parts[3] = { unended(issuer), APAM_STR(OPENID),
		APAM_STR("") };

	if (op->phase != OAUTH2_PHASE_METADATA || op->response->status != 404)
		return false;
	*step = get_document(o, op, parts, OAUTH2_PHASE_DISCOVERY);
	return true;
}

void
oauth2_endpoints_known(
    const struct oauth2 *o, struct apam_op *op, struct oauth2_endpoints *found)
{
	found->token = oauth2_text_or_fact(
	    o, op, OAUTH2_OPT_TOKEN_URL, APAM_STR("token_url"));
	found->introspection = oauth2_text_or_fact(
	    o, op, OAUTH2_OPT_INTROSPECTION_URL, APAM_STR("introspection_url"));
	found->revocation = oauth2_text_or_fact(
	    o, op, OAUTH2_OPT_REVOCATION_URL, APAM_STR("revocation_url"));
}

bool
oauth2_metadata_endpoint(const struct oauth2 *o, const struct apam_response *r,
    struct apam_str issuer, const char *pointer, struct apam_str *url)
{
	struct apam_json value;

	if (url->n > 0 ||
	    o->svc->json(o->svc, r, pointer, &value, NULL) != APAM_OK ||
	    value.type == APAM_JSON_ABSENT)
		return true;
	if (value.type != APAM_JSON_STRING ||
	    !oauth2_is_endpoint(issuer, value.str))
		return false;
	*url = value.str;
	return true;
}

/* What the metadata has of endpoints; RFC 8414, 2. */
static const struct {
	const char *pointer, *alias;
	const char *why; /* a URL is not used */
	size_t offset; /* in struct oauth2_endpoints */
} published[] = {
	{ .pointer = "/token_endpoint",
	    .alias = "/mtls_endpoint_aliases/token_endpoint",
	    .why = "its token_endpoint is not an https URL",
	    .offset = offsetof(struct oauth2_endpoints, token) },
	{ .pointer = "/introspection_endpoint",
	    .alias = "/mtls_endpoint_aliases/introspection_endpoint",
	    .why = "its introspection_endpoint is not an https URL",
	    .offset = offsetof(struct oauth2_endpoints, introspection) },
	{ .pointer = "/revocation_endpoint",
	    .alias = "/mtls_endpoint_aliases/revocation_endpoint",
	    .why = "its revocation_endpoint is not an https URL",
	    .offset = offsetof(struct oauth2_endpoints, revocation) },
};

static struct apam_str *
endpoint_at(struct oauth2_endpoints *found, size_t offset)
{
	return (struct apam_str *)(void *)((char *)found + offset);
}

static struct scheme_fault
read_endpoints(const struct oauth2 *o, const struct apam_response *r,
    struct apam_str issuer, struct oauth2_endpoints *found)
{
	struct apam_str *url;
	size_t i;

	for (i = 0; i < sizeof(published) / sizeof(published[0]); i++) {
		url = endpoint_at(found, published[i].offset);
		/* RFC 8705, 5: where certificates are asked for. */
		if ((oauth2_by_certificate(o) &&
			!oauth2_metadata_endpoint(
			    o, r, issuer, published[i].alias, url)) ||
		    !oauth2_metadata_endpoint(
			o, r, issuer, published[i].pointer, url))
			return scheme_provider_fault(published[i].why);
	}
	if (found->token.n == 0)
		return scheme_provider_fault("it has no token_endpoint");
	return scheme_no_fault();
}

struct scheme_fault
oauth2_metadata_read(const struct oauth2 *o, const struct apam_response *r,
    struct apam_str issuer, struct oauth2_endpoints *found)
{
	struct apam_json value;
	const char *why = NULL;
	struct scheme_fault fault;

	found->token = oauth2_text(o, OAUTH2_OPT_TOKEN_URL);
	found->introspection = oauth2_text(o, OAUTH2_OPT_INTROSPECTION_URL);
	found->revocation = oauth2_text(o, OAUTH2_OPT_REVOCATION_URL);
	/* RFC 8414, 3.2: a success is 200 and JSON. */
	if (r->status != 200)
		return scheme_fault_of_status(o->svc, r);
	fault = scheme_fault_of_success(o->svc, r);
	if (fault.status != APAM_OK)
		return fault;
	if (o->svc->json(o->svc, r, "/issuer", &value, &why) != APAM_OK)
		return scheme_provider_fault(why);

	/* RFC 8414, 3.3: it must be identical, or nothing in it may be used. */
	if (value.type != APAM_JSON_STRING || !scheme_same(value.str, issuer))
		return scheme_config_fault(
		    "its issuer is not the configured one");
	return read_endpoints(o, r, issuer, found);
}

bool
oauth2_find_endpoints(const struct oauth2 *o, struct apam_op *op,
    struct oauth2_endpoints *found, oauth2_end *on_fail, int32_t *step)
{
	const struct apam_str issuer = oauth2_text(o, OAUTH2_OPT_ISSUER);
	struct scheme_fault fault;

	if (issuer.n == 0) {
		oauth2_endpoints_known(o, op, found);
		return true;
	}
	if (op->phase == OAUTH2_PHASE_START) {
		*step = oauth2_metadata_request(o, op, issuer);
		return false;
	}
	if (oauth2_metadata_elsewhere(o, op, issuer, step))
		return false;
	fault = oauth2_metadata_read(o, op->response, issuer, found);
	if (fault.status == APAM_OK)
		return true;
	*step = on_fail(o->svc, op, "issuer metadata", fault);
	return false;
}

bool
oauth2_find_revocation(const struct oauth2 *o, struct apam_op *op,
    struct oauth2_endpoints *found, int32_t *step)
{
	oauth2_endpoints_known(o, op, found);
	return found->revocation.n > 0 ||
	    oauth2_find_endpoints(o, op, found, scheme_fail, step);
}
