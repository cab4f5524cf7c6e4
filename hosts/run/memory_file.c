/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE /* memfd_create */
#include "run/memory_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_MAX (16U << 20) /* bytes */

/* ---- Writing --------------------------------------------------------------- */

static bool
write_text(int fd, const char *text)
{
	size_t n = strlen(text);

	while (n > 0) {
		const ssize_t wrote = write(fd, text, n);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0)
			return false;
		text += wrote;
		n -= (size_t)wrote;
	}
	return true;
}

/* A new one; -1 with errno set. */
static int
begin(void)
{
	return memfd_create("apam-run", MFD_ALLOW_SEALING | MFD_CLOEXEC);
}

/* Nobody can write it any more.  The descriptor, or -1 with errno, and closed. */
static int
end(int fd, bool ok, char path[MEMORY_PATH_SIZE])
{
	int error;

	if (ok && fchmod(fd, 0400) == 0 &&
	    fcntl(fd, F_ADD_SEALS,
		F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) ==
		0) {
		snprintf(path, MEMORY_PATH_SIZE, "/proc/%ld/fd/%d",
		    (long)getpid(), fd);
		return fd;
	}
	error = errno;
	if (fd >= 0)
		(void)close(fd);
	errno = error;
	return -1;
}

int
memory_file(const char *const *texts, size_t count, char path[MEMORY_PATH_SIZE])
{
	const int fd = begin();
	bool ok = fd >= 0;

	for (size_t i = 0; ok && i < count; i++)
		ok = write_text(fd, texts[i]);
	return end(fd, ok, path);
}

FILE *
memory_open(void)
{
	const int fd = begin();
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	if (file == NULL && fd >= 0)
		(void)close(fd);
	return file;
}

int
memory_close(FILE *file, char path[MEMORY_PATH_SIZE])
{
	const int fd = fcntl(fileno(file), F_DUPFD_CLOEXEC, 0);
	const bool all = !ferror(file);

	return end(fd, fclose(file) == 0 && all && fd >= 0, path);
}

/* ---- Reading --------------------------------------------------------------- */

static char *
read_text(FILE *file)
{
	char *text = NULL, *more;
	size_t n = 0, room = 0;

	do {
		if (room - n < 2) {
			room = room == 0 ? 65536 : 2 * room;
			errno = EFBIG;
			more = room > TEXT_MAX ? NULL : realloc(text, room);
			if (more == NULL)
				break;
			text = more;
		}
		n += fread(text + n, 1, room - n - 1, file);
	} while (!feof(file) && !ferror(file));
	if (feof(file)) {
		text[n] = '\0';
		return text;
	}
	free(text);
	return NULL;
}

char *
file_text(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text;
	int error;

	if (file == NULL)
		return NULL;
	text = read_text(file);
	error = errno;
	(void)fclose(file);
	errno = error;
	return text;
}
