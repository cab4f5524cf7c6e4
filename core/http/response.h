/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The response to an exchange or to a signed request, with its JSON parsed
 * when first asked for.
 */
#ifndef CORE_RESPONSE_H
#define CORE_RESPONSE_H

#include <apam/module.h>

#include "text/fields.h"
#include "text/json.h"

/* RFC 9110, 15: what is above 599 is to be taken for a 5xx. */
#define RESPONSE_STATUS_MAX 999

/* Services are given &pub and find the rest by it. */
struct response {
	struct apam_response pub;
	struct fields headers;	/* owns pub.headers, if it came by HTTP */
	struct buf body;	/* likewise pub.body */
	struct json *json;
	const char *json_why;	/* why there is none; static */
};

/* An empty response that takes at most body_max bytes of body. */
void response_init(struct response *r, size_t body_max);
/* A view of what others own. */
void response_view(struct response *r, unsigned status,
    const struct apam_header *headers, size_t count, struct apam_str body);
/* Let pub show the headers and body collected.  False: out of memory. */
bool response_finish(struct response *r);
void response_free(struct response *r);

/*
 * The JSON of a response: its body, where the content type is JSON.  NULL
 * where it is not; *why then holds static text.
 */
const struct json *response_json(struct response *r, const char **why);

/* Did somebody look at the JSON when there was no memory to read it? */
bool response_is_short(const struct response *r);

#endif
