/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Placeholders: variables for programs that insist on a key, with texts that are
 * none (`run` in apam.conf(5)).
 */
#ifndef HOSTS_RUN_PLACEHOLDER_H
#define HOSTS_RUN_PLACEHOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include <apam/admin.h>

struct placeholder {
	char *name, *value;
};

struct placeholders {
	struct placeholder *all;
	size_t count;
};

/*
 * Take those of a profile.  Where another profile has another text for one, that
 * stays, and this is told.  False without memory.
 */
bool placeholders_take(
    struct placeholders *to, const struct apam_profile_info *profile);

#endif
