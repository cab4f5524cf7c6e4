/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which files may be trusted: each directory of the path and the file itself
 * belong to root (or, in user mode, to the effective user), are not writable by
 * group or others (a root-owned sticky directory such as /tmp is accepted).  The
 * walk uses openat and O_NOFOLLOW, so that the file that was checked is the
 * file that is opened.
 *
 * A symbolic link is refused, but on the way to a secret of TRUST_SECRET and
 * TRUST_READABLE_SECRET, as Kubernetes makes volumes of links.  There each
 * link, and each directory that it leads through, is held to the same rule.
 */
#ifndef CORE_FILE_TRUST_H
#define CORE_FILE_TRUST_H

#include <stdbool.h>

#include <apam/apam.h>

#include "base/buf.h"
#include "file/trust_kind.h"

/*
 * NULL if `path` is absolute, short enough, and without control characters and
 * empty, "."  or ".." components; else a static text that says what is wrong.
 * A slash at the end is allowed here, and in trust_open for a directory.
 */
const char *trust_path_problem(struct apam_str path);

/*
 * Open an absolute path for reading, close-on-exec, and return its descriptor.
 * Otherwise returns -1 with *err set: APAM_E_TRUST, or APAM_E_CONFIG if it is
 * missing, unreadable, relative or of the wrong kind.  The text names the
 * component; the caller adds file and line.  `user`: user mode.
 */
int trust_open(
    const char *path, enum trust_kind kind, bool user, struct apam_error *err);

/*
 * The same for TRUST_SOCKET, where what belongs to the user `owner` is trusted
 * like what is root's; 0: only that.
 */
int trust_open_socket(const char *path, uint32_t owner, bool user,
    struct apam_error *err);

/*
 * Open and read a whole file of at most `to->max` bytes into an empty buffer.
 * If it is larger, an APAM_E_CONFIG error names the limit.
 */
enum apam_status trust_read(const char *path, enum trust_kind kind, bool user,
    struct buf *to, struct apam_error *err);

#endif
