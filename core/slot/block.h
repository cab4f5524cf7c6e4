/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory of a slot whose page is a file: a handle in memory of this process,
 * and right behind it, where a page of the machine begins, the file.
 */
#ifndef CORE_SLOT_BLOCK_H
#define CORE_SLOT_BLOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "slot/slot.h"

/*
 * Set up the handle of a slot in zeroed memory of `size` bytes; the page is as
 * it is.
 */
void slot_init(struct slot *slot, enum slot_kind kind, size_t size,
    const _Atomic uint64_t *counter);

/*
 * A zeroed handle, and behind it the file `fd`, of PAGE_FILE_SIZE bytes, which
 * can be written if `write`; *size is the block's.  NULL with errno.  The page is
 * in no core dump.
 */
struct slot *block_new(int fd, bool write, size_t *size);

/*
 * Put another file in the place of the page, in one step for all who read there.
 * False with errno: the old one is still there.
 */
bool block_change(struct slot *slot, int fd);

/* Give it back; the page's file stays as it is. */
void block_free(struct slot *slot);

#endif
