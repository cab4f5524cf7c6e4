/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two clocks.  CLOCK_BOOTTIME exists on Linux only; elsewhere
 * CLOCK_MONOTONIC is used, which may stop during suspend.
 */
#define _GNU_SOURCE
#include "base/clock.h"

#include <errno.h>
#include <limits.h>
#include <time.h>

/* The longest step of any system's coarse clock. */
#define TICK_MS 10

#ifdef CLOCK_BOOTTIME
#define FORWARD_CLOCK CLOCK_BOOTTIME
#else
#define FORWARD_CLOCK CLOCK_MONOTONIC
#endif

int64_t
clock_ms(void)
{
	struct timespec t;

	if (clock_gettime(FORWARD_CLOCK, &t) != 0)
		return 0;
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int
clock_left(int64_t then)
{
	const int64_t left = then - clock_ms();

	if (left < 0)
		return 0;
	return left > INT_MAX ? INT_MAX : (int)left;
}

int64_t
clock_next_second(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_REALTIME, &t) != 0)
		return clock_ms() + 1000;
	return clock_ms() + 1000 - t.tv_nsec / 1000000 + TICK_MS;
}

int64_t
clock_unix(void)
{
	return (int64_t)time(NULL);
}

int64_t
clock_unix_ms(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_REALTIME, &t) != 0)
		return 0;
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool
clock_after(clockid_t clock, int64_t ms, struct timespec *to)
{
	if (clock_gettime(clock, to) != 0)
		return false;
	to->tv_sec += (time_t)(ms / 1000);
	to->tv_nsec += (long)(ms % 1000) * 1000000;
	if (to->tv_nsec >= 1000000000) {
		to->tv_nsec -= 1000000000;
		to->tv_sec++;
	}
	return true;
}

void
clock_condition(pthread_cond_t *condition)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(condition, &attributes);
	pthread_condattr_destroy(&attributes);
}

void
clock_sleep(int64_t ms)
{
	struct timespec left = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		continue;
}

void
clock_pass(int64_t ms)
{
	clock_sleep(ms);
}
