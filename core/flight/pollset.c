/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A poll set, by epoll.
 */
#include "flight/pollset.h"

#include <errno.h>
#include <sys/epoll.h>

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

	if (set < 0)
		return false;
	if (epoll_ctl(set, EPOLL_CTL_MOD, fd, &event) == 0)
		return true;
	/* A lack of memory says nothing of whose set it is. */
	return errno == ENOMEM || errno == ENOSPC;
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
