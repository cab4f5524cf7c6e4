/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES: the descriptors begin at 3, and
 * the names stand in their order with colons between.
 */
#include "agent/passed.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST 3
#define PASSED_MAX 4096
#define NAME_SIZE 128

static struct {
	char (*names)[NAME_SIZE];
	bool *taken;
	int count;
} passed;

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

static void
read_names(const char *names)
{
	for (int i = 0; i < passed.count && names != NULL; i++) {
		const size_t n = strcspn(names, ":");

		(void)snprintf(
		    passed.names[i], NAME_SIZE, "%.*s", (int)n, names);
		names = names[n] == ':' ? names + n + 1 : NULL;
	}
}

static bool
make_room(int count)
{
	passed.names = calloc((size_t)count, sizeof(*passed.names));
	passed.taken = calloc((size_t)count, sizeof(*passed.taken));
	if (passed.names == NULL || passed.taken == NULL)
		return false;
	passed.count = count;
	return true;
}

void
passed_find(void)
{
	const long count = number("LISTEN_FDS");

	if (number("LISTEN_PID") == (long)getpid() && count > 0 &&
	    count <= PASSED_MAX && make_room((int)count)) {
		read_names(getenv("LISTEN_FDNAMES"));
		for (int i = 0; i < passed.count; i++)
			(void)fcntl(FIRST + i, F_SETFD, FD_CLOEXEC);
	}
	(void)unsetenv("LISTEN_PID");
	(void)unsetenv("LISTEN_FDS");
	(void)unsetenv("LISTEN_FDNAMES");
}

int
passed_take(bool (*fits)(int fd, const char *name))
{
	for (int i = 0; i < passed.count; i++)
		if (!passed.taken[i] && fits(FIRST + i, passed.names[i])) {
			passed.taken[i] = true;
			return FIRST + i;
		}
	return -1;
}

void
passed_close(void)
{
	for (int i = 0; i < passed.count; i++)
		if (!passed.taken[i])
			(void)close(FIRST + i);
	free(passed.names);
	free(passed.taken);
	passed.names = NULL;
	passed.taken = NULL;
	passed.count = 0;
}
