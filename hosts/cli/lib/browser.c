/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * No shell sees the URL.  The program is nobody's child when it has been
 * started, and is not ended by Ctrl-C.
 */
#include "lib/browser.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_MAX 16
#define COMMAND_MAX 1024

static bool
is_set(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0';
}

/* What this program holds back, or ignores, would stay so in another. */
static void
let_signals(void)
{
	sigset_t none;

	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGXFSZ, SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* In a child: make it a program of its own, without our terminal. */
static void
exec_browser(char **argv, int tell)
{
	const int null = open("/dev/null", O_RDWR);

	(void)setsid();
	let_signals();
	for (int fd = 0; null >= 0 && fd < 3; fd++)
		(void)dup2(null, fd);
	(void)execvp(argv[0], argv);
	(void)!write(tell, &errno, sizeof(errno));
	_exit(127);
}

/* In a child: start it, so that it is not ours to wait for. */
static void
start_apart(char **argv, int tell)
{
	const pid_t child = fork();

	if (child == 0)
		exec_browser(argv, tell);
	if (child < 0)
		(void)!write(tell, &errno, sizeof(errno));
	_exit(0);
}

/* True if the program was started. */
static bool
start(char **argv)
{
	int ends[2], failed = 0;
	ssize_t n;
	pid_t child;

	if (pipe(ends) != 0)
		return false;
	(void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	child = fork();
	if (child == 0)
		start_apart(argv, ends[1]);
	(void)close(ends[1]);
	n = child < 0 ? 1 : read(ends[0], &failed, sizeof(failed));
	(void)close(ends[0]);
	if (child > 0)
		(void)waitpid(child, NULL, 0);
	return n == 0;
}

/* Run a command of $BROWSER: words; "%s" stands for the URL. */
static bool
run(char *command, const char *url)
{
	char copy[COMMAND_MAX * 2], *argv[WORDS_MAX + 2], *place;
	bool put = false;
	size_t n = 0;

	(void)snprintf(copy, sizeof(copy), "%s", url);
	for (char *word = strtok_r(command, " ", &place);
	     word != NULL && n < WORDS_MAX;
	     word = strtok_r(NULL, " ", &place)) {
		put = put || strcmp(word, "%s") == 0;
		argv[n++] = strcmp(word, "%s") == 0 ? copy : word;
	}
	if (n == 0 || strlen(url) >= sizeof(copy))
		return false;
	if (!put)
		argv[n++] = copy;
	argv[n] = NULL;
	return start(argv);
}

bool
browser_open(const char *url)
{
	char list[COMMAND_MAX], opener[] = "xdg-open", *place;
	bool opened = false;

	if (!is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY"))
		return false;
	if (!is_set("BROWSER"))
		return geteuid() != 0 && run(opener, url);
	(void)snprintf(list, sizeof(list), "%s", getenv("BROWSER"));
	for (char *one = strtok_r(list, ":", &place); one != NULL && !opened;
	     one = strtok_r(NULL, ":", &place))
		opened = run(one, url);
	return opened;
}
