/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs a program that prints a secret (file/program.h), and reads what that
 * prints.
 */
#define _GNU_SOURCE /* pipe2 */
#include "file/secret_exec.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/fork_gate.h"
#include "base/own_fd.h"
#include "base/str.h"
#include "file/program.h"
#include "file/trust.h"

#define READ_SIZE 4096
#define PAUSE_MS 5
#define END_TRIES 200

/* A command line, split, and how far its program is. */
struct secret_exec {
	char *line; /* a copy; argv points into it */
	char *argv[SECRET_EXEC_ARGS_MAX + 1];
	int timeout_ms;
	int64_t deadline; /* in clock_ms */
	struct program program;
	struct own_fd out; /* where its standard output is read */
	/* After a failure it is killed; its end is waited for until then. */
	int64_t gone_at; /* in clock_ms; 0: it may run */
	struct apam_error failed; /* why it was killed */
};

/* ---- Command line ----------------------------------------------------- */

static enum apam_status
split_line(struct secret_exec *x, struct apam_str line, struct apam_error *err)
{
	size_t n = 0;
	char *at, *rest = NULL;

	x->line = str_dup(line);
	if (x->line == NULL)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	at = strtok_r(x->line, " ", &rest);
	for (; at != NULL && n < SECRET_EXEC_ARGS_MAX; n++) {
		x->argv[n] = at;
		at = strtok_r(NULL, " ", &rest);
	}
	if (n == 0)
		return error_set(err, APAM_E_CONFIG, "exec: names no program");
	if (at != NULL)
		return error_set(err, APAM_E_CONFIG,
		    "exec:%s has more than %d arguments", x->argv[0],
		    SECRET_EXEC_ARGS_MAX - 1);
	return APAM_OK;
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

/*
 * Start it with a pipe, and keep the end to read from, or -1.  No fork takes
 * place meanwhile: a child of the host's would have a copy of the other end,
 * and the output would not end before the child does.
 */
static bool
spawn_with_pipe(struct secret_exec *x, int *out)
{
	bool ok = false;
	int ends[2];

	*out = -1;
	fork_defer();
	if (make_pipe(ends)) {
		*out = ends[0];
		ok = program_start(&x->program, x->argv, ends[1]);
		(void)close(ends[1]);
	}
	fork_permit();
	return ok;
}

static enum apam_status
start_program(struct secret_exec *x, struct apam_error *err)
{
	int out;
	const bool ok = spawn_with_pipe(x, &out);

	x->out = own_fd_of(out);
	if (out < 0)
		return error_set(err, APAM_E_SECRET,
		    "exec:%s cannot be started: no descriptors", x->argv[0]);
	if (ok && fcntl(out, F_SETFL, O_NONBLOCK) == 0)
		return APAM_OK;
	return error_set(
	    err, APAM_E_SECRET, "exec:%s cannot be started", x->argv[0]);
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

struct secret_exec *
secret_exec_start(
    struct apam_str command, bool user, int timeout_ms, struct apam_error *err)
{
	struct secret_exec *x = calloc(1, sizeof(*x));
	enum apam_status status;

	if (x == NULL) {
		(void)error_set(err, APAM_E_MEMORY, "out of memory");
		return NULL;
	}
	x->timeout_ms = timeout_ms;
	x->deadline = clock_ms() + timeout_ms;
	x->program = (struct program)PROGRAM_NONE;
	x->out = (struct own_fd)OWN_FD_NONE;
	error_init(&x->failed);
	status = split_line(x, command, err);
	if (status == APAM_OK)
		status = check_program(x->argv[0], user, err);
	if (status == APAM_OK)
		status = start_program(x, err);
	if (status != APAM_OK)
		secret_exec_free(&x);
	return x;
}

/* ---- Ending ----------------------------------------------------------- */

/* One that hangs in the kernel does not end, and is left, too. */
static void
end_program(struct secret_exec *x)
{
	int how;

	if (!program_kill(&x->program))
		return;
	for (int i = 0; i < END_TRIES; i++) {
		if (program_look(&x->program, &how) != PROGRAM_RUNS)
			return;
		clock_sleep(PAUSE_MS);
	}
}

void
secret_exec_free(struct secret_exec **x)
{
	struct secret_exec *old = *x;

	*x = NULL;
	if (old == NULL)
		return;
	own_fd_close(&old->out);
	end_program(old);
	program_leave(&old->program);
	free(old->line);
	free(old);
}

/* Its failure is told when it has ended. */
static enum apam_status
give_up(struct secret_exec *x)
{
	own_fd_close(&x->out);
	if (!program_kill(&x->program))
		program_leave(&x->program);
	x->gone_at = clock_ms() + END_TRIES * PAUSE_MS;
	return APAM_E_PENDING;
}

/* After it was killed: the failure, as soon as the program has ended. */
static enum apam_status
await_end(struct secret_exec *x, struct apam_error *err)
{
	int how;

	if (program_look(&x->program, &how) == PROGRAM_RUNS &&
	    clock_ms() < x->gone_at)
		return APAM_E_PENDING;
	program_leave(&x->program);
	return error_set(err, x->failed.status, "%s", x->failed.text);
}

/* ---- Going on --------------------------------------------------------- */

/* Go on waiting, unless it is too late. */
static enum apam_status
wait_on(struct secret_exec *x)
{
	if (clock_ms() < x->deadline)
		return APAM_E_PENDING;
	(void)error_set(&x->failed, APAM_E_SECRET,
	    "exec:%s did not finish in %g seconds", x->argv[0],
	    x->timeout_ms / 1000.0);
	return give_up(x);
}

/* After the end of its output: how it has ended. */
static enum apam_status
check_end(struct secret_exec *x, struct apam_error *err)
{
	int how = 0;
	const enum program_state state = program_look(&x->program, &how);

	if (state == PROGRAM_RUNS)
		return wait_on(x);
	program_leave(&x->program);
	if (state == PROGRAM_LOST)
		return error_set(err, APAM_E_SECRET,
		    "exec:%s ended, but its exit status is lost; does this "
		    "program ignore SIGCHLD?",
		    x->argv[0]);
	if (WIFEXITED(how) && WEXITSTATUS(how) == 0)
		return APAM_OK;
	if (WIFEXITED(how))
		return error_set(err, APAM_E_SECRET,
		    "exec:%s ended with exit status %d", x->argv[0],
		    WEXITSTATUS(how));
	return error_set(err, APAM_E_SECRET, "exec:%s was ended by signal %d",
	    x->argv[0], WTERMSIG(how));
}

/* Keep what was read; false, with the failure noted, if that is too much. */
static bool
take(struct secret_exec *x, struct apam_str piece, struct buf *to)
{
	if (piece.n > to->max - to->n)
		(void)error_set(&x->failed, APAM_E_SECRET,
		    "exec:%s writes more than %zu bytes", x->argv[0], to->max);
	else
		buf_put(to, piece);
	if (to->failed)
		(void)error_set(&x->failed, APAM_E_MEMORY, "out of memory");
	return x->failed.status == APAM_OK;
}

/* Read what is there.  PENDING: all of that; OK: the output has ended. */
static enum apam_status
read_output(struct secret_exec *x, struct buf *to)
{
	char chunk[READ_SIZE];
	bool fits = true;
	ssize_t n;

	/* What the host has opened in its place is not read. */
	if (!secret_exec_is_ours(x))
		own_fd_close(&x->out);
	do {
		n = read(x->out.fd, chunk, sizeof(chunk));
		if (n > 0)
			fits = take(
			    x, (struct apam_str){ chunk, (size_t)n }, to);
	} while ((n > 0 && fits) || (n < 0 && errno == EINTR));
	wipe(chunk, sizeof(chunk));
	if (n == 0)
		return APAM_OK;
	if (fits && (errno == EAGAIN || errno == EWOULDBLOCK))
		return wait_on(x);
	if (fits)
		(void)error_set(&x->failed, APAM_E_SECRET,
		    "exec:%s cannot be read", x->argv[0]);
	return give_up(x);
}

static enum apam_status
go_on(struct secret_exec *x, struct buf *to, struct apam_error *err)
{
	if (x->gone_at == 0 && x->out.fd >= 0 && read_output(x, to) == APAM_OK)
		own_fd_close(&x->out);
	if (x->gone_at != 0)
		return await_end(x, err);
	return x->out.fd >= 0 ? APAM_E_PENDING : check_end(x, err);
}

enum apam_status
secret_exec_go_on(struct secret_exec *x, struct buf *to, struct apam_error *err)
{
	enum apam_status status = go_on(x, to, err);

	/* It may have been given up just now, and be gone. */
	if (status == APAM_E_PENDING && x->gone_at != 0)
		status = await_end(x, err);
	if (status != APAM_OK && status != APAM_E_PENDING)
		buf_free(to);
	return status;
}

int
secret_exec_fd(const struct secret_exec *x)
{
	return x->out.fd;
}

bool
secret_exec_is_ours(const struct secret_exec *x)
{
	return x->out.fd < 0 || own_fd_is_ours(&x->out);
}

int64_t
secret_exec_due(const struct secret_exec *x)
{
	return x->out.fd >= 0 ? x->deadline : clock_ms() + PAUSE_MS;
}

/* ---- One that is waited for ------------------------------------------- */

void
secret_exec_wait(const struct secret_exec *x)
{
	struct pollfd pfd = { .fd = secret_exec_fd(x), .events = POLLIN };
	const int64_t left = secret_exec_due(x) - clock_ms();

	(void)poll(&pfd, 1, left < 0 ? 0 : (int)left);
}

enum apam_status
secret_exec(struct apam_str command, bool user, int timeout_ms, struct buf *to,
    struct apam_error *err)
{
	struct secret_exec *x = secret_exec_start(
	    command, user, timeout_ms, err);
	enum apam_status status = APAM_E_PENDING;

	if (x == NULL)
		return err == NULL ? APAM_E_SECRET : err->status;
	while (status == APAM_E_PENDING) {
		secret_exec_wait(x);
		status = secret_exec_go_on(x, to, err);
	}
	secret_exec_free(&x);
	return status;
}
