/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The request with which a browser comes back from a login (RFC 8252, 7.3), as
 * bytes: a GET for one path of one host, with a query.  It is strict on
 * purpose: any program of this machine can send one, and so can any page that
 * the browser shows.
 */
#ifndef HOSTS_CLI_LIB_REDIRECT_REQUEST_H
#define HOSTS_CLI_LIB_REDIRECT_REQUEST_H

#include <apam/types.h>

#define REDIRECT_REQUEST_MAX 32768 /* bytes of a head */

enum redirect_request {
	REDIRECT_MORE, /* its head is not whole yet */
	REDIRECT_GOOD,
	REDIRECT_BAD, /* it is not HTTP/1.1, has a body, or another host */
	REDIRECT_METHOD, /* it is not a GET */
	REDIRECT_ELSEWHERE /* another path, or no query */
};

/* What the redirect URI has. */
struct redirect_place {
	const char *path; /* "/callback" */
	const char *authority; /* "127.0.0.1:43123" */
};

/*
 * Read what has come so far, at most REDIRECT_REQUEST_MAX bytes; as many as
 * that without an end are BAD.  *target, path and query, is a view of them, and
 * empty unless it is GOOD.
 */
enum redirect_request redirect_request_read(struct apam_str bytes,
    const struct redirect_place *place, struct apam_str *target);

#endif
