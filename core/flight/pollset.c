/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * epoll, and a pair of sockets.
 */
#define _GNU_SOURCE /* SOCK_CLOEXEC */
#include "flight/pollset.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS_MAX 16

int
pollset_new(void)
{
	return epoll_create1(EPOLL_CLOEXEC);
}

bool
pollset_watch(int set, int fd, bool in, bool out)
{
	struct epoll_event event = { .data.fd = fd };

	if (!in && !out) {
		(void)epoll_ctl(set, EPOLL_CTL_DEL, fd, &event);
		return true;
	}
	event.events = (in ? EPOLLIN : 0U) | (out ? EPOLLOUT : 0U);
	return epoll_ctl(set, EPOLL_CTL_MOD, fd, &event) == 0 ||
	    epoll_ctl(set, EPOLL_CTL_ADD, fd, &event) == 0;
}

bool
pollset_has(int set, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return set >= 0 && epoll_ctl(set, EPOLL_CTL_MOD, fd, &event) == 0;
}

int
pollset_wait(int set, struct pollset_event *events, int max, int timeout_ms)
{
	struct epoll_event found[EVENTS_MAX];
	int n = epoll_wait(
	    set, found, max < EVENTS_MAX ? max : EVENTS_MAX, timeout_ms);

	for (int i = 0; i < n; i++)
		events[i] = (struct pollset_event){
			.fd = found[i].data.fd,
			.in = (found[i].events & EPOLLIN) != 0,
			.out = (found[i].events & EPOLLOUT) != 0,
			.broken = (found[i].events & (EPOLLERR | EPOLLHUP)) !=
			    0,
		};
	return n < 0 ? 0 : n;
}

/* ---- Waking ------------------------------------------------------------- */

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
