/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where to log in, if the options do not say it.
 *
 * A resource, such as a server of the Model Context Protocol, names its
 * authorization servers in metadata of its own (RFC 9728), which its challenge
 * or a well-known place leads to.  The person is asked whether to log in there:
 * else whoever answers for the resource could have the person's login.  Then
 * the issuer says where its endpoints are (RFC 8414, OpenID Connect Discovery
 * 1.0), which must be that issuer, to the letter.
 */
#include "refresh.h"

#define WHO_RESOURCE "resource metadata"
#define WHO_ISSUER "issuer metadata"
#define WELL_KNOWN_RESOURCE "/.well-known/oauth-protected-resource"
#define ADDRESS_MAX 2048 /* bytes of a URL in a challenge */
#define METHODS_MAX 16 /* of PKCE that are looked at */

/* ---- The resource ----------------------------------------------------- */

static int32_t
get(const struct oauth2 *o, struct apam_op *op, struct session *s,
    struct apam_str url, uint32_t phase)
{
	o->svc->exchange(o->svc, op, APAM_STR("GET"), url, APAM_ENCODING_NONE);
	op->phase = phase;
	return login_keep(o, op, s, APAM_STEP_EXCHANGE);
}

/* Without a credential, so that it challenges: RFC 9728, 5. */
int32_t
resource_ask(const struct oauth2 *o, struct apam_op *op, struct session *s)
{
	return get(
	    o, op, s, oauth2_text(o, OAUTH2_OPT_RESOURCE), PHASE_RESOURCE);
}

/* RFC 9728, 3.1: inserted between host and path; "/" alone does not count. */
static int32_t
ask_well_known(const struct oauth2 *o, struct apam_op *op, struct session *s)
{
	const struct apam_services *svc = o->svc;
	struct apam_str resource = oauth2_text(o, OAUTH2_OPT_RESOURCE);
	const size_t path = oauth2_path_start(resource);
	struct apam_text *url = svc->text_new(svc, 0);
	int32_t step;

	if (resource.n == path + 1)
		resource.n = path;
	svc->text_put(
	    svc, url, APAM_WRITING_PLAIN, scheme_str(resource.p, path));
	svc->text_put(
	    svc, url, APAM_WRITING_PLAIN, APAM_STR(WELL_KNOWN_RESOURCE));
	svc->text_put(svc, url, APAM_WRITING_PLAIN,
	    scheme_str(resource.p + path, resource.n - path));
	step = get(o, op, s, svc->text_view(svc, url), PHASE_RESOURCE_METADATA);
	svc->text_free(svc, &url);
	return step;
}

/* RFC 9728, 5.1: the challenge may say where the metadata is. */
int32_t
resource_asked(const struct oauth2 *o, struct apam_op *op, struct session *s)
{
	char url[ADDRESS_MAX];
	size_t i;

	if (op->response->status != 401 ||
	    !scheme_find_challenge(o->svc, op->response, "Bearer", &i) ||
	    !o->svc->challenge_parameter(
		o->svc, op->response, i, "resource_metadata", url, sizeof(url)))
		return ask_well_known(o, op, s);
	if (strlen(url) == sizeof(url) - 1 ||
	    !oauth2_is_endpoint(
		oauth2_text(o, OAUTH2_OPT_RESOURCE), apam_str(url)))
		return apam_failf(o->svc, op, APAM_E_PROVIDER,
		    "resource: resource_metadata of its challenge is not an "
		    "https URL");
	return get(o, op, s, apam_str(url), PHASE_RESOURCE_METADATA);
}

static struct scheme_fault
read_resource(
    const struct oauth2 *o, const struct apam_response *r, struct session *s)
{
	const struct apam_str resource = oauth2_text(o, OAUTH2_OPT_RESOURCE);
	struct scheme_fault fault;

	/* RFC 9728, 3.2. */
	if (r->status != 200)
		return scheme_fault_of_status(o->svc, r);
	fault = scheme_fault_of_success(o->svc, r);
	if (fault.status != APAM_OK)
		return fault;
	/* RFC 9728, 3.3: else nothing in it may be used. */
	if (!scheme_same(scheme_json_string(o->svc, r, "/resource"), resource))
		return scheme_config_fault(
		    "its resource is not the configured one: write it as it is "
		    "there, or give issuer");
	s->issuer = scheme_json_string(o->svc, r, "/authorization_servers/0");
	if (!oauth2_is_endpoint(resource, s->issuer) ||
	    scheme_has_char(s->issuer, '?'))
		return scheme_provider_fault(
		    "it names no authorization server: give issuer");
	return scheme_no_fault();
}

