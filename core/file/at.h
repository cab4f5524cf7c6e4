/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files in a directory that is open: what all have in common who keep some
 * there.
 */
#ifndef CORE_FILE_AT_H
#define CORE_FILE_AT_H

#include <stdbool.h>

#include "base/buf.h"

/* True where `name` in the directory is the file that `fd` is of. */
bool file_at_is(int directory, const char *name, int fd);

/*
 * Read from `fd` to its end into a buffer.  False where that failed, or, with
 * to->failed, where it did not fit or there was no memory.
 */
bool file_read(int fd, struct buf *to);

#endif
