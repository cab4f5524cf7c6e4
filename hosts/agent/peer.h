/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who is at the other end of a connection, as the kernel says it: user and
 * groups as they were at connect(2), and the system service where a rule needs
 * it (unit.h).  The program's name is no more than a claim.
 *
 * A socket can be passed on, inherited and kept by a program that was taken
 * over and has given up rights.  So each message names its sender, too, and one
 * of another process, or of another user of the same, ends the connection.
 */
#ifndef HOSTS_AGENT_PEER_H
#define HOSTS_AGENT_PEER_H

#include <sys/socket.h>
#include <sys/types.h>

#include "agent/unit.h"
#include "config/allow.h"

#define PEER_PROGRAM_SIZE 64 /* bytes, with the NUL */

/* It must not be copied: `caller` has views of what it owns. */
struct peer {
	/* Its unit is empty until peer_unit has it, as groups: peer_groups. */
	struct caller caller;
	pid_t pid;
	gid_t group;		/* the effective one */
	enum unit_state unit_state;
	/* plain text, a claim; empty until peer_claim or peer_describe */
	char program[PEER_PROGRAM_SIZE];
	/* Whom the first message names: real user and group of that process. */
	bool heard;
	uid_t sender_uid;
	gid_t sender_gid;
	uint32_t *groups;	/* NULL until peer_groups has read them */
	char unit[UNIT_NAME_MAX + 1];
};

/*
 * Who is at the other end of an accepted Unix socket; peer_free gives back what
 * it owns.  False where the kernel does not know a user or process that rules
 * could name: why not, and what to do; the connection is to be closed then, and
 * nothing is to be freed.
 *
 * Refused are a process without a number here (another PID namespace) and the
 * user that stands for all users without a number here (another user
 * namespace; user_namespaces(7)), which is "nobody", too.
 */
bool peer_of(int socket, struct peer *peer, char why[APAM_TEXT_SIZE]);

/*
 * Put the peer's groups as they were at connect(2) into peer->caller, where that
 * was not done yet; most rules name none.  A group that stands for all that have
 * no number here is left out.  False, with errno, where they cannot be read, or
 * there is no memory: no rule may be looked at then.
 */
bool peer_groups(struct peer *peer, int socket);

/* Frees what it owns; twice is harmless. */
void peer_free(struct peer *peer);

/*
 * True where the peer's process is numbered as those of this machine are: it is
 * in no PID namespace below the one whose /proc this is, as a process of a
 * container is.  False, too, where the kernel does not say.
 */
bool peer_is_outside_containers(const struct peer *peer);

/* As that, by the text of its /proc/PID/status: proc_pid_status(5), NSpid. */
bool peer_has_one_number(struct apam_str status);

/* The peer's own name for itself; none: the name that the kernel has for it. */
void peer_claim(struct peer *peer, struct apam_str program);

/* "user 1000 (ann), process 4242 (\"backup\")", cut to `size`. */
void peer_describe(struct peer *peer, char *to, size_t size);

/* ---- Messages ---------------------------------------------------------- */

/* Room for what a message says of its sender, and no descriptor: recvmsg(2). */
#define PEER_CONTROL_SIZE CMSG_SPACE(3 * sizeof(uint32_t))

union peer_control {
	char bytes[PEER_CONTROL_SIZE];
	struct cmsghdr align;
};

/*
 * Have each message say who sent it.  For the listening socket, before
 * listen(2): those that are accepted inherit it.  False where the kernel
 * refuses.
 */
bool peer_senders(int listener);

/*
 * NULL if the message that recvmsg(2) returned with a `union peer_control` was
 * sent by the peer; else what is wrong with it, a static text, and the
 * connection must be closed.
 */
const char *peer_sent(struct peer *peer, const struct msghdr *message);

/* ---- Its service ------------------------------------------------------- */

/*
 * Find the system service of the process that connected, where that is still
 * unread, and put it into peer->caller.  UNIT_UNPROVEN: the kernel gives no
 * descriptor of the process (before Linux 6.5), and proving.h is needed.
 */
enum unit_state peer_unit(struct peer *peer, int socket);

/*
 * As peer_unit, by a descriptor of the process that is known to be the peer's
 * (proving.h).  The caller closes it.
 */
void peer_find_unit(struct peer *peer, int pidfd);

#endif
