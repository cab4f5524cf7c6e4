/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptors go one by one, each when the other has room for it: the system
 * lets a user have so many on the way.
 */
#include "agent/handover.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/sockios.h>

#include "agent/server.h"
#include "agent/signals.h"
#include "api/serve_page.h"
#include "base/clock.h"
#include "base/error.h"

#define PAUSE_MS 1
#define PACKET_SIZE 256 /* bytes, more than TAKEN has */

/* ---- Asking ------------------------------------------------------------ */

static enum apam_status
may_replace(const struct connection *c, struct apam_error *err)
{
	const struct server *s = c->server;
	const uint32_t user = c->peer.caller.user;

	if (user != 0 && user != geteuid())
		return error_set(err, APAM_E_POLICY,
		    "root and the agent's own user alone may replace the agent");
	/* A container may have been given the socket, but not the pages. */
	if (!peer_is_outside_containers(&c->peer))
		return error_set(err, APAM_E_POLICY,
		    "what runs in a container, or cannot be seen in /proc, may "
		    "not replace the agent outside of it");
	if (s->listening.path[0] == '\0' || s->manager.fd >= 0)
		return error_set(err, APAM_E_POLICY,
		    "a service manager runs the agent: have it start the agent "
		    "anew, by `systemctl restart apamd`");
	if (s->successor != NULL)
		return error_set(err, APAM_E_THROTTLED,
		    "another apamd is replacing the agent now");
	return APAM_OK;
}

const char *
handover_ask(struct connection *c, const struct frame *message)
{
	struct apam_error err = APAM_ERROR_INIT;
	const char *wrong = agent_bare_read(message);
	char who[APAM_TEXT_SIZE];

	if (wrong != NULL)
		return wrong;
	if (may_replace(c, &err) == APAM_OK) {
		c->server->successor = c;
		c->server->successor_id = message->id;
		return NULL;
	}
	peer_describe(&c->peer, who, sizeof(who));
	agent_log(&c->server->log, c->peer.caller.user, APAM_LOG_WARNING,
	    "%s: may not replace this agent: %s", who, err.text);
	connection_fail(c, message->id, &err);
	connection_idle(c);
	return NULL;
}

/* ---- Giving ------------------------------------------------------------ */

struct giving {
	struct server *s;
	struct connection *to;
	int64_t deadline; /* clock_ms */
};

/*
 * Wait until the other has read what it was sent, so that there is room for
 * KEPT; false where it is too late for that.
 */
static bool
wait_until_read(const struct giving *g)
{
	int unread = 0;

	while (ioctl(g->to->watch.fd, SIOCOUTQ, &unread) == 0 && unread > 0) {
		if (clock_left(g->deadline) == 0)
			return false;
		clock_sleep(PAUSE_MS);
	}
	return true;
}

/* Wait until the other can be sent to; false where it is too late for that. */
static bool
wait_for_room(const struct giving *g)
{
	struct pollfd p = { .fd = g->to->watch.fd, .events = POLLOUT };

	/* The socket may have room while too many descriptors are under way, so
	   that poll alone would not wait. */
	clock_sleep(PAUSE_MS);
	return poll(&p, 1, clock_left(g->deadline)) >= 0 &&
	    clock_left(g->deadline) > 0;
}

/* A name of "" without a descriptor says that all have been sent. */
static bool
give(void *giving, const char *name, int descriptor)
{
	struct giving *g = giving;
	const struct agent_handed handed = { .name = apam_str(name) };
	struct outgoing *out = &g->to->out;
	const int socket = g->to->watch.fd;
	struct frame_writer w;
	bool sent;

	frame_begin(&w, &g->s->items, AGENT_HANDED, g->s->successor_id);
	sent = agent_handed_write(&handed, &w) &&
	    outgoing_send(out, socket, &w, descriptor);
	while (sent && outgoing_is_kept(out))
		sent = wait_for_room(g) && outgoing_flush(out, socket);
	return sent;
}

static bool
give_metrics(struct giving *g)
{
	const struct server *s = g->s;
	char name[AGENT_HANDED_MAX + 1];

	if (s->scrape.listener.fd < 0 || s->options.metrics == NULL)
		return true;
	(void)snprintf(
	    name, sizeof(name), HANDED_METRICS "%s", s->options.metrics);
	return give(g, name, s->scrape.listener.fd);
}

static bool
give_all(struct giving *g)
{
	struct server *s = g->s;

	return give(g, HANDED_SOCKET, s->listening.fd) &&
	    give(g, HANDED_LOCK, s->listening.lock) && give_metrics(g) &&
	    pages_each(&s->pages, give, g) && wait_until_read(g) &&
	    give(g, "", -1);
}

