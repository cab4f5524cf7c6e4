/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program is told by its environment: the proxy, whom it goes to without
 * it, which authorities it may believe, and placeholders for keys.
 */
#ifndef HOSTS_RUN_ENVIRONMENT_H
#define HOSTS_RUN_ENVIRONMENT_H

#include "run/front.h"

struct told {
	const struct front *front;
	/* PEM of the authorities of this run, one for each site. */
	const char *const *authorities;
	const char *folder;	/* of this run */
};

/*
 * Set this process's variables for the program.  A variable that named
 * authorities names them and those of this run afterwards.  False, with a
 * complaint.
 */
bool environment_set(const struct told *told);

/* The file with the authorities that the system believes; "" : there is none. */
const char *system_authorities(void);

#endif
