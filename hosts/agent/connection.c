/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets are read into one memory for all clients, so that one which is idle
 * costs little, and several at a time, so that one which sends many at once
 * costs one system call for them.
 */
#define _GNU_SOURCE /* recvmmsg, accept4 */

#include "agent/connection.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/identify.h"
#include "agent/server.h"
#include "agent/serving.h"
#include "agent/waiting.h"
#include "base/account.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/shortage.h"

#define PACKETS_AT_ONCE 8
#define SINGLES 32 /* packets between two looks for more at once */

static struct {
	struct mmsghdr heads[PACKETS_AT_ONCE];
	struct iovec parts[PACKETS_AT_ONCE];
	_Alignas(
	    struct cmsghdr) char controls[PACKETS_AT_ONCE][PEER_CONTROL_SIZE];
	char bytes[PACKETS_AT_ONCE][FRAME_MAX + 1];
} inbox;

/* ---- Ending ------------------------------------------------------------- */

/* Have the loop tell again of clients that wait to be accepted. */
static void
hear_again(struct server *s)
{
	if (s->deaf)
		loop_change(&s->loop, &s->listener, WATCH_IN);
	s->deaf = false;
}

void
connection_end(struct connection *c)
{
	struct server *s = c->server;

	if (connection_has_ended(c))
		return;
	(void)close(loop_remove(&s->loop, &c->watch));
	waiting_drop_all(c);
	pages_leave(&c->reader, c->quota);
	(void)quota_weigh(c->quota, c->weight, 0);
	quota_leave(&s->quota, &c->quota);
	if (c->previous != NULL)
		c->previous->next = c->next;
	else
		s->connections = c->next;
	if (c->next != NULL)
		c->next->previous = c->previous;
	s->connection_count--;
	c->next = s->ended;
	s->ended = c;
	hear_again(s);
}

void
connection_bury(struct server *s)
{
	while (s->ended != NULL) {
		struct connection *c = s->ended;

		s->ended = c->next;
		outgoing_free(&c->out);
		frame_parts_free(&c->parts);
		peer_free(&c->peer);
		proving_free(&c->proving);
		free(c);
	}
}

/* Tell the client, of the connection as a whole, as far as it can be told. */
static void
tell(struct server *s, struct outgoing *out, int fd, enum apam_status status,
    const char *text)
{
	struct agent_failed failed = { .error = APAM_ERROR_INIT };
	struct frame_writer to;

	(void)error_set(&failed.error, status, "%s", text);
	frame_begin(&to, &s->items, AGENT_FAILED, 0);
	if (agent_failed_write(&failed, &to))
		(void)outgoing_send(out, fd, &to, -1);
}

static void
drop(struct connection *c, enum metrics_refusal why, enum apam_status status,
    const char *text)
{
	char who[APAM_TEXT_SIZE];

	if (connection_has_ended(c))
		return;
	tell(c->server, &c->out, c->watch.fd, status, text);
	peer_describe(&c->peer, who, sizeof(who));
	server_refused(
	    c->server, why, c->peer.caller.user, "%s: dropped: %s", who, text);
	connection_end(c);
}

void
connection_drop(
    struct connection *c, enum metrics_refusal why, const char *text)
{
	drop(c, why, why == METRICS_PEER ? APAM_E_POLICY : APAM_E_USAGE, text);
}

/* ---- Sending ------------------------------------------------------------ */

void
connection_send(
    struct connection *c, const struct frame_writer *message, int descriptor)
{
	if (connection_has_ended(c))
		return;
	if (!outgoing_send(&c->out, c->watch.fd, message, descriptor)) {
		if (outgoing_is_kept(&c->out))
			connection_drop(c, METRICS_SILENT,
			    "it does not read what it asked for");
		else
			connection_end(c);
		return;
	}
	/* Nothing more is received from it until it has read its answers. */
	if (outgoing_is_kept(&c->out))
		loop_change(&c->server->loop, &c->watch, WATCH_OUT);
}

