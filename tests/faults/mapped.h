/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file that APAM_SCARCE names, by which a test says which call of a program
 * fails while that runs.
 */
#ifndef TESTS_FAULTS_MAPPED_H
#define TESTS_FAULTS_MAPPED_H

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* `size` bytes of it, shared; NULL: there is no such file. */
static inline void *
scarce_map(size_t size)
{
	const char *path = getenv("APAM_SCARCE");
	const int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
	void *p = fd < 0 ? MAP_FAILED :
			   mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
			       fd, 0);

	if (fd >= 0)
		(void)close(fd);
	return p == MAP_FAILED ? NULL : p;
}

#endif
