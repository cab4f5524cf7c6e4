/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sandbox --dir DIR [--life SECONDS] [--stdin]
 * Four fake providers on loopback, for the demo, the tests and authors of
 * modules. It writes DIR/ca.pem and DIR/ports, says "ready", and takes both
 * away again when it ends: on SIGTERM or SIGINT, after its life, or with
 * --stdin when the parent goes away. See README.md.
 */
#include "certs.h"
#include "keys.h"
#include "parking.h"
#include "server.h"
#include "switches.h"
#include "tokens.h"

#include <getopt.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

#define PATH_BYTES 4096
#define DEFAULT_LIFE 600
#define STOP_SECONDS 5

struct options {
	const char *dir;
	long life;
	bool watch_stdin;
};

static volatile sig_atomic_t stopping;

static struct listener listeners[] = {
	{ SEVENSIGNAL, sevensignal_answer, NULL, 0 },
	{ XYSENSE, xysense_answer, NULL, 0 },
	{ SEED, seed_answer, NULL, 0 },
	{ CONTROL, control_answer, NULL, 0 },
	{ APIKEY, apikey_answer, NULL, 0 },
	{ SESSION, sessions_answer, NULL, 0 },
};

#define LISTENERS (sizeof(listeners) / sizeof(listeners[0]))

static void
stop(int signal)
{
	(void)signal;
	stopping = 1;
}

static bool
parse_options(int argc, char **argv, struct options *options)
{
	static const struct option known[] = {
		{ "dir", required_argument, NULL, 'd' },
		{ "life", required_argument, NULL, 'l' },
		{ "stdin", no_argument, NULL, 's' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	options->life = DEFAULT_LIFE;
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (option == 'd')
			options->dir = optarg;
		else if (option == 'l')
			options->life = strtol(optarg, NULL, 10);
		else if (option == 's')
			options->watch_stdin = true;
		else
			return false;
	}
	return options->dir && options->life > 0 && optind == argc;
}

/* Signals reach the main thread alone, and only while it waits. */
static void
set_signals(sigset_t *waiting)
{
	struct sigaction action = { .sa_handler = stop };
	sigset_t both;

	sigemptyset(&both);
	sigaddset(&both, SIGTERM);
	sigaddset(&both, SIGINT);
	pthread_sigmask(SIG_BLOCK, &both, waiting);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	sigdelset(waiting, SIGTERM);
	sigdelset(waiting, SIGINT);
	action.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &action, NULL);
}

static void
raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static void
join(char *path, const char *dir, const char *name)
{
	snprintf(path, PATH_BYTES, "%s/%s", dir, name);
}

/* Writes DIR/NAME whole or not at all: a reader never sees half of it. */
static bool
write_file(const char *dir, const char *name, const char *text)
{
	char path[PATH_BYTES], temporary[PATH_BYTES], draft[64];
	FILE *file;
	bool ok;

	snprintf(draft, sizeof(draft), ".%s.new", name);
	join(temporary, dir, draft);
	join(path, dir, name);
	file = fopen(temporary, "w");
	if (!file)
		return false;
	ok = fputs(text, file) >= 0;
	ok = fclose(file) == 0 && ok;
	if (ok && rename(temporary, path) == 0)
		return true;
	unlink(temporary);
	return false;
}

static bool
write_ports(const char *dir)
{
	char text[256];

	snprintf(text, sizeof(text),
	    "SEVENSIGNAL_PORT=%u\nXYSENSE_PORT=%u\nSEED_PORT=%u\n"
	    "CONTROL_PORT=%u\nAPIKEY_PORT=%u\nSESSION_PORT=%u\n",
	    listeners[0].port, listeners[1].port, listeners[2].port,
	    listeners[3].port, listeners[4].port, listeners[5].port);
	return write_file(dir, "ports", text);
}

static void
remove_files(const char *dir)
{
	char path[PATH_BYTES];

	join(path, dir, "ports");
	unlink(path);
	join(path, dir, "ca.pem");
	unlink(path);
}

/* What failed, or NULL. */
static const char *
start(const char *dir, const struct certs *certs)
{
	keys_reset();
	switches_reset();
	if (!tokens_init())
		return "no random bytes";
	if (!parking_open())
		return "cannot start the timer thread";
	for (size_t i = 0; i < LISTENERS; i++) {
		if (!listener_open(&listeners[i], certs))
			return "cannot listen on a loopback port";
	}
	if (!write_file(dir, "ca.pem", certs->ca) || !write_ports(dir))
		return "cannot write into the directory";
	return NULL;
}

static time_t
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* Whether standard input has come to its end. */
static bool
parent_gone(void)
{
	char scrap[256];

	return read(STDIN_FILENO, scrap, sizeof(scrap)) <= 0;
}

static void
wait_for_end(const struct options *options, const sigset_t *waiting)
{
	time_t end = seconds() + options->life;

	while (!stopping && seconds() < end) {
		struct timespec left = { end - seconds(), 0 };
		fd_set set;

		FD_ZERO(&set);
		FD_SET(STDIN_FILENO, &set);
		if (pselect(1, options->watch_stdin ? &set : NULL, NULL, NULL,
			&left, waiting) > 0 &&
		    parent_gone())
			return;
	}
}

static void
finish(const char *dir)
{
	alarm(STOP_SECONDS); /* never left behind, whatever hangs */
	remove_files(dir);
	parking_close();
	for (size_t i = 0; i < LISTENERS; i++)
		listener_close(&listeners[i]);
}

int
main(int argc, char **argv)
{
	struct options options = { NULL, 0, false };
	struct certs certs;
	const char *wrong;
	sigset_t waiting;

	if (!parse_options(argc, argv, &options)) {
		fputs("usage: sandbox --dir DIR [--life SECONDS] [--stdin]\n",
		    stderr);
		return 2;
	}
	set_signals(&waiting);
	raise_file_limit();
	if (MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES ||
	    !certs_make(&certs)) {
		fputs("sandbox: no TLS\n", stderr);
		return 1;
	}
	wrong = start(options.dir, &certs);
	if (!wrong && puts("ready") >= 0 && fflush(stdout) == 0)
		wait_for_end(&options, &waiting);
	finish(options.dir);
	certs_clear(&certs);
	if (wrong)
		fprintf(stderr, "sandbox: %s\n", wrong);
	return wrong ? 1 : 0;
}
