/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What libcurl knows of a transfer that has ended, and what that means.
 */
#ifndef HOSTS_CURL_EXPLAIN_H
#define HOSTS_CURL_EXPLAIN_H

#include "curl/handle.h"

/* A fact of curl_easy_getinfo(3) that is a long; 0 where it is not known. */
long curl_fact(CURL *easy, CURLINFO what);

/*
 * Why a request that was sent got no answer: APAM_OK where `code` is CURLE_OK.
 * Errors: as apam_failure_explain.
 */
enum apam_status curl_explain(
    const struct curl_handle *h, CURLcode code, struct apam_error *err);

#endif
