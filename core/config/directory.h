/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The names of the files in a directory of profiles or modules.
 */
#ifndef CORE_CONFIG_DIRECTORY_H
#define CORE_CONFIG_DIRECTORY_H

#include <stdbool.h>

#include <apam/apam.h>

struct directory {
	char **names;
	size_t count, room;
};

/*
 * List the files of a trusted directory that end in `suffix`, without it and in
 * order; names that `ok` refuses are left out.  Errors: TRUST, CONFIG, MEMORY;
 * the list is empty then.
 */
enum apam_status directory_read(struct directory *list, const char *dir,
    const char *suffix, bool user, bool (*ok)(const char *name),
    struct apam_error *err);

/* Free the list; a zeroed one is allowed. */
void directory_free(struct directory *list);

#endif
