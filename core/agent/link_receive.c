/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets are read into locked memory, of which there is little at first.
 */
#include "agent/link_receive.h"

#include <errno.h>
#include <sys/socket.h>

#include "base/error.h"
#include "base/scm_rights.h"
#include "base/secmem.h"

/*
 * Packets, the greeting and an answer, after which room for any is worth
 * having.
 */
#define PACKETS_FEW 2

static enum link_got
broken(struct link *link, const char *wrong)
{
	link_break(link, wrong);
	return LINK_BROKEN;
}

/* ---- Packets ------------------------------------------------------------- */

/* Keep the first descriptor, and close all others; how many there were. */
static size_t
take_descriptors(struct link *link, const struct msghdr *m)
{
	return link->passed < 0 ? scm_rights_take(m, &link->passed, 1) :
				  scm_rights_take(m, NULL, 0);
}

/* As recvmsg. */
static ssize_t
receive(const struct link *link, struct msghdr *m, int flags)
{
	unsigned resets = 0;
	ssize_t n = -1;

	/* Once it is said that the other end is closed, what it sent is there. */
	do {
		n = recvmsg(link->fd.fd, m,
		    (link->waits ? 0 : MSG_DONTWAIT) | MSG_CMSG_CLOEXEC |
			flags);
	} while (n < 0 && errno == ECONNRESET && resets++ == 0);
	return n;
}

/* Memory for any packet in place of what there is. */
static bool
make_room(struct link *link)
{
	size_t size;
	char *packet = secmem_alloc(FRAME_MAX, &size);

	if (packet == NULL)
		return false;
	secmem_free(link->packet, link->packet_size);
	link->packet = packet;
	link->packet_size = size;
	return true;
}

/*
 * As recvmsg, how long the next packet is, for which there is memory then.
 * Memory for any packet makes looking needless, but takes longer to get than a
 * connection for one signature has.  The first packet fits in any case.
 */
static ssize_t
look_ahead(struct link *link)
{
	struct msghdr none = { .msg_iov = NULL };
	bool fits;
	ssize_t n;

	if (!link->greeted)
		return 1;
	n = receive(link, &none, MSG_PEEK | MSG_TRUNC);
	if (n <= 0)
		return n;
	fits = (size_t)n <= link->packet_size;
	if (fits && link->few < PACKETS_FEW)
		return n;
	if (make_room(link) || fits)
		return n;
	(void)broken(link, "out of memory");
	errno = ENOMEM;
	return -1;
}

/* One packet: how many bytes, 0 at the end, below 0 as recvmsg. */
static ssize_t
read_packet(struct link *link, bool *odd)
{
	struct iovec iov;
	union scm_rights room;
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	const bool had = link->passed >= 0;
	size_t passed;
	ssize_t n = 1;

	scm_rights_expect(&m, &room);
	if (link->packet_size < FRAME_MAX)
		n = look_ahead(link);
	iov = (struct iovec){ link->packet, link->packet_size };
	if (n > 0)
		n = receive(link, &m, 0);
	link->few += n > 0;
	link->waits = false;
	*odd = false;
	if (n <= 0)
		return n;
	passed = take_descriptors(link, &m);
	*odd = passed > 1 || (passed == 1 && had) ||
	    (m.msg_flags & (MSG_CTRUNC | MSG_TRUNC)) != 0;
	return n;
}

/* Have link->rest be a packet. */
static enum link_got
receive_packet(struct link *link)
{
	bool odd;
	ssize_t n;

	n = read_packet(link, &odd);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return LINK_NOTHING;
	if (n <= 0)
		return broken(link, link_ended);
	if (odd)
		return broken(link, "the agent sent more than was asked for");
	link->rest = (struct apam_str){ link->packet, (size_t)n };
	return LINK_MESSAGE;
}

/* ---- Messages ------------------------------------------------------------ */

/*
 * One part of a message, or all of it.  A WELCOME has the next one behind it.
 */
static enum link_got
receive_part(struct link *link, struct frame *message, bool *whole)
{
	enum link_got got = LINK_MESSAGE;
	const char *wrong;

	if (link->rest.n == 0)
		got = receive_packet(link);
	if (got != LINK_MESSAGE)
		return got;
	wrong = frame_take(
	    &link->parts, frame_first(&link->rest), message, whole);
	if (wrong == NULL && link->rest.n > 0 && message->type != AGENT_WELCOME)
		wrong = "a packet has more than one frame";
	return wrong == NULL ? LINK_MESSAGE : broken(link, wrong);
}

static enum link_got
be_welcome(struct link *link, const struct frame *message)
{
	struct agent_welcome welcome;
	const char *wrong = agent_welcome_read(&welcome, message);

	if (wrong == NULL &&
	    (link->greeted || welcome.version < AGENT_VERSION_MIN ||
		welcome.version > AGENT_VERSION_MAX))
		wrong = "the agent speaks another version";
	if (wrong != NULL)
		return broken(link, wrong);
	link->parts.version = (uint16_t)welcome.version;
	link->greeted = true;
	link->pages = welcome.pages != 0;
	return LINK_NOTHING;
}

/* At once, or when the message that is under way is sent. */
static enum link_got
prove(struct link *link, const struct frame *message)
{
	struct agent_proof proof;
	const char *wrong = agent_proof_read(&proof, message);

	if (wrong != NULL)
		return broken(link, wrong);
	if (link->owes)
		return broken(
		    link, "the agent asks for another proof before it has one");
	memcpy(link->owed, proof.nonce.p, sizeof(link->owed));
	link->owed_id = message->id;
	link->owes = true;
	(void)link_settle(link);
	return link->wrong == NULL ? LINK_NOTHING : LINK_BROKEN;
}

static enum link_got
end_by_failure(
    struct link *link, const struct frame *message, struct apam_error *err)
{
	struct agent_failed failed;

	if (agent_failed_read(&failed, message) == NULL) {
		/* This process was stopped meanwhile: it connects anew. */
		if (failed.error.status == APAM_E_DEADLINE)
			return broken(link, link_ended);
		error_copy(err, &failed.error);
	}
	return broken(link, "the agent refused the connection");
}

static enum link_got
take_message(
    struct link *link, const struct frame *message, struct apam_error *err)
{
	if (message->type == AGENT_WELCOME)
		return be_welcome(link, message);
	if (message->type == AGENT_FAILED && message->id == 0)
		return end_by_failure(link, message, err);
	if (!link->greeted)
		return broken(link, "the agent did not greet first");
	if (message->type == AGENT_PROVE)
		return prove(link, message);
	return LINK_MESSAGE;
}

enum link_got
link_receive(struct link *link, struct frame *message, struct apam_error *err)
{
	enum link_got got = LINK_NOTHING;
	bool whole = false;

	if (link->wrong != NULL)
		return LINK_BROKEN;
	link_drop_passed(link);
	(void)link_send_hello(link);
	while (got == LINK_NOTHING) {
		got = receive_part(link, message, &whole);
		if (got != LINK_MESSAGE)
			return got;
		got = whole ? take_message(link, message, err) : LINK_NOTHING;
		/* What came with the packet is the last message's. */
		if (whole && got == LINK_NOTHING && link->rest.n == 0)
			link_drop_passed(link);
	}
	return got;
}
