/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A call of curl.h, from stage to stage: sign, have the host send, judge, and
 * do it once more where that is worth it.  `err` is never NULL here.
 */
#ifndef HOSTS_CURL_CURL_CALL_H
#define HOSTS_CURL_CURL_CALL_H

#include <apam/curl.h>
#include <stdbool.h>

/*
 * Take a transfer, to be sent with `easy`.  `waits`: signing waits for a
 * credential, and is never PENDING.  NULL with an error: USAGE, HEADER, MEMORY,
 * or one of apam_transport_get.
 */
struct apam_curl_call *curl_call_new(struct apam_profile *profile, CURL *easy,
    const struct apam_transfer *transfer, bool waits, struct apam_error *err);

/*
 * Sign for the first time, or go on with it, and set up the handle.  OK: it is
 * the host's turn to send.  PENDING: the credential is being acquired.
 */
enum apam_status curl_call_begin(struct apam_curl_call *call,
    struct apam_error *err);

/* True after a curl_call_begin that was OK. */
bool curl_call_is_begun(const struct apam_curl_call *call);

/*
 * After the host has sent it, or after PENDING: judge, and sign once more if
 * that is worth it.  Sets *again, which is false before, if the host is to send
 * again; otherwise the call has ended, unless the result is PENDING.
 */
enum apam_status curl_call_proceed(struct apam_curl_call *call, CURLcode code,
    bool *again, struct apam_error *err);

/* Fill in what is known of the call so far. */
void curl_call_tell(const struct apam_curl_call *call,
    struct apam_result *result);

/* End a call, which may be NULL, and set *call to NULL. */
void curl_call_free(struct apam_curl_call **call);

#endif
