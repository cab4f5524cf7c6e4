/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program for the kernel's packet filter (seccomp(2)), written out here: no
 * library is needed for a table of numbers.
 *
 * A call that is in the table goes through, perhaps by its arguments.  A few
 * that libraries try and do without are answered with an error, and so is every
 * call that was not there when this was written: then a newer C library goes on
 * with the older call.  Any other call ends the process, with SIGSYS: nobody
 * who has taken it over can try them one after the other.
 */
#define _GNU_SOURCE
#include "agent/filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define CODE_MAX 1024 /* instructions; the kernel takes 4096 */

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error                                                                         \
    "apamd's filter of system calls is for x86_64 and aarch64: give it the name of this processor, AUDIT_ARCH_..., and see that tests/suite/agent/filter.sh passes"
#endif

/* Of the calls that all architectures number alike, the first unknown one. */
#define FIRST_UNKNOWN 450
/* Numbers of x32, which are another architecture's of the same name. */
#define X32_BIT 0x40000000U

/* ---- The table ---------------------------------------------------------- */

/* What goes through whatever its arguments are. */
/* clang-format off */
static const int plain[] = {
	/* The loop: waiting, clients, providers. */
	SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_pwait, SYS_ppoll,
	SYS_pselect6, SYS_eventfd2, SYS_signalfd4, SYS_timerfd_create,
	SYS_timerfd_settime, SYS_pipe2, SYS_accept4, SYS_bind, SYS_connect,
	SYS_getsockname, SYS_getpeername, SYS_getsockopt, SYS_setsockopt,
	SYS_sendto, SYS_sendmsg, SYS_sendmmsg, SYS_recvfrom, SYS_recvmsg,
	SYS_recvmmsg, SYS_shutdown, SYS_socketpair, SYS_pidfd_open,
	/* Files: configuration, modules, state, what proc(5) says. */
	SYS_openat, SYS_close, SYS_close_range, SYS_read, SYS_readv,
	SYS_pread64, SYS_write, SYS_writev, SYS_pwrite64, SYS_lseek, SYS_fstat,
	SYS_statx, SYS_statfs, SYS_fstatfs, SYS_getdents64, SYS_readlinkat,
	SYS_faccessat, SYS_faccessat2, SYS_getcwd, SYS_flock, SYS_fcntl,
	SYS_dup, SYS_dup3, SYS_fsync, SYS_fdatasync, SYS_fallocate,
	SYS_ftruncate, SYS_mkdirat, SYS_unlinkat, SYS_renameat, SYS_renameat2,
	SYS_linkat, SYS_symlinkat, SYS_fchmod, SYS_fchmodat, SYS_fchown,
	SYS_fchownat, SYS_utimensat, SYS_umask, SYS_getxattr, SYS_fgetxattr,
	SYS_lgetxattr, SYS_memfd_create, SYS_fadvise64,
	/* Memory, also that which is shared with clients and the registry. */
	SYS_brk, SYS_munmap, SYS_mremap, SYS_madvise, SYS_mlock, SYS_mlock2,
	SYS_munlock, SYS_mlockall, SYS_msync, SYS_mincore, SYS_shmget,
	SYS_shmat, SYS_shmdt, SYS_shmctl,
	/* Threads: names are looked up in one. */
	SYS_futex, SYS_set_robust_list, SYS_get_robust_list, SYS_rseq,
	SYS_set_tid_address, SYS_sched_yield, SYS_sched_getaffinity,
	SYS_sched_getparam, SYS_sched_getscheduler, SYS_membarrier, SYS_gettid,
	SYS_tgkill, SYS_exit, SYS_exit_group,
	/* Signals and time. */
	SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn,
	SYS_rt_sigtimedwait, SYS_sigaltstack, SYS_restart_syscall,
	SYS_clock_gettime, SYS_clock_getres, SYS_clock_nanosleep,
	SYS_nanosleep, SYS_gettimeofday, SYS_getitimer, SYS_setitimer,
	/* Who this is, and what the machine has. */
	SYS_getpid, SYS_getppid, SYS_getuid, SYS_geteuid, SYS_getgid,
	SYS_getegid, SYS_getresuid, SYS_getresgid, SYS_getgroups, SYS_getpgid,
	SYS_uname, SYS_sysinfo, SYS_times, SYS_getrusage, SYS_getcpu,
	SYS_getrandom, SYS_capget,
/* Older forms, which newer architectures do not have. */
#ifdef SYS_open
	SYS_open, SYS_stat, SYS_lstat, SYS_access, SYS_readlink, SYS_poll,
	SYS_select, SYS_pipe, SYS_dup2, SYS_epoll_create, SYS_epoll_wait,
	SYS_eventfd, SYS_unlink, SYS_rename, SYS_mkdir, SYS_rmdir, SYS_chmod,
	SYS_getpgrp, SYS_time, SYS_alarm, SYS_arch_prctl,
#endif
#ifdef SYS_newfstatat
	SYS_newfstatat,
#endif
#ifdef SYS_getrlimit
	SYS_getrlimit,
#endif
};
/* clang-format on */

/*
 * A call that goes through where, of the lower half of one argument, the bits of
 * `mask` are `value`.  Several rows of a call are alternatives, and stand
 * together; what fits none is answered with `error`, or ends the process where
 * that is 0.
 */
