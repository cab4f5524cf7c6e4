/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Running curl(1) with headers and a body that it reads from inherited pipes:
 * argv and the environment of a process can be read by others, its descriptors
 * cannot.
 */
#ifndef CLI_SPAWN_H
#define CLI_SPAWN_H

#include "lib/header_text.h"

#define SPAWN_INPUTS 2 /* at most */

/* argv[slot] becomes "@/dev/fd/N", from which `bytes` can be read once. */
struct spawn_input {
	size_t slot;
	struct apam_str bytes;
};

/*
 * Find argv[0] in PATH, run it and wait.  It has to read the inputs one after
 * the other, each to its end.  Returns the program's exit status, 128 + N after
 * signal N, or -1 with errno set where it could not be run.
 */
int spawn_curl(char **argv, const struct spawn_input *inputs, size_t count);

#endif
