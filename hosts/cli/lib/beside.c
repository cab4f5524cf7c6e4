/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where this program lies is what the kernel says: argv[0] is the caller's word.
 */
#include "lib/beside.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The directory of this program, with the slash; "" where it is not known. */
static void
own_directory(char to[BESIDE_PATH_SIZE])
{
	const ssize_t n = readlink("/proc/self/exe", to, BESIDE_PATH_SIZE - 1);
	char *slash;

	to[n < 0 ? 0 : n] = '\0';
	slash = strrchr(to, '/');
	if (slash != NULL)
		slash[1] = '\0';
}

static bool
is_there(
    const char *directory, const char *name, int how, char to[BESIDE_PATH_SIZE])
{
	const int n = snprintf(to, BESIDE_PATH_SIZE, "%s%s", directory, name);

	return n > 0 && n < BESIDE_PATH_SIZE && access(to, how) == 0;
}

bool
beside_find(
    const char *name, const char *installed, int how, char to[BESIDE_PATH_SIZE])
{
	char own[BESIDE_PATH_SIZE];

	own_directory(own);
	return is_there(own, name, how, to) ||
	    is_there(APAM_MODULE_DIR "/", installed, how, to);
}
