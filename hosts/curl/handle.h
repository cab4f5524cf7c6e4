/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A libcurl handle of the host's, set up to send one signed request.  What is
 * of the request is put in before and taken out after it.
 */
#ifndef HOSTS_CURL_HANDLE_H
#define HOSTS_CURL_HANDLE_H

#include "curl/answer.h"

struct curl_handle {
	CURL *easy;
	const struct apam_transfer *transfer;
	const struct apam_signature *signature;
	const struct apam_transport *transport;
	int64_t deadline;	/* by curl_handle_clock */
	struct curl_slist *list;
	uint64_t offset;	/* of a body that is read */
	bool read_all;		/* to its end */
	struct apam_error body_failure; /* why it could not be read */
	bool has_certificate;	/* the profile's; the host's own is gone then */
	bool by_http1;		/* it goes by HTTP/1.1, whatever was chosen */
	struct answer answer;
	unsigned status;	/* of HTTP, once it was sent */
	char detail[CURL_ERROR_SIZE]; /* libcurl's text */
};

/* Milliseconds on a clock that runs through suspend. */
int64_t curl_handle_clock(void);

/* Milliseconds that are left; 1 where there are none. */
int curl_handle_left(const struct curl_handle *h);

/* Once the members up to `deadline` are filled in, the others zero. */
void curl_handle_init(struct curl_handle *h);

/* Set the request up.  False where libcurl does not take it. */
bool curl_handle_set(struct curl_handle *h);

/*
 * After the transfer: note how it went, and leave nothing in the handle that
 * is of this call.  Errors: as apam_failure_explain, USAGE (a callback of the
 * host's failed), PROVIDER, MEMORY.
 */
enum apam_status curl_handle_sent(struct curl_handle *h, CURLcode code,
    struct apam_error *err);

/*
 * Before curl_handle_sent: true where HTTP/2 or 3 lost the answer, none of it
 * was passed on, and the request can go once more, by HTTP/1.1.  A server that
 * answers before it has read the body resets the stream, and libcurl then drops
 * the answer (RFC 9113, 8.1).  A request that is not idempotent and went out
 * whole may have taken effect, so it cannot go again.
 */
bool curl_handle_lost(const struct curl_handle *h, CURLcode code);

/* RFC 9110, 9.2.2: sending it twice has the effect of sending it once. */
bool method_is_idempotent(const char *method);

/* Take back what is set, wipe and free. */
void curl_handle_free(struct curl_handle *h);

#endif
