/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The names that a directory of profiles or modules holds.
 */
#ifndef CORE_NAMES_LIST_H
#define CORE_NAMES_LIST_H

#include <stdbool.h>

#include <apam/apam.h>

struct names_list {
	char **names;
	size_t count, room;
};

/*
 * List the files of a trusted directory that end in `suffix`, without it and
 * in order; those that `ok` refuses are left out.  Errors: TRUST, CONFIG,
 * MEMORY; then the list is empty.
 */
enum apam_status names_list_read(struct names_list *list, const char *dir,
    const char *suffix, bool user, bool (*ok)(const char *name),
    struct apam_error *err);

/* Fine on a zeroed list. */
void names_list_free(struct names_list *list);

#endif
