/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The readers of secrets: the input is what a secret's place holds.  A file, a
 * systemd credential and the environment, as far as that can have it, come to
 * the same; a program, whose start takes its time, does for short inputs.  What
 * is read is the input less one newline, plain; else there is nothing, and why
 * does not show the input.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/str.h"
#include "file/secret.h"
#include "file/secret_exec.h"
#include "fuzz.h"
#include "text/secret_oddity.h"

#define EXEC_MAX 16 /* bytes of an input that a program is run for */
#define WAIT_MS 30 /* for a program that takes too long */
#define TEN " a b c d e f g h i j"
#define MANY "/usr/bin/true" TEN TEN TEN TEN TEN TEN TEN /* arguments */

static char dir[64];

static void
leave(void)
{
	char path[96];

	(void)snprintf(path, sizeof(path), "%s/s", dir);
	(void)unlink(path);
	(void)rmdir(dir);
}

static void
begin(void)
{
	(void)snprintf(dir, sizeof(dir), "/tmp/apam-fuzz-XXXXXX");
	HOLDS(mkdtemp(dir) != NULL);
	HOLDS(setenv("CREDENTIALS_DIRECTORY", dir, 1) == 0);
	(void)unsetenv("HOME");
	(void)atexit(leave);
}

static void
put_file(struct apam_str text)
{
	char path[96];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/s", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	HOLDS(fd >= 0);
	HOLDS(text.n == 0 || write(fd, text.p, text.n) == (ssize_t)text.n);
	(void)close(fd);
}

/* What a secret of this text is; n 0: it is none. */
static struct apam_str
expected(struct apam_str text, enum secret_form form)
{
	if (form != SECRET_BINARY && text.n > 0 && text.p[text.n - 1] == '\n')
		text.n -= text.n > 1 && text.p[text.n - 2] == '\r' ? 2 : 1;
	return secret_problem(text, form) == NULL ? text : APAM_STR("");
}

static void
read_form(const char *ref, struct apam_str text, enum secret_form form)
{
	const struct secret_terms terms = { .form = form, .user = true };
	const struct apam_str wanted = expected(text, form);
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;
	struct buf secret;

	buf_init(&secret, SECRET_MAX);
	error_clear(&err);
	status = secret_ref_read(apam_str(ref), &terms, &secret, &err);
	if (status == APAM_OK) {
		HOLDS(wanted.n > 0 && str_equal(buf_view(&secret), wanted));
	} else {
		HOLDS(secret.n == 0 && err.text[0] != '\0');
		HOLDS(wanted.n == 0 || text.n > SECRET_MAX ||
		    (status == APAM_E_MEMORY && fuzz_is_starved()));
		HOLDS(!str_has_control(apam_str(err.text)));
	}
	fuzz_says(err.text);
	buf_free(&secret);
}

static void
read_one(const char *ref, struct apam_str text)
{
	read_form(ref, text, SECRET_LINE);
}

/* A program that is waited for, short of memory or not. */
static void
run_program(const char *command, struct apam_str wanted)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct buf secret;

	buf_init(&secret, SECRET_MAX);
	if (secret_exec(apam_str(command), true, 60000, &secret, &err) ==
	    APAM_OK)
		HOLDS(str_equal(buf_view(&secret), wanted));
	else
		HOLDS(secret.n == 0 && err.text[0] != '\0' &&
		    (wanted.n == 0 || fuzz_is_starved()));
	buf_free(&secret);
}

static void
read_variable(struct apam_str text)
{
	char *copy = fuzz_copy(text.p, text.n);

	if (strlen(copy) == text.n) {
		HOLDS(setenv("APAM_FUZZ_SECRET", copy, 1) == 0);
		read_one("env:APAM_FUZZ_SECRET", text);
	}
	free(copy);
}

/* A program of this text, which gives no secret in time. */
static void
read_script(const char *text)
{
	const struct secret_terms terms = { .user = true,
		.deadline = clock_ms() + WAIT_MS };
	char path[96], ref[112];
	struct apam_error err = APAM_ERROR_INIT;
	struct buf secret;

	put_file(apam_str(text));
	(void)snprintf(path, sizeof(path), "%s/s", dir);
	(void)snprintf(ref, sizeof(ref), "exec:%s", path);
	HOLDS(chmod(path, 0700) == 0);
	buf_init(&secret, SECRET_MAX);
	error_clear(&err);
	HOLDS(secret_ref_read(apam_str(ref), &terms, &secret, &err) != APAM_OK);
	HOLDS(secret.n == 0 && err.text[0] != '\0');
	buf_free(&secret);
	HOLDS(chmod(path, 0600) == 0);
}

/* A program is not run when its time is over. */
static void
read_too_late(void)
{
	const struct apam_str ref = APAM_STR("exec:/usr/bin/cat /dev/null");
	const struct secret_terms terms = { .user = true, .deadline = 1 };
	enum apam_status status;
	struct apam_error err = APAM_ERROR_INIT;
	struct buf secret;

	buf_init(&secret, SECRET_MAX);
	error_clear(&err);
	HOLDS(secret_ref_file(ref).n == 0);
	status = secret_ref_read(ref, &terms, &secret, &err);
	HOLDS(status == APAM_E_DEADLINE ||
	    (status == APAM_E_MEMORY && fuzz_is_starved()));
	buf_free(&secret);
}

/* References that lead to nothing. */
static void
read_nothing(void)
{
	static const char *const refs[] = { "env:APAM_FUZZ_NO_SUCH", "FAKE",
		"keyring:apam-fuzz-no-such-key", "credential:no-such",
		"exec:/nowhere/program", "file:/nowhere/s",
		"exec:", "exec:/usr/bin/false",
		"exec:/usr/bin/head -c 99999 /dev/zero",
		"exec:/usr/bin/env --bad", "exec:" MANY };

	HOLDS(setenv("APAM_FUZZ_SECRET", "", 1) == 0);
	for (size_t i = 0; i < sizeof(refs) / sizeof(refs[0]); i++)
		read_one(refs[i], APAM_STR(""));
	HOLDS(unsetenv("CREDENTIALS_DIRECTORY") == 0);
	read_one("credential:s", APAM_STR(""));
	run_program(" ", APAM_STR(""));
	run_program("/usr/bin/printf FAKE", APAM_STR("FAKE"));
	HOLDS(setenv("CREDENTIALS_DIRECTORY", dir, 1) == 0);
	read_too_late();
	read_script("no program\n");
	read_script("#!/bin/sh\nkill -9 $$\n");
	read_script("#!/bin/sh\nexec sleep 9\n");
	read_script("#!/bin/sh\nexec sleep 9 >&-\n");
	/* Its end is not to be seen then. */
	HOLDS(signal(SIGCHLD, SIG_IGN) != SIG_ERR);
	read_script("#!/bin/sh\nexit 1\n");
	HOLDS(signal(SIGCHLD, SIG_DFL) != SIG_ERR);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct apam_str text = { (const char *)data, size };
	char file[96], program[128];

	if (dir[0] == '\0')
		begin();
	(void)secret_oddity(text);
	put_file(text);
	(void)snprintf(file, sizeof(file), "file:%s/s", dir);
	(void)snprintf(program, sizeof(program), "exec:/usr/bin/cat %s/s", dir);
	read_one(file, text);
	read_form(file, text, SECRET_LINES);
	read_form(file, text, SECRET_BINARY);
	read_one("credential:s", text);
	read_variable(text);
	if (size == 0)
		read_nothing();
	if (size > 0 && size <= EXEC_MAX)
		read_one(program, text);
	return 0;
}
