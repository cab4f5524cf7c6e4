/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The row of a whole process whose credential another process has acquired:
 * `share_credentials = true` with an OAuth token.
 *
 * The sandbox issues the token to a first process and ends.  The measured
 * process has no provider to ask, so it can succeed only through the shared
 * file.
 */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define PROFILE "shared"

extern char **environ;

struct sandbox {
	pid_t pid;
	int out; /* its standard output */
};

/* Start it; false if it ends before it is ready. */
static bool
sandbox_start(struct sandbox *s)
{
	static char program[256], dir[512];
	static char option[] = "--dir", life[] = "--life", seconds[] = "30";
	char *argv[] = { program, option, dir, life, seconds, NULL };
	posix_spawn_file_actions_t actions;
	char ready[16];
	int ends[2];

	(void)snprintf(program, sizeof(program), "%s/sandbox", site_build());
	(void)snprintf(dir, sizeof(dir), "%s", site_path("sandbox"));
	need(pipe(ends) == 0, "cannot make a pipe");
	need(posix_spawn_file_actions_init(&actions) == 0, "out of memory");
	(void)posix_spawn_file_actions_adddup2(
	    &actions, ends[1], STDOUT_FILENO);
	(void)posix_spawn_file_actions_addclose(&actions, ends[0]);
	need(posix_spawn(&s->pid, program, &actions, NULL, argv, environ) == 0,
	    "cannot start the sandbox");
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)close(ends[1]);
	s->out = ends[0];
	return read(s->out, ready, sizeof(ready)) > 0;
}

static void
sandbox_end(struct sandbox *s)
{
	(void)kill(s->pid, SIGTERM);
	(void)waitpid(s->pid, NULL, 0);
	(void)close(s->out);
}

/* The port of the OAuth provider, from the file of lines NAME=PORT. */
static int
sandbox_port(void)
{
	FILE *f = fopen(site_path("sandbox/ports"), "r");
	char line[128];
	int port = 0;

	need(f != NULL, "the sandbox wrote no ports");
	while (port == 0 && fgets(line, sizeof(line), f) != NULL)
		(void)sscanf(line, "SEVENSIGNAL_PORT=%d", &port);
	(void)fclose(f);
	need(port != 0, "the sandbox has no OAuth provider");
	return port;
}

/* Keep its certificates, which it removes when it ends. */
static void
keep_certificates(void)
{
	static char text[16384];
	FILE *f = fopen(site_path("sandbox/ca.pem"), "r");
	size_t n;

	need(f != NULL, "the sandbox wrote no certificates");
	n = fread(text, 1, sizeof(text) - 1, f);
	(void)fclose(f);
	text[n] = '\0';
	site_write("ca.pem", text);
}

static void
write_profile(int port)
{
	char dir[128], text[1024];

	(void)snprintf(dir, sizeof(dir), "%s", site_path(""));
	(void)snprintf(text, sizeof(text),
	    "origins = [ \"https://api.example.com\" ];\n"
	    "ca_file = \"%sca.pem\";\nshare_credentials = true;\n"
	    "auth = ( { scheme = \"oauth2-client-credentials\";\n"
	    "  token_url = \"https://127.0.0.1:%d/oauth2/token\";\n"
	    "  client_id = \"SANDBOX.CLIENT.ONE\";\n"
	    "  client_secret = \"file:%sclient\"; } );\n",
	    dir, port, dir);
	site_write("apam.d/" PROFILE ".conf", text);
	site_write("client", "not-a-secret-7signal-one");
}

/* Let one process acquire a credential, and end the provider. */
static bool
acquire_once(void)
{
	static char name[] = PROFILE;
	struct sandbox sandbox;
	double ns;
	bool ok;

	site_directory("sandbox");
	need(sandbox_start(&sandbox), "the sandbox does not start");
	keep_certificates();
	write_profile(sandbox_port());
	ok = apam_headers(name, &ns) == 0;
	sandbox_end(&sandbox);
	return ok;
}

static void
measure_shared(double (*theirs)(void *arg), struct result *result)
{
	static char name[] = PROFILE;
	static bool acquired;
	const struct work ours = { sample_apam, name };
	const struct work raw = { theirs, NULL };
	double ns;

	if (!acquired)
		need(acquire_once(), "the sandbox gives no token");
	acquired = true;
	if (apam_headers(name, &ns) == 0) {
		measure(&ours, &raw, 201, result);
		return;
	}
	result->absent = true;
	(void)snprintf(result->note, sizeof(result->note),
	    "a second process finds no shared credential");
}

void
run_process_shared(struct result *result)
{
	measure_shared(sample_empty, result);
}

void
run_process_openssl(struct result *result)
{
	measure_shared(sample_openssl, result);
}
