/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sandbox as a child of the test program: it is started once before the
 * tests, reset before each, and ends when the pipe to its standard input is
 * closed.
 */
#ifndef TESTS_SANDBOX_CHILD_H
#define TESTS_SANDBOX_CHILD_H

#include <curl/curl.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include "support/project.h"

extern char **environ;

struct sandbox {
	char dir[128];
	pid_t pid;
	int in, out; /* our ends of its standard input and output */
	char answer[1 << 20]; /* filled by sandbox_ask */
	size_t size;
};

/* The port of a listener: "SEVENSIGNAL", "XYSENSE", "SEED" or "CONTROL". */
static inline int
sandbox_port(const struct sandbox *s, const char *name)
{
	char path[256], line[128];
	size_t n = strlen(name);
	int port = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/ports", s->dir);
	f = fopen(path, "r");
	ck_assert_ptr_nonnull(f);
	while (port == 0 && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, name, n) == 0 &&
		    strncmp(line + n, "_PORT=", 6) == 0)
			port = (int)strtol(line + n + 6, NULL, 10);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_gt(port, 0);
	return port;
}

/* Start it with its files in `dir`, which must exist. */
static inline void
sandbox_start(struct sandbox *s, const char *dir)
{
	static char program[512], option[] = "--dir", held[] = "--stdin";
	char *argv[] = { program, option, s->dir, held, NULL };
	posix_spawn_file_actions_t actions;
	int in[2], out[2];
	char ready[6];

	project_built("sandbox", program, sizeof(program));
	(void)snprintf(s->dir, sizeof(s->dir), "%s", dir);
	ck_assert_int_eq(pipe(in), 0);
	ck_assert_int_eq(pipe(out), 0);
	ck_assert_int_eq(fcntl(in[1], F_SETFD, FD_CLOEXEC), 0);
	ck_assert_int_eq(fcntl(out[0], F_SETFD, FD_CLOEXEC), 0);
	ck_assert_int_eq(posix_spawn_file_actions_init(&actions), 0);
	(void)posix_spawn_file_actions_adddup2(&actions, in[0], 0);
	(void)posix_spawn_file_actions_adddup2(&actions, out[1], 1);
	ck_assert_int_eq(
	    posix_spawn(&s->pid, program, &actions, NULL, argv, environ), 0);
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)close(in[0]);
	(void)close(out[1]);
	s->in = in[1];
	s->out = out[0];
	ck_assert_int_eq(read(s->out, ready, sizeof(ready)), sizeof(ready));
}

static inline void
sandbox_end(struct sandbox *s)
{
	(void)close(s->in);
	(void)waitpid(s->pid, NULL, 0);
	(void)close(s->out);
}

static inline size_t
sandbox_take(char *p, size_t one, size_t n, void *arg)
{
	struct sandbox *s = arg;

	if (one * n >= sizeof(s->answer) - s->size)
		return 0;
	memcpy(s->answer + s->size, p, one * n);
	s->size += one * n;
	s->answer[s->size] = '\0';
	return one * n;
}

/* Send a command to the control port; the answer is in s->answer. */
static inline void
sandbox_ask(struct sandbox *s, const char *method, const char *what)
{
	CURL *easy = curl_easy_init();
	char url[1024];
	long status = 0;

	ck_assert_ptr_nonnull(easy);
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%d%s",
	    sandbox_port(s, "CONTROL"), what);
	s->size = 0;
	s->answer[0] = '\0';
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 10000L);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, sandbox_take);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, s);
	ck_assert_int_eq(curl_easy_perform(easy), CURLE_OK);
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	ck_assert_msg(status == 200, "%s: %ld %s", what, status, s->answer);
	curl_easy_cleanup(easy);
}

static inline void
sandbox_control(struct sandbox *s, const char *what)
{
	sandbox_ask(s, "POST", what);
}

/* How often a text occurs in the log of a provider's requests. */
static inline int
sandbox_seen(struct sandbox *s, const char *provider, const char *text)
{
	char what[64];
	int n = 0;

	(void)snprintf(what, sizeof(what), "/log?provider=%s", provider);
	sandbox_ask(s, "GET", what);
	for (const char *p = s->answer; (p = strstr(p, text)) != NULL; p++)
		n++;
	return n;
}

#endif
