/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A connection is made to the very socket that was checked, by /proc/self/fd,
 * so that a name on its path that is swapped in between has no effect.
 */
#define _GNU_SOURCE
#include "agent/link_connect.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/account.h"
#include "base/error.h"
#include "base/fork_gate.h"
#include "base/secmem.h"
#include "file/trust.h"

enum apam_status
link_no_agent(const char *socket, const char *why, struct apam_error *err)
{
	return error_set(err, APAM_E_NETWORK,
	    "there is no agent at %s (%s): start it, with `systemctl start "
	    "apamd.socket` or as apamd(8) says, or set agent_socket to where "
	    "it listens",
	    socket, why);
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
		(void)link_no_agent(
		    place->socket, "there is no such file", err);
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
		return link_no_agent(
		    place->socket, "nobody listens there", err);
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

static int
new_socket(void)
{
	return socket(
	    AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/*
 * To the file that link_find has found.  The agent wakes up while it is looked at
 * whether that was ours still: nothing has been sent by then.
 */
static int
connect_found(const struct link_place *place)
{
	const bool found = place->file != NULL && place->file->fd >= 0;
	const int s = found ? new_socket() : -1;
	const bool connected = s >= 0 &&
	    connect_file(s, place->file->fd, place, NULL) == APAM_OK;

	if (found && own_fd_close(place->file) && connected)
		return s;
	if (s >= 0)
		(void)close(s);
	return -1;
}

static int
connect_anew(const struct link_place *place, struct apam_error *err)
{
	const int file = open_file(place, err);
	int s;

	if (file < 0)
		return -1;
	s = new_socket();
	if (s < 0)
		(void)error_set(err, APAM_E_MEMORY,
		    "out of descriptors, to connect to the agent");
	if (s >= 0 && connect_file(s, file, place, err) != APAM_OK) {
		(void)close(s);
		s = -1;
	}
	(void)close(file);
	return s;
}

static enum apam_status
open_socket(
    struct link *link, const struct link_place *place, struct apam_error *err)
{
	int s = connect_found(place);

	if (s < 0)
		s = connect_anew(place, err);
	link->fd = own_fd_of(s);
	return s < 0 ? err->status : believe(link, place, err);
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
		link->packet = secmem_alloc(
		    FRAME_WELCOME_MAX, &link->packet_size);
	if (status == APAM_OK &&
	    (link->packet == NULL || !keep_hello(link, hello)))
		status = error_set(&why, APAM_E_MEMORY, "out of memory");
	if (status == APAM_OK)
		return APAM_OK;
	link_close(link);
	link_break(link, "it could not be made");
	return error_set(err, status, "%s", why.text);
}
