/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A set of descriptors to wait for that is itself a descriptor, and a signal
 * that wakes its waiter.  Linux: epoll and eventfd.  A port to kqueue replaces
 * pollset.c alone.
 */
#ifndef CORE_POLLSET_H
#define CORE_POLLSET_H

#include <stdbool.h>

struct pollset_event {
	int fd;
	bool in, out, broken;
};

/* A descriptor that is readable when some member is ready; -1: none to be
   had.  Close it with close(2). */
int pollset_new(void);
/* Wait for `fd` to be readable, writable, or neither (then it is removed). */
bool pollset_watch(int set, int fd, bool in, bool out);
/*
 * Fill in at most `max` events and give their number; 0 after `timeout_ms`
 * (-1: never) or a signal.
 */
int pollset_wait(int set, struct pollset_event *events, int max,
    int timeout_ms);

/* A descriptor that wakes who waits for it to be readable; -1: none. */
int wakeup_new(void);
void wakeup_send(int fd);
void wakeup_clear(int fd);

#endif
