/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's random id of this boot, and the file that a time namespace is, on
 * Linux.
 */
#include "base/boot.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __linux__
#define BOOT_ID_FILE "/proc/sys/kernel/random/boot_id"

bool
boot_id(char to[BOOT_ID_SIZE])
{
	const int fd = open(BOOT_ID_FILE, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	memset(to, 0, BOOT_ID_SIZE);
	if (fd < 0)
		return false;
	n = read(fd, to, BOOT_ID_SIZE);
	(void)close(fd);
	if (n == BOOT_ID_SIZE)
		return true;
	memset(to, 0, BOOT_ID_SIZE);
	return false;
}
#else
bool
boot_id(char to[BOOT_ID_SIZE])
{
	memset(to, 0, BOOT_ID_SIZE);
	return false;
}
#endif

void
boot_time_namespace(uint64_t *device, uint64_t *inode)
{
	struct stat st;
	const bool there = stat("/proc/self/ns/time", &st) == 0;

	*device = there ? (uint64_t)st.st_dev : 0;
	*inode = there ? (uint64_t)st.st_ino : 0;
}
