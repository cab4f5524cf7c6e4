/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What commands do that take profiles, or all of them where none is named:
 * one after the other, the rest going on when one is broken.
 */
#ifndef CLI_EACH_H
#define CLI_EACH_H

#include "lib/command.h"

/*
 * Call `show` for each profile that the words name, or for every profile, one
 * that cannot be read included.  cli->ctx is open.  Returns the worst of what
 * `show` returned and of what went wrong here.  `doing`, as "checking", is
 * said on a terminal where there are many; NULL: it takes no time.
 */
int each_profile(struct cli *cli, const struct args *args, const char *doing,
    int (*show)(void *arg, const char *name), void *arg);

/* Of two exit statuses the one that says more: 1, 5, 3, 2, 4, 0. */
int worse(int a, int b);

#endif
