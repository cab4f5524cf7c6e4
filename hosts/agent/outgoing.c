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
	    errno == ENOBUFS)
		return SENT_LATER;
	return SENT_NEVER;
}

static bool
keep(struct outgoing *out, const struct frame_part *part, int descriptor)
{
	struct packet *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return false;
	p->descriptor = -1;
	buf_init(&p->bytes, FRAME_MAX);
	buf_put(&p->bytes, (struct apam_str){ part->head, FRAME_HEAD });
	buf_put(&p->bytes, part->items);
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

static bool
send_part(struct outgoing *out, int socket, const struct frame_part *part,
    int descriptor)
{
	struct iovec parts[2] = {
		{ (void *)(uintptr_t)part->head, FRAME_HEAD },
		{ (void *)(uintptr_t)part->items.p, part->items.n },
	};

	/* Behind what is kept, so that frames stay in their order. */
	if (outgoing_is_kept(out))
		return keep(out, part, descriptor);
	switch (send_packet(socket, parts, 2, descriptor)) {
	case SENT:
		return true;
	case SENT_LATER:
		return keep(out, part, descriptor);
	case SENT_NEVER:
		break;
	}
	return false;
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
