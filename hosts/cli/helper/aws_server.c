/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * This process becomes the program, so that whoever waits for it waits for the
 * program, and signals need no passing on.  The endpoint is not its child, which a
 * program that waits for all of its children would wait for; and it is in a
 * session of its own, so that what is typed at the terminal does not end it.
 */
#define _GNU_SOURCE /* explicit_bzero, syscall */
#include "helper/aws_server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/local_listener.h"
#include "lib/report.h"

#define PATH "/keys"
#define TOKEN_SIZE 65 /* hexadecimal, of 256 bits */

/* What an SDK would take in place of the endpoint, or of its token. */
static const char *const others[] = { "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
	"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "AWS_ACCESS_KEY_ID",
	"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE" };

static bool
make_token(char token[TOKEN_SIZE])
{
	unsigned char bytes[TOKEN_SIZE / 2];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return false;
	for (size_t i = 0; i < sizeof(bytes); i++)
		(void)snprintf(token + 2 * i, 3, "%02x", bytes[i]);
	return true;
}

/* ---- The endpoint --------------------------------------------------------- */

static const char *
status_line(int code)
{
	switch (code) {
	case STATUS_DONE:
		return "200 OK";
	case STATUS_REFUSED:
		return "403 Forbidden";
	case STATUS_TEMPORARY:
		return "503 Service Unavailable";
	default:
		return "500 Internal Server Error";
	}
}

/* What is sent; the caller frees it.  NULL: *code says why. */
static char *
make_body(const struct aws_source *source, int *code)
{
	json_t *keys, *made;
	char *text = NULL;

	*code = aws_keys_get(source, &keys);
	if (*code != STATUS_DONE)
		return NULL;
	made = aws_keys_for_container(keys);
	json_decref(keys);
	*code = STATUS_REFUSED;
	if (made == NULL)
		complain("%s: the answer has no session token, or does not "
			 "say when the keys end, which AWS's SDKs ask for: use "
			 "credential_process",
		    apam_profile_name(source->profile));
	else
		text = json_dumps(made, JSON_COMPACT);
	json_decref(made);
	if (text != NULL)
		*code = STATUS_DONE;
	return text;
}

static void
answer(struct local_listener *l, const struct aws_source *source)
{
	int code;
	char *body = make_body(source, &code);

	local_listener_answer(l, status_line(code),
	    body == NULL ? APAM_STR("{\"Code\":\"NoKeys\",\"Message\":\"apam "
				    "has no keys: the program's standard error "
				    "says why\"}\n") :
			   apam_str(body));
	if (body != NULL)
		explicit_bzero(body, strlen(body));
	free(body);
}

/* Until the program ends. */
static void
serve(struct local_listener *l, const struct aws_source *source, int program)
{
	struct pollfd fds[LOCAL_POLLS + 1] = { { program, POLLIN, 0 } };
	char url[LOCAL_URI_MAX];

	while (fds[0].revents == 0) {
		const size_t n = local_listener_polls(l, fds + 1);

		if (poll(fds, (nfds_t)n + 1, -1) < 0 && errno != EINTR)
			return;
		if (local_listener_serve(l, url, sizeof(url)))
			answer(l, source);
	}
}

/* ---- Beside the program --------------------------------------------------- */

/* The program's input and output are its own. */
static void
leave_terminal(void)
{
	const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)setsid();
	if (nothing < 0)
		return;
	(void)dup2(nothing, STDIN_FILENO);
	(void)dup2(nothing, STDOUT_FILENO);
}

/* In a child: its own child serves, and is nobody's once this one has ended. */
static void
serve_apart(
    struct local_listener *l, const struct aws_source *source, int program)
{
	const pid_t pid = fork();

	if (pid != 0)
		_exit(pid < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
	leave_terminal();
	serve(l, source, program);
	_exit(EXIT_SUCCESS);
}

/* False with errno set. */
static bool
start(struct local_listener *l, const struct aws_source *source)
{
	const int program = (int)syscall(SYS_pidfd_open, getpid(), 0);
	int how = -1;
	pid_t pid;

	if (program < 0)
		return false;
	pid = fork();
	if (pid == 0)
		serve_apart(l, source, program);
	(void)close(program);
	if (pid < 0)
		return false;
	while (waitpid(pid, &how, 0) < 0 && errno == EINTR)
		continue;
	errno = EAGAIN;
	return how == 0;
}

static bool
tell_program(const struct local_listener *l, const char *token)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		(void)unsetenv(others[i]);
	return setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", l->uri, 1) == 0 &&
	    setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", token, 1) == 0;
}

static int
become(char *const argv[])
{
	/* This program ignores it for its own files; the other must not. */
	(void)signal(SIGXFSZ, SIG_DFL);
	execvp(argv[0], argv);
	complain("%s cannot be run: %s", argv[0], strerror(errno));
	return errno == ENOENT ? 127 : 126;
}

int
aws_server_become(const struct aws_source *source, char *const argv[])
{
	struct local_listener l;
	char token[TOKEN_SIZE];
	const char *why;
	int error;

	local_listener_init(&l);
	if (!make_token(token)) {
		complain("there are no random bytes for a token");
		return STATUS_INTERNAL;
	}
	why = local_listener_open(&l, NULL, 0, &error);
	local_listener_admit(&l, PATH, token);
	if (why == NULL && start(&l, source) && tell_program(&l, token)) {
		local_listener_close(&l);
		return become(argv);
	}
	complain("keys cannot be served on 127.0.0.1: %s",
	    strerror(why == NULL ? errno : error));
	local_listener_close(&l);
	return STATUS_INTERNAL;
}
