/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing the text of the key registry (record_read.h).
 */
#ifndef CORE_KEYS_RECORD_WRITE_H
#define CORE_KEYS_RECORD_WRITE_H

#include "keys/record_set.h"

/*
 * Write the set to an empty buffer: the text that was read, with the changes
 * made since.  Sets size and checksum in set->is.  False if memory runs out, or
 * if the buffer's `max`, KEY_FILE_MAX, is too small.
 */
bool key_set_write(struct key_set *set, struct buf *to);

/*
 * Why the changed set could not be read again: a static text, or key_no_memory.
 * NULL: it can.
 */
const char *key_set_problem(struct key_set *set);

#endif
