/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The agent at work: one thread, its context, its clients.
 */
#ifndef HOSTS_AGENT_SERVER_H
#define HOSTS_AGENT_SERVER_H

#include <apam/apam.h>

#include "agent/agent_log.h"
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
#include "agent/takeover.h"
#include "api/serve_news.h"

struct server {
	struct agent_options options;
	struct apam *ctx;
	struct agent_loop loop;
	struct listening listening;
	struct watch listener, context, signals, helper;
	bool deaf;		/* `listener` is not watched: no descriptor left */
	bool ending;
	enum agent_exit code;	/* with which, then */
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
	struct agent_log log;
	struct takeover takeover; /* from the agent before this one */
	struct connection *successor; /* it is to take over; handover.h */
	uint64_t successor_id;	/* of its request */
	struct serve_news news;	/* what the audit log was told */
	/* For one message at a time. */
	struct agent_room room;
	struct buf items;
	struct buf held;	/* a WELCOME that an answer follows at once */
};

/* Everything but the clients.  Else returns what to end with, having said why. */
enum agent_exit server_open(
    struct server *server, const struct agent_options *options);

/* Serve until it is told to end, or cannot go on, having said why. */
enum agent_exit server_run(struct server *server);

/* End: no more clients; what spends a durable secret is finished. */
void server_close(struct server *server);

/* Append all metrics, as metrics_write; `server` is a struct server. */
bool server_tell_metrics(void *server, struct buf *to);

/* Say, and count, that a client of a user was turned away; as agent_log. */
void server_refused(struct server *server, enum metrics_refusal why,
    int64_t user, const char *format, ...) APAM_PRINTF(4, 5);

#endif
