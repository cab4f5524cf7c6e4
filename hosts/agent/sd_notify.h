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
 * Keep a descriptor beyond the end of this process: it comes back with
 * LISTEN_FDS, under this name (LISTEN_FDNAMES), which is 255 ASCII characters
 * without ':' and control characters at most.  The manager refuses it silently
 * if its FileDescriptorStoreMax is reached.  The descriptor stays the caller's.
 * True if it was sent; it is safe when sd_notify_synced says so.
 */
bool sd_notify_store(const struct sd_notify *n, const char *name, int fd);

/* Let go of all descriptors of a name. */
void sd_notify_forget(const struct sd_notify *n, const char *name);

/*
 * Ask the manager to close a descriptor when it has done all that it was told
 * before.  Returns the other end of that pipe, the caller's, which hangs up
 * (POLLHUP) then; -1: there is no manager, or nothing to be had.
 */
int sd_notify_sync(const struct sd_notify *n);

/*
 * Wait for that at most `timeout_ms`, and close the pipe, which may be -1.  True
 * if the manager has answered, or there is none.
 */
bool sd_notify_synced(const struct sd_notify *n, int pipe, int timeout_ms);

#endif
