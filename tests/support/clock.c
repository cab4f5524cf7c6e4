/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The clocks of a test program: those of the machine, and how far they were
 * moved.
 */
#define _GNU_SOURCE
#include "support/clock.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define NS_PER_MS 1000000
#define NS_PER_S 1000000000

/* In a page that a test shares with the processes that it forks. */
struct moved {
	_Atomic int64_t all_ms;
	_Atomic int64_t wall_s;
	_Atomic bool hastened;
};

static struct moved *moved;
static pid_t runner; /* that forks each test */

int __real_clock_gettime(clockid_t clock, struct timespec *to);
int __wrap_clock_gettime(clockid_t clock, struct timespec *to);
time_t __wrap_time(time_t *to);
bool __real_clock_after(clockid_t clock, int64_t ms, struct timespec *to);
bool __wrap_clock_after(clockid_t clock, int64_t ms, struct timespec *to);
void __real_clock_pass(int64_t ms);
void __wrap_clock_pass(int64_t ms);

static void
start_right(void)
{
	moved = mmap(NULL, sizeof(*moved), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (moved == MAP_FAILED)
		abort();
}

/* A test of its own has clocks of its own. */
static void
start_test(void)
{
	if (getppid() == runner)
		start_right();
}

__attribute__((constructor)) static void
start(void)
{
	runner = getpid();
	start_right();
	if (pthread_atfork(NULL, NULL, start_test) != 0)
		abort();
}

void
clock_advance(int64_t ms)
{
	(void)atomic_fetch_add(&moved->all_ms, ms);
}

void
clock_hasten(void)
{
	moved->hastened = true;
}

void
clock_set_wall(int64_t seconds)
{
	moved->wall_s = seconds;
}

static void
add_ms(struct timespec *to, int64_t ms)
{
	const int64_t ns = to->tv_nsec + ms % 1000 * NS_PER_MS;

	to->tv_sec += (time_t)(ms / 1000 + ns / NS_PER_S);
	to->tv_nsec = (long)(ns % NS_PER_S);
	if (to->tv_nsec < 0) {
		to->tv_nsec += NS_PER_S;
		to->tv_sec--;
	}
}

static bool
is_wall(clockid_t clock)
{
	return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
}

int
__wrap_clock_gettime(clockid_t clock, struct timespec *to)
{
	if (__real_clock_gettime(clock, to) != 0)
		return -1;
	add_ms(to, moved->all_ms);
	if (is_wall(clock))
		to->tv_sec += (time_t)moved->wall_s;
	return 0;
}

/* As the C library has it, of the coarse clock. */
time_t
__wrap_time(time_t *to)
{
	struct timespec t;

	(void)__wrap_clock_gettime(CLOCK_REALTIME_COARSE, &t);
	if (to != NULL)
		*to = t.tv_sec;
	return t.tv_sec;
}

/* For the timed calls of POSIX, which know nothing of moved clocks. */
bool
__wrap_clock_after(clockid_t clock, int64_t ms, struct timespec *to)
{
	if (!__real_clock_after(clock, ms, to))
		return false;
	add_ms(to, -moved->all_ms);
	if (is_wall(clock))
		to->tv_sec -= (time_t)moved->wall_s;
	return true;
}

void
__wrap_clock_pass(int64_t ms)
{
	if (moved->hastened)
		clock_advance(ms);
	else
		__real_clock_pass(ms);
}
