/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A set that was read and waits for the next reader of the same file: an
 * administrator's program looks at the keys and then changes one.
 */
#ifndef CORE_KEPT_SET_H
#define CORE_KEPT_SET_H

#include "keys/place.h"
#include "keys/record_set.h"

/*
 * Free a set that was read and not changed, and keep it for the next reader in
 * the registry's place for that, if there is one.
 */
void key_registry_keep(const struct key_registry *registry,
    struct key_set *set);

/* Free what is kept there. */
void key_registry_forget(const struct key_registry *registry);

/*
 * Take what is kept.  True if it was read from the very file that `from` is of;
 * it is then *set.
 */
bool key_kept_take(const struct key_registry *registry, const struct file_print *from,
    struct key_set *set);

#endif
