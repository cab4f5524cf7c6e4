/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A set of descriptors to wait for that is itself a descriptor.  Linux: epoll.
 * A port to kqueue replaces pollset.c alone.
 */
#ifndef CORE_FLIGHT_POLLSET_H
#define CORE_FLIGHT_POLLSET_H

#include <stdbool.h>

struct pollset_event {
	int fd;
	bool in, out, broken;
};

/*
 * A descriptor that is readable when some member is ready; -1 if none could be
 * made.  Close it with close(2).
 */
int pollset_new(void);
/* Wait for `fd` to be readable, writable, or neither (then it is removed). */
bool pollset_watch(int set, int fd, bool in, bool out);
/*
 * True if `set` is a poll set that watches `fd` for reading, or the system has no
 * memory to say; else nothing has changed, whatever it is.  `fd` must be ours, as
 * no foreign set watches it: that is how a set is recognized.
 */
bool pollset_has(int set, int fd);
/*
 * Fill in at most `max` events and give their number; 0 after `timeout_ms`
 * (-1: never) or a signal.
 */
int pollset_wait(int set, struct pollset_event *events, int max,
    int timeout_ms);

#endif
