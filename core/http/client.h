/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The core's HTTP client, on libcurl: certificates and host names always
 * verified, TLS 1.2 or newer, http(s) only, no redirects, no .netrc, no proxy
 * or cookie from the environment, a cap on the body and one deadline.  A proxy
 * sees the way to an https host elsewhere and nothing else: plain http and
 * this machine's own addresses are asked directly.
 *
 * Exchanges go by HTTP/1.1.  They are short and few, and by HTTP/2 libcurl
 * 7.88 loses an answer that was given before the body was read.
 *
 * A transfer is set up here and taken down here; what moves its bytes is the
 * loop (flight/loop.h).
 */
#ifndef CORE_HTTP_H
#define CORE_HTTP_H

#include <apam/apam.h>

#include "http/curl_api.h"
#include "http/exchange.h"
#include "http/response.h"

struct http_policy {
	const char *ca_file;	/* PEM; NULL: the system's */
	const char *proxy;	/* URL; NULL: none; as http_proxy says */
	size_t body_max;	/* bytes of a response */
	bool allow_http;
	bool user;		/* user mode of file/trust.h, for client keys */
};

/* An exchange on its way; zeroed: none.  It stays where it is. */
struct http_transfer {
	CURL *easy;
	struct curl_slist *list;
	struct response *r;
	const char *proxy;	/* in between; "": none */
	char detail[CURL_ERROR_SIZE];
};

/*
 * Set up the sending of an exchange that exchange_finish has checked, for the
 * core's libcurl.  `x` and *r, which is initialised here, must outlive the
 * transfer.  `deadline` is by clock_ms.  Errors: DEADLINE (none is left),
 * TRUST and CONFIG (client certificate), INTERNAL (no libcurl), MEMORY; then
 * there is nothing to end.
 */
enum apam_status http_begin(struct http_transfer *t,
    const struct http_policy *policy, struct exchange *x, int64_t deadline,
    struct response *r, struct apam_error *err);

/*
 * Take it down once libcurl has said how it went; *r is then filled in.  Any
 * HTTP status is APAM_OK.  Errors: NETWORK, DEADLINE, PROVIDER (too large, not
 * HTTP), CONFIG (CA file), MEMORY.
 */
enum apam_status http_end(struct http_transfer *t, CURLcode code,
    struct apam_error *err);

/* Take it down unfinished.  Fine on a zeroed transfer. */
void http_abandon(struct http_transfer *t);
/*
 * The same, but leave libcurl's part as it is, for ever: it must not touch its
 * connection.
 */
void http_give_up(struct http_transfer *t);

/* The proxy on the way to `url`; "": none, whatever the environment says. */
const char *http_proxy(const struct http_policy *policy, struct apam_str url);

/*
 * Set what the head of this file promises of the way to `url`; for handles of
 * the host's too.  False where libcurl does not take it.
 */
bool http_secure(const struct curl_api *curl, CURL *easy,
    const struct http_policy *policy, struct apam_str url);

/* Milliseconds until `deadline`, at most INT32_MAX; 0 where it has passed. */
long http_remaining(int64_t deadline);

/* Append "Name: value"; false without memory, the list is then as before. */
bool http_list_add(const struct curl_api *curl, struct curl_slist **list,
    struct apam_str name, struct apam_str value);
/* Wipe and free. */
void http_list_free(const struct curl_api *curl, struct curl_slist **list);

/* Take one header line of a response in; a status line starts anew. */
void http_header_line(struct fields *headers, struct apam_str line);

#endif
