/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Changes of the key registry that the library itself makes.
 */
#ifndef CORE_ADMIN_KEYS_CHANGE_H
#define CORE_ADMIN_KEYS_CHANGE_H

#include "admin/record_edit.h"
#include "entry/entry.h"
#include "keys/registry.h"
#include "keys/registry_change.h"

/* Where a context's registry is. */
struct key_registry key_registry_of(struct env *env);

/*
 * Tell the audit log the new state of a key of the registry; `profile` and
 * `why` may be NULL.
 */
void key_admin_tell(struct apam *ctx, const char *profile,
    const struct key_identity *key, const char *state, const char *why);

/*
 * Make every process of this machine drop the credentials of an open entry's
 * key: the key gets a record if it has none, and its `drops` is raised.  Tells
 * the audit log nothing.  Errors: those of key_registry_change; `err` is not
 * NULL.
 */
enum apam_status key_admin_drop(const struct entry *e, struct apam_error *err);

#endif
