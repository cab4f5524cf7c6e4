/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table is asked for the two ends of one connection.  A client that has sent
 * its request and closed leaves an end behind that is nobody's, and shows user
 * 0; so only an end counts that is established and has an inode.  Then this
 * process's own end is asked for: where it is in the same table, still
 * established, and this very socket, nobody else can have had the other end's
 * address meanwhile, and both are in this network namespace.
 */
#define _DEFAULT_SOURCE /* states of TCP */
#include "sockets.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>

/* ---- Users --------------------------------------------------------------- */

#define OVERFLOW_FILE "/proc/sys/kernel/overflowuid"
#define OVERFLOW_USUAL 65534

/* Root has it another number, perhaps: proc_sys_kernel(5). */
static unsigned long
overflow_user(void)
{
	static unsigned long user;
	FILE *from = user == 0 ? fopen(OVERFLOW_FILE, "re") : NULL;

	if (from != NULL && fscanf(from, "%lu", &user) != 1)
		user = 0;
	if (from != NULL)
		(void)fclose(from);
	if (user == 0)
		user = OVERFLOW_USUAL;
	return user;
}

bool
sockets_is_known(unsigned long uid)
{
	return uid < UINT32_MAX && uid != OVERFLOW_USUAL &&
	    uid != overflow_user();
}

/* ---- One end ------------------------------------------------------------- */

/* One end, as its owner sees it. */
struct end {
	int family;
	struct inet_diag_sockid id;
};

/* ---- Asking --------------------------------------------------------------- */

struct question {
	struct nlmsghdr head;
	struct inet_diag_req_v2 body;
};

/* What the kernel answered; false: it knows no such end. */
static bool
read_answer(const unsigned char *bytes, size_t n, struct inet_diag_msg *found)
{
	struct nlmsghdr head;

	if (n < NLMSG_HDRLEN + sizeof(*found))
		return false;
	memcpy(&head, bytes, sizeof(head));
	if (head.nlmsg_type != SOCK_DIAG_BY_FAMILY ||
	    head.nlmsg_len < NLMSG_HDRLEN + sizeof(*found))
		return false;
	memcpy(found, bytes + NLMSG_HDRLEN, sizeof(*found));
	return true;
}

/* The kernel answers before send has returned. */
static bool
ask(int table, const struct end *end, struct inet_diag_msg *found)
{
	const struct question q = { .head = { .nlmsg_len = sizeof(q),
					.nlmsg_type = SOCK_DIAG_BY_FAMILY,
					.nlmsg_flags = NLM_F_REQUEST },
		.body = { .sdiag_family = (uint8_t)end->family,
		    .sdiag_protocol = IPPROTO_TCP,
		    .idiag_states = ~0u,
		    .id = end->id } };
	struct sockaddr_nl from = { .nl_family = AF_NETLINK };
	socklen_t size = sizeof(from);
	unsigned char answer[1024];
	ssize_t n;

	if (send(table, &q, sizeof(q), MSG_DONTWAIT) != (ssize_t)sizeof(q))
		return false;
	n = recvfrom(table, answer, sizeof(answer), MSG_DONTWAIT,
	    (struct sockaddr *)&from, &size);
	return n > 0 && from.nl_pid == 0 &&
	    read_answer(answer, (size_t)n, found);
}

/* ---- Ends ----------------------------------------------------------------- */

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static bool
put_address(const union address *a, __be32 to[4], __be16 *port)
{
	if (a->any.sa_family == AF_INET) {
		memcpy(to, &a->v4.sin_addr, sizeof(a->v4.sin_addr));
		*port = a->v4.sin_port;
		return true;
	}
	memcpy(to, &a->v6.sin6_addr, sizeof(a->v6.sin6_addr));
	*port = a->v6.sin6_port;
	return a->any.sa_family == AF_INET6;
}

/* Both ends of a connection: the other one, and this one. */
static bool
ends_of(int fd, struct end *other, struct end *own)
{
	union address here, there;
	socklen_t n = sizeof(here), m = sizeof(there);

	memset(&here, 0, sizeof(here));
	memset(&there, 0, sizeof(there));
	if (getsockname(fd, &here.any, &n) != 0 ||
	    getpeername(fd, &there.any, &m) != 0 ||
	    here.any.sa_family != there.any.sa_family)
		return false;
	memset(other, 0, sizeof(*other));
	memset(own, 0, sizeof(*own));
	own->family = other->family = here.any.sa_family;
	own->id.idiag_cookie[0] = own->id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	other->id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
	other->id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	return put_address(&here, own->id.idiag_src, &own->id.idiag_sport) &&
	    put_address(&there, own->id.idiag_dst, &own->id.idiag_dport) &&
	    put_address(&there, other->id.idiag_src, &other->id.idiag_sport) &&
	    put_address(&here, other->id.idiag_dst, &other->id.idiag_dport);
}

static bool
is_this(int fd, const struct inet_diag_msg *own)
{
	struct stat st;

	return own->idiag_state == TCP_ESTABLISHED && fstat(fd, &st) == 0 &&
	    own->idiag_inode == (uint32_t)st.st_ino;
}

/* ---- Both ----------------------------------------------------------------- */

static const char *
look(int table, int fd, unsigned long *uid)
{
	struct inet_diag_msg found, mine;
	struct end other, own;

	if (!ends_of(fd, &other, &own))
		return "nobody can tell who calls: the connection has ended";
	if (!ask(table, &other, &found) ||
	    found.idiag_state != TCP_ESTABLISHED || found.idiag_inode == 0)
		return "nobody can tell who calls: the other end of the "
		       "connection is not an open socket of this machine";
	if (!ask(table, &own, &mine) || !is_this(fd, &mine))
		return "nobody can tell who calls: the connection is not one "
		       "of the gateway's network namespace, or has ended";
	if (found.idiag_uid == 0 || !sockets_is_known(found.idiag_uid))
		return "the socket table does not let root, or a user without "
		       "a number here, call: use a Unix socket";
	*uid = found.idiag_uid;
	return NULL;
}

bool
sockets_user(int fd, unsigned long *uid, const char **why)
{
	const int table = socket(AF_NETLINK,
	    SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG);

	if (table < 0) {
		*why = "nobody can tell who calls: the kernel's table of "
		       "sockets cannot be asked";
		return false;
	}
	*why = look(table, fd, uid);
	(void)close(table);
	return *why == NULL;
}