void
connection_fail(struct connection *c, uint64_t id, const struct apam_error *err)
{
	struct agent_failed failed = { .error = *err };
	struct frame_writer to;

	frame_begin(&to, &c->server->items, AGENT_FAILED, id);
	if (agent_failed_write(&failed, &to))
		connection_send(c, &to, -1);
}

struct serve_who
connection_who(struct connection *c)
{
	return (struct serve_who){ .caller = c->peer.caller,
		.program = c->peer.program,
		.news = &c->server->news,
		.known = &c->known };
}

void
connection_idle(struct connection *c)
{
	const int64_t now = clock_ms();

	if (now - c->second >= 1000) {
		c->second = now;
		c->idle = 0;
	}
	if (++c->idle > CONNECTION_FLOOD)
		connection_drop(c, METRICS_FLOOD,
		    "it floods the agent with messages that give it nothing");
}

/* Parts of a message, and answers that it has not read, are kept for it. */
static const char *
weigh(struct connection *c)
{
	const size_t before = c->weight;

	if (connection_has_ended(c))
		return NULL;
	c->weight = c->parts.items.n + c->out.bytes;
	if (quota_weigh(c->quota, before, c->weight))
		return NULL;
	return "its user has too much in messages that are not whole, or not "
	       "read";
}

/* ---- Receiving ---------------------------------------------------------- */

static void
set_up_inbox(unsigned count)
{
	for (size_t i = 0; i < count; i++) {
		inbox.parts[i] = (struct iovec){ inbox.bytes[i], FRAME_MAX };
		inbox.heads[i].msg_hdr = (struct msghdr){
			.msg_iov = &inbox.parts[i],
			.msg_iovlen = 1,
			.msg_control = inbox.controls[i],
			.msg_controllen = sizeof(inbox.controls[i]),
		};
	}
}

/* As recvmmsg. */
static int
receive_one(int socket)
{
	const ssize_t n = recvmsg(
	    socket, &inbox.heads[0].msg_hdr, MSG_DONTWAIT);

	inbox.heads[0].msg_len = n < 0 ? 0 : (unsigned)n;
	return n < 0 ? -1 : 1;
}

/*
 * Returns how many packets came; below 0: it is to be ended.  Most clients send
 * one and wait, and looking for a second one costs a tenth of the signature, so
 * that it is done now and then, and again as long as there are some.
 */
static int
receive(struct connection *c)
{
	const unsigned most = c->singles == SINGLES ? PACKETS_AT_ONCE : 1;
	int n;

	set_up_inbox(most);
	n = most == 1 ?
	    receive_one(c->watch.fd) :
	    recvmmsg(c->watch.fd, inbox.heads, most, MSG_DONTWAIT, NULL);
	if (most == 1)
		c->singles++;
	else if (n <= 1)
		c->singles = 0;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return n;
}

/*
 * A HELLO has the first request behind it, so that both are one message to the
 * kernel, as WELCOME and the answer are.
 */
static const char *
take_frames(struct connection *c, struct apam_str packet)
{
	const char *wrong = NULL;
	struct frame message;
	bool whole;

	while (packet.n > 0 && wrong == NULL && !connection_has_ended(c)) {
		wrong = frame_take(
		    &c->parts, frame_first(&packet), &message, &whole);
		c->followed = packet.n > 0;
		if (wrong == NULL && c->followed && message.type != AGENT_HELLO)
			wrong = "a packet has more than one frame";
		if (wrong == NULL && whole)
			wrong = serving_take(c, &message);
		else if (c->parts.count == 1)
			c->begun = clock_ms();
	}
	if (wrong == NULL && !connection_has_ended(c) &&
	    !outgoing_release(&c->out, c->watch.fd))
		connection_end(c);
	return wrong;
}

