/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The name of the running program, as the kernel knows it, from /proc/self/exe.
 * That is Linux; elsewhere the name is unknown.  argv and the thread's name are
 * not used, because a program can set them freely.
 */
#include "base/this_process.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The kernel adds this if the file was deleted. */
static const char deleted[] = " (deleted)";

static void
cut_suffix(char *path, size_t n)
{
	const size_t suffix = sizeof(deleted) - 1;

	if (n > suffix && strcmp(path + n - suffix, deleted) == 0)
		path[n - suffix] = '\0';
}

void
program_name(char to[PROGRAM_NAME_SIZE])
{
	char path[PATH_MAX];
	const char *slash;
	ssize_t n;

	(void)snprintf(to, PROGRAM_NAME_SIZE, "?");
	n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	if (n <= 0)
		return;
	path[n] = '\0';
	cut_suffix(path, (size_t)n);
	slash = strrchr(path, '/');
	if (slash != NULL && slash[1] != '\0')
		(void)snprintf(to, PROGRAM_NAME_SIZE, "%.*s",
		    PROGRAM_NAME_SIZE - 1, slash + 1);
}
