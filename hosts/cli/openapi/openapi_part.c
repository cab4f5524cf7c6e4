/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a Security Scheme Object of OpenAPI 3.2 (and 3.0, 3.1) to a scheme of
 * apam's and its options.
 */
#include "openapi/openapi.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Those without a person first; what OAuth 2.1 has dropped is not here. */
const char *const openapi_flows[] = { "clientCredentials", "authorizationCode",
	"deviceAuthorization", NULL };

static const char *
text_of(json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

/* Set an option, unless the document lacks its value. */
static void
set(struct openapi_part *part, const char *option, const char *value)
{
	if (value != NULL && value[0] != '\0' &&
	    part->count < OPENAPI_SETTINGS_MAX)
		part->settings[part->count++] = (struct openapi_setting){
			option, value
		};
}

static const char *
take_api_key(struct openapi_part *part, json_t *scheme)
{
	static const char *const places[] = { "header", "query", "cookie" };
	const char *in = text_of(scheme, "in"), *name = text_of(scheme, "name");

	part->scheme = "api-key";
	if (in == NULL || name == NULL)
		return "it is an apiKey without \"in\" or \"name\"";
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (strcmp(in, places[i]) == 0) {
			set(part, places[i], name);
			return NULL;
		}
	return "it is an apiKey that is in no header, query or cookie";
}

/* RFC 9110, 11.1: names of schemes are in any case. */
static const char *
take_http(struct openapi_part *part, json_t *scheme)
{
	const char *name = text_of(scheme, "scheme");

	if (name == NULL)
		return "it is of type http without \"scheme\"";
	if (strcasecmp(name, "basic") == 0) {
		part->scheme = "basic-email-key";
		return NULL;
	}
	if (strcasecmp(name, "bearer") != 0)
		return "apam has no module for this HTTP authentication scheme";
	part->scheme = "api-key";
	set(part, "header", "Authorization");
	set(part, "prefix", "Bearer ");
	return NULL;
}

static void
set_scopes(struct openapi_part *part, json_t *scopes)
{
	for (size_t i = 0; i < json_array_size(scopes); i++)
		set(part, "scope",
		    json_string_value(json_array_get(scopes, i)));
}

static void
begin_refresh(struct openapi_part *part, const char *login)
{
	part->scheme = "oauth2-refresh-token";
	set(part, "login", login);
}

static const char *
take_flow(
    struct openapi_part *part, json_t *scheme, const char *name, json_t *scopes)
{
	json_t *flow = name == NULL ?
	    NULL :
	    json_object_get(json_object_get(scheme, "flows"), name);

	if (flow == NULL)
		return "it has none of the flows clientCredentials, "
		       "authorizationCode and deviceAuthorization; the others "
		       "are dropped from OAuth 2.1";
	if (strcmp(name, openapi_flows[0]) == 0)
		part->scheme = "oauth2-client-credentials";
	else if (strcmp(name, openapi_flows[1]) == 0)
		begin_refresh(part, "browser");
	else
		begin_refresh(part, "device");
	if (text_of(flow, "tokenUrl") == NULL)
		return "its flow has no \"tokenUrl\"";
	set(part, "token_url", text_of(flow, "tokenUrl"));
	set(part, "authorization_url", text_of(flow, "authorizationUrl"));
	set(part, "device_url", text_of(flow, "deviceAuthorizationUrl"));
	set_scopes(part, scopes);
	return NULL;
}

/* OpenID Connect Discovery 1.0, 4: the issuer is what stands before it. */
static const char *
take_openid(struct openapi_part *part, json_t *scheme, json_t *scopes)
{
	static const char end[] = "/.well-known/openid-configuration";
	const char *url = text_of(scheme, "openIdConnectUrl");
	const char *found = url == NULL ? NULL : strstr(url, end);
	const size_t n = found == NULL ? 0 : (size_t)(found - url);

	if (found == NULL || found[sizeof(end) - 1] != '\0' ||
	    n >= sizeof(part->issuer))
		return "its \"openIdConnectUrl\" is not an issuer's "
		       "/.well-known/openid-configuration";
	memcpy(part->issuer, url, n);
	part->issuer[n] = '\0';
	begin_refresh(part, "browser");
	set(part, "issuer", part->issuer);
	set_scopes(part, scopes);
	return NULL;
}

const char *
openapi_part_of(
    struct openapi_part *part, json_t *scheme, const char *flow, json_t *scopes)
{
	const char *type = text_of(scheme, "type");

	*part = (struct openapi_part){ 0 };
	if (type == NULL)
		return "it is not defined in the document, or has no \"type\"";
	if (strcmp(type, "apiKey") == 0)
		return take_api_key(part, scheme);
	if (strcmp(type, "http") == 0)
		return take_http(part, scheme);
	if (strcmp(type, "oauth2") == 0)
		return take_flow(part, scheme, flow, scopes);
	if (strcmp(type, "openIdConnect") == 0)
		return take_openid(part, scheme, scopes);
	if (strcmp(type, "mutualTLS") == 0)
		return "it is a client certificate, for which apam has no "
		       "module of its own";
	return "its type is none of OpenAPI 3";
}
