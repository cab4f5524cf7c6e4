/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where lines of the audit log go.  A socket is opened for each line and closed
 * again: lines are rare, and so nothing is left to a forked child, or to a host
 * that closes descriptors it does not know.  libc's syslog is not used, because
 * its name and its connection belong to the host program.
 */
#ifndef CORE_AUDIT_SINK_H
#define CORE_AUDIT_SINK_H

#include <stdbool.h>

#include <apam/types.h>

#define AUDIT_JOURNAL_SOCKET "/run/systemd/journal/socket"
#define AUDIT_SYSLOG_SOCKET "/dev/log"
#define AUDIT_FILE "audit.log"
#define AUDIT_FILE_OLD "audit.log.1"
#define AUDIT_FILE_MAX (1024 * 1024) /* it is renamed then */

enum audit_sunk {
	AUDIT_TOLD,
	/* full, or no descriptor: it cannot take the line now */
	AUDIT_LOST,
	AUDIT_ABSENT		/* there is no listener */
};

/* Send one datagram to a Unix socket.  Does not wait. */
enum audit_sunk audit_sink_socket(const char *path, struct apam_str line);

/*
 * Append to `audit.log`, mode 0600, in a directory that belongs to this user
 * alone.  If the file has AUDIT_FILE_MAX bytes, it is first renamed to
 * `audit.log.1`.
 */
enum audit_sunk audit_sink_file(int directory, struct apam_str line);

#endif
