/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which files may be believed: every directory on the way and the file itself
 * belong to root (or to the effective user, in user mode), are not writable by
 * group or others (a root-owned sticky directory such as /tmp is fine), and
 * are no symbolic links.  The check walks with openat and O_NOFOLLOW, so that
 * what was checked is what is opened.
 */
#ifndef CORE_TRUST_H
#define CORE_TRUST_H

#include <stdbool.h>

#include <apam/apam.h>

#include "base/buf.h"

enum trust_kind {
	TRUST_FILE, /* a regular file that others may read */
	/* No access for others, no write for group, nobody named by an ACL. */
	TRUST_SECRET,
	/* The same, but for this user: so systemd gives out credentials. */
	TRUST_CREDENTIAL,
	TRUST_DIRECTORY,
	TRUST_PROGRAM /* a regular file that may be executed */
};

#define TRUST_PATH_MAX 511 /* bytes; fits apam_error.file */

/*
 * NULL where `path` is absolute, short enough, without control characters and
 * empty, "." or ".." components; else static text that says what is wrong.
 * A slash at the end is fine here and, in trust_open, for a directory.
 */
const char *trust_path_problem(struct apam_str path);

/*
 * Open an absolute path for reading, close-on-exec, and give its descriptor,
 * or -1 with *err set: APAM_E_TRUST, or APAM_E_CONFIG where it is absent,
 * unreadable, relative or of the wrong kind.  The text names the component;
 * file and line are left to the caller.  `user`: user mode.
 */
int trust_open(
    const char *path, enum trust_kind kind, bool user, struct apam_error *err);

/*
 * Open and read a whole file of at most `to->max` bytes into an empty buffer.
 * An APAM_E_CONFIG error names the limit where it is larger.
 */
enum apam_status trust_read(const char *path, enum trust_kind kind, bool user,
    struct buf *to, struct apam_error *err);

#endif
