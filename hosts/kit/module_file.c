/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file stays mapped: what is read of it points into it.
 */
#define _XOPEN_SOURCE 700 /* realpath */
#include "kit/module_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct module_file module_file;

static void
take_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;
	size_t n = strlen(name);

	if (n > 3 && strcmp(name + n - 3, ".so") == 0)
		n -= 3;
	(void)snprintf(module_file.scheme, sizeof(module_file.scheme), "%.*s",
	    (int)n, name);
}

static const char *
map(int fd)
{
	const unsigned char *bytes;
	struct stat s;

	if (fstat(fd, &s) != 0 || !S_ISREG(s.st_mode))
		return "it is not a file";
	if (s.st_size == 0) {
		module_file.why = "it is empty";
		return NULL;
	}
	bytes = mmap(NULL, (size_t)s.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		return strerror(errno);
	module_file.why = elf_file_read(
	    &module_file.elf, bytes, (size_t)s.st_size);
	return NULL;
}

const char *
module_file_open(const char *path)
{
	char *whole = realpath(path, NULL);
	const char *why;
	int fd;

	if (whole == NULL)
		return strerror(errno);
	(void)snprintf(module_file.path, sizeof(module_file.path), "%s", whole);
	free(whole);
	take_name(path);
	fd = open(module_file.path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return strerror(errno);
	why = map(fd);
	(void)close(fd);
	return why;
}