static const char *
take_packet(struct connection *c, const struct mmsghdr *head)
{
	const struct apam_str packet = { head->msg_hdr.msg_iov->iov_base,
		head->msg_len };
	const char *wrong = peer_sent(&c->peer, &head->msg_hdr);

	if (wrong != NULL) {
		connection_drop(c, METRICS_PEER, wrong);
		return NULL;
	}
	if ((head->msg_hdr.msg_flags & MSG_TRUNC) != 0)
		wrong = "a frame is longer than 65536 bytes";
	if (wrong == NULL)
		wrong = take_frames(c, packet);
	return wrong == NULL ? weigh(c) : wrong;
}

static void
take_packets(struct connection *c, int count)
{
	int64_t *now = &c->server->loop.now, before;
	const char *wrong = NULL;

	for (int i = 0; i < count && !connection_has_ended(c); i++) {
		/* A packet of no bytes is the end. */
		if (inbox.heads[i].msg_len == 0) {
			connection_end(c);
			return;
		}
		wrong = take_packet(c, &inbox.heads[i]);
		if (wrong != NULL)
			connection_drop(c, METRICS_PROTOCOL, wrong);
		before = *now;
		*now = clock_ms();
		if (!connection_has_ended(c))
			quota_spend(c->quota, c->server->turn, *now - before);
	}
}

/*
 * Receive from a client.  If its user has had the time of this turn, the client
 * waits for the next turn: its descriptor stays ready.
 */
static void
hear(struct connection *c)
{
	int count;

	if (!quota_has_time(c->quota, c->server->turn))
		return;
	count = receive(c);
	if (count < 0)
		connection_end(c);
	else
		take_packets(c, count);
}

/*
 * Send what waits for the client to read.  Where the client has room and the
 * system has no memory for it, it waits for the next tick.  False: it is of no
 * more use.
 */
static bool
send_kept(struct connection *c)
{
	const size_t before = c->out.bytes;

	if (!outgoing_flush(&c->out, c->watch.fd))
		return false;
	(void)weigh(c);
	if (!outgoing_is_kept(&c->out))
		loop_change(&c->server->loop, &c->watch, WATCH_IN);
	else if (c->out.bytes == before)
		loop_change(&c->server->loop, &c->watch, 0);
	return true;
}

static void
on_ready(struct watch *watch, unsigned events)
{
	struct connection *c = (struct connection *)(void *)watch;

	if ((events & WATCH_OUT) != 0 && !send_kept(c)) {
		connection_end(c);
		return;
	}
	if (events & WATCH_IN)
		hear(c);
	else if (events & WATCH_BROKEN)
		connection_end(c);
}

/* ---- Beginning --------------------------------------------------------- */

static void
enlist(struct server *s, struct connection *c)
{
	c->next = s->connections;
	if (c->next != NULL)
		c->next->previous = c;
	s->connections = c;
	s->connection_count++;
}

/* Tell a client why it is refused, without waiting until it has read that. */
static void
tell_refused(struct server *s, int fd, enum apam_status status, const char *why)
{
	struct outgoing out;

	outgoing_init(&out);
	tell(s, &out, fd, status, why);
	outgoing_free(&out);
}

/* Let a client in.  False if it is refused; the struct holds nothing then. */
static bool
admit(struct server *s, struct connection *c, int fd)
{
	char why[APAM_TEXT_SIZE], who[APAM_TEXT_SIZE];
	char user[ACCOUNT_TEXT_SIZE];

	if (!peer_of(fd, &c->peer, why)) {
		server_refused(s, METRICS_PEER, AGENT_LOG_NO_USER,
		    "a client was refused: %s", why);
		tell_refused(s, fd, APAM_E_POLICY, why);
		return false;
	}
	c->quota = quota_enter(&s->quota, c->peer.caller.user);
	if (c->quota == NULL && errno == ENOMEM) {
		tell_refused(s, fd, APAM_E_MEMORY, "out of memory");
		peer_free(&c->peer);
	} else if (c->quota == NULL) {
		peer_describe(&c->peer, who, sizeof(who));
		server_refused(s, METRICS_CONNECTIONS, c->peer.caller.user,
		    "%s: refused: its user has too many connections", who);
		account_describe(c->peer.caller.user, user);
		snprintf(why, sizeof(why),
		    "the agent has too many connections of %s: close some of "
		    "them",
		    user);
		tell_refused(s, fd, APAM_E_POLICY, why);
		peer_free(&c->peer);
	}
	return c->quota != NULL;
}

