/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each request is answered by a child, which has a minute: whatever a command
 * waits for, a reader that stops, or a mistake, ends with that request.
 */
#define _GNU_SOURCE /* accept4 */
#include "gateway/page_server.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/page_state.h"
#include "lib/json_out.h"

#define HEAD_MAX 8192
#define READ_SECONDS 10
#define CHILD_SECONDS 60
#define CHILDREN_MAX 8 /* at a time */
#define HEADER "\nX-Apam-Caller: "

/* ---- Who looks ------------------------------------------------------------ */

static bool
read_number(const char **at, unsigned long *to)
{
	char *end;

	if (**at < '0' || **at > '9')
		return false;
	errno = 0;
	*to = strtoul(*at, &end, 10);
	*at = end;
	return errno == 0 && *to <= 0xffffffff;
}

bool
page_caller_read(struct page_caller *to, const char *head)
{
	const char *at = strstr(head, HEADER);
	size_t n = 0;

	if (at == NULL || strstr(at + 1, HEADER) != NULL)
		return false;
	at += strlen(HEADER);
	to->caller = (struct apam_caller){ .size = sizeof(to->caller),
		.gids = to->gids };
	if (!read_number(&at, &to->caller.uid))
		return false;
	for (; *at == ' ' && n < PAGE_GROUPS_MAX; n++) {
		at++;
		if (!read_number(&at, &to->gids[n]))
			return false;
	}
	to->caller.gid_count = n;
	return *at == '\r';
}

/* ---- One request ---------------------------------------------------------- */

/* The head, with a NUL; false where it does not come, or is too large. */
static bool
read_head(int fd, char to[HEAD_MAX])
{
	const struct timeval limit = { .tv_sec = READ_SECONDS };
	size_t n = 0;
	ssize_t got;

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	do {
		got = recv(fd, to + n, HEAD_MAX - 1 - n, 0);
		if (got <= 0)
			return false;
		n += (size_t)got;
		to[n] = '\0';
	} while (strstr(to, "\r\n\r\n") == NULL);
	return true;
}

static void
answer(FILE *to, int status, const char *text)
{
	fprintf(to,
	    "HTTP/1.0 %d %s\r\nContent-Type: application/json\r\n"
	    "Content-Length: %zu\r\n\r\n%s",
	    status, status == 200 ? "OK" : "Not OK", strlen(text), text);
	(void)fclose(to);
}

static void
serve(int fd, struct cli *cli)
{
	struct page_caller who;
	char head[HEAD_MAX], *text = NULL;
	FILE *to = fdopen(fd, "r+");
	json_t *state;

	(void)alarm(CHILD_SECONDS);
	if (to == NULL || !read_head(fd, head))
		return;
	if (!page_caller_read(&who, head)) {
		answer(to, 400, "{}\n");
		return;
	}
	state = page_state(cli, &who.caller);
	if (state != NULL)
		text = json_dumps(state, JSON_COMPACT);
	answer(to, text == NULL ? 500 : 200, text == NULL ? "{}\n" : text);
	free(text);
	json_decref(state);
}

/* ---- The socket ----------------------------------------------------------- */

int
page_server_open(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	const int n = snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	int fd;

	if (n < 0 || (size_t)n >= sizeof(at.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	(void)unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 &&
	    (bind(fd, (const struct sockaddr *)&at, sizeof(at)) != 0 ||
		listen(fd, 16) != 0)) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* In a child, which does not outlive the server. */
_Noreturn static void
serve_alone(int fd, struct cli *cli, pid_t server)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == server)
		serve(fd, cli);
	_exit(0);
}

/*
 * How many of the children still run.  Waits for one to end where there may be no
 * other beside them.
 */
static size_t
reap(size_t running)
{
	while (running > 0 &&
	    waitpid(-1, NULL, running < CHILDREN_MAX ? WNOHANG : 0) > 0)
		running--;
	return running;
}

void
page_server_run(int fd, struct cli *cli)
{
	const pid_t self = getpid();
	size_t running = 0;
	pid_t pid;
	int c;

	(void)signal(SIGPIPE, SIG_IGN);
	for (;;) {
		running = reap(running);
		c = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
		if (c < 0) {
			(void)usleep(10000); /* it may fail for a while */
			continue;
		}
		pid = fork();
		if (pid == 0)
			serve_alone(c, cli, self);
		(void)close(c);
		if (pid > 0)
			running++;
	}
}
