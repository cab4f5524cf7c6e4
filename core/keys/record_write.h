/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing the text of the key registry (record_read.h).
 */
#ifndef CORE_RECORD_WRITE_H
#define CORE_RECORD_WRITE_H

#include "keys/record_set.h"

/*
 * Write it to an empty buffer: as it was read, but for what was changed since.
 * Sets size and checksum in set->is.  False without memory, or where the
 * buffer's `max`, KEY_FILE_MAX, is too little.
 */
bool key_set_write(struct key_set *set, struct buf *to);

/*
 * What keeps the set, as it was changed, from being read again: NULL, nothing;
 * else static text, or key_no_memory.
 */
const char *key_set_problem(struct key_set *set);

#endif
