/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a browser comes back to after a login (RFC 8252, 7.3): a socket on the
 * loopback addresses that takes one request, and answers it when it is known how
 * the login ended.  Other requests are answered, and change nothing.
 *
 * Nothing here waits: the caller polls.
 */
#ifndef HOSTS_CLI_LIB_REDIRECT_LISTENER_H
#define HOSTS_CLI_LIB_REDIRECT_LISTENER_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/redirect_request.h"

/* Browsers open some that they send nothing on. */
#define REDIRECT_CONNECTIONS 8
#define REDIRECT_POLLS (2 + REDIRECT_CONNECTIONS)
#define REDIRECT_URI_MAX 1024
#define REDIRECT_PAGE_SIZE 8193 /* of the URL of a login page */

struct redirect_connection {
	int fd; /* -1: free */
	size_t n;
	char *bytes; /* REDIRECT_REQUEST_MAX of them */
};

struct redirect_listener {
	int fds[2]; /* 127.0.0.1 and ::1; -1: none */
	struct redirect_connection all[REDIRECT_CONNECTIONS];
	size_t next; /* which one makes room for another */
	int held; /* the one that brought the answer; -1: none yet */
	uint16_t port;
	char uri[REDIRECT_URI_MAX]; /* the redirect URI */
	char path[REDIRECT_URI_MAX];
	char authority[32]; /* host and port */
	char page[REDIRECT_PAGE_SIZE]; /* from where it comes back; "": none */
};

/* An empty one, which close is allowed on. */
void redirect_listener_init(struct redirect_listener *l);

/*
 * Listen where `uri` says, which is http to 127.0.0.1, [::1] or localhost; or,
 * if it is NULL, at "http://127.0.0.1:PORT/callback", where a `port` of 0 stands
 * for any.  NULL, or static text that says why not; *error is errno, or 0.
 */
const char *redirect_listener_open(
    struct redirect_listener *l, const char *uri, uint16_t port, int *error);

/*
 * A browser has been sent to `page`: from now on one that comes back with its
 * state is waited for (redirect_state.h).  NULL: none is, as at first.
 */
void redirect_listener_expect(struct redirect_listener *l, const char *page);

/* Fill in what is to be polled; returns how many, at most REDIRECT_POLLS. */
size_t redirect_listener_polls(
    const struct redirect_listener *l, struct pollfd *to);

/*
 * Serve what can be served.  True once, when the browser has come back: `url`
 * is the whole address, of `size` bytes, and its connection is held.
 */
bool redirect_listener_serve(
    struct redirect_listener *l, char *url, size_t size);

/* Tell the browser how it ended; the texts have no character of HTML. */
void redirect_listener_tell(struct redirect_listener *l, bool ok,
    const char *title, const char *text);

/* Close all. */
void redirect_listener_close(struct redirect_listener *l);

#endif
