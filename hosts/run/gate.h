/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The gateway of this run: nginx with apam's module, which ends the program's TLS,
 * signs, and sends on by TLS of its own.
 */
#ifndef HOSTS_RUN_GATE_H
#define HOSTS_RUN_GATE_H

#include "authority.h"
#include "folder.h"
#include "place.h"

struct gate {
	const struct places *places;
	const struct authority *authorities; /* of each place */
	const char *config;	/* the main file; NULL: as by default */

	/* Set by gate_start. */
	char **sockets;		/* of each place: the path */
	pid_t pid;
};

/* Start it, and wait until it answers.  False, with a complaint. */
bool gate_start(struct gate *gate, const struct folder *folder);
void gate_free(struct gate *gate);

#endif
