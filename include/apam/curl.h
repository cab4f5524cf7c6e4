/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam for programs that use libcurl: sign, send, judge, in one call.
 */
#ifndef APAM_CURL_H
#define APAM_CURL_H

#include <curl/curl.h>

#include "apam.h"

#ifdef __cplusplus
extern "C" {
#endif

struct apam_transfer {
	size_t size;		/* sizeof(struct apam_transfer) */
	const char *method;
	const char *url;
	const struct apam_header *headers; /* the host's own, or NULL */
	size_t header_count;
	struct apam_body body;	/* NONE, BYTES or READER */
	int timeout_ms;		/* in all; 0: the profile's deadline */
	/*
	 * As CURLOPT_WRITEFUNCTION and CURLOPT_HEADERFUNCTION; NULL: dropped.
	 * They receive the last response only.
	 */
	curl_write_callback write;
	void *write_arg;
	curl_write_callback header;
	void *header_arg;
	/*
	 * Called before each sending with what will be sent, for display;
	 * NULL: none.  The values hold the credential.
	 */
	void (*sending)(void *arg, const struct apam_signature *signature);
	void *arg;
};

struct apam_result {
	unsigned status;	/* of HTTP */
	unsigned tries;		/* 1, or 2 after a replay */
	struct apam_judgement judgement;
	struct apam_error detail; /* why a rejected request was not sent again */
};

/*
 * Sign the transfer, perform it on `easy`, judge the response and, where that
 * is worth it, do it once more.  Sets URL, method, headers, body, callbacks,
 * timeout, TLS, proxy, and redirects off, and takes back what holds memory of
 * this call; other options of `easy` are the caller's.  The program itself
 * must be linked with the libcurl of `easy`.  A response of status
 * 2xx is passed on as it comes, any other after it was judged.  An HTTP error
 * status is no failure of this call.  Errors: as apam_sign, and NETWORK,
 * DEADLINE, USAGE (a body that cannot be sent: only its digest is known).
 */
APAM_API APAM_CHECKED enum apam_status apam_curl_perform(
    struct apam_profile *profile, CURL *easy,
    const struct apam_transfer *transfer, struct apam_result *result,
    struct apam_error *err);

#ifdef __cplusplus
}
#endif
#endif
