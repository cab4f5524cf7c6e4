/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The response to an exchange or to a signed request.  Its JSON is parsed when
 * it is first asked for.
 */
#ifndef CORE_HTTP_RESPONSE_H
#define CORE_HTTP_RESPONSE_H

#include <apam/module.h>

#include "text/fields.h"
#include "text/json.h"

/* RFC 9110, 15: a status above 599 counts as a 5xx. */
#define RESPONSE_STATUS_MAX 999

/* Services get &pub and find the rest through it. */
struct response {
	struct apam_response pub;
	bool owns;		/* false: a view, without the next two */
	struct fields headers;	/* owns pub.headers */
	struct buf body;	/* owns pub.body */
	struct json *json;
	const char *json_why;	/* why there is no JSON; static */
};

/* Make an empty response that accepts at most body_max bytes of body. */
void response_init(struct response *r, size_t body_max);
/* Make a view of headers and body that the caller owns. */
void response_view(struct response *r, unsigned status,
    const struct apam_header *headers, size_t count, struct apam_str body);
/* Make pub show the collected headers and body.  False if memory runs out. */
bool response_finish(struct response *r);
void response_free(struct response *r);

/*
 * The JSON of a response, which is its body if the content type is JSON.  NULL
 * if it is not; *why is then a static text.
 */
const struct json *response_json(struct response *r, const char **why);

/* True if the JSON was asked for when there was no memory to read it. */
bool response_is_short(const struct response *r);

#endif
