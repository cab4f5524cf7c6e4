/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * epoll and eventfd.
 */
#include "pollset.h"

#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
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

int
wakeup_new(void)
{
	return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

void
wakeup_send(int fd)
{
	uint64_t one = 1;
	ssize_t n = write(fd, &one, sizeof(one));

	(void)n; /* full means that it is awake anyway */
}

void
wakeup_clear(int fd)
{
	uint64_t count;
	ssize_t n = read(fd, &count, sizeof(count));

	(void)n; /* empty is clear */
}
