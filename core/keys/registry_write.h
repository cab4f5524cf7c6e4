/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing the registry with its lock held: the text, the index and
 * registry.known, and announcing it to running programs.
 */
#ifndef CORE_KEYS_REGISTRY_WRITE_H
#define CORE_KEYS_REGISTRY_WRITE_H

#include "keys/registry_files.h"

/* Open the directory `name` of state_dir as *fd; make it first if needed. */
bool registry_have_directory(const struct registry_files *f, const char *name,
    int *fd);

/* Make a registry where there is none: an empty index with a new id. */
bool registry_establish(struct registry_files *f);

/* Make the index from a newer text, without changing the text. */
bool registry_catch_up(struct registry_files *f);

/*
 * Write the set as the next generation and announce it.  *wait is set if
 * running programs must be waited for (registry_wait).
 */
enum apam_status registry_write_next(struct registry_files *f, bool *wait);

/* Announce it to running programs.  True if they must be waited for. */
bool registry_announce(const struct registry_files *f);

/* Wait until running programs have looked. */
void registry_wait(void);

#endif
