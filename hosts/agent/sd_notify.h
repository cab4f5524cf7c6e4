/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the service manager is told: sd_notify(3) without libsystemd, one
 * datagram a message.  Nothing here waits, and nothing fails where there is no
 * service manager: each call then does nothing.
 */
#ifndef HOSTS_AGENT_SD_NOTIFY_H
#define HOSTS_AGENT_SD_NOTIFY_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

struct sd_notify {
	int fd; /* -1: there is no service manager */
	int alive_ms; /* how often sd_notify_alive is due; -1: never */
	struct sockaddr_un to;
	socklen_t size; /* of `to`, as far as it is used */
};

/* Without a service manager, as before sd_notify_open. */
#define SD_NOTIFY_NONE                                                         \
	{                                                                      \
		-1, -1, { 0 }, 0                                               \
	}

/*
 * Read NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, and take them out of the
 * environment, so that no program that this one starts speaks in its name.  Call
 * it before there are threads.  A watchdog is fed twice in its time, and only if
 * it is meant for this process.  NULL, or static text that says what is wrong
 * with the environment; *n is then SD_NOTIFY_NONE.
 */
const char *sd_notify_open(struct sd_notify *n);

/* The descriptor is closed.  *n may be SD_NOTIFY_NONE. */
void sd_notify_close(struct sd_notify *n);

/*
 * The agent answers from now on; also after each reload.  `status` is shown by
 * `systemctl status`: one line without control characters, cut to 200 bytes.
 */
void sd_notify_ready(const struct sd_notify *n, const char *status);

/* A reload begins, at this moment of CLOCK_MONOTONIC; READY ends it. */
void sd_notify_reloading(const struct sd_notify *n);

/* The agent ends, as it was asked to. */
void sd_notify_stopping(const struct sd_notify *n);

/* Only the line that is shown changes. */
void sd_notify_status(const struct sd_notify *n, const char *status);

/* The loop turns: to be called each n->alive_ms. */
void sd_notify_alive(const struct sd_notify *n);

/*
 * What the manager was told to keep.  It does not say whether it does: a unit
 * keeps no more than its FileDescriptorStoreMax, which is 0 where it says
 * nothing, and $FDSTORE says that since systemd 254 alone.  So it is given one
 * end of a pipe to keep, too, and another to close when it has done both.
 */
struct sd_storing {
	int done, kept; /* the ends that are ours; -1 */
};

#define SD_STORING_NONE                                                        \
	{                                                                      \
		-1, -1                                                         \
	}

enum sd_stored {
	SD_STORED_UNKNOWN,	/* it has not answered */
	SD_STORED_KEPT,
	SD_STORED_NOT_KEPT
};

/*
 * Keep a descriptor beyond the end of this process: it comes back with
 * LISTEN_FDS, under this name (LISTEN_FDNAMES), which is SD_NAME_MAX ASCII
 * characters without ':' and control characters at most.  The descriptor stays
 * the caller's.  True if all was sent; ask sd_notify_stored then.
 */
#define SD_NAME_MAX 249
bool sd_notify_store(const struct sd_notify *n, const char *name, int fd,
    struct sd_storing *storing);

/*
 * Whether it is kept; does not wait.  What is known is said once: *storing is
 * nothing then.  Where it is not, the manager has nothing of that name.
 */
enum sd_stored sd_notify_stored(
    const struct sd_notify *n, const char *name, struct sd_storing *storing);

/* It does not matter any more. */
void sd_notify_store_drop(struct sd_storing *storing);

/* Let go of all descriptors of a name. */
void sd_notify_forget(const struct sd_notify *n, const char *name);

#endif
