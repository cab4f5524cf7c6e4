/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For `make coverage` alone, which includes it into every file: a process writes
 * what it has counted before it ends by _exit or by a signal that it gives itself.
 * (gcc's own __gcov_execv and __gcov_execvp do the same for another program.)
 *
 * It includes nothing that the file's own choice of a standard decides about.
 * The calls that these two stand for are system calls here, since the names mean
 * the functions of this file.
 */
#ifndef TESTS_SUPPORT_COUNTED_END_H
#define TESTS_SUPPORT_COUNTED_END_H

#include <sys/syscall.h>

/* Of gcc's library, and of the C library. */
void __gcov_dump(void);
long syscall(long number, ...);

#define COUNTED_END __attribute__((weak, visibility("hidden")))

COUNTED_END __attribute__((noreturn)) void counted_exit(int status);
COUNTED_END int counted_raise(int number);

/* _exit(3) */
void
counted_exit(int status)
{
	__gcov_dump();
	for (;;)
		(void)syscall(SYS_exit_group, status);
}

/* raise(3); where the process goes on, its counts are in the file already. */
int
counted_raise(int number)
{
	__gcov_dump();
	return (int)syscall(SYS_tgkill, syscall(SYS_getpid),
	    syscall(SYS_gettid), number);
}

#endif
