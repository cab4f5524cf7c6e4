/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A connection is made to the very socket that was checked, by /proc/self/fd, so
 * that a name on its path that is swapped in between has no effect.
 */
#define _GNU_SOURCE
#include "agent/link.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/account.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fork_gate.h"
#include "base/scm_rights.h"
#include "base/secmem.h"
#include "file/trust.h"

/* Bytes of memory at first, which most messages fit into: the least there is. */
#define PACKET_FIRST 4096
/* Packets, the greeting and an answer, after which all of it is worth having. */
#define PACKETS_FEW 2

static const char ended[] = "the agent ended the connection";

void
link_init(struct link *link)
{
	memset(link, 0, sizeof(*link));
	link->fd.fd = -1;
	link->passed = -1;
}

/* ---- Closing ------------------------------------------------------------- */

static void
drop_passed(struct link *link)
{
	if (link->passed >= 0)
		(void)close(link->passed);
	link->passed = -1;
}

static void
forget(struct link *link)
{
	drop_passed(link);
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

/* Closing this copy sends nothing: the parent's is open. */
void
link_abandon(struct link *link)
{
	link_close(link);
}

static enum link_got
broken(struct link *link, const char *wrong)
{
	if (link->wrong == NULL)
		link->wrong = wrong;
	drop_passed(link);
	return LINK_BROKEN;
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
	return link->wrong == ended;
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
	return errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM ? 0 : -1;
}

/* The greeting alone, where nothing is behind it. */
static int
send_hello(struct link *link)
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
		sent = send_hello(link);
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
		(void)broken(link, ended);
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

/* ---- Connecting ---------------------------------------------------------- */

static enum apam_status
no_agent(
    const struct link_place *place, const char *why, struct apam_error *err)
{
	return error_set(err, APAM_E_NETWORK,
	    "there is no agent at %s (%s): start it, with `systemctl start "
	    "apamd.socket`, or set agent_socket to where it listens",
	    place->socket, why);
}

bool
link_believes(const struct link_place *place, uint32_t user)
{
	return user == 0 || user == place->id ||
	    (place->own && user == geteuid());
}

/* What is to be said of agent_user, in the midst of a sentence. */
static const char *
who_is_missing(const struct link_place *place)
{
	return place->id != 0 || strcmp(place->user, "root") == 0 ?
	    "" :
	    ", who is not a user here";
}

/* A descriptor of the socket's file, which is believed; or -1. */
static int
open_file(const struct link_place *place, struct apam_error *err)
{
	struct apam_error why = APAM_ERROR_INIT;
	const int fd = trust_open_socket(
	    place->socket, place->id, place->own, &why);

	if (fd >= 0)
		return fd;
	if (why.status == APAM_E_CONFIG && access(place->socket, F_OK) != 0 &&
	    errno == ENOENT)
		(void)no_agent(place, "there is no such file", err);
	else
		(void)error_set(err, why.status,
		    "the agent's socket: %s (agent_user is %s%s)", why.text,
		    place->user, who_is_missing(place));
	return -1;
}

static enum apam_status
refuse_connection(
    const struct link_place *place, int number, struct apam_error *err)
{
	switch (number) {
	case ECONNREFUSED:
	case ENOENT:
		return no_agent(place, "nobody listens there", err);
	case EAGAIN:
		return error_set(err, APAM_E_NETWORK,
		    "the agent takes no more connections now");
	case EACCES:
	case EPERM:
		return error_set(err, APAM_E_CONFIG,
		    "this user may not connect to %s: its mode says who may",
		    place->socket);
	default:
		return error_set(err, APAM_E_CONFIG,
		    "%s is not the socket of an agent of this version",
		    place->socket);
	}
}

static enum apam_status
connect_file(
    int s, int file, const struct link_place *place, struct apam_error *err)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	(void)snprintf(
	    to.sun_path, sizeof(to.sun_path), "/proc/self/fd/%d", file);
	if (connect(s, (const struct sockaddr *)&to, sizeof(to)) == 0)
		return APAM_OK;
	return refuse_connection(place, errno, err);
}

static enum apam_status
believe(
    struct link *link, const struct link_place *place, struct apam_error *err)
{
	char who[ACCOUNT_TEXT_SIZE];
	struct ucred peer;
	socklen_t n = sizeof(peer);

	if (getsockopt(link->fd.fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) != 0)
		return error_set(err, APAM_E_INTERNAL,
		    "the kernel does not say who is at %s", place->socket);
	link->owner = peer.uid;
	if (link_believes(place, peer.uid))
		return APAM_OK;
	account_describe(peer.uid, who);
	return error_set(err, APAM_E_TRUST,
	    "what answers at %s runs as %s, and the agent runs as root or as "
	    "%s%s; end that program, or set agent_user",
	    place->socket, who, place->user, who_is_missing(place));
}

struct own_fd
link_find(const struct link_place *place)
{
	return own_fd_of(
	    trust_open_socket(place->socket, place->id, place->own, NULL));
}

