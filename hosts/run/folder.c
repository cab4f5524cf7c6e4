/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE /* pipe2 */
#include "run/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define DESCRIPTORS 8
#define PARENT_MAX 40 /* bytes of $XDG_RUNTIME_DIR */

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)st;
	(void)kind;
	(void)where;
	(void)remove(path);
	return 0;
}

/* The remover: no terminal's signal ends it before its work is done. */
static void
wait_and_remove(const char *path, int held)
{
	const int signals[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGPIPE };
	char byte;

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		(void)signal(signals[i], SIG_IGN);
	(void)setsid();
	while (read(held, &byte, 1) < 0 && errno == EINTR)
		continue;
	(void)nftw(path, remove_one, DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
}

/* Those of the caller would be held open by it for as long as it waits. */
static void
close_others(int held)
{
	const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = 0; fd < 3 && nothing >= 0; fd++)
		(void)dup2(nothing, fd);
	if (dup2(held, 3) == 3)
		(void)close_range(4, ~0U, 0);
}

static bool
start_remover(struct folder *folder)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	folder->remover = fork();
	if (folder->remover == 0) {
		(void)close(ends[1]);
		close_others(ends[0]);
		wait_and_remove(folder->path, 3);
		_exit(0);
	}
	(void)close(ends[0]);
	folder->held = ends[1];
	return folder->remover > 0;
}

/* Without what separates or quotes in nginx's file and in lists of options. */
static bool
is_plain(const char *path)
{
	return path[strspn(path,
		   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		   "0123456789/._-+@")] == '\0';
}

/* A directory in which nobody else but root can put one file in another's place. */
static bool
is_kept(const char *directory)
{
	struct stat st;

	return lstat(directory, &st) == 0 && S_ISDIR(st.st_mode) &&
	    (st.st_uid == 0 || st.st_uid == geteuid()) &&
	    ((st.st_mode & 022) == 0 || (st.st_mode & S_ISVTX) != 0);
}

/*
 * The same of all directories above it, too.  Programs read files there, and run
 * some; and the variable may still be that of the user who became this one, as
 * after su(1).
 */
static bool
is_safe(const char *path)
{
	char above[PARENT_MAX + 1];

	for (size_t n = 1; n <= strlen(path); n++) {
		if (path[n] != '/' && path[n] != '\0')
			continue;
		snprintf(above, sizeof(above), "%.*s", (int)n, path);
		if (!is_kept(above))
			return false;
	}
	return is_kept("/");
}

/* $XDG_RUNTIME_DIR, or where everybody may make directories. */
static const char *
where_to(void)
{
	const char *named = getenv("XDG_RUNTIME_DIR");

	return named != NULL && named[0] == '/' &&
		strlen(named) <= PARENT_MAX && is_plain(named) &&
		is_safe(named) && access(named, W_OK | X_OK) == 0 ?
	    named :
	    "/tmp";
}

bool
folder_make(struct folder *folder)
{
	folder->held = -1;
	snprintf(folder->path, sizeof(folder->path), "%s/apam-run-XXXXXX",
	    where_to());
	if (mkdtemp(folder->path) == NULL)
		return false;
	if (start_remover(folder))
		return true;
	(void)rmdir(folder->path);
	return false;
}

void
folder_remove(struct folder *folder)
{
	if (folder->held < 0)
		return;
	(void)close(folder->held);
	folder->held = -1;
	while (waitpid(folder->remover, NULL, 0) < 0 && errno == EINTR)
		continue;
}
