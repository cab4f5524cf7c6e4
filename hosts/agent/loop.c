/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A watch stands in the set by its address, so that finding whom an event is
 * for costs nothing, however many there are.
 */
#include "agent/loop.h"

#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"

#define EVENTS_AT_ONCE 64

static uint32_t
to_epoll(unsigned events)
{
	return (events & WATCH_IN ? (uint32_t)EPOLLIN | EPOLLRDHUP : 0) |
	    (events & WATCH_OUT ? (uint32_t)EPOLLOUT : 0);
}

static unsigned
from_epoll(uint32_t events)
{
	return (events & (EPOLLIN | EPOLLRDHUP) ? WATCH_IN : 0) |
	    (events & EPOLLOUT ? WATCH_OUT : 0) |
	    (events & (EPOLLERR | EPOLLHUP) ? WATCH_BROKEN : 0);
}

bool
loop_make(struct agent_loop *loop)
{
	loop->set = epoll_create1(EPOLL_CLOEXEC);
	return loop->set >= 0;
}

void
loop_unmake(struct agent_loop *loop)
{
	if (loop->set >= 0)
		(void)close(loop->set);
	loop->set = -1;
}

static bool
control(struct agent_loop *loop, int what, struct watch *watch)
{
	struct epoll_event event = { .events = to_epoll(watch->events),
		.data.ptr = watch };

	return epoll_ctl(loop->set, what, watch->fd, &event) == 0;
}

bool
loop_add(struct agent_loop *loop, struct watch *watch, unsigned events)
{
	watch->events = events;
	watch->added = control(loop, EPOLL_CTL_ADD, watch);
	return watch->added;
}

void
loop_change(struct agent_loop *loop, struct watch *watch, unsigned events)
{
	if (watch->events == events)
		return;
	watch->events = events;
	if (watch->added)
		(void)control(loop, EPOLL_CTL_MOD, watch);
}

int
loop_remove(struct agent_loop *loop, struct watch *watch)
{
	const int fd = watch->fd;

	if (watch->added)
		(void)control(loop, EPOLL_CTL_DEL, watch);
	watch->added = false;
	watch->fd = -1;
	return fd;
}

unsigned
loop_look(const struct watch *watch)
{
	struct pollfd now = { .fd = watch->fd, .events = POLLIN | POLLOUT };

	if (poll(&now, 1, 0) <= 0)
		return 0;
	return (now.revents & POLLIN ? WATCH_IN : 0) |
	    (now.revents & POLLOUT ? WATCH_OUT : 0) |
	    (now.revents & (POLLERR | POLLHUP) ? WATCH_BROKEN : 0);
}

void
loop_wait(struct agent_loop *loop, int ms)
{
	struct epoll_event events[EVENTS_AT_ONCE];
	const int n = epoll_wait(loop->set, events, EVENTS_AT_ONCE, ms);

	loop->now = clock_ms();
	for (int i = 0; i < n; i++) {
		struct watch *watch = events[i].data.ptr;

		if (watch->fd >= 0)
			watch->ready(watch, from_epoll(events[i].events));
	}
}
