/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A packet that is kept is a copy, in memory for secrets: it may hold a
 * signature.
 */
#include "agent/outgoing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/scm_rights.h"
#include "base/shortage.h"

struct packet {
	struct packet *next;
	int descriptor; /* its own; -1: none */
	struct buf bytes;
};

void
outgoing_init(struct outgoing *out)
{
	*out = (struct outgoing){ 0 };
}

static void
free_packet(struct packet *p)
{
	if (p->descriptor >= 0)
		(void)close(p->descriptor);
	buf_free(&p->bytes);
	free(p);
}

/* Remove the first one. */
static void
shift(struct outgoing *out)
{
	struct packet *p = out->first;

	out->first = p->next;
	if (out->first == NULL)
		out->last = NULL;
	out->bytes -= p->bytes.n;
	free_packet(p);
}

void
outgoing_free(struct outgoing *out)
{
	while (out->first != NULL)
		shift(out);
}

enum sent { SENT, SENT_LATER, SENT_NEVER };

static enum sent
send_packet(int socket, struct iovec *parts, size_t count, int descriptor)
{
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = count };
	union scm_rights room;

	scm_rights_put(&message, &room, &descriptor, descriptor >= 0);
	if (sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return SENT;
	/* Too many descriptors are under way, or the system has no memory now. */
	if (errno == EAGAIN || errno == EINTR || errno == ETOOMANYREFS ||
	    is_shortage(errno))
		return SENT_LATER;
	return SENT_NEVER;
}

static bool
keep(struct outgoing *out, const struct iovec *parts, size_t count,
    int descriptor)
{
	struct packet *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return false;
	p->descriptor = -1;
	buf_init(&p->bytes, FRAME_MAX);
	for (size_t i = 0; i < count; i++)
		buf_put(&p->bytes,
		    (struct apam_str){ parts[i].iov_base, parts[i].iov_len });
	if (descriptor >= 0)
		p->descriptor = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
	if (p->bytes.failed || (descriptor >= 0 && p->descriptor < 0) ||
	    out->bytes + p->bytes.n > OUTGOING_MAX) {
		free_packet(p);
		return false;
	}
	if (out->first == NULL) {
		out->since = clock_ms();
		out->last = &out->first;
	}
	*out->last = p;
	out->last = &p->next;
	out->bytes += p->bytes.n;
	return true;
}

/* Behind what is kept, so that frames stay in their order. */
static bool
send_or_keep(struct outgoing *out, int socket, struct iovec *parts,
    size_t count, int descriptor)
{
	if (outgoing_is_kept(out))
		return keep(out, parts, count, descriptor);
	switch (send_packet(socket, parts, count, descriptor)) {
	case SENT:
		return true;
	case SENT_LATER:
		return keep(out, parts, count, descriptor);
	case SENT_NEVER:
		break;
	}
	return false;
}

/* ---- Two messages in a packet ---------------------------------------------- */

void
outgoing_hold(struct outgoing *out, struct buf *held)
{
	buf_truncate(held, 0);
	out->held = held;
}

bool
outgoing_release(struct outgoing *out, int socket)
{
	struct buf *held = out->held;
	struct iovec part;
	bool ok;

	out->held = NULL;
	if (held == NULL || held->n == 0)
		return true;
	part = (struct iovec){ held->p, held->n };
	ok = send_or_keep(out, socket, &part, 1, -1);
	buf_truncate(held, 0);
	return ok;
}

/* True where it has to wait for the next one. */
static bool
hold(struct outgoing *out, const struct frame_part *part, int descriptor)
{
	if (out->held == NULL || out->held->n > 0 || descriptor >= 0)
		return false;
	buf_put(out->held, (struct apam_str){ part->head, FRAME_HEAD });
	buf_put(out->held, part->items);
	if (!out->held->failed)
		return true;
	buf_free(out->held);
	out->held = NULL;
	return false;
}

static bool
send_part(struct outgoing *out, int socket, const struct frame_part *part,
    int descriptor)
{
	struct buf *held;
	struct iovec parts[3] = {
		{ NULL, 0 },
		{ (void *)(uintptr_t)part->head, FRAME_HEAD },
		{ (void *)(uintptr_t)part->items.p, part->items.n },
	};
	bool ok = true;

	if (out->held == NULL)
		return send_or_keep(out, socket, parts + 1, 2, descriptor);
	if (hold(out, part, descriptor))
		return true;
	held = out->held;
	if (held != NULL &&
	    held->n + FRAME_HEAD + part->items.n > FRAME_WELCOME_MAX)
		ok = outgoing_release(out, socket);
	else if (held != NULL)
		parts[0] = (struct iovec){ held->p, held->n };
	out->held = NULL;
	ok = ok && send_or_keep(out, socket, parts, 3, descriptor);
	if (held != NULL)
		buf_truncate(held, 0);
	return ok;
}

bool
outgoing_send(struct outgoing *out, int socket,
    const struct frame_writer *message, int descriptor)
{
	const unsigned count = frame_count(message);
	struct frame_part part;

	for (unsigned i = 0; i < count; i++) {
		frame_part(message, i, &part);
		if (!send_part(out, socket, &part, i == 0 ? descriptor : -1))
			return false;
	}
	return count > 0;
}

bool
outgoing_flush(struct outgoing *out, int socket)
{
	while (out->first != NULL) {
		struct packet *p = out->first;
		struct iovec part = { p->bytes.p, p->bytes.n };
		const enum sent sent = send_packet(
		    socket, &part, 1, p->descriptor);

		if (sent != SENT)
			return sent == SENT_LATER;
		shift(out);
		out->since = clock_ms();
	}
	return true;
}
