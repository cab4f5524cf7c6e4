/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A user whom a command is asked about, with the groups that a login of theirs
 * has.
 */
#ifndef HOSTS_CLI_LIB_SOMEBODY_H
#define HOSTS_CLI_LIB_SOMEBODY_H

#include <apam/admin.h>

#include "lib/command.h"

struct somebody {
	struct apam_caller caller; /* its groups are `gids` */
	unsigned long *gids;
	char name[96]; /* "alice (1000)", or the number */
};

/*
 * Find a user by name or number.  One that is only a number has no groups.
 * Returns STATUS_DONE, or what it said on stderr; somebody_free either way.
 */
int somebody_find(struct somebody *who, const char *user);
void somebody_free(struct somebody *who);

#endif
