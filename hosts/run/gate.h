/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The gateway of this run: nginx with apam's module, which ends the program's TLS,
 * signs, and sends on by TLS of its own.
 */
#ifndef HOSTS_RUN_GATE_H
#define HOSTS_RUN_GATE_H

#include "run/authority.h"
#include "run/folder.h"
#include "run/site.h"

/*
 * Behind a socket's path: that of the socket beside it, which takes one request of
 * a connection, without TLS, with the whole URL.
 */
#define GATE_WHOLE ".whole"

struct gate {
	const struct sites *sites;
	const struct authority *authorities; /* of each site */
	const char *config;	/* the main file; NULL: as by default */

	/* Set by gate_start. */
	char **sockets;		/* of each site: the path */
	pid_t pid;
};

/* Start it, and wait until it answers.  False, with a complaint. */
bool gate_start(struct gate *gate, const struct folder *folder);
void gate_free(struct gate *gate);

#endif
