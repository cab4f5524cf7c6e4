/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals and changed files are descriptors here, so that each is treated in its
 * turn.  Several changes in a row, as an editor makes them, are one.
 */
#define _GNU_SOURCE /* signalfd, inotify */
#include "gateway/supervise.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/command.h"
#include "lib/report.h"

#define SETTLE_MS 250 /* from the first change until it is looked at */

#define CHANGES                                                                \
	(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB)

struct state {
	const struct supervised *s;
	sigset_t before; /* what was blocked when this began */
	pid_t nginx;
	int signals, watch; /* watch: -1: nothing is watched */
	int64_t due; /* ms: when changes are looked at; 0: there are none */
	bool asked; /* SIGHUP is among them */
	int code;
};

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- Children ------------------------------------------------------------- */

/* A child, which ends by `last` where this process ends; 0 in it. */
static pid_t
start(const struct state *st, int last)
{
	const pid_t self = getpid(), pid = fork();

	if (pid != 0)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, last);
	if (getppid() != self)
		_exit(STATUS_INTERNAL);
	(void)sigprocmask(SIG_SETMASK, &st->before, NULL);
	return 0;
}

static pid_t
start_nginx(const struct state *st)
{
	const pid_t pid = start(st, SIGTERM);

	if (pid != 0)
		return pid;
	(void)execv(st->s->argv[0], st->s->argv);
	complain("%s cannot be run: %s", st->s->argv[0], strerror(errno));
	_exit(STATUS_CONFIG);
}

static void
start_beside(const struct state *st)
{
	if (st->s->beside == NULL || start(st, SIGKILL) != 0)
		return;
	st->s->beside(st->s->arg);
	_exit(STATUS_INTERNAL);
}

/* False: nginx has ended. */
static bool
reap(struct state *st)
{
	pid_t pid;
	int how;

	while ((pid = waitpid(-1, &how, WNOHANG)) > 0) {
		if (pid != st->nginx)
			continue;
		st->code = WIFEXITED(how) ? WEXITSTATUS(how) :
					    128 + WTERMSIG(how);
		return false;
	}
	return true;
}

/* ---- What happens --------------------------------------------------------- */

static void
look_later(struct state *st)
{
	if (st->due == 0)
		st->due = now_ms() + SETTLE_MS;
}

/* Until nginx has its handlers, a signal would end it. */
static void
look(struct state *st)
{
	const bool asked = st->asked;

	st->due = 0;
	if (access(st->s->ready, F_OK) != 0) {
		look_later(st);
		return;
	}
	st->asked = false;
	if (st->s->changed(st->s->arg, asked))
		(void)kill(st->nginx, SIGHUP);
}

/* False: nginx has ended. */
static bool
take_signal(struct state *st)
{
	struct signalfd_siginfo info;

	if (read(st->signals, &info, sizeof(info)) != sizeof(info))
		return true;
	if (info.ssi_signo == SIGCHLD)
		return reap(st);
	if (info.ssi_signo != SIGHUP) {
		(void)kill(st->nginx, (int)info.ssi_signo);
		return true;
	}
	st->asked = true;
	look(st);
	return true;
}

/* Which file it was is not asked: all are read. */
static void
take_changes(struct state *st)
{
	char events[4096];

	while (read(st->watch, events, sizeof(events)) > 0)
		look_later(st);
}

static int
wait_ms(const struct state *st)
{
	const int64_t left = st->due - now_ms();

	if (st->due == 0)
		return -1;
	return left < 0 ? 0 : (int)left;
}

static int
run(struct state *st)
{
	struct pollfd from[] = { { st->signals, POLLIN, 0 },
		{ st->watch, POLLIN, 0 } };

	for (;;) {
		if (poll(from, 2, wait_ms(st)) < 0 && errno != EINTR)
			return STATUS_INTERNAL;
		if ((from[1].revents & POLLIN) != 0)
			take_changes(st);
		if ((from[0].revents & POLLIN) != 0 && !take_signal(st))
			return st->code;
		if (st->due != 0 && now_ms() >= st->due)
			look(st);
	}
}

/* ---- All of it ------------------------------------------------------------ */

static const int taken[] = { SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGUSR1,
	SIGCHLD };

static bool
take_signals(struct state *st)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		sigaddset(&set, taken[i]);
	(void)sigprocmask(SIG_BLOCK, &set, &st->before);
	st->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return st->signals >= 0;
}

/* Without it, SIGHUP is how the gateway is told. */
static void
watch(struct state *st)
{
	if (st->s->directory == NULL)
		return;
	st->watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (st->watch < 0 ||
	    inotify_add_watch(st->watch, st->s->directory, CHANGES) < 0)
		complain("%s cannot be watched: %s; new profiles are served "
			 "after SIGHUP",
		    st->s->directory, strerror(errno));
}

int
supervise(const struct supervised *s)
{
	struct state st = { .s = s, .watch = -1 };

	if (!take_signals(&st)) {
		complain("signals cannot be waited for: %s", strerror(errno));
		return STATUS_INTERNAL;
	}
	watch(&st);
	start_beside(&st);
	st.nginx = start_nginx(&st);
	if (st.nginx > 0)
		return run(&st);
	complain("%s cannot be run: %s", s->argv[0], strerror(errno));
	return STATUS_INTERNAL;
}
