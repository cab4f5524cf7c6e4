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

int
memory_file(const char *const *texts, size_t count, char path[MEMORY_PATH_SIZE])
{
	const int fd = memfd_create(
	    "apam-run", MFD_ALLOW_SEALING | MFD_CLOEXEC);
	bool ok = fd >= 0;

	for (size_t i = 0; ok && i < count; i++)
		ok = write_text(fd, texts[i]);
	ok = ok && fchmod(fd, 0400) == 0 &&
	    fcntl(fd, F_ADD_SEALS,
		F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) == 0;
	if (ok) {
		snprintf(path, MEMORY_PATH_SIZE, "/proc/%ld/fd/%d",
		    (long)getpid(), fd);
		return fd;
	}
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

static char *
read_text(FILE *file)
{
	char *text = NULL, *more;
	size_t n = 0, room = 0;

	for (;;) {
		if (room - n < 2) {
			room = room == 0 ? 65536 : 2 * room;
			more = room > TEXT_MAX ? NULL : realloc(text, room);
			if (more == NULL)
				break;
			text = more;
		}
		n += fread(text + n, 1, room - n - 1, file);
		if (feof(file) || ferror(file))
			break;
	}
	if (!feof(file) || text == NULL) {
		free(text);
		return NULL;
	}
	text[n] = '\0';
	return text;
}

char *
file_text(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text;

	if (file == NULL)
		return NULL;
	text = read_text(file);
	(void)fclose(file);
	return text;
}
