/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The journal is read by running journalctl(1), so that nothing is linked to
 * systemd.  The files that syslog writes have the names that distributions give
 * them.
 */
#include "lib/log_source.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define LINE_MAX_BYTES 65536

static const char *const syslogs[] = { "/var/log/auth.log.1",
	"/var/log/auth.log", "/var/log/secure", "/var/log/messages" };

static void
note_tried(struct log_to *to, const char *what, const char *why)
{
	const size_t n = strlen(to->tried);

	snprintf(to->tried + n, sizeof(to->tried) - n, "%s%s %s",
	    n == 0 ? "" : ", ", what, why);
}

static void
take_record(struct log_to *to, json_t *record)
{
	if (record != NULL)
		to->each(to->arg, record);
}

/* Read line by line; a line that is too long is skipped. */
static size_t
each_line(FILE *from, struct log_to *to,
    json_t *(*read)(const char *line, int64_t now))
{
	char line[LINE_MAX_BYTES];
	bool whole = true;
	size_t n, lines = 0;

	while (fgets(line, LINE_MAX_BYTES, from) != NULL) {
		n = strcspn(line, "\n");
		if (whole && line[n] == '\n') {
			line[n] = '\0';
			take_record(to, read(line, to->now));
			lines++;
		}
		whole = line[n] == '\0' && strlen(line) < LINE_MAX_BYTES - 1;
	}
	return lines;
}

/* ---- The journal ---------------------------------------------------------- */

static json_t *
read_journal(const char *line, int64_t now)
{
	(void)now;
	return log_record_journal(line);
}

static int
start_program(char *const *argv, const int ends[2], pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	int error = posix_spawn_file_actions_init(&actions);

	if (error != 0)
		return error;
	error = posix_spawn_file_actions_adddup2(
	    &actions, ends[1], STDOUT_FILENO);
	if (error == 0)
		error = posix_spawn_file_actions_addopen(
		    &actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	if (error == 0)
		error = posix_spawnp(
		    pid, argv[0], &actions, NULL, argv, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	return error;
}

/* Start a program; returns its standard output, or NULL. */
static FILE *
open_program(char *const *argv, pid_t *pid)
{
	FILE *from = NULL;
	int ends[2];

	if (pipe(ends) != 0)
		return NULL;
	(void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	if (start_program(argv, ends, pid) == 0)
		from = fdopen(ends[0], "r");
	if (from == NULL)
		close(ends[0]);
	close(ends[1]);
	return from;
}

/* Read the machine's journal, or a file; returns the number of lines. */
static size_t
journal(const char *file, struct log_to *to)
{
	char name[] = "journalctl", quiet[] = "-q", plain[] = "--no-pager";
	char json[] = "--output=json", tag[] = "--identifier=apam";
	char since[40], until[40], named[4200];
	char *argv[] = { name, quiet, plain, json, tag, since, until,
		file == NULL ? NULL : named, NULL };
	size_t lines;
	pid_t pid;
	FILE *from;

	snprintf(since, sizeof(since), "--since=@%lld", (long long)to->since);
	snprintf(until, sizeof(until), "--until=@%lld", (long long)to->until);
	snprintf(named, sizeof(named), "--file=%s", file == NULL ? "" : file);
	from = open_program(argv, &pid);
	if (from == NULL) {
		note_tried(to, "journalctl", "cannot be run");
		return 0;
	}
	lines = each_line(from, to, read_journal);
	fclose(from);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (lines == 0)
		note_tried(to, "journalctl", "shows nothing of apam");
	return lines;
}

/* ---- Files ---------------------------------------------------------------- */

static bool
text_file(const char *name, struct log_to *to)
{
	const bool is_stdin = strcmp(name, "-") == 0;
	FILE *from = is_stdin ? stdin : fopen(name, "re");

	if (from == NULL) {
		note_tried(to, name,
		    errno == ENOENT     ? "does not exist" :
			errno == EACCES ? "may not be read by this user" :
			errno == ENOMEM ? "cannot be read: out of memory" :
					  "cannot be read");
		return false;
	}
	(void)each_line(from, to, log_record_any);
	if (!is_stdin)
		fclose(from);
	return true;
}

static bool
add_line(void *arg, const struct apam_audit_info *info)
{
	take_record(arg, log_record_file(info->line, info->uid));
	return true;
}

static bool
ends_in(const char *text, const char *end)
{
	const size_t n = strlen(text), m = strlen(end);

	return n > m && strcmp(text + n - m, end) == 0;
}

/* ---- Places that are not for this user ------------------------------------ */

static bool
is_refused(const char *pattern)
{
	glob_t found;
	bool refused = false;

	if (glob(pattern, GLOB_NOSORT, NULL, &found) != 0)
		return false;
	for (size_t i = 0; i < found.gl_pathc && !refused; i++)
		refused = access(found.gl_pathv[i], R_OK) != 0 &&
		    errno == EACCES;
	globfree(&found);
	return refused;
}

/* `users` is the directory where each user's audit.log is in one of its own. */
static bool
any_refused(const char *users)
{
	char each[PATH_MAX + sizeof("/*")];
	bool refused = is_refused("/var/log/journal/*/system.journal") ||
	    is_refused("/run/log/journal/*/system.journal");

	for (size_t i = 0; i < sizeof(syslogs) / sizeof(syslogs[0]); i++)
		refused = refused || is_refused(syslogs[i]);
	(void)snprintf(each, sizeof(each), "%s/*", users);
	return refused || is_refused(each) || is_refused(users);
}

bool
log_sources(struct cli *cli, const char *file, struct log_to *to)
{
	char users[PATH_MAX];

	if (file != NULL && ends_in(file, ".journal")) {
		(void)journal(file, to);
		return access(file, R_OK) == 0;
	}
	if (file != NULL)
		return text_file(file, to);
	(void)journal(NULL, to);
	for (size_t i = 0; i < sizeof(syslogs) / sizeof(syslogs[0]); i++)
		if (access(syslogs[i], F_OK) == 0)
			(void)text_file(syslogs[i], to);
	snprintf(users, sizeof(users), "%s/users",
	    apam_directory(cli->ctx, "state_dir"));
	/* A source that cannot be read is not a failure: others may serve. */
	(void)!apam_audit_lines(cli->ctx, add_line, to, NULL);
	note_tried(to, users, "holds none that this user may read");
	to->refused = any_refused(users);
	return true;
}
