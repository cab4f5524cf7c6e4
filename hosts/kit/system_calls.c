/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A filter (seccomp(2)) turns each call that it does not know as harmless into
 * a signal.  Its handler asks who called: if the module is the first among the
 * callers that is not of the C library, the check has failed; else the handler
 * makes the call from the one place that the filter lets through.
 */
#define _GNU_SOURCE /* REG_*, dladdr's like */
#include "kit/system_calls.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <ucontext.h>

#include "kit/crash.h"
#include "kit/finding.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64

extern long kit_system_call(long number, const long *arguments);
extern const char kit_system_call_end[];

/* The one place that the filter lets through. */
__asm__(".text\n"
	".type kit_system_call,@function\n"
	"kit_system_call:\n"
	"	mov %rdi, %rax\n"
	"	mov %rsi, %r11\n"
	"	mov 0(%r11), %rdi\n"
	"	mov 8(%r11), %rsi\n"
	"	mov 16(%r11), %rdx\n"
	"	mov 24(%r11), %r10\n"
	"	mov 32(%r11), %r8\n"
	"	mov 40(%r11), %r9\n"
	"	syscall\n"
	".type kit_system_call_end,@object\n"
	"kit_system_call_end:\n"
	"	ret\n"
	".size kit_system_call, . - kit_system_call\n");

static long
first_argument(const ucontext_t *context)
{
	return (long)context->uc_mcontext.gregs[REG_RDI];
}

static long
repeat(ucontext_t *context, long number)
{
	greg_t *r = context->uc_mcontext.gregs;
	const long arguments[] = { r[REG_RDI], r[REG_RSI], r[REG_RDX],
		r[REG_R10], r[REG_R8], r[REG_R9] };

	r[REG_RAX] = kit_system_call(number, arguments);
	return (long)r[REG_RAX];
}

#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64

extern long kit_system_call(long number, const long *arguments);
extern const char kit_system_call_end[];

__asm__(".text\n"
	".type kit_system_call,%function\n"
	"kit_system_call:\n"
	"	mov x8, x0\n"
	"	mov x9, x1\n"
	"	ldp x0, x1, [x9]\n"
	"	ldp x2, x3, [x9, #16]\n"
	"	ldp x4, x5, [x9, #32]\n"
	"	svc #0\n"
	".type kit_system_call_end,%object\n"
	"kit_system_call_end:\n"
	"	ret\n"
	".size kit_system_call, . - kit_system_call\n");

static long
first_argument(const ucontext_t *context)
{
	return (long)context->uc_mcontext.regs[0];
}

static long
repeat(ucontext_t *context, long number)
{
	unsigned long long *r = context->uc_mcontext.regs;
	const long arguments[] = { (long)r[0], (long)r[1], (long)r[2],
		(long)r[3], (long)r[4], (long)r[5] };

	r[0] = (unsigned long long)kit_system_call(number, arguments);
	return (long)r[0];
}
#endif

#define NAMED(name)                                                            \
	{                                                                      \
		SYS_##name, #name                                              \
	}

static const struct {
	long number;
	const char *name;
} names[] = {
	NAMED(read),
	NAMED(write),
	NAMED(openat),
	NAMED(close),
	NAMED(pread64),
	NAMED(pwrite64),
	NAMED(readv),
	NAMED(writev),
	NAMED(lseek),
	NAMED(ioctl),
	NAMED(fcntl),
	NAMED(dup),
	NAMED(dup3),
	NAMED(pipe2),
	NAMED(socket),
	NAMED(socketpair),
	NAMED(connect),
	NAMED(bind),
	NAMED(listen),
	NAMED(accept4),
	NAMED(sendto),
	NAMED(recvfrom),
	NAMED(sendmsg),
	NAMED(recvmsg),
	NAMED(clone),
	NAMED(clone3),
	NAMED(execve),
	NAMED(wait4),
	NAMED(kill),
	NAMED(tgkill),
	NAMED(exit),
	NAMED(exit_group),
	NAMED(nanosleep),
	NAMED(clock_nanosleep),
	NAMED(rt_sigaction),
	NAMED(setitimer),
	NAMED(umask),
	NAMED(chdir),
	NAMED(unlinkat),
	NAMED(mkdirat),
	NAMED(renameat2),
	NAMED(faccessat),
	NAMED(newfstatat),
	NAMED(statx),
	NAMED(fstat),
	NAMED(getdents64),
	NAMED(prctl),
	NAMED(prlimit64),
	NAMED(epoll_create1),
	NAMED(eventfd2),
	NAMED(timerfd_create),
	NAMED(uname),
	NAMED(ppoll),
	NAMED(pselect6),
#ifdef SYS_open
	NAMED(open),
	NAMED(stat),
	NAMED(lstat),
	NAMED(access),
	NAMED(dup2),
	NAMED(pipe),
	NAMED(fork),
	NAMED(vfork),
	NAMED(unlink),
	NAMED(poll),
	NAMED(alarm),
#endif
};

