/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptors are recognised by what they refer to.
 */
#include "base/own_fd.h"

#include <sys/stat.h>
#include <unistd.h>

struct own_fd
own_fd_of(int fd)
{
	struct own_fd own = { .fd = fd };
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		return own;
	own.device = (uint64_t)st.st_dev;
	own.inode = (uint64_t)st.st_ino;
	return own;
}

bool
own_fd_is_ours(const struct own_fd *own)
{
	struct stat st;

	return own->fd >= 0 && fstat(own->fd, &st) == 0 &&
	    own->device == (uint64_t)st.st_dev &&
	    own->inode == (uint64_t)st.st_ino;
}

bool
own_fd_close(struct own_fd *own)
{
	const bool ours = own_fd_is_ours(own);

	if (ours)
		(void)close(own->fd);
	own->fd = -1;
	return ours;
}
