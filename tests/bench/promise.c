/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Promises that no clock shows: no allocation, no system call.
 *
 * The allocator and mmap are interposed and counted for the whole process,
 * libapam included.  System calls are found by a seccomp filter in a child,
 * which traps all but what ends it.  Linux and glibc alone; not a test of
 * correctness.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

/* ---- Allocations --------------------------------------------------------- */

#define INTERPOSED __attribute__((visibility("default")))

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t count, size_t n);
extern void *__libc_realloc(void *p, size_t n);
extern void *__libc_memalign(size_t alignment, size_t n);

static atomic_ulong count;

static void
note(void)
{
	atomic_fetch_add_explicit(&count, 1, memory_order_relaxed);
}

unsigned long
allocations(void)
{
	return atomic_load(&count);
}

INTERPOSED void *
malloc(size_t n)
{
	note();
	return __libc_malloc(n);
}

INTERPOSED void *
calloc(size_t number, size_t n)
{
	note();
	return __libc_calloc(number, n);
}

INTERPOSED void *
realloc(void *p, size_t n)
{
	note();
	return __libc_realloc(p, n);
}

INTERPOSED void *
aligned_alloc(size_t alignment, size_t n)
{
	note();
	return __libc_memalign(alignment, n);
}

INTERPOSED int
posix_memalign(void **p, size_t alignment, size_t n)
{
	note();
	*p = __libc_memalign(alignment, n);
	return *p == NULL ? ENOMEM : 0;
}

INTERPOSED void *
mmap(void *at, size_t n, int protection, int flags, int fd, off_t offset)
{
	long where = syscall(SYS_mmap, at, n, protection, flags, fd, offset);

	note();
	return (void *)where;
}

/* ---- System calls -------------------------------------------------------- */

#define CALL_UNKNOWN (-1)

/* Written by the child, read by its parent. */
static volatile long *trapped;

static void
on_trap(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	*trapped = info->si_syscall;
	_exit(1);
}

/* From here on only the calls that end the process. */
static bool
forbid_system_calls(void)
{
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(rules) / sizeof(rules[0]), rules };
	struct sigaction action = { .sa_flags = SA_SIGINFO };

	action.sa_sigaction = on_trap;
	return sigaction(SIGSYS, &action, NULL) == 0 &&
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static void
child(void (*work)(void *arg), void *arg)
{
	/* A forked child may have to set itself up anew first. */
	work(arg);
	if (!forbid_system_calls())
		_exit(1);
	work(arg);
	*trapped = 0;
	_exit(0);
}

long
system_call_of(void (*work)(void *arg), void *arg)
{
	long found;
	pid_t pid;

	trapped = mmap(NULL, sizeof(*trapped), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(trapped != MAP_FAILED, "no memory to share with a child");
	*trapped = CALL_UNKNOWN;
	pid = fork();
	need(pid >= 0, "cannot fork");
	if (pid == 0)
		child(work, arg);
	need(waitpid(pid, NULL, 0) == pid, "cannot wait for a child");
	found = *trapped;
	(void)munmap((void *)(uintptr_t)trapped, sizeof(*trapped));
	return found;
}
