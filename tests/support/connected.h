/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A child that becomes somebody, connects to this process by a Unix socket as
 * the agent's clients do, and does something there.
 */
#ifndef TESTS_CONNECTED_H
#define TESTS_CONNECTED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <check.h>

struct connected {
	int socket;	/* accepted */
	pid_t child;
};

/* An address without a file, of this process alone, and another each time. */
static inline socklen_t
connected_address(struct sockaddr_un *to)
{
	static unsigned times;

	*to = (struct sockaddr_un){ .sun_family = AF_UNIX };
	(void)snprintf(to->sun_path + 1, sizeof(to->sun_path) - 1,
	    "apam-test-%ld-%u", (long)getpid(), times++);
	return sizeof(*to);
}

/* In the child: wait until the parent ends it. */
static inline void
connected_wait(int socket)
{
	(void)socket;
	for (;;)
		(void)pause();
}

/*
 * `become` and `act` may be NULL.  A child that cannot become somebody ends
 * with status 77.  `ready` prepares the listening socket; may be NULL.
 */
static inline void
connected_make(struct connected *to, bool (*become)(void *), void *arg,
    void (*act)(int socket), bool (*ready)(int listener))
{
	const int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	const struct timeval bound = { .tv_sec = 20 };
	struct sockaddr_un at;
	const socklen_t size = connected_address(&at);

	ck_assert_int_ge(listener, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&at, size), 0);
	ck_assert(ready == NULL || ready(listener));
	ck_assert_int_eq(listen(listener, 4), 0);
	(void)setsockopt(
	    listener, SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof(bound));
	to->child = fork();
	ck_assert_int_ge(to->child, 0);
	if (to->child == 0) {
		const int s = socket(AF_UNIX, SOCK_SEQPACKET, 0);

		if (become != NULL && !become(arg))
			_exit(77);
		if (s < 0 || connect(s, (struct sockaddr *)&at, size) != 0)
			_exit(1);
		if (act != NULL)
			act(s);
		connected_wait(s);
	}
	to->socket = accept(listener, NULL, NULL);
	ck_assert_int_ge(to->socket, 0);
	(void)setsockopt(
	    to->socket, SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof(bound));
	(void)close(listener);
}

/* End the child, so that its number is free. */
static inline void
connected_kill(struct connected *c)
{
	if (c->child > 0) {
		(void)kill(c->child, SIGKILL);
		(void)waitpid(c->child, NULL, 0);
	}
	c->child = 0;
}

static inline void
connected_end(struct connected *c)
{
	connected_kill(c);
	(void)close(c->socket);
}

#endif
