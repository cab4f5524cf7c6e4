/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptors that were passed to this process, each with a name: sockets, and
 * what an agent before this one left.  A service manager passes them when it
 * starts the process (sd_listen_fds(3)); where there is none, the agent before
 * this one does (agent/takeover.h).
 */
#ifndef HOSTS_AGENT_PASSED_H
#define HOSTS_AGENT_PASSED_H

#include <stdbool.h>

#define PASSED_NAME_SIZE 128 /* bytes, with the NUL */

/*
 * Find out what a service manager passed, before any other descriptor is opened.
 * It is closed on exec from then on, and the environment says nothing of it.
 * False where there is no memory: without its socket, the agent would listen where
 * no program looks for it.
 */
bool passed_find(void);

/*
 * One more, of another agent's; it is closed where there is no memory, and false
 * returned.
 */
bool passed_add(int fd, const char *name);

/* Close those that passed_add added. */
void passed_drop(void);

/*
 * Take the first descriptor that fits, which the caller then owns; -1: there is
 * none.  `name` is what whoever passed it calls it, or "".
 */
int passed_take(bool (*fits)(void *arg, int fd, const char *name), void *arg);

/* The same by its name alone. */
int passed_take_named(const char *name);

/* Close those that nobody took. */
void passed_close(void);

#endif
