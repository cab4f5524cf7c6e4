/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Changing the key registry, as administrators' programs do.
 *
 * A change is whole or not at all: text and index are written beside, synced,
 * renamed, the text first, and only then announced by the counter.  A program
 * that is killed in between leaves a text that is newer than the index: the
 * owner's next program makes the index from it (registry.h).
 */
#ifndef CORE_REGISTRY_CHANGE_H
#define CORE_REGISTRY_CHANGE_H

#include "keys/place.h"
#include "keys/record_set.h"

/* What changes a set; returns APAM_OK to have it written, or an error. */
typedef enum apam_status key_registry_edit(void *arg, struct key_set *set,
    struct apam_error *err);

/*
 * Change it under the lock: `edit` is given what there is and changes it;
 * an error, with *err set, leaves all as it was.  Makes what is missing where
 * there is no registry.  When this returns APAM_OK no program of this machine
 * goes on by the old one: the counter is advanced, and where running programs
 * may not know the counter yet, because it or something in state_dir was made
 * just now or it could not be written, this waits until they have looked.  The
 * same where `edit` refuses, of what was done before: by somebody, perhaps, who
 * was killed before all were told.
 * Errors: CONFIG, TRUST, MEMORY, DEADLINE (somebody held the lock for ten
 * seconds), INTERNAL (the disk is full or read-only), and edit's.  After
 * INTERNAL the change may be there, where only the last sync failed.
 */
enum apam_status key_registry_change(const struct key_registry *registry,
    key_registry_edit *edit, void *arg, struct apam_error *err);

/*
 * The same, from a text that is not what programs go by: `text`, which is
 * called `name` in errors, or, where that is NULL, the one in place.  It
 * becomes the registry, as a new generation, after `edit`.
 */
enum apam_status key_registry_recover(const struct key_registry *registry,
    const struct apam_str *text, const char *name, key_registry_edit *edit,
    void *arg, struct apam_error *err);

/* Read such a text, and nothing more. */
enum apam_status key_registry_take(const struct key_registry *registry,
    const struct apam_str *text, const char *name, struct key_set *set,
    struct apam_error *err);

#endif
