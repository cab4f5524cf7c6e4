/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Groups of processes, cgroups(7), as systemd makes them for services: only
 * root can, and only where the tree of version 2 is mounted and may be written.
 */
#ifndef TESTS_CGROUP_H
#define TESTS_CGROUP_H

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <check.h>

/* Where the tree is, with a '/' at its end; NULL without one. */
static inline const char *
cgroup_tree(void)
{
	static const char *const places[] = { "/sys/fs/cgroup/unified/",
		"/sys/fs/cgroup/" };
	struct statfs is;

	for (int i = 0; i < 2; i++)
		if (statfs(places[i], &is) == 0 && is.f_type == 0x63677270)
			return places[i];
	return NULL;
}

static inline void
cgroup_path(char *to, size_t size, const char *group, const char *file)
{
	(void)snprintf(to, size, "%s%s%s", cgroup_tree(), group, file);
}

/* Make "a.slice/b.service" with what it is in.  False: not possible here. */
static inline bool
cgroup_make(const char *group)
{
	char path[512];
	size_t start;

	if (geteuid() != 0 || cgroup_tree() == NULL)
		return false;
	start = strlen(cgroup_tree());
	cgroup_path(path, sizeof(path), group, "/");
	for (char *p = path + start; (p = strchr(p, '/')) != NULL; *p++ = '/') {
		*p = '\0';
		if (mkdir(path, 0755) != 0 && errno != EEXIST)
			return false;
	}
	return true;
}

/* Remove it, and what it is in as far as that is empty. */
static inline void
cgroup_remove(const char *group)
{
	char path[512];
	char *end;
	size_t start;

	if (geteuid() != 0 || cgroup_tree() == NULL)
		return;
	start = strlen(cgroup_tree());
	cgroup_path(path, sizeof(path), group, "");
	for (int i = 0; i < 200 && rmdir(path) != 0 && errno == EBUSY; i++)
		(void)usleep(10000);
	while ((end = strrchr(path + start, '/')) != NULL) {
		*end = '\0';
		if (rmdir(path) != 0)
			return;
	}
}

/* Put a process into it; 0: this one. */
static inline bool
cgroup_put(const char *group, pid_t pid)
{
	char path[512];
	FILE *file;
	bool done;

	cgroup_path(path, sizeof(path), group, "/cgroup.procs");
	file = fopen(path, "we");
	if (file == NULL)
		return false;
	done = fprintf(file, "%ld\n", (long)pid) > 0;
	return fclose(file) == 0 && done;
}

/* A name with this process's number for the '#': tests run side by side. */
static inline void
cgroup_name(char *to, size_t size, const char *with)
{
	const char *at = strchr(with, '#');
	const int n = (int)(at == NULL ? strlen(with) : (size_t)(at - with));

	if (at == NULL)
		(void)snprintf(to, size, "%s", with);
	else
		(void)snprintf(to, size, "%.*s%ld%s", n, with, (long)getpid(),
		    at + 1);
}

#endif
