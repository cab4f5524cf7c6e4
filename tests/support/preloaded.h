/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For tests that run themselves anew with tests/faults/fault.c preloaded.  Of
 * _GNU_SOURCE, which they define.
 */
#ifndef TESTS_PRELOADED_H
#define TESTS_PRELOADED_H

#include <dlfcn.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "faults/fault.h"
#include "support/project.h"

/* Begin to fail calls; end it, and say how many there were. */
static void (*switch_on)(const struct fault *fault);
static long (*switch_off)(void);

/* True if every call is to be failed, and not one of several. */
static inline bool
is_stress(void)
{
	const char *stress = getenv("APAM_STRESS");

	return stress != NULL && strcmp(stress, "full") == 0;
}

/* Run anew with the library; returns where that is done. */
static inline void
preload(char **argv)
{
	char built[256], path[PATH_MAX];

	*(void **)&switch_on = dlsym(RTLD_DEFAULT, "fault_on");
	*(void **)&switch_off = dlsym(RTLD_DEFAULT, "fault_off");
	if (switch_on != NULL)
		return;
	project_built("tests/faults/fault.so", built, sizeof(built));
	if (realpath(built, path) == NULL || setenv("LD_PRELOAD", path, 1) != 0)
		exit(2);
	(void)execv("/proc/self/exe", argv);
	exit(2);
}

#endif
