/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one request that a socket of apam's own on loopback takes, as bytes: a GET
 * for one path of one host.  A browser that comes back from a login (RFC 8252,
 * 7.3) sends it with a query; a program that asks for keys sends it without, and
 * with the token of this run.  It is strict on purpose: any program of this machine
 * can send one, and so can any page that a browser shows.
 */
#ifndef HOSTS_CLI_LIB_LOCAL_REQUEST_H
#define HOSTS_CLI_LIB_LOCAL_REQUEST_H

#include <apam/types.h>

#define LOCAL_REQUEST_MAX 32768 /* bytes of a head */

enum local_request {
	LOCAL_MORE, /* its head is not whole yet */
	LOCAL_GOOD,
	LOCAL_BAD, /* it is not HTTP/1.1, has a body, or another host */
	LOCAL_METHOD, /* it is not a GET */
	LOCAL_ELSEWHERE, /* another path, or no query */
	LOCAL_STRANGER /* without the token */
};

/* What is asked for. */
struct local_place {
	const char *path; /* "/callback" */
	const char *authority; /* "127.0.0.1:43123" */
	/* The value of Authorization, for a path that has no query; or NULL. */
	const char *authorization;
};

/*
 * Read what has come so far, at most LOCAL_REQUEST_MAX bytes; as many as
 * that without an end are BAD.  *target, path and query, is a view of them, and
 * empty unless it is GOOD.
 */
enum local_request local_request_read(struct apam_str bytes,
    const struct local_place *place, struct apam_str *target);

#endif
