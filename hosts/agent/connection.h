/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One client: what comes from it, what goes to it, how long it may be silent.
 *
 * A client that breaks the protocol, leaves its answers unread, floods or never
 * ends a message is dropped, and the log names it.  Meanwhile nobody waits for
 * it: a few of its messages are done at a time, and none while it does not read.
 */
#ifndef HOSTS_AGENT_CONNECTION_H
#define HOSTS_AGENT_CONNECTION_H

#include "agent/loop.h"
#include "agent/metrics.h"
#include "agent/outgoing.h"
#include "agent/pages.h"
#include "agent/peer.h"
#include "agent/proving.h"
#include "agent/quota.h"
#include "api/serve_who.h"

struct server;
struct waiting;

/* Times in ms. */
#define CONNECTION_GREETING_MS 10000	/* until HELLO; until a message ends */
#define CONNECTION_UNREAD_MS 10000	/* without reading any of its answers */
/* Messages that need no answer, or are refused, in a second. */
#define CONNECTION_FLOOD 20000

struct connection {
	struct watch watch;	/* it must stand first */
	struct connection *previous, *next; /* of the server's */
	struct server *server;
	struct peer peer;
	struct proving proving; /* begun: requests wait for it; identify.h */
	int64_t proof_asked;	/* clock_ms: when it was begun */
	struct quota_user *quota;
	struct frame_parts parts;
	struct outgoing out;
	size_t weight;		/* bytes of both that its user is charged for */
	struct waiting *waiting; /* its requests that wait */
	struct serve_known known; /* for the audit log */
	uint16_t version;	/* 0: not greeted yet */
	bool followed;		/* what is taken has a message behind it */
	uint8_t singles;	/* packets since several were looked for */
	struct page_reader reader;
	int64_t begun;		/* clock_ms: the connection, or a message */
	int64_t second;		/* clock_ms: when `idle` was begun */
	unsigned idle;		/* messages since then that gave it nothing */
	size_t use;		/* uses_note's hint */
};

/* Take the clients that wait at the listening socket. */
void connection_accept(struct server *server);

/* Send a message that was begun for it.  It may be dropped for that. */
void connection_send(
    struct connection *c, const struct frame_writer *message, int descriptor);

/* Send the error, as the answer to the message `id`. */
void connection_fail(
    struct connection *c, uint64_t id, const struct apam_error *err);

/* Count a message that gave it nothing; too many are a flood, which ends it. */
void connection_idle(struct connection *c);

/*
 * End it, with a line in the log that names it, says why and what was done.  It
 * is freed by connection_bury, after this turn of the loop.
 */
void connection_drop(
    struct connection *c, enum metrics_refusal why, const char *text);

/* End it, because it has ended by itself. */
void connection_end(struct connection *c);

/* True once it has ended. */
static inline bool
connection_has_ended(const struct connection *c)
{
	return c->watch.fd < 0;
}

/* Who asks by it, for itself. */
struct serve_who connection_who(struct connection *c);

/* Free those that have ended. */
void connection_bury(struct server *server);

/* Each second: drop those whose time has run out. */
void connection_tick(struct server *server, int64_t now);

#endif
