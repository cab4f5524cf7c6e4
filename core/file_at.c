/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What lies in a buffer of the stack meanwhile is wiped: it may be a secret.
 */
#define _XOPEN_SOURCE 700 /* fstatat */
#include "file_at.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK 4096

bool
file_at_is(int directory, const char *name, int fd)
{
	struct stat held, named;

	return fstat(fd, &held) == 0 &&
	    fstatat(directory, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	    held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

bool
file_read(int fd, struct buf *to)
{
	char chunk[CHUNK];
	ssize_t n;

	do {
		n = read(fd, chunk, sizeof(chunk));
		if (n > 0)
			buf_put(to, (struct apam_str){ chunk, (size_t)n });
	} while ((n > 0 && !to->failed) || (n < 0 && errno == EINTR));
	wipe(chunk, sizeof(chunk));
	return n == 0 && !to->failed;
}
