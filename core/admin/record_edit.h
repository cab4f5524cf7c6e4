/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Edits of the registry's keys for an administrator, in memory: for the `edit`
 * of key_registry_change.
 */
#ifndef CORE_ADMIN_RECORD_EDIT_H
#define CORE_ADMIN_RECORD_EDIT_H

#include "keys/record_set.h"

/*
 * Register a key, with this moment and this user, and with a mark of its secret
 * that no other key of its id has.  NULL with *err set: USAGE if its id cannot
 * be registered, MEMORY, INTERNAL, TRUST.
 */
struct key_record *key_edit_register(struct key_set *set,
    const struct key_identity *key, struct apam_error *err);

/* Archive an active key.  `why` may be NULL.  Errors: USAGE, MEMORY. */
enum apam_status key_edit_archive(struct key_set *set,
    struct key_record *record, const char *why, struct apam_error *err);

/* Make an archived key active; programs that found it dead try it again. */
void key_edit_restore(struct key_record *record);

/*
 * Copy a text for a record of this set; NULL is "".  `what` names the text in a
 * message.  NULL with *err set: USAGE, MEMORY.
 */
const char *key_edit_text(struct key_set *set, const char *what,
    const char *text, struct apam_error *err);

#endif
