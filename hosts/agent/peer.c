/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel keeps with a socket: SO_PEERCRED, SO_PEERGROUPS, SO_PEERPIDFD
 * and SCM_CREDENTIALS, unix(7).
 *
 * The descriptor of the process is asked for when it is needed and closed at
 * once: the kernel goes on to know whom it means, and thousands of connections
 * need one descriptor each.
 */
#define _GNU_SOURCE /* struct ucred */
#include "agent/peer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/account.h"
#include "base/shortage.h"
#include "base/str.h"
#include "base/utf8.h"

/* Linux, asm-generic/socket.h; the headers of Debian 12 are older. */
#if !defined(SO_PEERPIDFD) && !defined(__sparc__) && !defined(__hppa__)
#define SO_PEERPIDFD 77
#endif

#define GROUPS_AT_FIRST 32
#define GROUPS_MAX 65536 /* NGROUPS_MAX of Linux */

_Static_assert(sizeof(gid_t) == sizeof(uint32_t), "ids of 32 bits");
_Static_assert(sizeof(struct ucred) == 3 * sizeof(uint32_t), "peer_control");

/* ---- Users and groups -------------------------------------------------- */

static uint32_t
read_overflow_id(const char *file)
{
	const int fd = open(file, O_RDONLY | O_CLOEXEC);
	char text[16];
	ssize_t n = -1;
	int64_t id;

	if (fd >= 0) {
		n = read(fd, text, sizeof(text));
		(void)close(fd);
	}
	if (n > 0 &&
	    str_number(str_trim((struct apam_str){
			   text, (size_t)n - (text[n - 1] == '\n') }),
		UINT32_MAX, &id))
		return (uint32_t)id;
	return 65534;
}

/*
 * What stands for all users, or groups, that have no number here.  Each is read
 * once: it takes longer than all else that is asked of a client, and is another
 * one only where root has set it.
 */
static uint32_t
overflow_user(void)
{
	static uint32_t user;

	if (user == 0)
		user = read_overflow_id("/proc/sys/kernel/overflowuid");
	return user;
}

static uint32_t
overflow_group(void)
{
	static uint32_t group;

	if (group == 0)
		group = read_overflow_id("/proc/sys/kernel/overflowgid");
	return group;
}

static const char *
wrong_with(const struct ucred *is)
{
	if (is->pid <= 0)
		return "the program has no process number here, because it "
		       "runs in another PID namespace: run the agent where it "
		       "sees the program, or an agent of its own there";
	if (is->uid == (uid_t)-1 || is->uid == overflow_user())
		return "the program's user has no number here, because it runs "
		       "in another user namespace or as \"nobody\": have it run "
		       "as a user whom the agent's side knows";
	return NULL;
}

/* Without the group that stands for those that have no number here. */
static size_t
leave_out(uint32_t *groups, size_t count)
{
	const uint32_t unknown = overflow_group();
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (groups[i] != unknown)
			groups[kept++] = groups[i];
	return kept;
}

/* The supplementary groups and `effective`; the caller frees.  NULL: failed. */
static uint32_t *
read_groups(int socket, uint32_t effective, size_t *count)
{
	size_t room = GROUPS_AT_FIRST;
	uint32_t *groups = NULL, *more;
	socklen_t size;

	for (;;) {
		more = realloc(groups, (room + 1) * sizeof(*groups));
		if (more == NULL)
			break;
		groups = more;
		size = (socklen_t)(room * sizeof(*groups));
		if (getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups,
			&size) == 0) {
			*count = size / sizeof(*groups);
			groups[(*count)++] = effective;
			return groups;
		}
		if (errno != ERANGE || room >= GROUPS_MAX)
			break;
		room = GROUPS_MAX;
	}
	free(groups);
	return NULL;
}

/* ---- Its name ---------------------------------------------------------- */

/* The kernel's name of a process; "?" if there is none. */
static void
read_name(pid_t pid, char name[PEER_PROGRAM_SIZE])
{
	char path[64];
	ssize_t n = 0;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%ld/comm", (long)pid);
	fd = open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, name, PEER_PROGRAM_SIZE - 1);
		(void)close(fd);
	}
	if (n <= 1)
		n = snprintf(name, PEER_PROGRAM_SIZE, "?\n");
	name[n - 1] = '\0';
}

void
peer_claim(struct peer *peer, struct apam_str program)
{
	char name[PEER_PROGRAM_SIZE];
	char *to = peer->program;
	size_t room = sizeof(peer->program) - 1;

	if (program.n == 0) {
		read_name(peer->pid, name);
		program = apam_str(name);
	}
	while (program.n > 0) {
		const struct apam_str shown = utf8_take_plain(&program);

		if (shown.n > room)
			break;
		memcpy(to, shown.p, shown.n);
		to += shown.n;
		room -= shown.n;
	}
	*to = '\0';
}

void
peer_describe(struct peer *peer, char *to, size_t size)
{
	if (peer->program[0] == '\0')
		peer_claim(peer, APAM_STR(""));
	char user[ACCOUNT_TEXT_SIZE];

	account_describe(peer->caller.user, user);
	(void)snprintf(to, size, "%s, process %ld (\"%s\")", user,
	    (long)peer->pid, peer->program);
}

