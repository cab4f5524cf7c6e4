/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The key registry as administrators' programs read it: its text is the truth
 * for people, the index is made from it for programs that sign.  No text is
 * taken without being asked for (registry_change.h) but the one that the index
 * was made from, or a newer one: an older one would let archived keys sign
 * again.
 */
#ifndef CORE_KEY_REGISTRY_H
#define CORE_KEY_REGISTRY_H

#include "keys/kept_set.h"

/*
 * Read the text.  APAM_OK with *set to free: it is what programs go by, or
 * there is no registry, which is the empty set.  Else APAM_E_CONFIG or
 * APAM_E_TRUST with what to do in *err, or APAM_E_MEMORY; *set is empty then.
 * Where this process is the owner's, an index that a newer text has left behind
 * is made anew.
 */
enum apam_status key_registry_read(const struct key_registry *registry,
    struct key_set *set, struct apam_error *err);

/*
 * Read it, and all of the index: what is wrong with the registry, the worst of
 * it in *err.
 */
enum apam_status key_registry_check(const struct key_registry *registry,
    struct apam_error *err);

/*
 * Have the counter made anew where it is lost, without waiting for anybody.
 * True where it was.
 */
bool key_registry_mend(const struct key_registry *registry);

#endif
