/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The highest generation that was ever stored under a name, kept apart from the
 * record: an older record that somebody put back, as from a backup, is known by
 * it, and is not sent.
 *
 * The file has one line, "apam-secret-mark 1 N".  Its loss does no harm but
 * that; it is kept beside other things whose loss does none.
 */
#ifndef CORE_DURABLE_DURABLE_MARK_H
#define CORE_DURABLE_DURABLE_MARK_H

#include "durable/durable_place.h"

/* The generation; 0 if there is no mark, or none that can be read. */
int64_t durable_mark_read(const struct durable_place *place);

/* Write it, synced.  The secret's lock is held.  False, with errno. */
bool durable_mark_write(const struct durable_place *place, int64_t generation);

#endif
