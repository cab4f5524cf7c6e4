/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The agent as a process, for a project: apamd runs as a user of its own, and
 * programs of other users are its clients.  Only root can do that.
 */
#ifndef TESTS_AGENT_PROCESS_H
#define TESTS_AGENT_PROCESS_H

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "support/project.h"

#define AGENT_USER "games" /* a user that every system has */

struct agent_process {
	struct project *project;
	pid_t pid; /* 0: it does not run */
	uid_t uid;
	gid_t gid;
	char socket[96];
};

/* Give a path of the project to the agent's user. */
static inline void
agent_owns(struct agent_process *a, const char *name, mode_t mode)
{
	const char *path = project_path(a->project, name);

	ck_assert_int_eq(chown(path, a->uid, a->gid), 0);
	ck_assert_int_eq(chmod(path, mode), 0);
}

/* A secret that the agent alone can read beside root. */
static inline void
agent_secret(struct agent_process *a, const char *name, const char *text)
{
	project_secret(a->project, name, text);
	ck_assert_int_eq(chown(a->project->path, 0, a->gid), 0);
	ck_assert_int_eq(chmod(a->project->path, 0640), 0);
}

/* A built program, which is the agent: where other users find it. */
static inline void
agent_program(struct project *p, const char *built)
{
	project_copy(p, built, "agent");
	ck_assert_int_eq(chmod(p->path, 0755), 0);
}

/* A directory where the agent may write what it keeps for its user. */
static inline void
agent_state(struct agent_process *a)
{
	char command[1024], apam[512];

	project_built("apam", apam, sizeof(apam));
	(void)snprintf(command, sizeof(command),
	    "'%s' -c '%s/apam.conf' users add %s >/dev/null", apam,
	    a->project->dir, AGENT_USER);
	ck_assert_int_eq(system(command), 0);
}

/* Make a project whose programs have the agent sign; `more`: of its main file. */
static inline void
agent_make(struct agent_process *a, struct project *p, const char *more)
{
	const struct passwd *user = getpwnam(AGENT_USER);
	char text[2048];

	ck_assert_ptr_nonnull(user);
	project_make(p);
	*a = (struct agent_process){ .project = p, .uid = user->pw_uid,
		.gid = user->pw_gid };
	(void)snprintf(
	    a->socket, sizeof(a->socket), "%s/run/agent", p->dir);
	(void)snprintf(text, sizeof(text),
	    "module_dir = \"%s/modules\";\nprofile_dir = \"%s/apam.d\";\n"
	    "state_dir = \"%s/state\";\naudit = \"file\";\n"
	    "agent = \"require\";\nagent_socket = \"%s\";\n"
	    "agent_user = \"" AGENT_USER "\";\n%s",
	    p->dir, p->dir, p->dir, a->socket, more);
	project_write(p, "apam.conf", text);
	ck_assert_int_eq(chmod(p->dir, 0755), 0);
	ck_assert_int_eq(chmod(project_path(p, "modules"), 0755), 0);
	ck_assert_int_eq(chmod(project_path(p, "apam.d"), 0755), 0);
	project_directory(p, "run");
	agent_owns(a, "run", 0755);
	project_directory(p, "state");
	agent_state(a);
	ck_assert_int_eq(chmod(project_path(p, "state"), 0755), 0);
}

static inline bool
agent_answers(const struct agent_process *a)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	const int s = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	bool there;

	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s", a->socket);
	there = s >= 0 &&
	    connect(s, (const struct sockaddr *)&at, sizeof(at)) == 0;
	(void)close(s);
	return there;
}

static inline void
agent_exec(const struct agent_process *a, const char *program)
{
	char path[128], config[128], log[128];

	(void)snprintf(path, sizeof(path), "%s/%s", a->project->dir, program);
	(void)snprintf(
	    config, sizeof(config), "%s/apam.conf", a->project->dir);
	(void)snprintf(log, sizeof(log), "%s/apamd.log", a->project->dir);
	if (freopen(log, "a", stderr) == NULL ||
	    setgroups(0, NULL) != 0 || setresgid(a->gid, a->gid, a->gid) != 0 ||
	    setresuid(a->uid, a->uid, a->uid) != 0)
		_exit(126);
	(void)execl(path, program, "--config", config, "--socket", a->socket,
	    (char *)NULL);
	_exit(127);
}

/* Start it, and wait until it answers; what it says goes to apamd.log. */
static inline void
agent_start(struct agent_process *a, const char *program)
{
	a->pid = fork();
	ck_assert_int_ge(a->pid, 0);
	if (a->pid == 0)
		agent_exec(a, program);
	for (int i = 0; i < 2000 && !agent_answers(a); i++) {
		ck_assert_msg(waitpid(a->pid, NULL, WNOHANG) == 0,
		    "the agent ended: see %s/apamd.log", a->project->dir);
		(void)usleep(10000);
	}
	ck_assert_msg(agent_answers(a), "the agent does not answer");
}

/* End it; it must end in peace. */
static inline void
agent_stop(struct agent_process *a)
{
	int status = -1;

	if (a->pid == 0)
		return;
	(void)kill(a->pid, SIGTERM);
	ck_assert_int_eq(waitpid(a->pid, &status, 0), a->pid);
	a->pid = 0;
	ck_assert_msg(status == 0, "the agent ended with %#x", status);
}

static inline void
agent_remove(struct agent_process *a)
{
	agent_stop(a);
	project_remove(a->project);
}

#endif
