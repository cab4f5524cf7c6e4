/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A wakeup, by a pair of sockets.
 */
#define _GNU_SOURCE /* SOCK_CLOEXEC */
#include "flight/wakeup.h"

#include <sys/socket.h>

bool
wakeup_open(struct wakeup *wake)
{
	int pair[2] = { -1, -1 };
	bool ok = socketpair(AF_UNIX,
		      SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) == 0;

	wake->in = own_fd_of(ok ? pair[0] : -1);
	wake->out = own_fd_of(ok ? pair[1] : -1);
	return ok;
}

bool
wakeup_is_ours(const struct wakeup *wake)
{
	return own_fd_is_ours(&wake->in) && own_fd_is_ours(&wake->out);
}

void
wakeup_send(const struct wakeup *wake)
{
	ssize_t n = 0;

	if (wakeup_is_ours(wake))
		n = send(wake->out.fd, "", 1, MSG_NOSIGNAL);
	(void)n; /* full means that it is awake anyway */
}

void
wakeup_clear(const struct wakeup *wake)
{
	char many[64];
	ssize_t n = sizeof(many);

	while (n == (ssize_t)sizeof(many) && own_fd_is_ours(&wake->in))
		n = recv(wake->in.fd, many, sizeof(many), 0);
}

void
wakeup_close(struct wakeup *wake)
{
	own_fd_close(&wake->in);
	own_fd_close(&wake->out);
}
