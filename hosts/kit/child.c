/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The child is a process group, which is ended as a whole: what a module starts
 * does not outlive the check.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "kit/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "kit/crash.h"
#include "kit/guard.h"

#define WAITS 5 /* how many times as long as it may compute it may wait */
#define ALL_STEPS 100 /* how many times as long as one step they may take */

/* The parent looks at each step; this holds where nobody is left to look. */
static void
limit(unsigned seconds)
{
	const struct rlimit none = { 0, 0 };
	const struct itimerval end = { .it_value = { .tv_sec = (time_t)seconds *
					       ALL_STEPS } };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)setitimer(ITIMER_PROF, &end, NULL);
}

/* What a module or the C library prints is nobody's. */
static void
silence(void)
{
	const int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)dup2(fd, STDOUT_FILENO);
	(void)dup2(fd, STDERR_FILENO);
	(void)close(fd);
	/* So that printing is a system call at once. */
	(void)setvbuf(stdout, NULL, _IONBF, 0);
}

static _Noreturn void
run_child(void (*check)(void *arg), void *arg, unsigned seconds)
{
	(void)setpgid(0, 0);
	(void)signal(SIGINT, SIG_DFL);
	silence();
	limit(seconds);
	crash_watch();
	guard_open();
	check(arg);
	finding->may_end = true;
	_exit(0);
}

/* How long a process has computed, in milliseconds. */
static int64_t
computed(pid_t pid)
{
	struct timespec used = { 0 };
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) == 0)
		(void)clock_gettime(clock, &used);
	return (int64_t)used.tv_sec * 1000 + used.tv_nsec / 1000000;
}

/* How long a step of the child's computes. */
struct step {
	unsigned number;
	int64_t since; /* what the child had computed when it began */
};

/* End a child whose step computes longer than that, as a timer would. */
static void
end_long_step(struct step *step, pid_t pid, int64_t used, unsigned seconds)
{
	if (finding->steps != step->number)
		*step = (struct step){ finding->steps, used };
	else if (used - step->since >= (int64_t)seconds * 1000)
		(void)kill(pid, SIGPROF);
}

/*
 * Wait for its end; false where it waited five times as long as a step may
 * compute, for anything but the processor: a process that computes gets a
 * sixtieth of one on the busiest machine, and one that waits gets less.
 */
static bool
wait_for(pid_t pid, unsigned seconds, int *how)
{
	const int64_t end = clock_ms() + (int64_t)seconds * WAITS * 1000;
	struct timespec pause = { .tv_nsec = 200 * 1000 };
	struct step step = { 0, 0 };
	int64_t used;
	pid_t ended;

	while ((ended = waitpid(pid, how, WNOHANG)) == 0 ||
	    (ended < 0 && errno == EINTR)) {
		used = computed(pid);
		if (clock_ms() >= end + 60 * used)
			return false;
		end_long_step(&step, pid, used, seconds);
		(void)nanosleep(&pause, NULL);
		if (pause.tv_nsec < 10 * 1000 * 1000)
			pause.tv_nsec *= 2;
	}
	return true;
}

static void
note_end(int how, unsigned seconds)
{
	const char *doing = finding->doing[0] == '\0' ? "while it was loaded" :
							finding->doing;
	const int signal = WIFSIGNALED(how) ? WTERMSIG(how) : 0;

	if (finding->may_end || (finding->muted && signal != SIGSYS))
		return;
	finding->muted = false;
	if (signal == SIGSYS)
		finding_fail("%s, the module made a system call with all "
			     "signals blocked, as when a thread is started: a "
			     "module starts nothing",
		    doing);
	else if (signal == SIGPROF)
		finding_fail("the module computed for %u s without an end %s: "
			     "leave each loop after a bounded number of rounds",
		    seconds, doing);
	else if (signal == SIGABRT)
		finding_fail(
		    "the module aborted the process %s, or overran an array: "
		    "return a status; the process is the host's",
		    doing);
	else if (signal != 0)
		finding_fail("the module crashed (signal %d, %s) %s", signal,
		    strsignal(signal), doing);
	else
		finding_fail("the module ended the process (exit status %d) "
			     "%s: return a status; the process is the host's",
		    WEXITSTATUS(how), doing);
}

bool
child_run(
    void (*check)(void *arg), void *arg, unsigned seconds, struct finding *to)
{
	int how = 0;
	pid_t pid;

	finding = mmap(NULL, sizeof(*finding), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (finding == MAP_FAILED)
		return false;
	(void)fflush(NULL);
	pid = fork();
	if (pid == 0)
		run_child(check, arg, seconds);
	if (pid > 0) {
		(void)setpgid(pid, pid);
		if (wait_for(pid, seconds, &how))
			note_end(how, seconds);
		else
			finding_fail("the module did not return within %u s "
				     "%s: a module waits for nothing",
			    seconds * WAITS, finding->doing);
		(void)kill(-pid, SIGKILL);
		(void)waitpid(pid, &how, 0);
	}
	if (finding->result == RESULT_NONE)
		finding->result = RESULT_PASSED;
	*to = *finding;
	(void)munmap(finding, sizeof(*finding));
	finding = NULL;
	return pid > 0;
}
