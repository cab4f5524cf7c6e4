/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The key registry as administrators' programs read it.  Its text is
 * authoritative for people; the index is made from it for programs that sign.
 * Without being asked (registry_change.h) only the text from which the index
 * was made is accepted, or a newer one: an older one would let archived keys
 * sign again.
 */
#ifndef CORE_KEYS_REGISTRY_H
#define CORE_KEYS_REGISTRY_H

#include "keys/kept_set.h"

/*
 * Read the text.  APAM_OK: the caller frees *set, which programs use, or which
 * is empty if there is no registry.  Otherwise APAM_E_CONFIG or APAM_E_TRUST
 * with what to do in *err, or APAM_E_MEMORY; *set is empty then.  In the
 * owner's processes, an index that is older than the text is made new.
 */
enum apam_status key_registry_read(const struct key_registry *registry,
    struct key_set *set, struct apam_error *err);

/*
 * Read it and all of the index.  *err says what is wrong with the registry, the
 * worst first.
 */
enum apam_status key_registry_check(const struct key_registry *registry,
    struct apam_error *err);

/*
 * Make the counter new if it is lost, without waiting.  True if that was done.
 */
bool key_registry_mend(const struct key_registry *registry);

#endif
