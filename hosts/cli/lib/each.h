/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For commands that take profiles, or all profiles if none is named: they are
 * treated one after the other, and a broken one does not stop the rest.
 */
#ifndef HOSTS_CLI_LIB_EACH_H
#define HOSTS_CLI_LIB_EACH_H

#include "lib/command.h"

/*
 * Call `show` for each profile that is named on the command line, or for every
 * profile, also one that cannot be read.  The context must be open.  Returns
 * the worst of the statuses that `show` returned and of what went wrong here.
 * `doing`, such as "checking", is shown on a terminal if there are several
 * profiles; NULL: show nothing, the work is quick.
 */
int each_profile(struct cli *cli, const struct args *args, const char *doing,
    int (*show)(void *arg, const char *name), void *arg);

/* The more important of two exit statuses.  Order: 1, 5, 3, 2, 4, 0. */
int worse(int a, int b);

#endif