/* What moves memory, waits for a lock, or asks the time or for chance. */
static const long harmless[] = {
	SYS_brk,
	SYS_mmap,
	SYS_munmap,
	SYS_mremap,
	SYS_mprotect,
	SYS_madvise,
	SYS_mlock,
	SYS_munlock,
	SYS_futex,
	SYS_getpid,
	SYS_gettid,
	SYS_clock_gettime,
	SYS_clock_getres,
	SYS_gettimeofday,
	SYS_getrandom,
	SYS_sched_yield,
	SYS_rt_sigprocmask,
	SYS_rt_sigreturn,
	SYS_sigaltstack,
	SYS_membarrier,
	SYS_rseq,
#ifdef SYS_time
	SYS_time,
#endif
};
#define HARMLESS (sizeof(harmless) / sizeof(harmless[0]))

#ifdef ARCH

static void
name_call(long number, char *to, size_t size)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].number == number) {
			(void)snprintf(to, size, "%s", names[i].name);
			return;
		}
	(void)snprintf(to, size, "number %ld", number);
}

/*
 * The first thread that is made has the C library take two signals for itself;
 * it is the thread that is to be named.
 */
static bool
is_library_signal(const ucontext_t *context, long number)
{
	return number == SYS_rt_sigaction && first_argument(context) >= 32;
}

static void
on_call(int signal, siginfo_t *info, void *context)
{
	const long number = info->si_syscall;
	char name[64], caller[160];

	(void)signal;
	if (crash_aborts())
		finding_die("%s, the C library aborted the process: an array "
			    "was overrun, or abort was called",
		    finding->doing);
	if (!crash_caller(caller, sizeof(caller)) ||
	    is_library_signal(context, number)) {
		(void)repeat(context, number);
		return;
	}
	name_call(number, name, sizeof(name));
	finding_insist(
	    "%s, the module made the system call %s%s: a module does no input "
	    "and output, starts nothing and changes nothing of the process; "
	    "it describes an exchange, or uses a service",
	    finding->doing, name, caller);
}

/* Load half of a word of what the filter sees, and leave if it is another. */
#define FIELD(name, half)                                                      \
	((uint32_t)(offsetof(struct seccomp_data, name) + (half)))
#define LOAD(where) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, where)
#define SAME(value, yes, no)                                                   \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), yes, no)
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, what)

static bool
install(void)
{
	const uintptr_t end = (uintptr_t)kit_system_call_end;
	struct sock_filter all[8 + HARMLESS * 2 + 1] = {
		LOAD(FIELD(instruction_pointer, 4)),
		SAME((uint64_t)end >> 32, 0, 3),
		LOAD(FIELD(instruction_pointer, 0)),
		SAME(end, 0, 1),
		RETURN(SECCOMP_RET_ALLOW),
		LOAD(FIELD(nr, 0)),
	};
	size_t n = 6;

	for (size_t i = 0; i < HARMLESS; i++) {
		all[n++] = (struct sock_filter)SAME(harmless[i], 0, 1);
		all[n++] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
	}
	all[n++] = (struct sock_filter)RETURN(SECCOMP_RET_TRAP);
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER,
		&(struct sock_fprog){ (unsigned short)n, all }) == 0;
}

bool
system_calls_refuse(void)
{
	struct sigaction action = { .sa_sigaction = on_call };

	action.sa_flags = SA_SIGINFO | SA_NODEFER;
	(void)sigemptyset(&action.sa_mask);
	return sigaction(SIGSYS, &action, NULL) == 0 && install();
}

#else

bool
system_calls_refuse(void)
{
	return false;
}

#endif
