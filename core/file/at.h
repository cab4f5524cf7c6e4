/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files in an open directory: what all code needs that keeps files there.
 */
#ifndef CORE_FILE_AT_H
#define CORE_FILE_AT_H

#include <stdbool.h>

#include "base/buf.h"

/* True if `name` in the directory is the file that `fd` has open. */
bool file_at_is(int directory, const char *name, int fd);

/*
 * Read from `fd` to its end into a buffer.  False if reading failed, or, with
 * to->failed set, if it did not fit or memory ran out.
 */
bool file_read(int fd, struct buf *to);

#endif