/* ---- Containers -------------------------------------------------------- */

#define STATUS_SIZE 16384 /* bytes; more only with thousands of groups */

/* A kernel without PID namespaces has no such line. */
bool
peer_has_one_number(struct apam_str status)
{
	const struct apam_str name = APAM_STR("NSpid:\t");
	size_t n;

	for (; status.n > 0; status = str_skip(status, n)) {
		n = str_find(status, '\n');
		if (str_starts(status, name))
			return memchr(status.p + name.n, '\t', n - name.n) ==
			    NULL;
		n += n < status.n;
	}
	return true;
}

bool
peer_is_outside_containers(const struct peer *peer)
{
	char path[64], text[STATUS_SIZE];
	ssize_t n;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%ld/status", (long)peer->pid);
	fd = open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text));
	(void)close(fd);
	return n > 0 && (size_t)n < sizeof(text) &&
	    peer_has_one_number((struct apam_str){ text, (size_t)n });
}

/* ---- Connecting -------------------------------------------------------- */

bool
peer_of(int socket, struct peer *peer, char why[APAM_TEXT_SIZE])
{
	struct ucred is;
	socklen_t size = sizeof(is);
	const char *wrong = "the kernel does not say who connected";

	if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &is, &size) == 0 &&
	    size == sizeof(is))
		wrong = wrong_with(&is);
	if (wrong != NULL) {
		(void)snprintf(why, APAM_TEXT_SIZE, "%s", wrong);
		return false;
	}
	*peer = (struct peer){
		.pid = is.pid, .group = is.gid, .caller.user = is.uid
	};
	return true;
}

bool
peer_groups(struct peer *peer, int socket)
{
	size_t count;

	if (peer->groups != NULL)
		return true;
	peer->groups = read_groups(socket, peer->group, &count);
	if (peer->groups == NULL)
		return false;
	peer->caller.groups = peer->groups;
	peer->caller.group_count = leave_out(peer->groups, count);
	return true;
}

void
peer_free(struct peer *peer)
{
	free(peer->groups);
	peer->groups = NULL;
	peer->caller = (struct caller){ .user = peer->caller.user };
}

/* ---- Messages ---------------------------------------------------------- */

bool
peer_senders(int listener)
{
	const int on = 1;

	return setsockopt(listener, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) ==
	    0;
}

/* What else may come is a descriptor, for which there was no room. */
static bool
read_sender(const struct msghdr *message, struct ucred *sender)
{
	struct msghdr copy = *message;
	const struct cmsghdr *c = CMSG_FIRSTHDR(&copy);

	if (c == NULL || c->cmsg_level != SOL_SOCKET ||
	    c->cmsg_type != SCM_CREDENTIALS ||
	    c->cmsg_len != CMSG_LEN(sizeof(*sender)))
		return false;
	memcpy(sender, CMSG_DATA(c), sizeof(*sender));
	return true;
}

/*
 * The kernel names the real user, but SO_PEERCRED the effective one: they are
 * not compared.  A program that gives up its rights changes both.
 */
const char *
peer_sent(struct peer *peer, const struct msghdr *message)
{
	struct ucred sender;

	if ((message->msg_flags & MSG_CTRUNC) != 0)
		return "a descriptor came with a message, which takes none";
	if (!read_sender(message, &sender))
		return "a message does not say who sent it";
	if (sender.pid != peer->pid)
		return "another process than the one that connected sent a "
		       "message: each must connect itself";
	if (peer->heard &&
	    (sender.uid != peer->sender_uid || sender.gid != peer->sender_gid))
		return "the program has changed its user or group since it "
		       "connected: it must connect anew";
	peer->heard = true;
	peer->sender_uid = sender.uid;
	peer->sender_gid = sender.gid;
	return NULL;
}

/* ---- Its service ------------------------------------------------------- */

/* The state without a descriptor; where there is one it is in *pidfd. */
static enum unit_state
process_of(int socket, int *pidfd)
{
	*pidfd = -1;
#ifdef SO_PEERPIDFD
	socklen_t size = sizeof(*pidfd);

	if (getsockopt(socket, SOL_SOCKET, SO_PEERPIDFD, pidfd, &size) == 0)
		return UNIT_UNREAD;
	*pidfd = -1;
	if (is_shortage(errno))
		return UNIT_UNREAD;
	return errno == ENOPROTOOPT ? UNIT_UNPROVEN : UNIT_NONE;
#else
	(void)socket;
	return UNIT_UNPROVEN;
#endif
}

void
peer_find_unit(struct peer *peer, int pidfd)
{
	peer->unit_state = unit_of(peer->pid, pidfd, peer->unit);
	peer->caller.unit = apam_str(peer->unit);
}

enum unit_state
peer_unit(struct peer *peer, int socket)
{
	int pidfd;

	if (peer->unit_state != UNIT_UNREAD)
		return peer->unit_state;
	peer->unit_state = process_of(socket, &pidfd);
	if (pidfd < 0)
		return peer->unit_state;
	peer_find_unit(peer, pidfd);
	(void)close(pidfd);
	return peer->unit_state;
}
