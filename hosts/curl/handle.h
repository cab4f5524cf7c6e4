/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A libcurl handle of the host's, set up to send one signed request: the
 * request put in, the response taken out, and nothing of ours left behind.
 *
 * A response that may be superseded is held back until it was judged; the host
 * sees one response of a call, whole, or none.
 */
#ifndef CORE_CURL_HANDLE_H
#define CORE_CURL_HANDLE_H

#include <apam/curl.h>

#include "http/client.h"

struct curl_handle {
	const struct curl_api *curl;
	CURL *easy;
	const struct apam_transfer *transfer;
	const struct apam_signature *signature;
	struct http_policy policy;
	int64_t deadline;	/* clock_ms */
	struct curl_slist *list;
	uint64_t offset;	/* of a body that is read */
	bool read_all;		/* to its end */
	bool by_http1;		/* it goes by HTTP/1.1, whatever was chosen */
	struct response r;	/* headers; the body while held back */
	struct buf head;	/* header lines as they came */
	unsigned status;	/* of HTTP, once it was sent */
	bool passed_on;		/* the host has seen some of the response */
	const char *host_failed; /* which callback of the host's; or NULL */
	char detail[CURL_ERROR_SIZE]; /* libcurl's text */
};

/* Once the members up to `deadline` are filled in, the others zero. */
void curl_handle_init(struct curl_handle *h);

/* Set the request up.  False where libcurl does not take it. */
bool curl_handle_set(struct curl_handle *h);

/*
 * After the transfer: note how it went and leave nothing in the handle that
 * is of this call.  Errors: as http_error, USAGE (a callback of the host's
 * failed), MEMORY.
 */
enum apam_status curl_handle_sent(struct curl_handle *h, CURLcode code,
    struct apam_error *err);

/*
 * Before curl_handle_sent: true where HTTP/2 or 3 lost the answer, none of it
 * was passed on, and the request can go once more, by HTTP/1.1: a server that
 * answers before it has read the body resets the stream, and libcurl then drops
 * the answer (RFC 9113, 8.1).  What is not idempotent and went out whole may
 * have taken effect, so that it cannot.
 */
bool curl_handle_lost(const struct curl_handle *h, CURLcode code);
/* RFC 9110, 9.2.2: sending it twice has the effect of sending it once. */
bool method_is_idempotent(const char *method);

/* Let the host see the response, which can then not be superseded.  False
   where it does not take it. */
bool curl_handle_pass_on(struct curl_handle *h);

/* Take back what is set, wipe and free. */
void curl_handle_free(struct curl_handle *h);

#endif
