/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a transfer failed of, in our own words: which host and port, the one
 * cause, and what an administrator can do about it.
 */
#ifndef CORE_HTTP_ERROR_H
#define CORE_HTTP_ERROR_H

#include <apam/apam.h>

#include "http/curl_api.h"

/* A transfer that has ended; the handle is as libcurl left it. */
struct http_failure {
	const struct curl_api *curl;
	CURL *easy;
	CURLcode code;
	const char *proxy;	/* URL of the one in between; NULL or "": none */
	const char *detail;	/* of CURLOPT_ERRORBUFFER; or NULL */
};

/*
 * Set *err and return its status; APAM_OK where it did not fail.  The text
 * holds host and port of the transfer's URL, and nothing that a server sent.
 */
enum apam_status http_error(const struct http_failure *f,
    struct apam_error *err);

#endif
