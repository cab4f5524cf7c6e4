/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which process holds the lock of a file, from the kernel's list of locks
 * (proc_locks(5)) and of processes (proc_pid_stat(5)).  It is for messages, and
 * to distinguish a process that works from one that is stopped.  No process is
 * found if /proc is missing or hides other processes' locks, or if device
 * numbers differ, as on an overlay file system.
 */
#ifndef CORE_FILE_LOCK_HOLDER_H
#define CORE_FILE_LOCK_HOLDER_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

#define LOCK_HOLDER_NAME_SIZE 16
#define LOCK_HOLDER_TEXT_SIZE 64

struct lock_holder {
	pid_t pid;
	char name[LOCK_HOLDER_NAME_SIZE]; /* its program's, printable */
	bool stopped;	/* by a signal or a debugger */
};

/*
 * Find the process that has locked the file by flock(2); false if there is
 * none.
 */
bool lock_holder_find(const struct stat *file, struct lock_holder *to);

/*
 * Say which process that is, as the subject of a sentence; NULL: it is not
 * known.  With a NUL.
 */
void lock_holder_say(
    const struct lock_holder *holder, char to[LOCK_HOLDER_TEXT_SIZE]);

#endif
