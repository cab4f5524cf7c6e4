/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Run a program, and kill or stop it before or after a system call:
 *
 *	halt FROM CALLS STEP HOW PROGRAM ARGUMENT...
 *
 * Steps are counted from the first call named FROM, in which there is one before
 * and one after each call: of the calls of sockets, where CALLS is "sockets", of
 * "all", or of those with that name.  STEP is the number of the step, from 0; -1: none.  HOW is "kill" or
 * "stop", as by SIGSTOP; who is to stop before a call stops after it.  Standard
 * output has a line for each thing that happens:
 * "process NUMBER" first, "step before NAME" and the like, "halted", "ended".
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define BY_CALL (SIGTRAP | 0x80) /* PTRACE_O_TRACESYSGOOD */

static const struct {
	const char *name;
	long number;
} sockets[] = {
	{ "accept4", SYS_accept4 },
	{ "connect", SYS_connect },
	{ "listen", SYS_listen },
	{ "recvfrom", SYS_recvfrom },
	{ "recvmsg", SYS_recvmsg },
	{ "sendmsg", SYS_sendmsg },
	{ "shutdown", SYS_shutdown },
};

struct halt {
	pid_t pid;
	const char *from; /* of the arguments, as the next two */
	const char *calls;
	bool stops;
	bool counts, within; /* from on; in a call */
	long step, at; /* which; the next one's number */
	char call[32]; /* the last one */
	bool is_counted; /* that */
};

static void
say(const char *what, const char *more)
{
	printf("%s%s\n", what, more);
	(void)fflush(stdout);
}

static bool
find_name(long number, char to[32])
{
	for (size_t i = 0; i < sizeof(sockets) / sizeof(sockets[0]); i++)
		if (sockets[i].number == number) {
			(void)snprintf(to, 32, "%s", sockets[i].name);
			return true;
		}
	(void)snprintf(to, 32, "%ld", number);
	return false;
}

static void
begin_call(struct halt *h)
{
	struct __ptrace_syscall_info info = { 0 };
	bool known;

	(void)ptrace(PTRACE_GET_SYSCALL_INFO, h->pid, sizeof(info), &info);
	known = find_name((long)info.entry.nr, h->call);
	h->counts = h->counts || strcmp(h->call, h->from) == 0;
	h->is_counted = h->counts &&
	    (strcmp(h->calls, "all") == 0 || strcmp(h->calls, h->call) == 0 ||
		(strcmp(h->calls, "sockets") == 0 && known));
}

/* True where it is to halt here. */
static bool
step(struct halt *h)
{
	h->within = !h->within;
	if (h->within)
		begin_call(h);
	if (!h->is_counted)
		return false;
	say(h->within ? "step before " : "step after ", h->call);
	return h->at++ == h->step;
}

/* Let it go on until the next stop; false where it has ended. */
static bool
go_on(const struct halt *h, int signal_number, int *status)
{
	if (ptrace(PTRACE_SYSCALL, h->pid, NULL, (long)signal_number) != 0 &&
	    errno != ESRCH)
		return false;
	return waitpid(h->pid, status, 0) == h->pid && WIFSTOPPED(*status);
}

static void
follow(struct halt *h)
{
	int status, with = 0;

	while (go_on(h, with, &status)) {
		with = WSTOPSIG(status);
		if (with == BY_CALL || with == SIGTRAP) /* of execv */
			with = 0;
		if (WSTOPSIG(status) != BY_CALL || !step(h))
			continue;
		if (h->stops)
			(void)kill(h->pid, SIGSTOP);
		if (h->stops)
			(void)ptrace(PTRACE_DETACH, h->pid, NULL, NULL);
		else
			(void)kill(h->pid, SIGKILL);
		say("halted", "");
		(void)waitpid(h->pid, &status, 0);
		return;
	}
}

static bool
start(struct halt *h, char **command)
{
	int status;

	h->pid = fork();
	if (h->pid == 0) {
		(void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		(void)raise(SIGSTOP);
		(void)execv(command[0], command);
		_exit(127);
	}
	return h->pid > 0 && waitpid(h->pid, &status, 0) == h->pid &&
	    WIFSTOPPED(status) &&
	    ptrace(PTRACE_SETOPTIONS, h->pid, NULL,
		PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) == 0;
}

int
main(int argc, char **argv)
{
	struct halt h = { 0 };
	char number[32];

	if (argc < 6)
		return 2;
	h.from = argv[1];
	h.calls = argv[2];
	h.step = strtol(argv[3], NULL, 10);
	h.stops = strcmp(argv[4], "stop") == 0;
	if (!start(&h, argv + 5))
		return 2;
	(void)snprintf(number, sizeof(number), "%ld", (long)h.pid);
	say("process ", number);
	follow(&h);
	say("ended", "");
	return 0;
}
