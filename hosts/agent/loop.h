/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One thread that waits for descriptors and for time, by epoll(7).
 */
#ifndef HOSTS_AGENT_LOOP_H
#define HOSTS_AGENT_LOOP_H

#include <stdbool.h>
#include <stdint.h>

enum watch_for { WATCH_IN = 0x1, WATCH_OUT = 0x2, WATCH_BROKEN = 0x4 };

/*
 * A descriptor that is watched; part of what it is of, which is not freed while
 * watch_ready may still be called: see loop_wait.
 */
struct watch {
	int fd;			/* below 0: it is not watched */
	unsigned events;	/* of enum watch_for: what it is watched for */
	bool added;		/* loop_add was called, and loop_remove not */
	void (*ready)(struct watch *watch, unsigned events);
};

struct agent_loop {
	int set;		/* the epoll set */
	int64_t now;		/* clock_ms: the last wait ended, or the last
				   packet was done */
};

/* False without one. */
bool loop_make(struct agent_loop *loop);
void loop_unmake(struct agent_loop *loop);

/* Watch watch->fd, which the caller owns; false where the system refuses. */
bool loop_add(struct agent_loop *loop, struct watch *watch, unsigned events);
/* Watch it for these from now on; or, before loop_add, keep them in `events`. */
void loop_change(struct agent_loop *loop, struct watch *watch, unsigned events);
/* Watch it no more.  fd is below 0 then; what it was is returned. */
int loop_remove(struct agent_loop *loop, struct watch *watch);

/*
 * What its descriptor has at this moment, of enum watch_for, whether it is
 * watched for that or not.  For those who judge that nothing has come: what has
 * come may not have been read yet.
 */
unsigned loop_look(const struct watch *watch);

/*
 * Wait for at most `ms`, below 0: for ever, and call `ready` of each watch that
 * has something, unless it was removed meanwhile.  What is removed is freed
 * after this call, not during it.
 */
void loop_wait(struct agent_loop *loop, int ms);

#endif
