/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs a program that prints a secret.  It uses posix_spawn instead of fork,
 * because the host may have threads and at-fork handlers.  The program leads a
 * process group, so that the processes it started end with it.
 *
 * _GNU_SOURCE is needed for posix_spawn_file_actions_addclosefrom_np; elsewhere
 * descriptors are closed one by one.
 */
#define _GNU_SOURCE
#include "file/secret_exec.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/fork_gate.h"
#include "base/privilege.h"
#include "base/str.h"
#include "file/trust.h"

#define READ_SIZE 4096
#define VARIABLE_SIZE 600 /* bytes of "NAME=value" */
#define PAUSE_MS 5
#define END_TRIES 200

/* A command line, split, and what its program gets. */
struct command {
	char *line; /* a copy; argv points into it */
	char *argv[SECRET_EXEC_ARGS_MAX + 1];
	char home[VARIABLE_SIZE], lang[VARIABLE_SIZE];
	int timeout_ms;
	int64_t deadline; /* in clock_ms */
	pid_t pid;
	int out; /* where its standard output is read, or -1 */
};

/* ---- Command line and environment ------------------------------------- */

static enum apam_status
split_line(struct command *c, struct apam_str line, struct apam_error *err)
{
	size_t n = 0;
	char *at, *rest = NULL;

	c->line = str_dup(line);
	if (c->line == NULL)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	at = strtok_r(c->line, " ", &rest);
	for (; at != NULL && n < SECRET_EXEC_ARGS_MAX; n++) {
		c->argv[n] = at;
		at = strtok_r(NULL, " ", &rest);
	}
	if (n == 0)
		return error_set(err, APAM_E_CONFIG, "exec: names no program");
	if (at != NULL)
		return error_set(err, APAM_E_CONFIG,
		    "exec:%s has more than %d arguments", c->argv[0],
		    SECRET_EXEC_ARGS_MAX - 1);
	return APAM_OK;
}

static void
set_variable(char *to, const char *name, const char *otherwise)
{
	const char *value = trusted_getenv(name);

	if (value == NULL || strlen(name) + strlen(value) + 2 > VARIABLE_SIZE)
		value = otherwise;
	(void)snprintf(to, VARIABLE_SIZE, "%s=%s", name, value);
}

/* ---- Starting --------------------------------------------------------- */

/*
 * Move a descriptor above the standard ones, which the child gets anew: the
 * host may have started with some of them closed.
 */
static int
move_up(int fd)
{
	int moved;

	if (fd < 0 || fd > STDERR_FILENO)
		return fd;
	moved = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	(void)close(fd);
	return moved;
}

static bool
make_pipe(int ends[2])
{
	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	ends[0] = move_up(ends[0]);
	ends[1] = move_up(ends[1]);
	if (ends[0] >= 0 && ends[1] >= 0)
		return true;
	if (ends[0] >= 0)
		(void)close(ends[0]);
	if (ends[1] >= 0)
		(void)close(ends[1]);
	return false;
}

static bool
close_others(posix_spawn_file_actions_t *actions)
{
	const int first = STDERR_FILENO + 1;
#ifdef __GLIBC__
	return posix_spawn_file_actions_addclosefrom_np(actions, first) == 0;
#else
	for (int fd = first; fd < 1024; fd++) {
		if (posix_spawn_file_actions_addclose(actions, fd) != 0)
			return false;
	}
	return true;
#endif
}

static bool
set_files(posix_spawn_file_actions_t *actions, int out)
{
	return posix_spawn_file_actions_addopen(
		   actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0) == 0 &&
	    posix_spawn_file_actions_adddup2(actions, out, STDOUT_FILENO) ==
	    0 &&
	    posix_spawn_file_actions_addopen(
		actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) == 0 &&
	    close_others(actions);
}

/* A process group of its own, no signal blocked or ignored. */
static bool
set_attributes(posix_spawnattr_t *attributes)
{
	const short flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
	    POSIX_SPAWN_SETSIGDEF;
	sigset_t none, all;

	return sigemptyset(&none) == 0 && sigfillset(&all) == 0 &&
	    posix_spawnattr_setflags(attributes, flags) == 0 &&
	    posix_spawnattr_setpgroup(attributes, 0) == 0 &&
	    posix_spawnattr_setsigmask(attributes, &none) == 0 &&
	    posix_spawnattr_setsigdefault(attributes, &all) == 0;
}

