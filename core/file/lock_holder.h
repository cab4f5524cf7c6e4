/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who holds the lock of a file, as the kernel's list of locks (proc_locks(5))
 * and of processes (proc_pid_stat(5)) say: for messages, and to tell a process
 * that works from one that is stopped.  Where /proc is not there, shows other
 * processes' locks not at all, or the file lies where device numbers differ, as
 * on an overlay, nobody is found.
 */
#ifndef CORE_LOCK_HOLDER_H
#define CORE_LOCK_HOLDER_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

#define LOCK_HOLDER_NAME_SIZE 16

struct lock_holder {
	pid_t pid;
	char name[LOCK_HOLDER_NAME_SIZE]; /* of its program, printable */
	bool stopped;	/* by a signal or a debugger */
};

/* The process that has locked the file by flock(2); false: not to be found. */
bool lock_holder_find(const struct stat *file, struct lock_holder *to);

#endif
