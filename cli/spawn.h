/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Running curl(1) with headers that it reads from an inherited pipe: argv and
 * the environment of a process can be read by others, its descriptors cannot.
 */
#ifndef CLI_SPAWN_H
#define CLI_SPAWN_H

#include "header_text.h"

/*
 * Find argv[0] in PATH, run it and wait.  argv[slot] is replaced by
 * "@/dev/fd/N", from which it can read `text` once.  Returns the program's
 * exit status, 128 + N after signal N, or -1 with errno set where it could
 * not be run.
 */
int spawn_curl(char **argv, size_t slot, const struct header_text *text);

#endif
