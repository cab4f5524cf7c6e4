/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Measuring what is done once in a process, in a process of its own.
 * MAP_ANONYMOUS is not POSIX.
 */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

double
in_child(double (*body)(void))
{
	double *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status = -1;
	double value;
	pid_t pid;

	need(shared != MAP_FAILED, "no memory to share with a child");
	pid = fork();
	need(pid >= 0, "cannot fork");
	if (pid == 0) {
		*shared = body();
		_exit(0);
	}
	need(waitpid(pid, &status, 0) == pid && status == 0, "a child failed");
	value = *shared;
	(void)munmap(shared, sizeof(*shared));
	return value;
}
