/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which system service (systemd.service(5)) a process is of.
 *
 * A service is a group of processes, cgroups(7), in a tree that systemd makes.
 * Who can write in that tree can put a process into any part of it.  So a
 * service is believed only where root alone can: below user.slice it never is.
 */
#ifndef HOSTS_AGENT_UNIT_H
#define HOSTS_AGENT_UNIT_H

#include <stdbool.h>
#include <sys/types.h>

#include "text/unit_name.h"

enum unit_state {
	UNIT_UNREAD = 0, /* nobody has looked, or it cannot be read now */
	UNIT_NONE,	/* the process is of no service that is believed */
	UNIT_KNOWN,
	UNIT_UNPROVEN	/* not before the process has proved which one it is */
};

/*
 * Read the service of process `pid`, of which `pidfd` is a descriptor,
 * pidfd_open(2), that was opened while it was known to be that process.  What is
 * read counts only if the process still lives afterwards: else its number may
 * have been given to another one.  UNIT_KNOWN, with its name in `to`; else `to`
 * is "".
 */
enum unit_state unit_of(pid_t pid, int pidfd, char to[UNIT_NAME_MAX + 1]);

/* False once the process of the descriptor has ended. */
bool unit_lives(int pidfd);

#endif
