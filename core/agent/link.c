/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Greetings, questions and proofs are written to the socket in the order in
 * which they are asked for, and a message as a whole.
 */
#include "agent/link.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fork_gate.h"
#include "base/secmem.h"
#include "base/shortage.h"

const char link_ended[] = "the agent ended the connection";

void
link_init(struct link *link)
{
	memset(link, 0, sizeof(*link));
	link->fd.fd = -1;
	link->passed = -1;
}

/* ---- Closing ------------------------------------------------------------- */

void
link_drop_passed(struct link *link)
{
	if (link->passed >= 0)
		(void)close(link->passed);
	link->passed = -1;
}

int
link_take_passed(struct link *link)
{
	const int fd = link->passed;

	link->passed = -1;
	return fd;
}

static void
forget(struct link *link)
{
	link_drop_passed(link);
	frame_parts_free(&link->parts);
	buf_free(&link->hello);
	secmem_free(link->packet, link->packet_size);
	link_init(link);
}

void
link_close(struct link *link)
{
	own_fd_close(&link->fd);
	forget(link);
}

void
link_break(struct link *link, const char *wrong)
{
	if (link->wrong == NULL)
		link->wrong = wrong;
	link_drop_passed(link);
}

bool
link_is_ours(const struct link *link)
{
	return link->wrong == NULL && link->forks == fork_count() &&
	    link->user == geteuid() && own_fd_is_ours(&link->fd);
}

bool
link_has_ended(const struct link *link)
{
	return link->wrong == link_ended;
}

void
link_hear(struct link *link)
{
	if (link_has_ended(link))
		link->wrong = NULL;
}

/* ---- Sending ------------------------------------------------------------- */

/* 1: it is sent; 0: there is no room; below: the connection is broken. */
static int
send_packet(const struct link *link, struct iovec *pieces, size_t n)
{
	const struct msghdr m = { .msg_iov = pieces, .msg_iovlen = n };
	ssize_t sent;

	do {
		sent = sendmsg(link->fd.fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
	} while (sent < 0 && errno == EINTR);
	if (sent >= 0)
		return 1;
	return errno == EAGAIN || is_shortage(errno) ? 0 : -1;
}

int
link_send_hello(struct link *link)
{
	struct iovec hello = { link->hello.p, link->hello.n };
	const int sent = hello.iov_len == 0 ? 1 : send_packet(link, &hello, 1);

	if (sent > 0)
		buf_free(&link->hello);
	return sent;
}

/* Returns as send_packet. */
static int
send_part(struct link *link, const struct frame_part *part)
{
	struct iovec pieces[] = {
		{ link->hello.p, link->hello.n },
		{ (void *)(uintptr_t)part->head, sizeof(part->head) },
		{ (void *)(uintptr_t)part->items.p, part->items.n },
	};
	int sent = 1;

	if (link->hello.n + FRAME_HEAD + part->items.n > FRAME_MAX) {
		sent = link_send_hello(link);
		pieces[0].iov_len = 0;
	}
	if (sent > 0)
		sent = send_packet(link, pieces, 3);
	if (sent > 0)
		buf_free(&link->hello);
	return sent;
}

/* All parts from *i on, as far as it goes; returns as send_part. */
static int
send_parts(struct link *link, const struct frame_writer *message, unsigned *i)
{
	const unsigned count = frame_count(message);
	struct frame_part part;
	int sent = count > 0;

	while (*i < count && sent > 0) {
		frame_part(message, *i, &part);
		sent = send_part(link, &part);
		*i += sent > 0;
	}
	return sent;
}

/* As link_send. */
static bool
send_message(struct link *link, const struct frame_writer *message, unsigned *i)
{
	const int sent = send_parts(link, message, i);

	link->midway = *i > 0 && *i < frame_count(message);
	/* An agent that closes before it greets has said why: it is read. */
	if (sent < 0 && link->greeted)
		link_break(link, link_ended);
	return sent > 0;
}

bool
link_send(struct link *link, const struct frame_writer *message, unsigned *i)
{
	bool sent;

	if (link->wrong != NULL || (!link->midway && !link_settle(link)))
		return false;
	sent = send_message(link, message, i);
	if (sent)
		(void)link_settle(link);
	return sent;
}

/* The kernel says beside it who sends it. */
bool
link_settle(struct link *link)
{
	const struct agent_proof proof = { .nonce = { link->owed,
					       sizeof(link->owed) } };
	struct frame_writer w;
	struct buf items;
	unsigned i = 0;

	if (!link->owes)
		return true;
	if (link->midway || link->wrong != NULL)
		return false;
	buf_init_plain(&items, FRAME_ITEMS_MAX);
	frame_begin(&w, &items, AGENT_PROOF, link->owed_id);
	w.version = link->parts.version;
	link->owes = !agent_proof_write(&proof, &w) ||
	    !send_message(link, &w, &i);
	buf_free(&items);
	return !link->owes;
}

/* ---- Waiting ------------------------------------------------------------- */

/* Sending never waits, whatever the socket does. */
static bool
make_blocking(struct link *link)
{
	const struct timeval limit = { LINK_WAIT_MS / 1000, 0 };

	/* O_NONBLOCK is all that it was made with. */
	link->blocking = setsockopt(link->fd.fd, SOL_SOCKET, SO_RCVTIMEO,
			     &limit, sizeof(limit)) == 0 &&
	    fcntl(link->fd.fd, F_SETFL, 0) == 0;
	return link->blocking;
}

bool
link_let_wait(struct link *link, int64_t deadline)
{
	link->waits = link->wrong == NULL &&
	    deadline - clock_ms() >= LINK_WAIT_MS &&
	    (link->blocking || make_blocking(link));
	return link->waits;
}

bool
link_wait(struct link *link, bool out, int64_t deadline)
{
	struct pollfd p = { .fd = link->fd.fd,
		.events = (short)(POLLIN | (out ? POLLOUT : 0)) };
	int left, n;

	(void)link_send_hello(link);
	do {
		left = clock_left(deadline);
		if (left == 0)
			return false;
		n = poll(&p, 1, left);
	} while (n == 0 || (n < 0 && errno == EINTR));
	return true;
}
