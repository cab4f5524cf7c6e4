/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `apam run` says itself, on standard error, and its own exit statuses,
 * which are apam's.
 */
#ifndef HOSTS_RUN_SAY_H
#define HOSTS_RUN_SAY_H

#include <apam/types.h>

enum {
	SAY_USAGE = 2,
	SAY_CONFIG = 3,
	SAY_INTERNAL = 5
};

/* Print "apam: text" and a newline. */
void say(const char *format, ...) APAM_PRINTF(1, 2);

#endif
