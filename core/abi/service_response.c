/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Services that read responses, and JSON from elsewhere.
 */
#include <stdlib.h>
#include <string.h>

#include "abi/service_tables.h"
#include "base/buf.h"
#include "http/response.h"
#include "text/challenge.h"
#include "text/header.h"
#include "text/json.h"

static int32_t
read_json(const struct apam_services *svc, const struct apam_response *response,
    const char *pointer, struct apam_json *value, const char **why)
{
	/* The JSON is cached in the core's part of the response. */
	struct response *r = (struct response *)(uintptr_t)response;
	const struct json *json;
	const char *reason = NULL;

	(void)svc;
	memset(value, 0, sizeof(*value));
	json = response_json(r, &reason);
	if (json != NULL)
		*value = json_at(json, pointer);
	if (why != NULL)
		*why = reason;
	return json != NULL ? APAM_OK : APAM_E_PROVIDER;
}

static int32_t
read_json_of(const struct apam_services *svc, struct apam_str text,
    const char *pointer, struct apam_json *value, struct apam_text *strings)
{
	const size_t before = svc->text_view(svc, strings).n;
	struct json *json = NULL;
	struct apam_str all;
	const char *why;

	memset(value, 0, sizeof(*value));
	if (buf_is_failed_view(text))
		return APAM_E_MEMORY;
	why = json_new(text, &json);
	if (why != NULL)
		return json_is_short(why) ? APAM_E_MEMORY : APAM_E_PROVIDER;
	*value = json_at(json, pointer);
	if (value->str.n > 0) {
		svc->text_put(svc, strings, APAM_WRITING_PLAIN, value->str);
		all = svc->text_view(svc, strings);
		/* After a failure it is empty. */
		value->str = (struct apam_str){ all.p + before,
			all.n > before ? all.n - before : 0 };
	}
	json_free(&json);
	return APAM_OK;
}

static struct apam_str
find_header(const struct apam_services *svc,
    const struct apam_response *response, const char *name)
{
	(void)svc;
	return header_find(
	    response->headers, response->header_count, apam_str(name));
}

static int32_t
find_challenge(const struct apam_services *svc,
    const struct apam_response *response, size_t index, char *to, size_t size)
{
	(void)svc;
	return challenge_scheme(
	    response->headers, response->header_count, index, to, size);
}

static int32_t
find_parameter(const struct apam_services *svc,
    const struct apam_response *response, size_t index, const char *parameter,
    char *to, size_t size)
{
	(void)svc;
	return challenge_parameter(response->headers, response->header_count,
	    index, parameter, to, size);
}

void
services_add_responses(struct apam_services *to)
{
	to->json = read_json;
	to->json_of = read_json_of;
	to->header = find_header;
	to->challenge = find_challenge;
	to->challenge_parameter = find_parameter;
}
