/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a relative path to an absolute one.
 */
#define _XOPEN_SOURCE 700 /* realpath, POSIX.1-2008 XSI */
#include "file/absolute.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *
path_absolute(const char *file)
{
	const char *slash = strrchr(file, '/');
	const size_t before = slash == NULL ? 0 : (size_t)(slash - file);
	char *folder, *real = NULL, *path = NULL;
	size_t n;

	if (slash == NULL)
		folder = strdup(".");
	else
		folder = strndup(file, before == 0 ? 1 : before);
	if (folder != NULL)
		real = realpath(folder, NULL);
	if (real == NULL)
		goto out;
	file = slash == NULL ? file : slash + 1;
	n = strlen(real) + strlen(file) + 2;
	path = malloc(n);
	if (path != NULL)
		(void)snprintf(
		    path, n, "%s/%s", strcmp(real, "/") == 0 ? "" : real, file);
out:
	free(real);
	free(folder);
	return path;
}
