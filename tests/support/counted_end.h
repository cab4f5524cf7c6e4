/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For `make coverage` alone, which includes it into every file: a process writes
 * what it has counted before it ends by _exit, by a signal that it gives itself or
 * as another program (which gcc's own __gcov_execv and __gcov_execvp write before).
 * Where calls are made to fail, by tests/faults, none of those that write it does.
 *
 * It includes nothing that the file's own choice of a standard decides about.
 * The calls that the first two stand for are system calls here, since the names mean
 * the functions of this file.
 */
#ifndef TESTS_SUPPORT_COUNTED_END_H
#define TESTS_SUPPORT_COUNTED_END_H

#include <sys/syscall.h>

/* Of gcc's library, and of the C library. */
void __gcov_dump(void);
int __gcov_execv(const char *path, char *const argv[]);
int __gcov_execvp(const char *file, char *const argv[]);
long syscall(long number, ...);

#define COUNTED_END __attribute__((weak, visibility("hidden")))

COUNTED_END __attribute__((noreturn)) void counted_exit(int status);
COUNTED_END int counted_raise(int number);
COUNTED_END int counted_execv(const char *path, char *const argv[]);
COUNTED_END int counted_execvp(const char *file, char *const argv[]);

/* Of tests/faults/fault.h, where that is preloaded. */
__attribute__((weak)) long fault_off(void);

/* Comes before the destructor of gcc's that writes. */
COUNTED_END __attribute__((destructor)) void counted_end(void);
COUNTED_END void counted_lift(int limit);

/* RLIMIT_FSIZE, RLIMIT_NOFILE and RLIMIT_AS of <sys/resource.h>. */
#define COUNTED_FILE_SIZE 1
#define COUNTED_FILES 7
#define COUNTED_MEMORY 9

/* What the process has limited for itself is not meant for its counts. */
void
counted_lift(int limit)
{
	unsigned long long soft_and_hard[2];

	if (syscall(SYS_prlimit64, 0, limit, 0, soft_and_hard) != 0 ||
	    soft_and_hard[0] == soft_and_hard[1])
		return;
	soft_and_hard[0] = soft_and_hard[1];
	(void)syscall(SYS_prlimit64, 0, limit, soft_and_hard, 0);
}

void
counted_end(void)
{
	if (fault_off != 0)
		(void)fault_off();
	counted_lift(COUNTED_FILE_SIZE);
	counted_lift(COUNTED_FILES);
	counted_lift(COUNTED_MEMORY);
}

/* _exit(3) */
void
counted_exit(int status)
{
	counted_end();
	__gcov_dump();
	for (;;)
		(void)syscall(SYS_exit_group, status);
}

/* raise(3); where the process goes on, its counts are in the file already. */
int
counted_raise(int number)
{
	counted_end();
	__gcov_dump();
	return (int)syscall(SYS_tgkill, syscall(SYS_getpid),
	    syscall(SYS_gettid), number);
}

/* execv(3) */
int
counted_execv(const char *path, char *const argv[])
{
	counted_end();
	return __gcov_execv(path, argv);
}

/* execvp(3) */
int
counted_execvp(const char *file, char *const argv[])
{
	counted_end();
	return __gcov_execvp(file, argv);
}

#endif
