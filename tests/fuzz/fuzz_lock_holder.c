/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines of /proc: of all locks, and of a process, whose name is whatever its
 * user called it.  The name that comes of it is bounded and printable.
 */
#define _GNU_SOURCE
#include "file/lock_holder.c"

#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

static void
check_name(const char *name)
{
	HOLDS(strlen(name) < LOCK_HOLDER_NAME_SIZE);
	for (; *name != '\0'; name++)
		HOLDS(*name >= ' ' && *name <= '~');
}

/* The sentence has the name whole, and no more of the line. */
static void
check_said(const struct lock_holder *holder)
{
	char text[LOCK_HOLDER_TEXT_SIZE];

	lock_holder_say(holder, text);
	HOLDS(strlen(text) + 1 < sizeof(text));
	HOLDS(holder == NULL || strstr(text, holder->name) != NULL);
}

/* A lock of our own is found. */
static void
find_ours(void)
{
	const int fd = memfd_create("lock", MFD_CLOEXEC);
	struct lock_holder holder;
	struct stat st;

	HOLDS(fd >= 0 && fstat(fd, &st) == 0);
	HOLDS(!lock_holder_find(&st, &holder));
	HOLDS(flock(fd, LOCK_EX | LOCK_NB) == 0);
	if (lock_holder_find(&st, &holder)) {
		HOLDS(holder.pid == getpid() && !holder.stopped);
		check_name(holder.name);
	}
	(void)close(fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lock_holder holder = { .pid = 1 };
	const struct stat file = { .st_dev = makedev(8, 1), .st_ino = 7 };
	char *line = fuzz_copy(data, size);

	if (read_stat(line, &holder)) {
		check_name(holder.name);
		check_said(&holder);
	}
	HOLDS(holder_in(line, &file) >= 0);
	if (size == 0) {
		find_ours();
		check_said(NULL);
	}
	free(line);
	return 0;
}
