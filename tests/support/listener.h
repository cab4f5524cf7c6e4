/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A Unix socket for datagrams, like that of the journal or a syslog daemon, at
 * a path of the test's own.
 */
#ifndef TESTS_LISTENER_H
#define TESTS_LISTENER_H

#include <check.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct listener {
	char path[100];
	int fd;
	char got[65536]; /* by listener_take */
};

/* Listen at `name` in a directory. */
static inline void
listener_open(
    struct listener *l, const char *directory, const char *name, int type)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	(void)snprintf(l->path, sizeof(l->path), "%s/%s", directory, name);
	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s", l->path);
	l->fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(l->fd, 0);
	ck_assert_int_eq(
	    bind(l->fd, (const struct sockaddr *)&at, sizeof(at)), 0);
}

/* Take the oldest datagram as text; NULL if there is none. */
static inline const char *
listener_take(struct listener *l)
{
	const ssize_t n = recv(l->fd, l->got, sizeof(l->got) - 1, MSG_DONTWAIT);

	if (n < 0)
		return NULL;
	l->got[n] = '\0';
	return l->got;
}

/* Take all datagrams; returns how many there were. */
static inline unsigned
listener_drain(struct listener *l)
{
	unsigned n = 0;

	while (listener_take(l) != NULL)
		n++;
	return n;
}

/* Stop listening; the path stays, as if a daemon had died. */
static inline void
listener_close(struct listener *l)
{
	(void)close(l->fd);
}

#endif
