/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nginx as a child, for as long as this process runs: signals are passed on to
 * it, and it is told of what has changed.
 */
#ifndef HOSTS_CLI_GATEWAY_SUPERVISE_H
#define HOSTS_CLI_GATEWAY_SUPERVISE_H

#include <stdbool.h>

struct supervised {
	char *const *argv;	/* its program, by path, and arguments */
	const char *ready;	/* a file that is there once it takes signals */
	const char *directory;	/* whose files are watched; NULL: none */
	/*
	 * A file there has changed, or, where `asked`, SIGHUP came.  True: nginx
	 * is to read its files anew.
	 */
	bool (*changed)(void *arg, bool asked);
	/* In a child that ends with this process; NULL: there is none.  It does
	   not return. */
	void (*beside)(void *arg);
	void *arg;
};

/*
 * Run it until it ends.  SIGTERM, SIGINT, SIGQUIT and SIGUSR1 are passed on.  It
 * ends with this process, SIGKILL included.  Returns an exit status: nginx's
 * own, or 128 and the number of the signal that ended it.
 */
int supervise(const struct supervised *s);

#endif
