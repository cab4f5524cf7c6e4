/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing the registry, with its lock held: text, index and what is known of
 * them, and telling running programs.
 */
#ifndef CORE_REGISTRY_WRITE_H
#define CORE_REGISTRY_WRITE_H

#include "keys/registry_files.h"

/* Have the directory `name` of state_dir open as *fd, and make it if needed. */
bool registry_have_directory(const struct registry_files *f, const char *name,
    int *fd);

/* Begin a registry where there is none: an empty index of a new id. */
bool registry_establish(struct registry_files *f);

/* Make the index from a newer text, which is as it was read. */
bool registry_catch_up(struct registry_files *f);

/*
 * Write the set as the next generation and tell running programs.  *wait is
 * then whether they have to be waited for (registry_wait).
 */
enum apam_status registry_write_next(struct registry_files *f, bool *wait);

/* Tell running programs.  True if they have to be waited for. */
bool registry_announce(const struct registry_files *f);

/* Wait until running programs have looked by themselves. */
void registry_wait(void);

#endif
