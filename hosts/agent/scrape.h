/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The socket that a scraper reads metrics from: HTTP, one request a connection.
 * A few connections at a time, each for a few seconds, so that nobody who holds
 * one keeps others away for long.
 */
#ifndef HOSTS_AGENT_SCRAPE_H
#define HOSTS_AGENT_SCRAPE_H

#include <stdint.h>

#include "agent/loop.h"
#include "agent/scrape_request.h"
#include "base/buf.h"

#define SCRAPE_CONNECTIONS 8
#define SCRAPE_MS 5000 /* how long one may take */
#define SCRAPE_REST_MS 1000 /* without room for the next one */

struct scrape;

struct scrape_connection {
	struct watch watch;	/* fd below 0: free */
	struct scrape *scrape;
	char request[SCRAPE_REQUEST_MAX];
	size_t got;
	struct buf answer;	/* empty: the request is not whole yet */
	size_t sent;
	int64_t since;		/* clock_ms */
};

struct scrape {
	struct watch listener;	/* fd below 0: there is none */
	struct agent_loop *loop;
	/* Append what is to be told; false where that cannot be. */
	bool (*tell)(void *arg, struct buf *to);
	void *arg;
	char path[108];		/* of its own socket file; "": none */
	int64_t rests_until;	/* clock_ms; 0: `listener` is watched */
	struct scrape_connection all[SCRAPE_CONNECTIONS];
};

/* An empty one, which close is allowed on. */
void scrape_init(struct scrape *s);

/*
 * Listen at `where`: an absolute path, 127.0.0.1:PORT or [::1]:PORT; NULL: where
 * the service manager listens (a socket that it calls "metrics"), if it does.  A
 * socket file that was left behind is replaced, and a socket that another agent
 * handed over (agent/handover.h) is used as it is.  `loop`, `tell` and `arg` are set
 * before.  NULL, or static text that says what is wrong; *error is errno, or 0.
 */
const char *scrape_open(struct scrape *s, const char *where, int *error);

/* Milliseconds until scrape_tick is due; -1: never. */
int scrape_due(const struct scrape *s);
/* End the connections whose time is over, and listen again after a rest. */
void scrape_tick(struct scrape *s);

/* It is another agent's from now on: scrape_close leaves its file there. */
void scrape_leave(struct scrape *s);

void scrape_close(struct scrape *s);

#endif
