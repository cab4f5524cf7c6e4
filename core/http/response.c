/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A response in the form that modules see, and its JSON, which is parsed once
 * and strictly.
 */
#include "http/response.h"

#include <string.h>

#include "text/header.h"

void
response_init(struct response *r, size_t body_max)
{
	r->pub = (struct apam_response){ .size = sizeof(r->pub) };
	fields_init(&r->headers);
	buf_init(&r->body, body_max);
	r->owns = true;
	r->json = NULL;
	r->json_why = NULL;
}

void
response_view(struct response *r, unsigned status,
    const struct apam_header *headers, size_t count, struct apam_str body)
{
	r->pub = (struct apam_response){ .size = sizeof(r->pub),
		.status = (int32_t)status,
		.headers = headers,
		.header_count = count,
		.body = body };
	r->owns = false;
	r->json = NULL;
	r->json_why = NULL;
}

bool
response_finish(struct response *r)
{
	r->pub.headers = fields_array(&r->headers);
	r->pub.header_count = r->headers.count;
	r->pub.body = buf_view(&r->body);
	return r->headers.refused == NULL && !r->body.failed &&
	    (r->headers.count == 0 || r->pub.headers != NULL);
}

void
response_free(struct response *r)
{
	json_free(&r->json);
	if (r->owns) {
		buf_free(&r->body);
		fields_free(&r->headers);
	}
	memset(&r->pub, 0, sizeof(r->pub));
}

const struct json *
response_json(struct response *r, const char **why)
{
	struct apam_str type;

	if (r->json == NULL && r->json_why == NULL) {
		type = header_find(r->pub.headers, r->pub.header_count,
		    APAM_STR("Content-Type"));
		if (!json_media_type(type))
			r->json_why = "the content type is not JSON";
		else if (r->pub.body.n == 0)
			r->json_why = "the body is empty";
		else
			r->json_why = json_new(r->pub.body, &r->json);
	}
	*why = r->json_why;
	return r->json;
}

bool
response_is_short(const struct response *r)
{
	return json_is_short(r->json_why);
}