/* A 401 must not choose an issuer: the person does, once for each. */
static int32_t
confirm(const struct oauth2 *o, struct apam_op *op, struct session *s)
{
	const struct apam_str resource = oauth2_text(o, OAUTH2_OPT_RESOURCE);
	struct apam_prompt prompt = { .size = sizeof(prompt),
		.url = s->issuer };
	char text[256];

	(void)snprintf(text, sizeof(text), "log in at %.*s, which %.*s names?",
	    (int)s->issuer.n, s->issuer.p, (int)oauth2_path_start(resource),
	    resource.p);
	prompt.text = apam_str(text);
	o->svc->show(o->svc, op, &prompt);
	op->phase = PHASE_CONFIRMED;
	return login_keep(o, op, s, APAM_STEP_CONFIRM);
}

int32_t
resource_found(const struct oauth2 *o, struct apam_op *op, struct session *s)
{
	struct scheme_fault fault = read_resource(o, op->response, s);

	if (fault.status != APAM_OK)
		return scheme_fail(o->svc, op, WHO_RESOURCE, fault);
	s->found = APAM_STR("1");
	if (scheme_same(
		o->svc->fact(o->svc, op, APAM_STR("issuer")), s->issuer))
		return issuer_ask(o, op, s);
	return confirm(o, op, s);
}

/* ---- The issuer ------------------------------------------------------- */

int32_t
issuer_ask(const struct oauth2 *o, struct apam_op *op, struct session *s)
{
	return login_keep(o, op, s, oauth2_metadata_request(o, op, s->issuer));
}

/* True if it lists the methods of PKCE that it has, and S256 is none of them. */
static bool
lacks_s256(const struct oauth2 *o, const struct apam_response *r)
{
	struct apam_json value;
	char pointer[64];
	int i;

	(void)o->svc->json(
	    o->svc, r, "/code_challenge_methods_supported", &value, NULL);
	if (value.type != APAM_JSON_ARRAY)
		return false;
	for (i = 0; i < METHODS_MAX; i++) {
		(void)snprintf(pointer, sizeof(pointer),
		    "/code_challenge_methods_supported/%d", i);
		if (scheme_same(scheme_json_string(o->svc, r, pointer),
			APAM_STR("S256")))
			return false;
	}
	return true;
}

static bool
says_issuer(const struct oauth2 *o, const struct apam_response *r)
{
	struct apam_json value;

	(void)o->svc->json(o->svc, r,
	    "/authorization_response_iss_parameter_supported", &value, NULL);
	return value.type == APAM_JSON_BOOLEAN && value.num == 1;
}

/* What a login needs besides the endpoints of oauth2_metadata_read. */
static struct scheme_fault
read_issuer(
    const struct oauth2 *o, const struct apam_response *r, struct session *s)
{
	const struct {
		const char *pointer;
		struct apam_str *url;
	} more[] = {
		{ "/authorization_endpoint", &s->authorization_url },
		{ "/device_authorization_endpoint", &s->device_url },
		{ "/registration_endpoint", &s->registration_url },
	};
	struct oauth2_endpoints found;
	struct scheme_fault fault = oauth2_metadata_read(
	    o, r, s->issuer, &found);
	size_t i;

	if (fault.status != APAM_OK)
		return fault;
	for (i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		if (!oauth2_metadata_endpoint(
			o, r, s->issuer, more[i].pointer, more[i].url))
			return scheme_provider_fault(
			    "one of its endpoints is not an https URL");
	s->token_url = found.token;
	s->introspection_url = found.introspection;
	s->revocation_url = found.revocation;
	if (lacks_s256(o, r))
		s->lacks_s256 = APAM_STR("1");
	if (says_issuer(o, r))
		s->says_issuer = APAM_STR("1");
	return scheme_no_fault();
}

int32_t
issuer_found(const struct oauth2 *o, struct apam_op *op, struct session *s)
{
	struct scheme_fault fault;
	int32_t step;

	if (oauth2_metadata_elsewhere(o, op, s->issuer, &step))
		return login_keep(o, op, s, step);
	fault = read_issuer(o, op->response, s);
	if (fault.status != APAM_OK)
		return scheme_fail(o->svc, op, WHO_ISSUER, fault);
	return login_go_on(o, op, s);
}
