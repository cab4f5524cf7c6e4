/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two clocks: one that runs only forward, also through suspend, for lifetimes
 * and deadlines; and the wall clock, for what is shown or sent.
 */
#ifndef CORE_BASE_CLOCK_H
#define CORE_BASE_CLOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Milliseconds since a moment before this process started; CLOCK_BOOTTIME. */
int64_t clock_ms(void);
/*
 * How long it is until clock_ms is `then`, for calls that take an int: 0 where
 * that has been, at most INT_MAX.
 */
int clock_left(int64_t then);
/*
 * The value that clock_ms will have when the wall clock reaches its next
 * second.  The coarse clock, which is read where time is short, has reached it
 * then, too.
 */
int64_t clock_next_second(void);
/* Unix time in seconds. */
int64_t clock_unix(void);

/* Unix time in milliseconds; 0 if the clock cannot be read. */
int64_t clock_unix_ms(void);

/*
 * Set *to to the value that `clock` will have in `ms` milliseconds, which are
 * not negative.  The timed calls of POSIX take such a time.  False if the clock
 * cannot be read.
 */
bool clock_after(clockid_t clock, int64_t ms, struct timespec *to);

/* Make a condition whose timed waits are by CLOCK_MONOTONIC, which nobody sets. */
void clock_condition(pthread_cond_t *condition);

/* Sleep for so many milliseconds, whatever signals come: between two looks. */
void clock_sleep(int64_t ms);

/*
 * The same where nothing but time has to pass.  Tests have it pass at once, so
 * it is not for what another process has to do meanwhile.
 */
void clock_pass(int64_t ms);

#endif
