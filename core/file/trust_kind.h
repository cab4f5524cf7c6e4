/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a trusted path may lead to (trust.h), and how long it may be.
 */
#ifndef CORE_FILE_TRUST_KIND_H
#define CORE_FILE_TRUST_KIND_H

enum trust_kind {
	TRUST_FILE, /* a regular file that others may read */
	/*
	 * Others have no access, the group cannot write, no ACL admits others.
	 */
	TRUST_SECRET,
	TRUST_READABLE_SECRET, /* the same, but others may read it */
	/*
	 * As TRUST_SECRET without links, but the user's ACL entry is allowed:
	 * systemd sets one.
	 */
	TRUST_CREDENTIAL,
	TRUST_DIRECTORY,
	/*
	 * A Unix socket, opened with O_PATH: connecting to /proc/self/fd/N
	 * reaches the very one that was checked.  Its mode says who may
	 * connect, not who may replace it, and is not looked at.
	 */
	TRUST_SOCKET,
	TRUST_PROGRAM /* a regular file that may be executed */
};

#define TRUST_PATH_MAX 511 /* bytes; fits apam_error.file */

#endif