static bool
spawn_program(struct command *c, int out)
{
	char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
		      "/sbin:/bin";
	char *environment[] = { path, c->home, c->lang, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	bool ok = false;

	set_variable(c->home, "HOME", "/");
	set_variable(c->lang, "LANG", "C");
	if (posix_spawn_file_actions_init(&actions) != 0)
		return false;
	if (posix_spawnattr_init(&attributes) != 0)
		goto out;
	ok = set_files(&actions, out) && set_attributes(&attributes) &&
	    posix_spawn(&c->pid, c->argv[0], &actions, &attributes, c->argv,
		environment) == 0;
	(void)posix_spawnattr_destroy(&attributes);
out:
	(void)posix_spawn_file_actions_destroy(&actions);
	return ok;
}

/*
 * Start it with a pipe, and keep the end to read from, or -1.  No fork takes
 * place meanwhile: a child of the host's would have a copy of the other end,
 * and the output would not end before the child does.
 */
static bool
spawn_with_pipe(struct command *c, int *out)
{
	bool ok = false;
	int ends[2];

	*out = -1;
	fork_defer();
	if (make_pipe(ends)) {
		*out = ends[0];
		ok = spawn_program(c, ends[1]);
		(void)close(ends[1]);
	}
	fork_permit();
	return ok;
}

static enum apam_status
start_program(struct command *c, struct apam_error *err)
{
	const bool ok = spawn_with_pipe(c, &c->out);

	if (c->out < 0)
		return error_set(err, APAM_E_SECRET,
		    "exec:%s cannot be started: no descriptors", c->argv[0]);
	if (!ok) {
		c->pid = -1;
		return error_set(err, APAM_E_SECRET,
		    "exec:%s cannot be started", c->argv[0]);
	}
	return APAM_OK;
}

/* ---- Reading and ending ----------------------------------------------- */

static enum apam_status
refuse_late(const struct command *c, struct apam_error *err)
{
	return error_set(err, APAM_E_SECRET,
	    "exec:%s did not finish in %g seconds", c->argv[0],
	    c->timeout_ms / 1000.0);
}

/* True if there is something to read, or the end was reached. */
static bool
wait_output(const struct command *c)
{
	struct pollfd pfd = { .fd = c->out, .events = POLLIN };
	int64_t left;
	int ready;

	do {
		left = c->deadline - clock_ms();
		if (left <= 0)
			return false;
		ready = poll(&pfd, 1, (int)left);
	} while (ready < 0 && errno == EINTR);
	return ready > 0;
}

static enum apam_status
read_output(const struct command *c, struct buf *to, struct apam_error *err)
{
	enum apam_status status = APAM_OK;
	char chunk[READ_SIZE];
	ssize_t n = 1;

	while (n != 0 && status == APAM_OK) {
		if (!wait_output(c)) {
			status = refuse_late(c, err);
			break;
		}
		n = read(c->out, chunk, sizeof(chunk));
		if (n > 0 && (size_t)n > to->max - to->n)
			status = error_set(err, APAM_E_SECRET,
			    "exec:%s writes more than %zu bytes", c->argv[0],
			    to->max);
		else if (n > 0)
			buf_put(to, (struct apam_str){ chunk, (size_t)n });
		else if (n < 0 && errno != EINTR)
			status = error_set(err, APAM_E_SECRET,
			    "exec:%s cannot be read", c->argv[0]);
	}
	wipe(chunk, sizeof(chunk));
	if (status == APAM_OK && to->failed)
		status = error_set(err, APAM_E_MEMORY, "out of memory");
	return status;
}

/* Wait for the end; 0 if the deadline came first, -1 if there is no child. */
static pid_t
wait_end(const struct command *c, int *how)
{
	pid_t pid = waitpid(c->pid, how, WNOHANG);

	while (pid == 0 && clock_ms() < c->deadline) {
		clock_sleep(PAUSE_MS);
		pid = waitpid(c->pid, how, WNOHANG);
	}
	return pid;
}

static enum apam_status
check_end(struct command *c, struct apam_error *err)
{
	int how = 0;
	const pid_t pid = wait_end(c, &how);

	if (pid == 0)
		return refuse_late(c, err);
	c->pid = -1;
	if (pid < 0)
		return error_set(err, APAM_E_SECRET,
		    "exec:%s ended, but its exit status is lost; does this "
		    "program ignore SIGCHLD?",
		    c->argv[0]);
	if (WIFEXITED(how) && WEXITSTATUS(how) == 0)
		return APAM_OK;
	if (WIFEXITED(how))
		return error_set(err, APAM_E_SECRET,
		    "exec:%s ended with exit status %d", c->argv[0],
		    WEXITSTATUS(how));
	return error_set(err, APAM_E_SECRET, "exec:%s was ended by signal %d",
	    c->argv[0], WTERMSIG(how));
}

/*
 * End what still runs.  A program that changed its user, as sudo does, cannot
 * be ended, and one that hangs in the kernel does not end: it is left running,
 * because the caller has waited long enough.
 */
static void
end_program(const struct command *c)
{
	if (kill(-c->pid, SIGKILL) != 0 && errno == EPERM)
		return;
	for (int i = 0; i < END_TRIES; i++) {
		if (waitpid(c->pid, NULL, WNOHANG) != 0)
			return;
		clock_sleep(PAUSE_MS);
	}
}

static void
finish_command(struct command *c)
{
	if (c->out >= 0)
		(void)close(c->out);
	if (c->pid > 0)
		end_program(c);
	free(c->line);
}

static enum apam_status
check_program(const char *path, bool user, struct apam_error *err)
{
	struct apam_error own = APAM_ERROR_INIT;
	const int fd = trust_open(path, TRUST_PROGRAM, user, &own);

	if (fd < 0)
		return error_set(err, own.status, "%s", own.text);
	(void)close(fd);
	return APAM_OK;
}

enum apam_status
secret_exec(struct apam_str command, bool user, int timeout_ms, struct buf *to,
    struct apam_error *err)
{
	struct command c = { .timeout_ms = timeout_ms, .pid = -1, .out = -1 };
	enum apam_status status;

	c.deadline = clock_ms() + timeout_ms;
	status = split_line(&c, command, err);
	if (status == APAM_OK)
		status = check_program(c.argv[0], user, err);
	if (status == APAM_OK)
		status = start_program(&c, err);
	if (status == APAM_OK)
		status = read_output(&c, to, err);
	if (status == APAM_OK)
		status = check_end(&c, err);
	finish_command(&c);
	if (status != APAM_OK)
		buf_free(to);
	return status;
}
