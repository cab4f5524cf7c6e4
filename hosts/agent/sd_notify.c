/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sd_notify(3), "Notes": an AF_UNIX datagram to $NOTIFY_SOCKET, where a path
 * that begins with '@' is one of the abstract namespace.
 */
#define _GNU_SOURCE /* pipe2 */
#include "agent/sd_notify.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/scm_rights.h"

#define MESSAGE_SIZE 512
#define STATUS_BYTES 200
#define US_PER_MS 1000

static const struct sd_notify none = SD_NOTIFY_NONE;

/* ---- Where to, and how often -------------------------------------------- */

static const char *
read_address(struct sd_notify *n, const char *path)
{
	const size_t bytes = strlen(path);

	if ((path[0] != '/' && path[0] != '@') || bytes < 2)
		return "NOTIFY_SOCKET is neither an absolute path nor an "
		       "abstract name";
	if (bytes >= sizeof(n->to.sun_path))
		return "NOTIFY_SOCKET is too long";
	n->to.sun_family = AF_UNIX;
	memcpy(n->to.sun_path, path, bytes);
	if (path[0] == '@')
		n->to.sun_path[0] = '\0';
	n->size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + bytes);
	return NULL;
}

/* True if `text` is a decimal number from 1 to `most`. */
static bool
read_number(const char *text, uintmax_t most, uintmax_t *to)
{
	char *end;

	if (text == NULL || text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	*to = strtoumax(text, &end, 10);
	return errno == 0 && *end == '\0' && *to >= 1 && *to <= most;
}

/* sd_watchdog_enabled(3): without WATCHDOG_PID it is meant for all. */
static int
read_watchdog(void)
{
	const char *pid = getenv("WATCHDOG_PID");
	uintmax_t us, whose;

	if (!read_number(getenv("WATCHDOG_USEC"), UINT64_MAX, &us))
		return -1;
	if (pid != NULL &&
	    (!read_number(pid, INT32_MAX, &whose) || (pid_t)whose != getpid()))
		return -1;
	us /= 2 * US_PER_MS;
	if (us == 0)
		return 1;
	return us > INT32_MAX ? INT32_MAX : (int)us;
}

const char *
sd_notify_open(struct sd_notify *n)
{
	const char *path = getenv("NOTIFY_SOCKET");
	const char *why = NULL;

	*n = none;
	if (path != NULL) {
		why = read_address(n, path);
		if (why == NULL)
			n->alive_ms = read_watchdog();
	}
	if (path != NULL && why == NULL) {
		n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		if (n->fd < 0)
			why = "there is no descriptor for NOTIFY_SOCKET";
	}
	(void)unsetenv("NOTIFY_SOCKET");
	(void)unsetenv("WATCHDOG_USEC");
	(void)unsetenv("WATCHDOG_PID");
	if (why != NULL)
		*n = none;
	return why;
}

void
sd_notify_close(struct sd_notify *n)
{
	if (n->fd >= 0)
		(void)close(n->fd);
	*n = none;
}

/* ---- Messages ----------------------------------------------------------- */

/*
 * Send one message, with a descriptor unless `fd` is -1.  It does not wait: a
 * manager whose queue is full misses it, and is told again with the next one.
 */
static bool
send_message(const struct sd_notify *n, const char *text, int fd)
{
	union scm_rights room;
	struct iovec part = { (void *)(uintptr_t)text, strlen(text) };
	struct msghdr message = { .msg_name = (void *)(uintptr_t)&n->to,
		.msg_namelen = n->size,
		.msg_iov = &part,
		.msg_iovlen = 1 };

	if (n->fd < 0)
		return false;
	scm_rights_put(&message, &room, &fd, fd >= 0);
	return sendmsg(n->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) ==
	    (ssize_t)part.iov_len;
}

/* One line for people: a newline would begin another assignment. */
static void
put_status(char to[STATUS_BYTES + 1], const char *status)
{
	const size_t n = strnlen(status, STATUS_BYTES);

	for (size_t i = 0; i < n; i++)
		to[i] = (unsigned char)status[i] < ' ' || status[i] == 127 ?
		    '?' :
		    status[i];
	to[n] = '\0';
}

void
sd_notify_ready(const struct sd_notify *n, const char *status)
{
	char line[STATUS_BYTES + 1], text[MESSAGE_SIZE];

	put_status(line, status);
	(void)snprintf(text, sizeof(text), "READY=1\nSTATUS=%s", line);
	(void)send_message(n, text, -1);
}

void
sd_notify_reloading(const struct sd_notify *n)
{
	struct timespec now;
	char text[MESSAGE_SIZE];

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	(void)snprintf(text, sizeof(text),
	    "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
	    (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	(void)send_message(n, text, -1);
}

void
sd_notify_stopping(const struct sd_notify *n)
{
	(void)send_message(n, "STOPPING=1", -1);
}

void
sd_notify_status(const struct sd_notify *n, const char *status)
{
	char line[STATUS_BYTES + 1], text[MESSAGE_SIZE];

	put_status(line, status);
	(void)snprintf(text, sizeof(text), "STATUS=%s", line);
	(void)send_message(n, text, -1);
}

void
sd_notify_alive(const struct sd_notify *n)
{
	(void)send_message(n, "WATCHDOG=1", -1);
}

/* ---- Descriptors that outlive the process ------------------------------- */

#define PROBE "probe-" /* and the name of what is kept before it */

static bool
is_name(const char *name)
{
	const size_t bytes = strlen(name);

	if (bytes == 0 || bytes > SD_NAME_MAX)
		return false;
	for (size_t i = 0; i < bytes; i++)
		if (name[i] < ' ' || name[i] > '~' || name[i] == ':')
			return false;
	return true;
}

static bool
keep(const struct sd_notify *n, const char *before, const char *name, int fd)
{
	char text[MESSAGE_SIZE];

	(void)snprintf(
	    text, sizeof(text), "FDSTORE=1\nFDNAME=%s%s", before, name);
	return send_message(n, text, fd);
}

static void
let_go(const struct sd_notify *n, const char *before, const char *name)
{
	char text[MESSAGE_SIZE];

	(void)snprintf(
	    text, sizeof(text), "FDSTOREREMOVE=1\nFDNAME=%s%s", before, name);
	(void)send_message(n, text, -1);
}

void
sd_notify_store_drop(struct sd_storing *storing)
{
	if (storing->done >= 0)
		(void)close(storing->done);
	if (storing->kept >= 0)
		(void)close(storing->kept);
	*storing = (struct sd_storing)SD_STORING_NONE;
}

/* Both pipes in `storing`, and the ends that the manager is sent. */
static bool
make_pipes(struct sd_storing *storing, int *done, int *kept)
{
	int one[2], other[2];

	if (pipe2(one, O_CLOEXEC) != 0)
		return false;
	if (pipe2(other, O_CLOEXEC) != 0) {
		(void)close(one[0]);
		(void)close(one[1]);
		return false;
	}
	*storing = (struct sd_storing){ one[0], other[0] };
	*done = one[1];
	*kept = other[1];
	return true;
}

bool
sd_notify_store(const struct sd_notify *n, const char *name, int fd,
    struct sd_storing *storing)
{
	int done, kept;
	bool sent;

	*storing = (struct sd_storing)SD_STORING_NONE;
	if (n->fd < 0 || !is_name(name) || !make_pipes(storing, &done, &kept))
		return false;
	/* sd_notify_barrier(3): it closes what comes with BARRIER=1. */
	sent = keep(n, "", name, fd) && keep(n, PROBE, name, kept) &&
	    send_message(n, "BARRIER=1", done);
	(void)close(done);
	(void)close(kept);
	if (!sent)
		sd_notify_store_drop(storing);
	return sent;
}

static bool
hung_up(int pipe)
{
	struct pollfd wait = { .fd = pipe };

	return poll(&wait, 1, 0) == 1 && (wait.revents & POLLHUP) != 0;
}

enum sd_stored
sd_notify_stored(
    const struct sd_notify *n, const char *name, struct sd_storing *storing)
{
	bool lost;

	if (!hung_up(storing->done))
		return SD_STORED_UNKNOWN;
	lost = hung_up(storing->kept);
	sd_notify_store_drop(storing);
	/* The last place may be the descriptor's, and none the probe's. */
	let_go(n, lost ? "" : PROBE, name);
	return lost ? SD_STORED_NOT_KEPT : SD_STORED_KEPT;
}

void
sd_notify_forget(const struct sd_notify *n, const char *name)
{
	if (is_name(name))
		let_go(n, "", name);
}
