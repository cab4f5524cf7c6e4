/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each program is either a child, or the helper's: its link is then there.
 */
#include "file/program.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file/runner.h"
#include "file/spawn.h"

bool
program_start(struct program *p, char *const argv[], int out)
{
	*p = (struct program)PROGRAM_NONE;
	p->parent = getpid();
	if (runner_is_there()) {
		p->link = runner_run(argv, out);
		return p->link >= 0;
	}
	if (spawn_program(argv, out, &p->pid))
		return true;
	p->pid = -1;
	return false;
}

static enum program_state
state_of_link(int ended)
{
	if (ended == 0)
		return PROGRAM_RUNS;
	return ended > 0 ? PROGRAM_ENDED : PROGRAM_LOST;
}

enum program_state
program_look(struct program *p, int *how)
{
	pid_t ended;

	if (p->link >= 0)
		return state_of_link(runner_look(p->link, how));
	if (p->pid < 0)
		return PROGRAM_LOST;
	ended = waitpid(p->pid, how, WNOHANG);
	if (ended == 0)
		return PROGRAM_RUNS;
	p->pid = -1;
	return ended < 0 ? PROGRAM_LOST : PROGRAM_ENDED;
}

bool
program_kill(const struct program *p)
{
	if (p->parent != getpid())
		return false;
	if (p->link >= 0)
		return runner_end(p->link);
	return p->pid > 0 && (kill(-p->pid, SIGKILL) == 0 || errno != EPERM);
}

void
program_leave(struct program *p)
{
	if (p->link >= 0)
		(void)close(p->link);
	p->link = -1;
	p->pid = -1;
}
