/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/agent/filter.c: in a child each, since there is no way back.
 * What the agent needs is tried by tests/suite/agent/filter.sh with the agent.
 */
#include "agent/filter.c"

#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "support/project.h"
#include "support/run.h"

/* How a child ends that makes a call behind the filter. */
static int
end_behind(bool (*makes)(void))
{
	int error, how = 0;
	const pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		if (filter_enter(&error) != NULL)
			_exit(100);
		_exit(makes() ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(pid, &how, 0), pid);
	return how;
}

/* ---- What ends the process ---------------------------------------------- */

static const struct {
	const char *name;
	int number;
	long arguments[6];
} forbidden[] = {
	{ "execve", SYS_execve, { 0 } },
	{ "execveat", SYS_execveat, { 0 } },
	{ "clone, as fork calls it", SYS_clone, { SIGCHLD, 0, 0, 0, 0 } },
#ifdef SYS_fork
	{ "fork", SYS_fork, { 0 } },
	{ "vfork", SYS_vfork, { 0 } },
#endif
	{ "ptrace", SYS_ptrace, { 0 } },
	{ "process_vm_readv", SYS_process_vm_readv, { 0 } },
	{ "kill", SYS_kill, { 1, 0 } },
	{ "listen", SYS_listen, { 0, 1 } },
	{ "mount", SYS_mount, { 0 } },
	{ "unshare", SYS_unshare, { 0 } },
	{ "setns", SYS_setns, { -1, 0 } },
	{ "setuid", SYS_setuid, { 0 } },
	{ "setresuid", SYS_setresuid, { -1, -1, -1 } },
	{ "capset", SYS_capset, { 0 } },
	{ "bpf", SYS_bpf, { 0 } },
	{ "perf_event_open", SYS_perf_event_open, { 0 } },
	{ "init_module", SYS_init_module, { 0 } },
	{ "add_key", SYS_add_key, { 0 } },
	{ "userfaultfd", SYS_userfaultfd, { 0 } },
	{ "io_uring_setup", 425, { 0 } },
	{ "memory to write and run", SYS_mmap,
	    { 0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0 } },
	{ "mprotect to write and run", SYS_mprotect,
	    { 0, 4096, PROT_WRITE | PROT_EXEC } },
#ifdef __x86_64__
	{ "a call of x32", (int)X32_BIT + SYS_getpid, { 0 } },
#endif
};

static int row;

static bool
call_forbidden(void)
{
	const long *a = forbidden[row].arguments;

	(void)syscall(
	    forbidden[row].number, a[0], a[1], a[2], a[3], a[4], a[5]);
	return true;
}

START_TEST(a_forbidden_call_ends_the_process)
{
	int how;

	row = _i;
	how = end_behind(call_forbidden);
	ck_assert_msg(WIFSIGNALED(how) && WTERMSIG(how) == SIGSYS, "%s: %d",
	    forbidden[_i].name, how);
}
END_TEST

/* ---- What is refused ---------------------------------------------------- */

static const struct {
	const char *name;
	int number;
	long arguments[3];
	int error;
} refused[] = {
	{ "clone3", SYS_clone3, { 0, 0, 0 }, ENOSYS },
	{ "a call of later times", 1000, { 0, 0, 0 }, ENOSYS },
	{ "another family", SYS_socket, { AF_PACKET, SOCK_RAW, 0 },
	    EAFNOSUPPORT },
	{ "to be dumpable", SYS_prctl, { PR_SET_DUMPABLE, 1, 0 }, EINVAL },
	{ "to type for others", SYS_ioctl, { 0, TIOCSTI, 0 }, ENOTTY },
	{ "to revoke a key", SYS_keyctl, { KEYCTL_REVOKE, 1, 0 }, EPERM },
	{ "a limit", SYS_prlimit64, { 0, 7, 8 }, EPERM },
};

static bool
call_refused(void)
{
	const long *a = refused[row].arguments;

	errno = 0;
	return syscall(refused[row].number, a[0], a[1], a[2]) == -1 &&
	    errno == refused[row].error;
}

START_TEST(some_calls_fail)
{
	row = _i;
	ck_assert_msg(end_behind(call_refused) == 0, "%s", refused[_i].name);
}
END_TEST

/* ---- What goes through -------------------------------------------------- */

static void *
run(void *arg)
{
	return arg;
}

static bool
makes_threads(void)
{
	pthread_t thread;
	void *back = NULL;

	return pthread_create(&thread, NULL, run, &row) == 0 &&
	    pthread_join(thread, &back) == 0 && back == &row;
}

static bool
looks_names_up(void)
{
	struct addrinfo *found = NULL;
	const int code = getaddrinfo("localhost", "443", NULL, &found);

	if (found != NULL)
		freeaddrinfo(found);
	return code == 0;
}

static bool
loads_what_comes_late(void)
{
	char path[512];

	project_built("modules/api-key.so", path, sizeof(path));
	return dlopen(path, RTLD_NOW | RTLD_LOCAL) != NULL;
}

static bool
makes_pages(void)
{
	const int fd = memfd_create("page", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	return fd >= 0 && ftruncate(fd, 4096) == 0 &&
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) == 0 &&
	    mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) !=
	    MAP_FAILED;
}

static bool
writes_files(void)
{
	char path[] = "/tmp/apam-test-XXXXXX";
	const int fd = mkstemp(path);

	return fd >= 0 && write(fd, "x", 1) == 1 && fsync(fd) == 0 &&
	    unlink(path) == 0;
}

static bool
may_end_itself(void)
{
	abort();
}

static const struct {
	const char *name;
	bool (*works)(void);
} works[] = {
	{ "threads", makes_threads },
	{ "names", looks_names_up },
	{ "modules", loads_what_comes_late },
	{ "pages", makes_pages },
	{ "files", writes_files },
};

START_TEST(what_is_needed_works)
{
	ck_assert_msg(end_behind(works[_i].works) == 0, "%s", works[_i].name);
}
END_TEST

START_TEST(an_abort_is_one)
{
	const int how = end_behind(may_end_itself);

	ck_assert(WIFSIGNALED(how));
	ck_assert_int_eq(WTERMSIG(how), SIGABRT);
}
END_TEST

/* As everybody can see: Seccomp 2 is a filter. */
static bool
is_seen(void)
{
	char text[4096];
	const int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	const ssize_t n = read(fd, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	return strstr(text, "\nSeccomp:\t2\n") != NULL &&
	    strstr(text, "\nNoNewPrivs:\t1\n") != NULL;
}

START_TEST(it_can_be_seen)
{
	ck_assert_int_eq(end_behind(is_seen), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("filter");
	TCase *tests = tcase_create("filter");

	tcase_add_loop_test(
	    tests, a_forbidden_call_ends_the_process, 0, ROWS(forbidden));
	tcase_add_loop_test(tests, some_calls_fail, 0, ROWS(refused));
	tcase_add_loop_test(tests, what_is_needed_works, 0, ROWS(works));
	tcase_add_test(tests, an_abort_is_one);
	tcase_add_test(tests, it_can_be_seen);
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
