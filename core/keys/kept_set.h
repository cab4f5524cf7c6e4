/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A set that was read and is kept for the next reader of the same file: an
 * administrator's program first reads the keys and then changes one.
 */
#ifndef CORE_KEYS_KEPT_SET_H
#define CORE_KEYS_KEPT_SET_H

#include "keys/place.h"
#include "keys/record_set.h"

/*
 * Keep an unchanged set for the next reader, if the registry has a place for
 * that; otherwise free it.
 */
void key_kept_put(const struct key_registry *registry, struct key_set *set);

/* Free the set that is kept. */
void key_kept_drop(const struct key_registry *registry);

/*
 * Take the set that is kept.  If it was read from exactly the file described by
 * `from`, it is now *set, and the result is true.
 */
bool key_kept_take(const struct key_registry *registry,
    const struct file_print *from, struct key_set *set);

#endif