/* Takes the descriptor. */
static struct connection *
begin(struct server *s, int fd)
{
	struct connection *c = calloc(1, sizeof(*c));

	if (c == NULL || !admit(s, c, fd)) {
		free(c);
		(void)close(fd);
		return NULL;
	}
	c->server = s;
	c->watch.fd = fd;
	c->watch.events = WATCH_IN;
	c->watch.ready = on_ready;
	c->begun = clock_ms();
	c->proving = (struct proving)PROVING_NONE;
	outgoing_init(&c->out);
	frame_parts_init(&c->parts);
	enlist(s, c);
	return c;
}

/*
 * Most have sent a greeting and a request by now, which are answered before the
 * connection is watched: the client waits for one turn of the loop and not for
 * two.
 */
static void
meet(struct connection *c)
{
	hear(c);
	if (!connection_has_ended(c) &&
	    !loop_add(&c->server->loop, &c->watch, c->watch.events))
		connection_end(c);
}

/*
 * Accept one client.  The loop tells of the next one at once; looking for it
 * here would cost a system call in vain for most clients.
 */
void
connection_accept(struct server *s)
{
	const int fd = accept4(
	    s->listening.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	struct connection *c;

	if (fd >= 0) {
		c = begin(s, fd);
		if (c != NULL)
			meet(c);
		return;
	}
	if (!is_shortage(errno))
		return;
	/* Clients wait in the queue until another one ends, or for a second. */
	server_refused(s, METRICS_CONNECTIONS, AGENT_LOG_NO_USER,
	    "no descriptor or memory is left for more clients, who wait");
	loop_change(&s->loop, &s->listener, 0);
	s->deaf = true;
}

/* ---- Time -------------------------------------------------------------- */

/* True for a client that does not read, so that its socket takes no more. */
static bool
does_not_read(struct connection *c, int64_t now)
{
	if (pages_are_left(&c->reader, c->quota, c->watch.fd, now))
		return true;
	return outgoing_is_kept(&c->out) &&
	    now - c->out.since > CONNECTION_UNREAD_MS &&
	    (loop_look(&c->watch) & WATCH_OUT) == 0;
}

/*
 * What the client should have sent by now, as far as was read; NULL: nothing.
 */
static const char *
owes(const struct connection *c, int64_t now, enum metrics_refusal *why)
{
	*why = METRICS_PROTOCOL;
	if (c->version == 0 && now - c->begun > CONNECTION_GREETING_MS)
		return "it did not say hello in time";
	if (identify_is_late(c, now))
		return "it did not prove in time which process it is";
	*why = METRICS_FLOOD;
	if (c->parts.count > 0 && now - c->begun > CONNECTION_GREETING_MS)
		return "it did not end a message in time";
	return NULL;
}

/*
 * Where this process was busy or stopped, or the user had its time of the turn,
 * a client may have done in time what has not been seen here yet.  A client
 * that was stopped itself did nothing wrong: by DEADLINE it is told to connect
 * anew.
 */
static void
tick(struct connection *c, int64_t now)
{
	enum metrics_refusal why;
	const char *late;

	if (does_not_read(c, now)) {
		drop(c, METRICS_SILENT, APAM_E_DEADLINE,
		    "it does not read what it asked for");
		return;
	}
	if (outgoing_is_kept(&c->out))
		loop_change(&c->server->loop, &c->watch, WATCH_OUT);
	late = owes(c, now, &why);
	if (late != NULL && (loop_look(&c->watch) & WATCH_IN) == 0)
		drop(c, why, APAM_E_DEADLINE, late);
}

void
connection_tick(struct server *s, int64_t now)
{
	struct connection *next;

	hear_again(s);
	for (struct connection *c = s->connections; c != NULL; c = next) {
		next = c->next;
		tick(c, now);
	}
}
