/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The proxy that a program of `apam run` is told to use: it answers CONNECT for
 * those who know this run's token.  Sites of profiles lead to the gateway, also
 * without CONNECT; everything else is passed on untouched.
 */
#ifndef HOSTS_RUN_FRONT_H
#define HOSTS_RUN_FRONT_H

#include "run/dial.h"

struct front {
	const struct sites *sites;
	/* Of each site: the gateway's socket. */
	const char *const *sockets;
	struct dial_proxy proxy; /* the user's own */
	/* How the user's no_proxy is asked; false: send it by the proxy. */
	bool (*goes_direct)(const void *arg, const char *host);
	const void *arg;

	/* Set by front_open. */
	int listener;
	unsigned port;		/* of 127.0.0.1 */
	char token[33];		/* hexadecimal */
	char pair[64];		/* base64 of "apam:" and the token */
};

/*
 * Listen on a free port of 127.0.0.1, with a new token.  False with errno set.
 */
bool front_open(struct front *front);

/* Answer, in threads of its own, until the process ends.  False without them. */
bool front_start(struct front *front);

#endif
