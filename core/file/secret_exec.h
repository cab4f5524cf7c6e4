/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A secret that a program prints, such as a password manager's client.  What
 * moves flights may not wait for it, so it is started, looked at when there is
 * something to see, and ended.
 */
#ifndef CORE_FILE_SECRET_EXEC_H
#define CORE_FILE_SECRET_EXEC_H

#include <stdbool.h>
#include <stdint.h>

#include <apam/apam.h>

#include "base/buf.h"
#include "file/spawn.h"

#define SECRET_EXEC_ARGS_MAX SPAWN_ARGS_MAX
#define SECRET_EXEC_MS 10000 /* how long a program may run */

struct secret_exec;

/*
 * Start a command line, split at spaces, without a shell.  The program is an
 * absolute path and must be trusted.  It gets no input, no descriptors, and an
 * environment of PATH, HOME and LANG.  It has `timeout_ms`, which is above 0;
 * only tests use more than SECRET_EXEC_MS.  NULL with *err set: CONFIG, TRUST,
 * SECRET, MEMORY.  Texts name only the program.
 */
struct secret_exec *secret_exec_start(struct apam_str command, bool user,
    int timeout_ms, struct apam_error *err);

/*
 * Take what it has written, without waiting, and append it to `to`.
 * APAM_E_PENDING: it is not done; go on when secret_exec_fd can be read, or
 * when it is secret_exec_due.  APAM_OK: it has ended well.  Else it has failed,
 * with *err set (SECRET, MEMORY), and `to` is empty.
 */
enum apam_status secret_exec_go_on(
    struct secret_exec *x, struct buf *to, struct apam_error *err);

/* Its output, or -1 where only time is waited for. */
int secret_exec_fd(const struct secret_exec *x);

/* False if the host has closed that descriptor. */
bool secret_exec_is_ours(const struct secret_exec *x);

/* When to go on in any case, clock_ms. */
int64_t secret_exec_due(const struct secret_exec *x);

/* Wait for that. */
void secret_exec_wait(const struct secret_exec *x);

/*
 * Free it, and set *x to NULL.  What still runs is killed, with its process
 * group, and waited for, for a second at most.  In a child after fork the
 * program, which is the parent's, goes on.  *x may be NULL.
 */
void secret_exec_free(struct secret_exec **x);

/*
 * Run one to its end.  `to` is empty at the start, and after a failure.
 * Errors: CONFIG, TRUST, SECRET, MEMORY.
 */
enum apam_status secret_exec(struct apam_str command, bool user,
    int timeout_ms, struct buf *to, struct apam_error *err);

#endif