static bool
connect_found(int s, const struct link_place *place)
{
	return place->file != NULL && own_fd_is_ours(place->file) &&
	    connect_file(s, place->file->fd, place, NULL) == APAM_OK;
}

static enum apam_status
connect_anew(int s, const struct link_place *place, struct apam_error *err)
{
	const int file = open_file(place, err);
	enum apam_status status;

	if (file < 0)
		return err->status;
	status = connect_file(s, file, place, err);
	(void)close(file);
	return status;
}

static enum apam_status
open_socket(
    struct link *link, const struct link_place *place, struct apam_error *err)
{
	enum apam_status status = APAM_OK;

	link->fd = own_fd_of(
	    socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
	if (link->fd.fd < 0)
		return error_set(err, APAM_E_MEMORY,
		    "out of descriptors, to connect to the agent");
	if (!connect_found(link->fd.fd, place))
		status = connect_anew(link->fd.fd, place, err);
	return status == APAM_OK ? believe(link, place, err) : status;
}

static bool
keep_hello(struct link *link, const struct agent_hello *hello)
{
	struct frame_writer w;
	struct frame_part part;
	struct buf items;

	buf_init_plain(&items, FRAME_ITEMS_MAX);
	frame_begin(&w, &items, AGENT_HELLO, 0);
	if (agent_hello_write(hello, &w) && frame_count(&w) == 1) {
		frame_part(&w, 0, &part);
		buf_put(&link->hello,
		    (struct apam_str){ part.head, sizeof(part.head) });
		buf_put(&link->hello, part.items);
	}
	buf_free(&items);
	return link->hello.n > 0 && !link->hello.failed;
}

enum apam_status
link_connect(struct link *link, const struct link_place *place,
    const struct agent_hello *hello, struct apam_error *err)
{
	struct apam_error why = APAM_ERROR_INIT;
	enum apam_status status = open_socket(link, place, &why);

	link->user = geteuid();
	link->forks = fork_count();
	frame_parts_init(&link->parts);
	buf_init_plain(&link->hello, FRAME_MAX);
	if (status == APAM_OK)
		link->packet = secmem_alloc(PACKET_FIRST, &link->packet_size);
	if (status == APAM_OK &&
	    (link->packet == NULL || !keep_hello(link, hello)))
		status = error_set(&why, APAM_E_MEMORY, "out of memory");
	if (status == APAM_OK)
		return APAM_OK;
	link_close(link);
	link->wrong = "it could not be made";
	return error_set(err, status, "%s", why.text);
}

/* ---- Receiving ----------------------------------------------------------- */

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
 * As recvmsg, how long the next packet is, for which there is memory then.  Memory
 * for any packet makes looking needless, but takes longer to get than a
 * connection for one signature has.
 */
static ssize_t
look_ahead(struct link *link)
{
	struct msghdr none = { .msg_iov = NULL };
	const ssize_t n = receive(link, &none, MSG_PEEK | MSG_TRUNC);
	bool fits;

	if (n <= 0)
		return n;
	fits = (size_t)n <= link->packet_size;
	if (fits && link->few++ < PACKETS_FEW)
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
		return broken(link, ended);
	if (odd)
		return broken(link, "the agent sent more than was asked for");
	link->rest = (struct apam_str){ link->packet, (size_t)n };
	return LINK_MESSAGE;
}

/* One part of a message, or all of it.  A WELCOME has the next one behind it. */
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

	if (agent_failed_read(&failed, message) == NULL)
		error_copy(err, &failed.error);
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
	drop_passed(link);
	(void)send_hello(link);
	while (got == LINK_NOTHING) {
		got = receive_part(link, message, &whole);
		if (got != LINK_MESSAGE)
			return got;
		got = whole ? take_message(link, message, err) : LINK_NOTHING;
		/* What came with the packet is the last message's. */
		if (whole && got == LINK_NOTHING && link->rest.n == 0)
			drop_passed(link);
	}
	return got;
}

int
link_take_passed(struct link *link)
{
	const int fd = link->passed;

	link->passed = -1;
	return fd;
}

/* ---- Waiting ------------------------------------------------------------- */

/* Sending never waits, whatever the socket does. */
static bool
make_blocking(struct link *link)
{
	const struct timeval limit = { LINK_WAIT_MS / 1000, 0 };
	const int how = fcntl(link->fd.fd, F_GETFL);

	link->blocking = how >= 0 &&
	    setsockopt(link->fd.fd, SOL_SOCKET, SO_RCVTIMEO, &limit,
		sizeof(limit)) == 0 &&
	    fcntl(link->fd.fd, F_SETFL, how & ~O_NONBLOCK) == 0;
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

	(void)send_hello(link);
	do {
		left = clock_left(deadline);
		if (left == 0)
			return false;
		n = poll(&p, 1, left);
	} while (n == 0 || (n < 0 && errno == EINTR));
	return true;
}
