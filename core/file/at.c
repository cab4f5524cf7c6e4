/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The buffer on the stack is wiped, because the file may contain a secret.
 */
#define _XOPEN_SOURCE 700 /* fstatat */
#include "file/at.h"

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

/* Read into the reserved room if it is large enough, else through `chunk`. */
static ssize_t
read_some(int fd, struct buf *to, char chunk[CHUNK])
{
	size_t room;
	ssize_t n;
	char *at = buf_room(to, &room);

	if (room >= CHUNK) {
		n = read(fd, at, room);
		if (n > 0)
			buf_filled(to, (size_t)n);
		return n;
	}
	n = read(fd, chunk, CHUNK);
	if (n > 0)
		buf_put(to, (struct apam_str){ chunk, (size_t)n });
	return n;
}

bool
file_read(int fd, struct buf *to)
{
	char chunk[CHUNK];
	ssize_t n;

	do
		n = read_some(fd, to, chunk);
	while ((n > 0 && !to->failed) || (n < 0 && errno == EINTR));
	wipe(chunk, sizeof(chunk));
	return n == 0 && !to->failed;
}
