/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam-run, which `apam run` becomes: a program that signs nothing itself runs
 * with a proxy that signs for it.
 *
 *	program -- CONNECT --> front --> gate (nginx) --> the API
 *			         `-----------------------> everything else
 *
 * It is called as:
 *	apam-run [-v] [-c FILE] [-p PROFILE ...] -- PROGRAM [ARGUMENT ...]
 */
#define _GNU_SOURCE /* setenv */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/authority.h"
#include "run/child.h"
#include "run/environment.h"
#include "run/folder.h"
#include "run/front.h"
#include "run/gate.h"
#include "run/no_proxy.h"
#include "run/say.h"
#include "run/variable.h"

#define PROFILES_MAX 64

struct run {
	const char *config;
	char *profiles[PROFILES_MAX]; /* in argv */
	size_t profile_count;
	bool verbose;
	char **program;

	struct apam *ctx;
	struct sites sites;
	struct authority *authorities;
	const char **pems; /* of them */
	struct folder folder;
	struct gate gate;
	struct front front;
};

/* ---- Arguments ----------------------------------------------------------- */

/* The command `apam run` has checked them. */
static bool
read_arguments(struct run *run, char **argv)
{
	/* nginx is not told by its environment. */
	run->config = getenv("APAM_CONFIG");
	run->verbose = argv[1] != NULL && strcmp(argv[1], "-v") == 0;
	argv += run->verbose;
	for (argv++; *argv != NULL && strcmp(*argv, "--") != 0; argv += 2) {
		if (argv[1] == NULL)
			return false;
		if (strcmp(*argv, "-c") == 0)
			run->config = argv[1];
		else if (strcmp(*argv, "-p") == 0 &&
		    run->profile_count < PROFILES_MAX)
			run->profiles[run->profile_count++] = argv[1];
		else
			return false;
	}
	if (*argv == NULL || argv[1] == NULL)
		return false;
	run->program = argv + 1;
	return true;
}

static int
open_context(struct run *run)
{
	struct apam_open_options options = { .size = sizeof(options),
		.config = run->config };
	struct apam_error err = APAM_ERROR_INIT;

	if (run->config != NULL && geteuid() != 0)
		options.flags |= APAM_OPEN_USER;
	if (apam_open(&options, &run->ctx, &err) == APAM_OK)
		return 0;
	say("%s%s%s", err.file, err.file[0] == '\0' ? "" : ": ", err.text);
	return SAY_CONFIG;
}

/* ---- Setting up ---------------------------------------------------------- */

static bool
make_authorities(struct run *run)
{
	const size_t count = run->sites.count;

	run->authorities = calloc(count, sizeof(*run->authorities));
	run->pems = calloc(count, sizeof(*run->pems));
	if (run->authorities == NULL || run->pems == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!authority_make(
			&run->authorities[i], run->sites.all[i].host))
			return false;
		run->pems[i] = run->authorities[i].ca;
	}
	return true;
}

static bool
goes_direct(const void *arg, const char *host)
{
	return no_proxy_has(arg, host);
}

static bool
start_front(struct run *run)
{
	const char *proxy = variable_either("https_proxy", "HTTPS_PROXY");

	run->front.sites = &run->sites;
	run->front.sockets = (const char *const *)run->gate.sockets;
	run->front.goes_direct = goes_direct;
	run->front.arg = strdup(variable_either("no_proxy", "NO_PROXY"));
	if (!dial_proxy_read(proxy, &run->front.proxy)) {
		say("https_proxy is not an http:// proxy, and no other kind can "
		    "be passed on to: unset it");
		return false;
	}
	if (run->front.arg != NULL && front_open(&run->front) &&
	    front_start(&run->front))
		return true;
	say("there is no port for the proxy: %s", strerror(errno));
	return false;
}

static bool
set_up(struct run *run)
{
	if (!make_authorities(run)) {
		say("OpenSSL makes no certificates");
		return false;
	}
	if (!folder_make(&run->folder)) {
		say("no directory can be made for the gateway's sockets: %s",
		    strerror(errno));
		return false;
	}
	run->gate.sites = &run->sites;
	run->gate.authorities = run->authorities;
	run->gate.config = run->config;
	if (!gate_start(&run->gate, &run->folder))
		return false;
	/* The gateway alone has the keys from now on. */
	for (size_t i = 0; i < run->sites.count; i++)
		authority_forget_key(&run->authorities[i]);
	return start_front(run) &&
	    environment_set(
		&(struct told){ &run->front, run->pems, run->folder.path });
}

/* ---- Running ------------------------------------------------------------- */

/* End as the program has ended. */
static int
end_like(int status)
{
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	(void)signal(WTERMSIG(status), SIG_DFL);
	(void)raise(WTERMSIG(status));
	return 128 + WTERMSIG(status);
}

static int
run_program(struct run *run)
{
	const pid_t pid = child_start(run->program);
	const int error = errno;
	int status;

	if (pid < 0) {
		say("%s cannot be run: %s", run->program[0], strerror(error));
		return error == ENOENT ? 127 : 126;
	}
	status = child_wait(pid, run->gate.pid);
	gate_free(&run->gate);
	folder_remove(&run->folder);
	return end_like(status);
}

int
main(int argc, char **argv)
{
	struct run run = { .folder.held = -1, .gate.pid = -1 };
	int code;

	(void)argc;
	if (!read_arguments(&run, argv)) {
		say("apam-run is for `apam run`");
		return SAY_USAGE;
	}
	child_begin();
	code = open_context(&run);
	if (code == 0)
		code = sites_collect(&run.sites, run.ctx,
		    &(struct wanted){
			run.profiles, run.profile_count, run.verbose });
	apam_close(&run.ctx);
	if (code == 0 && !set_up(&run))
		code = SAY_CONFIG;
	if (code == 0)
		code = run_program(&run);
	gate_free(&run.gate);
	folder_remove(&run.folder);
	return code;
}
