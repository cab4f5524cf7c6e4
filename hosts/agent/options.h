/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line of apamd.
 */
#ifndef HOSTS_AGENT_OPTIONS_H
#define HOSTS_AGENT_OPTIONS_H

#include <stdbool.h>

/* As the exit statuses of the program apam: apam(1). */
enum agent_exit {
	AGENT_DONE = 0,
	AGENT_USAGE = 2,
	AGENT_CONFIG = 3,
	AGENT_TEMPORARY = 4,
	AGENT_INTERNAL = 5
};

struct agent_options {
	const char *config;	/* the main file; NULL: the system's */
	const char *socket;	/* an absolute path; NULL: see listen.h */
	const char *metrics;	/* where a scraper asks; NULL: see scrape.h */
	bool user;		/* the agent of one user */
	bool replace;		/* take the place of one that serves there */
	bool debug;		/* log all to standard error */
};

/*
 * Read the arguments.  False where apamd is to end at once, with status *code:
 * it was asked for its help or version, or an argument is wrong, and it has
 * said so.
 */
bool options_read(struct agent_options *options, int argc, char **argv,
    int *code);

#endif
