/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the key registry says of an entry's key, before anything else is asked:
 * an archived key signs nothing, nor is it sent to its provider.
 */
#ifndef CORE_ADMIT_H
#define CORE_ADMIT_H

#include "entry/entry.h"
#include "keys/reading.h"

/*
 * May this key sign?  Drops the entry's credential where the registry asks for
 * that, or the key is archived.  Errors: ARCHIVED; UNKNOWN, where nothing is
 * known of the key, for longer than the entry bears, and the entry does not ask
 * for on_unknown = "allow"; MEMORY.
 */
enum apam_status entry_admit(struct entry *e, const struct keys *keys,
    struct apam_error *err);

/* The same by the registry as it is now, whoever asks for it. */
enum apam_status entry_may_sign(struct entry *e, struct apam_error *err);

/*
 * True where the key is archived now; *finding, which may be NULL, is then
 * that, with time and evidence.
 */
bool entry_is_archived(struct entry *e, struct key_finding *finding);

#endif
