/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam for programs that use libcurl: sign, send, judge, in one call; or in
 * two around a transfer of the multi interface.
 *
 * Redirects are off in every handle that is set up here, because libcurl would
 * take our headers along to where they do not belong.  A host that wants to
 * follow one makes a new call with the URL of Location: it is bound to the
 * profile's origins anew, or belongs to another profile, or to none.
 *
 * What an earlier use of a handle has set, and what the host sets beside the
 * transfer, is treated by kind; hosts/curl/options.c has the whole list:
 *
 *  - set for each request: URL, method, headers, body, callbacks, timeout, TLS
 *    and its certificates, proxy, protocols, and redirects off;
 *  - cleared, each time, and not given back: whatever else decides where a
 *    request goes (CURLU, PORT, REQUEST_TARGET, CONNECT_TO, RESOLVE,
 *    UNIX_SOCKET_PATH, ABSTRACT_UNIX_SOCKET, PRE_PROXY, DOH_URL, DNS_SERVERS,
 *    ALTSVC, HAPROXYPROTOCOL), how it and its answer are framed (COOKIE, RANGE,
 *    REFERER, RESUME_FROM, TIMECONDITION, MIMEPOST, TRAILERFUNCTION, CRLF,
 *    CONNECT_ONLY, HEADER, FAILONERROR, HTTP09_ALLOWED, HTTP200ALIASES,
 *    HTTP_TRANSFER_DECODING, IGNORE_CONTENT_LENGTH, TRANSFER_ENCODING), what
 *    other credentials it carries (USERPWD, HTTPAUTH, XOAUTH2_BEARER, AWS_SIGV4,
 *    NETRC, TLSAUTH_*, those of proxies) and whom TLS trusts (SSL_CTX_FUNCTION,
 *    SSL_OPTIONS, CAINFO_BLOB, ciphers and curves): give such headers, as Range
 *    or Cookie, in the transfer;
 *  - the host's own, as it set them: INTERFACE, SHARE, USERAGENT, which is not
 *    looked at and must not hold a line's end, ACCEPT_ENCODING, the cookie
 *    engine, client certificates, HTTP_VERSION (libcurl's default after a call
 *    that had to go on by HTTP/1.1), HSTS, which makes https of
 *    http at most, VERBOSE and DEBUGFUNCTION, which are shown the credential,
 *    limits, and functions that are called while it connects.
 *
 * What RESOLVE has put into a handle's DNS cache stays there; a server of https
 * has to show its certificate all the same.
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
	const struct apam_body *body; /* NONE, BYTES or READER; NULL: none */
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
	size_t size;		/* sizeof(struct apam_result) */
	struct apam_error *detail; /* in: NULL, or where to say why a request
				   that was rejected was not sent again */
	unsigned status;	/* of HTTP */
	unsigned tries;		/* how often it was sent */
	enum apam_verdict verdict; /* these three as apam_judge says */
	int64_t retry_at;
	const char *reason;
};

#define APAM_RESULT_INIT { .size = sizeof(struct apam_result) }

/*
 * Sign the transfer, perform it on `easy`, judge the response and, where it was
 * rejected and another credential is to be had, do it once more; what is not
 * idempotent not after a redirect.  Where HTTP/2 lost the answer of a server that
 * had not read the body, it goes once more by HTTP/1.1.  Takes back what is of this call: URL,
 * method, headers, body and callbacks.  A response of status 2xx is passed on as it comes, any other after
 * it was judged.  An HTTP error status is not a failure of this call.  Errors: as
 * apam_sign, HEADER also for one that says where a request goes or ends (Host,
 * Content-Length, Transfer-Encoding, Connection, Expect, TE, Trailer, Upgrade,
 * ...), and NETWORK, DEADLINE, USAGE (a body that cannot be sent: only its
 * digest is known; a callback failed).
 */
APAM_API APAM_CHECKED enum apam_status apam_curl_perform(
    struct apam_profile *profile, CURL *easy,
    const struct apam_transfer *transfer, struct apam_result *result,
    struct apam_error *err);

/* ---- For the multi interface ------------------------------------------ */

/*
 * The same with somebody else to perform: start the call, add `easy` to the
 * multi handle, and when its CURLMSG_DONE has come remove it and finish the
 * call; *again says to add it once more.  Cancel the call in any case, before
 * `easy` is used otherwise or cleaned up.
 */
struct apam_curl_call;		/* a call under way */

/*
 * Sign the transfer and set `easy` up to send it.  `call` points to NULL.  Both
 * `easy` and *transfer, with what it points to, must stay until the call is
 * cancelled.  May wait for a credential, at most the timeout; in a context
 * opened with APAM_OPEN_NO_THREAD it does not wait: APAM_E_PENDING means to
 * start once more, with the same *call, after an apam_step.  After any other
 * failure *call is NULL, but for USAGE where the call was started already.
 * Errors: as apam_curl_perform, before anything is sent.
 */
APAM_API APAM_CHECKED enum apam_status apam_curl_start(
    struct apam_profile *profile, CURL *easy,
    const struct apam_transfer *transfer, struct apam_curl_call **call,
    struct apam_error *err);

/*
 * Judge how the transfer went; `code` is the message's data.result.  Where
 * *again is true the request was signed anew and `easy` set up to send it once
 * more; else the call has ended, the response was passed on, and *result is
 * all that is known.  Waits as apam_curl_start does: after APAM_E_PENDING
 * finish once more, where `code` no longer matters.  Errors: as
 * apam_curl_perform; then the call has ended too.
 */
APAM_API APAM_CHECKED enum apam_status apam_curl_finish(
    struct apam_curl_call *call, CURLcode code, bool *again,
    struct apam_result *result, struct apam_error *err);

/*
 * End a call, finished or not, leave nothing of it in its handle, which is in
 * no multi handle now, and set *call to NULL.  NULL is fine.
 */
APAM_API void apam_curl_cancel(struct apam_curl_call **call);

#ifdef __cplusplus
}
#endif
#endif
