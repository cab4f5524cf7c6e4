/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES: the descriptors begin at 3, and
 * the names stand in their order with colons between.
 */
#include "agent/passed.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST 3
#define MANAGER_MAX 4096

struct one {
	struct one *next;
	int fd;
	bool added; /* by passed_add */
	char name[PASSED_NAME_SIZE];
};

/* In the order in which they came. */
static struct one *first, **last = &first;

/* A number of the environment; -1: it is not there, or not a number. */
static long
number(const char *variable)
{
	const char *text = getenv(variable);
	char *end;
	long n;

	if (text == NULL || text[0] == '\0')
		return -1;
	n = strtol(text, &end, 10);
	return *end == '\0' && n >= 0 ? n : -1;
}

static bool
add(int fd, const char *name, bool added)
{
	struct one *one = calloc(1, sizeof(*one));

	if (one == NULL) {
		(void)close(fd);
		return false;
	}
	one->fd = fd;
	one->added = added;
	(void)snprintf(one->name, sizeof(one->name), "%s", name);
	*last = one;
	last = &one->next;
	return true;
}

bool
passed_add(int fd, const char *name)
{
	return add(fd, name, true);
}

/* Take the next name off *names. */
static void
next_name(const char **names, char to[PASSED_NAME_SIZE])
{
	const size_t n = strcspn(*names, ":");

	(void)snprintf(to, PASSED_NAME_SIZE, "%.*s", (int)n, *names);
	*names += n + ((*names)[n] == ':');
}

bool
passed_find(void)
{
	const long count = number("LISTEN_FDS");
	const char *names = getenv("LISTEN_FDNAMES");
	char name[PASSED_NAME_SIZE];
	bool all = true;

	names = names == NULL ? "" : names;
	if (number("LISTEN_PID") == (long)getpid() && count <= MANAGER_MAX)
		for (int fd = FIRST; fd < FIRST + count; fd++) {
			next_name(&names, name);
			(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
			all = add(fd, name, false) && all;
		}
	(void)unsetenv("LISTEN_PID");
	(void)unsetenv("LISTEN_FDS");
	(void)unsetenv("LISTEN_FDNAMES");
	return all;
}

/* Take it out of the list, and free it. */
static int
take(struct one **at)
{
	struct one *one = *at;
	const int fd = one->fd;

	*at = one->next;
	if (*at == NULL)
		last = at;
	free(one);
	return fd;
}

int
passed_take(bool (*fits)(void *arg, int fd, const char *name), void *arg)
{
	for (struct one **at = &first; *at != NULL; at = &(*at)->next)
		if (fits(arg, (*at)->fd, (*at)->name))
			return take(at);
	return -1;
}

static bool
has_name(void *arg, int fd, const char *name)
{
	(void)fd;
	return strcmp(name, arg) == 0;
}

int
passed_take_named(const char *name)
{
	return passed_take(has_name, (void *)(uintptr_t)name);
}

void
passed_drop(void)
{
	struct one **at = &first;

	while (*at != NULL)
		if ((*at)->added)
			(void)close(take(at));
		else
			at = &(*at)->next;
}

void
passed_close(void)
{
	while (first != NULL)
		(void)close(take(&first));
}
