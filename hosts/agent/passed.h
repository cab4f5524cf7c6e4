/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptors that a service manager passed to this process: sockets, and what
 * an agent before this one had it keep; sd_listen_fds(3).
 */
#ifndef HOSTS_AGENT_PASSED_H
#define HOSTS_AGENT_PASSED_H

#include <stdbool.h>

/*
 * Find out which there are, before any other descriptor is opened.  They are
 * closed on exec from then on, and the environment says nothing of them.
 */
void passed_find(void);

/*
 * Take the first descriptor that fits, which the caller then owns; -1: there is
 * none.  `name` is what the service manager calls it, or "".
 */
int passed_take(bool (*fits)(int fd, const char *name));

/* Close those that nobody took. */
void passed_close(void);

#endif
