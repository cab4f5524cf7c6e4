/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Changing the key registry, as administrators' programs do.  A change is made
 * completely or not at all: text and index are written beside the old files,
 * synced, and renamed, the text first; only then the counter announces it.  A
 * program that is killed in between leaves a text that is newer than the index,
 * and the owner's next program makes the index from it (registry.h).
 */
#ifndef CORE_KEYS_REGISTRY_CHANGE_H
#define CORE_KEYS_REGISTRY_CHANGE_H

#include "keys/place.h"
#include "keys/record_set.h"

/* Changes a set; returns APAM_OK to have it written, or an error. */
typedef enum apam_status key_registry_edit(void *arg, struct key_set *set,
    struct apam_error *err);

/*
 * Change the registry with the lock held.  `edit` gets the present set and
 * changes it; an error, with *err set, leaves everything unchanged.  If there
 * is no registry, it is made.  When this returns APAM_OK, no program of this
 * machine uses the old registry any more: the counter is advanced, and the call
 * waits until all programs have looked if they may not know the counter yet,
 * because it or something in state_dir was just made, or it could not be
 * written.  If `edit` refuses, the same is done for the change before, whose
 * program may have been killed before all knew of it.  Errors: CONFIG, TRUST,
 * MEMORY, DEADLINE (another program held the lock for ten seconds), INTERNAL
 * (the disk is full or read-only), and edit's.  After INTERNAL the change may
 * be in place, if only the last sync failed.
 */
enum apam_status key_registry_change(const struct key_registry *registry,
    key_registry_edit *edit, void *arg, struct apam_error *err);

/*
 * The same for a text that programs do not use: `text`, which errors call
 * `name`, or, if it is NULL, the one in place.  After `edit` it becomes the
 * registry, as a new generation.
 */
enum apam_status key_registry_recover(const struct key_registry *registry,
    const struct apam_str *text, const char *name, key_registry_edit *edit,
    void *arg, struct apam_error *err);

/* Only read such a text. */
enum apam_status key_registry_take(const struct key_registry *registry,
    const struct apam_str *text, const char *name, struct key_set *set,
    struct apam_error *err);

#endif
