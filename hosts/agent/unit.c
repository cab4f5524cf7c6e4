/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text of /proc/PID/cgroup, and who can write in the tree that it names.
 *
 * To move a process into a group, or to start one there, one must be able to
 * write cgroup.procs of that group and of the nearest group that has both this
 * one and the one it comes from (Linux, cgroup-v2.rst, "Delegation
 * Containment").  So all groups above the service's must be root's alone; its
 * own may be its user's (Delegate=yes), who cannot reach it from outside.
 */
#define _DEFAULT_SOURCE
#include "agent/unit.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/str.h"

#define CGROUP_MAX 4096 /* bytes */
#define TREE_MAGIC 0x63677270 /* cgroup2, statfs(2) */
#define LINE_START "0::" /* of the one line that counts */
#define OPEN_TREE (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

bool
unit_lives(int pidfd)
{
	struct pollfd process = { .fd = pidfd, .events = POLLIN };

	return poll(&process, 1, 0) == 0;
}

/* Bytes of the file; 0 where it cannot be read, or may be cut. */
static size_t
read_cgroup(pid_t pid, char text[CGROUP_MAX])
{
	char path[64];
	ssize_t n;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%ld/cgroup", (long)pid);
	fd = open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, CGROUP_MAX);
	(void)close(fd);
	return n > 0 && n < CGROUP_MAX ? (size_t)n : 0;
}

/* Where the tree is mounted: alone, or beside that of version 1. */
static int
open_tree(void)
{
	static const char *const places[] = { "/sys/fs/cgroup",
		"/sys/fs/cgroup/unified" };
	struct statfs is;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const int fd = open(places[i], OPEN_TREE);

		if (fd >= 0 && fstatfs(fd, &is) == 0 && is.f_type == TREE_MAGIC)
			return fd;
		if (fd >= 0)
			(void)close(fd);
	}
	return -1;
}

static bool
is_roots(int at, const char *name)
{
	struct stat is;

	return fstatat(at, name, &is, AT_SYMLINK_NOFOLLOW) == 0 &&
	    is.st_uid == 0 && (is.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* The root of the tree has no cgroup.procs that version 2 lets others have. */
static bool
group_is_roots(int group)
{
	return is_roots(group, ".") && is_roots(group, "cgroup.procs");
}

/*
 * True if root alone can write in all groups of `above`, "/a.slice/b.slice/":
 * those that the service's own is in.
 */
static bool
root_alone_writes(struct apam_str above)
{
	int group = open_tree(), below;
	bool alone = group >= 0 && group_is_roots(group);
	char name[UNIT_NAME_MAX + 1];

	above = str_skip(above, 1);
	while (alone && above.n > 0) {
		const size_t n = str_find(above, '/');

		alone = n > 0 && n < sizeof(name) && n < above.n;
		if (!alone)
			break;
		(void)snprintf(name, sizeof(name), "%.*s", (int)n, above.p);
		below = openat(group, name, OPEN_TREE | O_NOFOLLOW);
		(void)close(group);
		group = below;
		alone = group >= 0 && group_is_roots(group);
		above = str_skip(above, n + 1);
	}
	if (group >= 0)
		(void)close(group);
	return alone;
}

/* What stands before the service in its line, from the first '/' on. */
static struct apam_str
path_above(struct apam_str text, struct apam_str unit)
{
	const char *start = unit.p;

	while (start > text.p && start[-1] != '\n')
		start--;
	start += sizeof(LINE_START) - 1;
	return (struct apam_str){ start, (size_t)(unit.p - start) };
}

/* A process that has ended has no text either. */
enum unit_state
unit_of(pid_t pid, int pidfd, char to[UNIT_NAME_MAX + 1])
{
	char memory[CGROUP_MAX];
	const struct apam_str text = { memory, read_cgroup(pid, memory) };
	const struct apam_str unit = unit_of_cgroup(text);
	const bool believed = unit.n > 0 &&
	    root_alone_writes(path_above(text, unit));

	to[0] = '\0';
	if (!unit_lives(pidfd))
		return UNIT_NONE;
	if (text.n == 0)
		return UNIT_UNREAD;
	if (!believed)
		return UNIT_NONE;
	(void)snprintf(to, UNIT_NAME_MAX + 1, "%.*s", SARG(unit));
	return UNIT_KNOWN;
}
