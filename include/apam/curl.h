/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libapam-curl: apam for programs that use libcurl.  It signs, sends and judges
 * in one call, or in two around a transfer of the multi interface.
 *
 * The contracts of apam.h hold here, too.  Handles must come from the libcurl
 * that this library is linked to.
 *
 * Redirects are off in every handle that is set up here, because libcurl would
 * take our headers along to where they do not belong.  A program that wants to
 * follow a redirect makes a new call with the URL of Location.  That call is
 * bound to the profile's origins anew, or belongs to another profile, or to
 * none.
 *
 * A handle may have been used before, and the program may set options of its
 * own.  What becomes of an option depends on its kind; hosts/curl/options.c has
 * the whole list:
 *
 *  - Set for each request: URL, method, headers, body, callbacks, timeout, TLS
 *    and its certificates, proxy, protocols, and redirects off.
 *  - Cleared for each request, and not restored: options that decide where a
 *    request goes (CURLU, PORT, REQUEST_TARGET, CONNECT_TO, RESOLVE,
 *    UNIX_SOCKET_PATH, ABSTRACT_UNIX_SOCKET, PRE_PROXY, DOH_URL, DNS_SERVERS,
 *    ALTSVC, HAPROXYPROTOCOL), how it and its answer are framed (COOKIE, RANGE,
 *    REFERER, RESUME_FROM, TIMECONDITION, MIMEPOST, TRAILERFUNCTION, CRLF,
 *    CONNECT_ONLY, HEADER, FAILONERROR, HTTP09_ALLOWED, HTTP200ALIASES,
 *    HTTP_TRANSFER_DECODING, IGNORE_CONTENT_LENGTH, TRANSFER_ENCODING), which
 *    other credentials it carries (USERPWD, HTTPAUTH, XOAUTH2_BEARER,
 *    AWS_SIGV4, NETRC, TLSAUTH_*, those of proxies) and whom TLS trusts
 *    (SSL_CTX_FUNCTION, SSL_OPTIONS, CAINFO_BLOB, ciphers and curves).  Headers
 *    such as Range and Cookie are given in the transfer instead.
 *  - Left as the program has set them: INTERFACE, SHARE, USERAGENT, which is
 *    not looked at and must not contain a line's end, ACCEPT_ENCODING (where
 *    the provider signs its answers none is decoded, then or afterwards), the
 *    cookie engine, client certificates (where the profile signs with one, that
 *    is set for the request in their place, and none is set afterwards),
 *    HTTP_VERSION (libcurl's default after
 *    a call that had to go on by HTTP/1.1), HSTS, which can only turn http into
 *    https, VERBOSE and DEBUGFUNCTION, which are shown the credential, limits,
 *    and functions that are called while libcurl connects.
 *
 * What RESOLVE has put into a handle's DNS cache stays there.  A server of
 * https has to show its certificate all the same.
 */
#ifndef APAM_CURL_H
#define APAM_CURL_H

#include <curl/curl.h>

#include "apam.h"

#ifdef __cplusplus
extern "C" {
#endif

enum apam_transfer_flag {
	/*
	 * Pass on the body of an answer that is to be verified as it comes.  It
	 * is not to be believed before the call has returned APAM_OK.
	 */
	APAM_TRANSFER_UNVERIFIED = 0x1
};

/* What is sent, and who takes the response. */
struct apam_transfer {
	size_t size;		/* sizeof(struct apam_transfer) */
	const char *method;
	const char *url;
	const struct apam_header *headers; /* the program's own, or NULL */
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
	 * NULL: none.  The values contain the credential.
	 */
	void (*sending)(void *arg, const struct apam_signature *signature);
	void *arg;
	uint64_t flags;		/* of enum apam_transfer_flag */
};

#define APAM_TRANSFER_INIT { .size = sizeof(struct apam_transfer) }

/* What came of it. */
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

#define APAM_RESULT_INIT                                                       \
	{                                                                      \
		sizeof(struct apam_result), NULL, 0, 0, APAM_VERDICT_UNKNOWN,  \
		    0, NULL                                                    \
	}

/*
 * Sign the transfer, perform it on `easy`, and judge the response.
 *
 * A request that was rejected is signed and sent once more if another
 * credential can be had; one that was challenged, with what the answer carried,
 * three times at most.  A request that is not idempotent is not, after a
 * redirect.  A request whose answer HTTP/2 lost, because the server gave it
 * before it had read the body, is sent once more by HTTP/1.1.
 *
 * Where the scheme verifies answers (apam_verify_start), the response is held
 * back until it was verified, up to the profile's limits.body, and the call fails
 * with NOT_AUTHENTIC where it is not the provider's.  Any other response of
 * status 2xx is passed on as it comes, and the rest after it was judged.  An HTTP error status is not a failure of this call.  Afterwards URL,
 * method, headers, body and callbacks are as in a new handle.
 *
 * Errors: as apam_sign; HEADER, also for a header that says the destination or
 * the length of a request (apam_header_is_framing); NETWORK, DEADLINE and
 * PROVIDER (not HTTP) if no answer came; NOT_AUTHENTIC, and PROVIDER where an
 * answer is too large to be held back; USAGE (a body cannot be sent because
 * only its digest is known, or a callback failed).
 */
APAM_API APAM_CHECKED enum apam_status apam_curl_perform(
    struct apam_profile *profile, CURL *easy,
    const struct apam_transfer *transfer, struct apam_result *result,
    struct apam_error *err);

/* ---- For the multi interface ------------------------------------------ */

/*
 * The same, where the program performs the transfer: start the call, add `easy`
 * to the multi handle, remove it when its CURLMSG_DONE has come, and finish the
 * call.  If *again is true, add `easy` once more.  Cancel the call in any case,
 * before `easy` is used otherwise or cleaned up.
 */
struct apam_curl_call;		/* a call under way */

/*
 * Sign the transfer and set `easy` up to send it.  `call` points to NULL.
 * `easy`, and what *transfer points to, must stay until the call is cancelled.
 *
 * The call may wait for a credential, at most for the timeout.  In a context
 * that was opened with APAM_OPEN_NO_THREAD it does not wait: APAM_E_PENDING
 * means to start once more, with the same *call, after an apam_step.  After any
 * other failure *call is NULL, except after USAGE because the call was started
 * already. Errors: as apam_curl_perform, before anything is sent.
 */
APAM_API APAM_CHECKED enum apam_status apam_curl_start(
    struct apam_profile *profile, CURL *easy,
    const struct apam_transfer *transfer, struct apam_curl_call **call,
    struct apam_error *err);

/*
 * Judge how the transfer went; `code` is the message's data.result.  If *again
 * is true, the request was signed anew and `easy` is set up to send it once
 * more. Otherwise the call has ended, the response was passed on, and *result
 * is all that is known.
 *
 * Waits as apam_curl_start does: after APAM_E_PENDING finish once more; `code`
 * no longer matters then.  Errors: as apam_curl_perform; the call has ended
 * then, too.
 */
APAM_API APAM_CHECKED enum apam_status apam_curl_finish(
    struct apam_curl_call *call, CURLcode code, bool *again,
    struct apam_result *result, struct apam_error *err);

/*
 * End a call, finished or not, and set *call to NULL, which it may be already.
 * Nothing of the call stays in its handle, which must not be in a multi handle
 * at this time.
 */
APAM_API void apam_curl_cancel(struct apam_curl_call **call);

#ifdef __cplusplus
}
#endif
#endif
