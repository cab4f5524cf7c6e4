/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether a profile works, found step by step: its files, whether it is the one
 * that signs its URL, its keys at the provider, and one request.  The first step
 * that fails is the verdict.
 */
#ifndef HOSTS_CLI_LIB_VERDICT_H
#define HOSTS_CLI_LIB_VERDICT_H

#include "lib/command.h"

enum verdict_steps {
	VERDICT_LINT = 1,
	VERDICT_EXPLAIN = 2,
	VERDICT_CHECK = 4,
	VERDICT_REQUEST = 8
};

enum { VERDICT_URL_SIZE = 4096, VERDICT_SIZE = VERDICT_URL_SIZE + 512 };

struct verdict {
	int code;		/* an exit status; STATUS_DONE: it works */
	const char *where;	/* which step failed: "its file", ...; literal */
	char why[VERDICT_SIZE];
	char todo[VERDICT_SIZE]; /* or "" */
	char found[VERDICT_SIZE];	/* where it works: what says so */
	bool unknown;		/* nobody could be asked */
	bool refused;		/* the provider refuses a key */
	bool by_name;		/* it works, but another profile is found by
				   its URL */
};

/*
 * Take these steps with the profile called `name`.  `url` is what to request;
 * NULL: the probe of its first entry that has one.  It needs cli->ctx, open.
 */
void verdict_find(struct cli *cli, const char *name, const char *url,
    unsigned steps, struct verdict *verdict);

/* Print it, as one line, or as JSON.  Returns the exit status. */
int verdict_show(
    const struct cli *cli, const char *name, const struct verdict *verdict);

#endif
