/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The agent at work: one thread, its context, its clients.
 */
#ifndef HOSTS_AGENT_SERVER_H
#define HOSTS_AGENT_SERVER_H

#include <apam/apam.h>

#include "agent/calls.h"
#include "agent/connection.h"
#include "agent/listen.h"
#include "agent/loop.h"
#include "agent/message.h"
#include "agent/metrics.h"
#include "agent/pages.h"
#include "agent/quota.h"
#include "agent/scrape.h"
#include "agent/sd_notify.h"
#include "api/serve_news.h"

struct server {
	struct agent_options options;
	struct apam *ctx;
	struct agent_loop loop;
	struct listening listening;
	struct watch listener, context, signals;
	bool deaf;		/* `listener` is not watched: no descriptor left */
	bool ending;
	uint64_t turn;		/* of the loop, from 1 */
	struct quota quota;
	struct sd_notify manager;
	struct pages pages;
	struct connection *connections, *ended;
	size_t connection_count;
	/* Requests that wait for a flight to land; waiting.h. */
	struct waiting *first;
	size_t waiting_count;
	bool proved;		/* a client has proved who it is: identify.h */
	bool trying;		/* waiting_try is at it */
	uint64_t landings;	/* serve_landings when they were last tried */
	int64_t soonest;	/* the first of their deadlines, clock_ms */
	int64_t step_at;	/* clock_ms: when the context is to be moved */
	int64_t ticked;		/* clock_ms: the last tick */
	struct calls calls;
	struct metrics *metrics;
	struct scrape scrape;
	int64_t fed;		/* clock_ms: when its watchdog was fed last */
	/* Lines of the log: since when these were counted, clock_ms. */
	int64_t logged_since;
	unsigned logged, unlogged;
	struct serve_news news;	/* what the audit log was told */
	/* For one message at a time. */
	struct agent_room room;
	struct buf items;
};

/* Everything but the clients.  Else returns what to end with, having said why. */
enum agent_exit server_open(
    struct server *server, const struct agent_options *options);

/* Serve until it is told to end. */
void server_run(struct server *server);

/* End: no more clients; what spends a durable secret is finished. */
void server_close(struct server *server);

/*
 * One line to standard error, "apamd: warning: ...", at most 20 in ten seconds;
 * how many were left out is said then.
 */
void server_log(struct server *server, enum apam_log_level level,
    const char *format, ...) APAM_PRINTF(3, 4);

/* Append all metrics, as metrics_write; `server` is a struct server. */
bool server_tell_metrics(void *server, struct buf *to);

/* The same, and it is counted: a client was turned away. */
void server_refused(struct server *server, enum metrics_refusal why,
    const char *format, ...) APAM_PRINTF(3, 4);

#endif
