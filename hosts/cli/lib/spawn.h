/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Running curl(1) with headers and a body that it reads from inherited pipes.
 * Other users can read a process's arguments and environment, but not its
 * pipes.
 */
#ifndef HOSTS_CLI_LIB_SPAWN_H
#define HOSTS_CLI_LIB_SPAWN_H

#include "lib/header_text.h"

#define SPAWN_INPUTS 2 /* the most inputs */

/* argv[slot] becomes "@/dev/fd/N", from which `bytes` can be read once. */
struct spawn_input {
	size_t slot;
	struct apam_str bytes;
};

/*
 * Find argv[0] in PATH, run it and wait for it.  It must read the inputs one
 * after the other, each to its end.  Returns the program's exit status, 128 + N
 * if signal N ended it, or -1 with errno set if it could not be run.
 */
int spawn_curl(char **argv, const struct spawn_input *inputs, size_t count);

#endif
