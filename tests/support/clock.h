/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The clocks of a test program, which the test can move: those that the core
 * and the test read, not those of other libraries and of other programs.
 *
 * The Makefile links every check program with clock.c and binds clock_gettime,
 * time, clock_after and clock_pass to it.  A test begins with the clocks of the
 * machine.  Processes that it forks share its clocks, also when it moves them
 * later.  What waits already goes on waiting: nobody wakes it.
 */
#ifndef TESTS_CLOCK_H
#define TESTS_CLOCK_H

#include <stdint.h>

/* Move all clocks forward, as if so many milliseconds had passed. */
void clock_advance(int64_t ms);

/*
 * From now on clock_pass, in which the core lets time pass, takes no time: it
 * moves the clocks instead.
 */
void clock_hasten(void);

/* Set the wall clock off by so many seconds, also back; 0 sets it right. */
void clock_set_wall(int64_t seconds);

#endif
