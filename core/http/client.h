/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The core's HTTP client, on libcurl: certificates and host names are always
 * verified, TLS is 1.2 or newer, only http and https, no redirects, no .netrc,
 * no proxy or cookie from the environment, a limit for the body and one
 * deadline.  A proxy is used only for https hosts on other machines: plain http
 * and this machine's own addresses are reached directly.
 *
 * Exchanges use HTTP/1.1, unless they ask for HTTP/2.  They are short and few,
 * and with HTTP/2 libcurl 7.88 loses an answer that comes before the body was
 * read.
 *
 * An exchange with a client certificate, by a Unix socket or by HTTP/2 has a
 * connection and a TLS session of its own: libcurl takes a kept connection for
 * the right one if the certificates are the same, whatever the keys are.
 *
 * A transfer is set up and ended here; the loop (flight/loop.h) moves its
 * bytes.
 */
#ifndef CORE_HTTP_CLIENT_H
#define CORE_HTTP_CLIENT_H

#include <apam/apam.h>

#include "http/exchange.h"
#include "http/transfer.h"

struct http_policy {
	const char *ca_file;	/* PEM; NULL: the system's */
	const char *proxy;	/* URL; NULL: none; as http_proxy says */
	size_t body_max;	/* bytes of a response */
	bool user;		/* user mode of file/trust.h */
};

/*
 * Set up an exchange that exchange_finish has checked, for the core's libcurl.
 * `x` and *r, which is initialised here, must outlive the transfer.  `deadline`
 * is in clock_ms.  Errors: DEADLINE (it has passed), TRUST and CONFIG (client
 * certificate, socket), INTERNAL (no libcurl, or one without HTTP/2), MEMORY.
 * After an error there is nothing to end.
 */
enum apam_status http_begin(struct http_transfer *t,
    const struct http_policy *policy, struct exchange *x, int64_t deadline,
    struct response *r, struct apam_error *err);

/*
 * End the transfer after libcurl has reported its result, and fill in *r.  Any
 * HTTP status is APAM_OK.  Errors: NETWORK, DEADLINE, PROVIDER (too large, not
 * HTTP), CONFIG (CA file), MEMORY.
 */
enum apam_status http_end(struct http_transfer *t, CURLcode code,
    struct apam_error *err);

/*
 * True if libcurl has a connection for a transfer under way and began to send,
 * or cannot tell: the provider may have seen some of it.
 */
bool http_began(const struct http_transfer *t);

/* End an unfinished transfer; a zeroed one is allowed. */
void http_abandon(struct http_transfer *t);
/*
 * The same, but never free libcurl's part, which must not touch its connection.
 */
void http_give_up(struct http_transfer *t);

/*
 * The proxy on the way to `url`, by TCP, whatever the environment says; "":
 * none.
 */
const char *http_proxy(const struct http_policy *policy, struct apam_str url);

/* Milliseconds until `deadline`, at most INT32_MAX; 0 if it has passed. */
long http_remaining(int64_t deadline);

/*
 * Append "Name: value".  False if memory runs out; the list is then unchanged.
 */
bool http_list_add(const struct curl_api *curl, struct curl_slist **list,
    struct apam_str name, struct apam_str value);
/* Wipe and free. */
void http_list_free(const struct curl_api *curl, struct curl_slist **list);

/* Take in one header line of a response; a status line empties the list. */
void http_header_line(struct fields *headers, struct apam_str line);

#endif