/* ---- What the other says ----------------------------------------------- */

enum said { SAID_NOTHING, SAID_TAKEN, SAID_SERVES, SAID_ELSE, SAID_END };

/*
 * Receive from the other.  If it ended with something unread, the system first
 * reports the reset, and only then what the other had sent.
 */
static ssize_t
receive(int socket, char *to, size_t size)
{
	ssize_t n = recv(socket, to, size, MSG_DONTWAIT);

	return n < 0 && errno == ECONNRESET ?
	    recv(socket, to, size, MSG_DONTWAIT) :
	    n;
}

static enum said
next_said(struct connection *c)
{
	char packet[PACKET_SIZE];
	const ssize_t n = receive(c->watch.fd, packet, sizeof(packet));
	struct frame message;
	bool whole;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return SAID_NOTHING;
	if (n <= 0)
		return SAID_END;
	if (frame_take(&c->parts, (struct apam_str){ packet, (size_t)n },
		&message, &whole) != NULL ||
	    !whole || agent_bare_read(&message) != NULL)
		return SAID_ELSE;
	if (message.type == AGENT_TAKEN)
		return SAID_TAKEN;
	return message.type == AGENT_SERVES ? SAID_SERVES : SAID_ELSE;
}

/*
 * The other can send TAKEN until this process says that it hears no more: the
 * system has either the one or the other come first.
 */
static bool
wait_until_taken(const struct giving *g)
{
	struct pollfd p = { .fd = g->to->watch.fd, .events = POLLIN };
	int n;

	do {
		n = poll(&p, 1, clock_left(g->deadline));
	} while (n < 0 && errno == EINTR);
	if (n > 0 && next_said(g->to) == SAID_TAKEN)
		return true;
	(void)shutdown(p.fd, SHUT_RD);
	return next_said(g->to) == SAID_TAKEN;
}

/*
 * The other serves, unless it ended before it began to: then it has changed
 * nothing, or a page in part.  However long it stands still, it goes on as the
 * one that serves; only a signal ends this process before that.
 */
static bool
wait_until_serves(const struct giving *g)
{
	struct pollfd p[] = {
		{ .fd = g->to->watch.fd, .events = POLLIN },
		{ .fd = g->s->signals.fd, .events = POLLIN },
	};
	enum said said;

	do {
		(void)poll(p, 2, -1);
		said = next_said(g->to);
		if (said == SAID_NOTHING && p[1].revents != 0 &&
		    (signals_take() & SIGNALS_END) != 0)
			said = SAID_SERVES;
	} while (said != SAID_SERVES && said != SAID_END);
	return said == SAID_SERVES;
}

/* ---- Ending ------------------------------------------------------------ */

/*
 * The end of the connection alone would say that this process was killed.
 * There is room for it, unless the system has no memory.
 */
static void
say_kept(const struct giving *g)
{
	struct outgoing *out = &g->to->out;
	struct frame_writer w;

	frame_begin(&w, &g->s->items, AGENT_KEPT, g->s->successor_id);
	if (!outgoing_send(out, g->to->watch.fd, &w, -1))
		return;
	while (outgoing_is_kept(out) && outgoing_flush(out, g->to->watch.fd))
		clock_sleep(PAUSE_MS);
}

/* Leave to the other what it has now: files of sockets, pages. */
static void
let_go(struct server *s)
{
	listen_leave(&s->listening);
	scrape_leave(&s->scrape);
	serve_pages_leave(s->ctx);
	s->ending = true;
}

/* True where the other serves. */
static bool
hand_over(struct giving *g)
{
	/* Until it has got all, the other does not serve, and may ask again. */
	if (connection_has_ended(g->to) || !give_all(g))
		return false;
	if (!wait_until_taken(g)) {
		say_kept(g);
		return false;
	}
	if (wait_until_serves(g))
		return true;
	serve_pages_mend(g->s->ctx);
	return false;
}

void
handover_turn(struct server *s)
{
	struct connection *c = s->successor;
	struct giving g = { s, c, 0 };

	if (c == NULL)
		return;
	g.deadline = clock_ms() + HANDOVER_MS;
	/* The other agent begins with the uses in this file. */
	uses_write(&s->calls.uses);
	if (hand_over(&g)) {
		agent_log(&s->log, AGENT_LOG_NO_USER, APAM_LOG_INFO,
		    "process %ld serves in place of this one, which ends",
		    (long)c->peer.pid);
		let_go(s);
	} else
		agent_log(&s->log, AGENT_LOG_NO_USER, APAM_LOG_WARNING,
		    "process %ld was to serve in place of this one and does "
		    "not: this one goes on",
		    (long)c->peer.pid);
	connection_end(c);
	s->successor = NULL;
}
