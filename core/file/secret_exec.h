/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A secret that a program prints, such as a password manager's client.
 */
#ifndef CORE_SECRET_EXEC_H
#define CORE_SECRET_EXEC_H

#include <stdbool.h>

#include <apam/apam.h>

#include "base/buf.h"

#define SECRET_EXEC_ARGS_MAX 32 /* the program included */
#define SECRET_EXEC_MS 10000 /* what a program is given */

/*
 * Run a command line, split at spaces, without a shell, and append what it
 * writes to standard output.  Its program is an absolute path and trusted; it
 * gets no input, no descriptors, and an environment of PATH, HOME and LANG.
 * It is killed after `timeout_ms`, above 0: SECRET_EXEC_MS but in tests.
 * `to` starts empty and is empty after a failure.  Errors: CONFIG, TRUST,
 * SECRET, MEMORY; texts name the program alone.
 */
enum apam_status secret_exec(struct apam_str command, bool user,
    int timeout_ms, struct buf *to, struct apam_error *err);

#endif
