/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where lines of the audit log go.  A socket is made for each line and closed
 * again: lines are rare, and nothing is left to a fork or to a host that closes
 * descriptors that it does not know.  libc's syslog is not used: its name and
 * its connection are the host program's.
 */
#ifndef CORE_AUDIT_SINK_H
#define CORE_AUDIT_SINK_H

#include <stdbool.h>

#include <apam/types.h>

#define AUDIT_JOURNAL_SOCKET "/run/systemd/journal/socket"
#define AUDIT_SYSLOG_SOCKET "/dev/log"
#define AUDIT_FILE "audit.log"
#define AUDIT_FILE_OLD "audit.log.1"
#define AUDIT_FILE_MAX (1024 * 1024) /* then it is moved aside */

enum audit_sunk {
	AUDIT_TOLD,
	AUDIT_LOST,		/* it takes none now: full, no descriptor */
	AUDIT_ABSENT		/* nobody listens there */
};

/* Send one datagram to a Unix socket.  Does not wait. */
enum audit_sunk audit_sink_socket(const char *path, struct apam_str line);

/*
 * Append to `audit.log`, mode 0600, in a directory that is this user's alone;
 * the file is first moved to `audit.log.1` where it has AUDIT_FILE_MAX bytes.
 */
enum audit_sunk audit_sink_file(int directory, struct apam_str line);

#endif
