/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file becomes something else under its name, which programs must not believe.
 */
#ifndef TESTS_ODD_FILE_H
#define TESTS_ODD_FILE_H

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/run.h"

/* A symbolic link to the file, which has another name then. */
static inline void
odd_link(const char *path)
{
	char to[PATH_MAX];

	(void)snprintf(to, sizeof(to), "%s.real", path);
	ck_assert_int_eq(rename(path, to), 0);
	ck_assert_int_eq(symlink(to, path), 0);
}

static inline void
odd_fifo(const char *path)
{
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
}

static inline void
odd_directory(const char *path)
{
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkdir(path, 0700), 0);
}

#endif
