/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two clocks: one that only runs forward, through suspend, for lifetimes and
 * deadlines; and the wall clock, for what is shown or sent.
 */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Milliseconds since some moment before this process; CLOCK_BOOTTIME. */
int64_t clock_ms(void);
/*
 * What clock_ms will be when the wall clock, even as coarse as it is read
 * where time is short, has gone on to its next second.
 */
int64_t clock_next_second(void);
/* Unix time in seconds. */
int64_t clock_unix(void);

/* The same in milliseconds; 0 where the clock cannot be read. */
int64_t clock_unix_ms(void);

/*
 * *to is what `clock` will be in so many milliseconds, which are not negative:
 * as the timed calls of POSIX want it.  False where the clock cannot be read.
 */
bool clock_after(clockid_t clock, int64_t ms, struct timespec *to);

#endif