static const struct conditional {
	int number;
	unsigned argument;
	uint32_t mask, value;
	int error;
} conditionals[] = {
	/* Threads, and no process. */
	{ SYS_clone, 0, CLONE_THREAD, CLONE_THREAD, 0 },
	/* Its flags cannot be seen: the C library then takes the older one. */
	{ SYS_clone3, 0, 0, 1, ENOSYS },
	/* What can be run cannot be written. */
	{ SYS_mmap, 2, PROT_WRITE | PROT_EXEC, 0, 0 },
	{ SYS_mmap, 2, PROT_WRITE | PROT_EXEC, PROT_WRITE, 0 },
	{ SYS_mmap, 2, PROT_WRITE | PROT_EXEC, PROT_EXEC, 0 },
	{ SYS_mprotect, 2, PROT_WRITE | PROT_EXEC, 0, 0 },
	{ SYS_mprotect, 2, PROT_WRITE | PROT_EXEC, PROT_WRITE, 0 },
	{ SYS_mprotect, 2, PROT_WRITE | PROT_EXEC, PROT_EXEC, 0 },
	{ SYS_socket, 0, UINT32_MAX, AF_UNIX, EAFNOSUPPORT },
	{ SYS_socket, 0, UINT32_MAX, AF_INET, EAFNOSUPPORT },
	{ SYS_socket, 0, UINT32_MAX, AF_INET6, EAFNOSUPPORT },
	{ SYS_socket, 0, UINT32_MAX, AF_NETLINK, EAFNOSUPPORT },
	{ SYS_ioctl, 1, UINT32_MAX, TCGETS, ENOTTY },
	{ SYS_ioctl, 1, UINT32_MAX, FIONREAD, ENOTTY },
	{ SYS_ioctl, 1, UINT32_MAX, FIONBIO, ENOTTY },
	/* Whether a client has read what it was sent. */
	{ SYS_ioctl, 1, UINT32_MAX, SIOCOUTQ, ENOTTY },
	/* The number of an interface, of a link-local address. */
	{ SYS_ioctl, 1, UINT32_MAX, SIOCGIFINDEX, ENOTTY },
	{ SYS_prctl, 0, UINT32_MAX, PR_SET_NAME, EINVAL },
	{ SYS_prctl, 0, UINT32_MAX, PR_GET_DUMPABLE, EINVAL },
	{ SYS_keyctl, 0, UINT32_MAX, KEYCTL_SEARCH, EPERM },
	{ SYS_keyctl, 0, UINT32_MAX, KEYCTL_READ, EPERM },
	/* Limits are asked for, and not set; 0 is this process. */
	{ SYS_prlimit64, 2, UINT32_MAX, 0, EPERM },
};

/* ---- The program -------------------------------------------------------- */

struct code {
	struct sock_filter at[CODE_MAX];
	size_t n;
};

static void
put(struct code *c, uint16_t what, uint32_t k, uint8_t if_so, uint8_t if_not)
{
	if (c->n < CODE_MAX)
		c->at[c->n] = (struct sock_filter){ what, if_so, if_not, k };
	c->n++;
}

static void
load(struct code *c, size_t offset)
{
	put(c, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void
answer(struct code *c, uint32_t with)
{
	put(c, BPF_RET | BPF_K, with, 0, 0);
}

/* Skip `over` instructions unless the word is `k`. */
static void
unless(struct code *c, uint32_t k, uint8_t over)
{
	put(c, BPF_JMP | BPF_JEQ | BPF_K, k, 0, over);
}

static uint32_t
refusal(int error)
{
	return error == 0 ? SECCOMP_RET_KILL_PROCESS :
			    SECCOMP_RET_ERRNO | (uint32_t)error;
}

/* Where the lower half of an argument is. */
static size_t
place_of(unsigned argument)
{
	const size_t at = offsetof(struct seccomp_data, args) + argument * 8;

	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? at : at + 4;
}

/* With a `mask` of 0 nothing fits but 0, so that a row can refuse always. */
static void
put_row(struct code *c, const struct conditional *row)
{
	load(c, place_of(row->argument));
	put(c, BPF_ALU | BPF_AND | BPF_K, row->mask, 0, 0);
	unless(c, row->value, 1);
	answer(c, SECCOMP_RET_ALLOW);
}

/* All rows of a call; returns how many there are. */
static size_t
put_call(struct code *c, size_t first)
{
	const int number = conditionals[first].number;
	size_t n = 1;

	while (first + n < COUNT(conditionals) &&
	    conditionals[first + n].number == number)
		n++;
	unless(c, (uint32_t)number, (uint8_t)(n * 4 + 1));
	for (size_t i = first; i < first + n; i++)
		put_row(c, &conditionals[i]);
	answer(c, refusal(conditionals[first].error));
	return n;
}

static void
make(struct code *c)
{
	load(c, offsetof(struct seccomp_data, arch));
	put(c, BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
	answer(c, SECCOMP_RET_KILL_PROCESS);
	load(c, offsetof(struct seccomp_data, nr));
	put(c, BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1);
	answer(c, SECCOMP_RET_KILL_PROCESS);
	for (size_t i = 0; i < COUNT(plain); i++) {
		unless(c, (uint32_t)plain[i], 1);
		answer(c, SECCOMP_RET_ALLOW);
	}
	for (size_t i = 0; i < COUNT(conditionals);)
		i += put_call(c, i);
	put(c, BPF_JMP | BPF_JGE | BPF_K, FIRST_UNKNOWN, 0, 1);
	answer(c, refusal(ENOSYS));
	answer(c, SECCOMP_RET_KILL_PROCESS);
}

const char *
filter_enter(int *error)
{
	static struct code code;
	struct sock_fprog program = { .filter = code.at };

	*error = 0;
	code.n = 0;
	make(&code);
	if (code.n > CODE_MAX)
		return "the filter of system calls is too long";
	program.len = (unsigned short)code.n;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		SECCOMP_FILTER_FLAG_TSYNC, &program) != 0) {
		*error = errno;
		return "the kernel takes no filter of system calls";
	}
	return NULL;
}
