/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * References to secrets, and what they refer to:
 *
 *   file:PATH         an absolute path, trusted, private; symbolic links are
 *                     followed
 *   world-readable:PATH  the same, but others may read the file
 *   env:NAME          an environment variable; not in set-id programs
 *   exec:PROGRAM ARG  standard output of a trusted program, run without a
 *                     shell, arguments split at spaces, ten seconds at most,
 *                     and no longer than the call
 *   credential:NAME   a file in systemd's $CREDENTIALS_DIRECTORY
 *   keyring:NAME      a "user" key of the kernel's session or user keyring
 */
#ifndef CORE_FILE_SECRET_H
#define CORE_FILE_SECRET_H

#include <stdbool.h>

#include <apam/apam.h>

#include "base/buf.h"

#define SECRET_MAX 65536 /* bytes */

/*
 * NULL if a text can be a secret, else a static text that continues "the secret
 * ".
 */
const char *secret_problem(struct apam_str secret);

/*
 * NULL if `ref` is a reference; else a static text that says what to write
 * instead.
 */
const char *secret_ref_check(struct apam_str ref);

/*
 * The path of the file that it names, a view of `ref`; empty for the other
 * kinds.  A file gives the same secret to every process of the machine, which
 * sees when it changes; what other kinds give depends on the process that
 * reads them, and on the moment.
 */
struct apam_str secret_ref_file(struct apam_str ref);

/*
 * Read the secret into an empty buffer.  A program is ended at `deadline`, in
 * clock_ms, if that comes before its own limit; 0: no deadline.  Errors:
 * SECRET, TRUST, MEMORY, and DEADLINE if the program was ended before its own
 * limit.  An empty secret and one with control characters are errors.  Texts
 * name the reference, never the secret.
 */
enum apam_status secret_ref_read(struct apam_str ref, bool user,
    int64_t deadline, struct buf *to, struct apam_error *err);

#endif
