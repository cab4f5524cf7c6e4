/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the key registry says of an entry's key.  It is asked before anything
 * else: an archived key signs nothing, nor is it sent to its provider.
 */
#ifndef CORE_FLIGHT_ADMIT_H
#define CORE_FLIGHT_ADMIT_H

#include "entry/entry.h"
#include "keys/reading.h"

/*
 * OK if this key may sign.  Drops the entry's credential if the registry asks
 * for that, or if the key is archived.  Errors: ARCHIVED; UNKNOWN, if nothing
 * has been known of the key for longer than the entry allows, and the entry
 * does not say on_unknown = "allow"; MEMORY.
 */
enum apam_status admit_entry(struct entry *e, const struct keys *keys,
    struct apam_error *err);

/* The same, after a look at the registry as it is now. */
enum apam_status admit_now(struct entry *e, struct apam_error *err);

/*
 * True if the key is archived now; *finding, which may be NULL, then says so,
 * with time and evidence.
 */
bool admit_is_archived(struct entry *e, struct key_finding *finding);

#endif
