/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A line of /proc/locks is
 *
 *	1: FLOCK  ADVISORY  WRITE 1234 fe:01:131090 0 EOF
 *
 * with the device in hexadecimal.  A process that waits has "->" after the
 * number.
 */
#define _DEFAULT_SOURCE /* major, minor */
#include "file/lock_holder.h"

#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#define LINE_SIZE 256

/* The process in a line that says that this file is locked; 0: another file. */
static pid_t
holder_in(const char *line, const struct stat *file)
{
	unsigned major, minor;
	unsigned long inode;
	int pid;

	if (sscanf(line, "%*d: FLOCK ADVISORY WRITE %d %x:%x:%lu", &pid, &major,
		&minor, &inode) != 4 ||
	    major != major(file->st_dev) || minor != minor(file->st_dev) ||
	    inode != file->st_ino || pid <= 0)
		return 0;
	return pid;
}

static pid_t
find_holder(const struct stat *file)
{
	char line[LINE_SIZE];
	FILE *f = fopen("/proc/locks", "re");
	pid_t pid = 0;

	if (f == NULL)
		return 0;
	while (pid == 0 && fgets(line, sizeof(line), f) != NULL)
		pid = holder_in(line, file);
	(void)fclose(f);
	return pid;
}

/* "1234 (name) S ...": a name can contain ')', so the last one ends it. */
static bool
read_stat(const char *line, struct lock_holder *to)
{
	const char *begin = strchr(line, '('), *end = strrchr(line, ')');
	size_t n = 0;

	if (begin == NULL || end == NULL || end[1] != ' ')
		return false;
	for (begin++; begin < end && n + 1 < sizeof(to->name); begin++)
		to->name[n++] = *begin < ' ' || *begin > '~' ? '?' : *begin;
	to->name[n] = '\0';
	to->stopped = end[2] == 'T' || end[2] == 't';
	return true;
}

bool
lock_holder_find(const struct stat *file, struct lock_holder *to)
{
	char path[32], line[LINE_SIZE];
	bool read;
	FILE *f;

	*to = (struct lock_holder){ .pid = find_holder(file) };
	if (to->pid == 0)
		return false;
	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)to->pid);
	f = fopen(path, "re");
	if (f == NULL)
		return false;
	read = fgets(line, sizeof(line), f) != NULL && read_stat(line, to);
	(void)fclose(f);
	return read;
}

void
lock_holder_say(
    const struct lock_holder *holder, char to[LOCK_HOLDER_TEXT_SIZE])
{
	if (holder == NULL)
		(void)snprintf(to, LOCK_HOLDER_TEXT_SIZE, "another process");
	else
		(void)snprintf(to, LOCK_HOLDER_TEXT_SIZE, "process %d (%s)%s",
		    (int)holder->pid, holder->name,
		    holder->stopped ? ", which is stopped," : "");
}
