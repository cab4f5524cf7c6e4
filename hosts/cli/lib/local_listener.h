/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a browser comes back to after a login (RFC 8252, 7.3), and what a program
 * asks for keys: a socket on the loopback addresses that takes one request, and
 * answers it when its caller knows the answer.  Other requests are answered, and
 * change nothing.
 *
 * Nothing here waits: the caller polls.
 */
#ifndef HOSTS_CLI_LIB_LOCAL_LISTENER_H
#define HOSTS_CLI_LIB_LOCAL_LISTENER_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/local_request.h"

/* Browsers open some that they send nothing on. */
#define LOCAL_CONNECTIONS 8
#define LOCAL_POLLS (2 + LOCAL_CONNECTIONS)
#define LOCAL_URI_MAX 1024
#define LOCAL_PAGE_SIZE 8193 /* of the URL of a login page */

struct local_connection {
	int fd; /* -1: free */
	size_t n;
	char *bytes; /* LOCAL_REQUEST_MAX of them */
};

struct local_listener {
	int fds[2]; /* 127.0.0.1 and ::1; -1: none */
	struct local_connection all[LOCAL_CONNECTIONS];
	size_t next; /* which one makes room for another */
	int held; /* the one that brought the answer; -1: none yet */
	uint16_t port;
	char uri[LOCAL_URI_MAX]; /* the redirect URI */
	char path[LOCAL_URI_MAX];
	char authority[32]; /* host and port */
	char page[LOCAL_PAGE_SIZE]; /* from where it comes back; "": none */
	const char *authorization; /* of a program; NULL: a browser comes */
};

/* An empty one, which close is allowed on. */
void local_listener_init(struct local_listener *l);

/*
 * Listen where `uri` says, which is http to 127.0.0.1, [::1] or localhost; or,
 * if it is NULL, at "http://127.0.0.1:PORT/callback", where a `port` of 0 stands
 * for any.  NULL, or static text that says why not; *error is errno, or 0.
 */
const char *local_listener_open(
    struct local_listener *l, const char *uri, uint16_t port, int *error);

/*
 * A browser has been sent to `page`: from now on one that comes back with its
 * state is waited for (redirect_state.h).  NULL: none is, as at first.
 */
void local_listener_expect(struct local_listener *l, const char *page);

/*
 * After it was opened without a URI: programs come, and not a browser, to `path`
 * with this value of Authorization.  Both texts outlive it.
 */
void local_listener_admit(
    struct local_listener *l, const char *path, const char *authorization);

/* Fill in what is to be polled; returns how many, at most LOCAL_POLLS. */
size_t local_listener_polls(
    const struct local_listener *l, struct pollfd *to);

/*
 * Serve what can be served.  True when the request has come: `url` is the whole
 * address, of `size` bytes, and its connection is held until it is told.
 */
bool local_listener_serve(
    struct local_listener *l, char *url, size_t size);

/* Tell the browser how it ended; the texts have no character of HTML. */
void local_listener_tell(struct local_listener *l, bool ok,
    const char *title, const char *text);

/*
 * Answer a program: the status line's end, as "200 OK", and a body of JSON, which
 * nobody may store.
 */
void local_listener_answer(
    struct local_listener *l, const char *status, struct apam_str body);

/* Close all. */
void local_listener_close(struct local_listener *l);

#endif
