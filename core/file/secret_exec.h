/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A secret that a program prints, such as a password manager's client.
 */
#ifndef CORE_FILE_SECRET_EXEC_H
#define CORE_FILE_SECRET_EXEC_H

#include <stdbool.h>

#include <apam/apam.h>

#include "base/buf.h"

#define SECRET_EXEC_ARGS_MAX 32 /* with the program */
#define SECRET_EXEC_MS 10000 /* how long a program may run */

/*
 * Run a command line, split at spaces, without a shell, and append its standard
 * output.  The program is an absolute path and must be trusted.  It gets no
 * input, no descriptors, and an environment of PATH, HOME and LANG.  It is
 * killed after `timeout_ms`, which is above 0; only tests use another value
 * than SECRET_EXEC_MS.  `to` is empty at the start, and after a failure.
 * Errors: CONFIG, TRUST, SECRET, MEMORY; texts name only the program.
 */
enum apam_status secret_exec(struct apam_str command, bool user,
    int timeout_ms, struct buf *to, struct apam_error *err);

#endif
