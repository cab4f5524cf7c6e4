/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/flight/pollset.c: what is reported, what is not, and that the
 * set is itself a descriptor to poll.
 */
#include "flight/pollset.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support/run.h"

#define MAX 16

/* With this error the next call fails; 0: it does not. */
static int refusal;

int __real_epoll_ctl(int set, int what, int fd, struct epoll_event *event);
int __wrap_epoll_ctl(int set, int what, int fd, struct epoll_event *event);

int
__wrap_epoll_ctl(int set, int what, int fd, struct epoll_event *event)
{
	errno = refusal;
	refusal = 0;
	return errno != 0 ? -1 : __real_epoll_ctl(set, what, fd, event);
}

static int set, ends[2];
static struct pollset_event events[MAX];

static void
setup(void)
{
	set = pollset_new();
	ck_assert_int_ge(set, 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
}

static void
teardown(void)
{
	(void)close(set);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
send_byte(void)
{
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
}

START_TEST(nothing_ready_is_nothing)
{
	int64_t start = now_ms();

	ck_assert_int_eq(pollset_wait(set, events, MAX, 0), 0);
	ck_assert(pollset_watch(set, ends[0], true, false));
	ck_assert_int_eq(pollset_wait(set, events, MAX, 50), 0);
	ck_assert_int_ge(now_ms() - start, 49);
}
END_TEST

START_TEST(what_is_watched_for)
{
	send_byte();
	/* Not watched at all. */
	ck_assert_int_eq(pollset_wait(set, events, MAX, 0), 0);
	ck_assert(pollset_watch(set, ends[0], true, false));
	ck_assert_int_eq(pollset_wait(set, events, MAX, 0), 1);
	ck_assert_int_eq(events[0].fd, ends[0]);
	ck_assert(events[0].in && !events[0].out && !events[0].broken);
	/* Changed: for writing alone, then for both. */
	ck_assert(pollset_watch(set, ends[0], false, true));
	ck_assert_int_eq(pollset_wait(set, events, MAX, 0), 1);
	ck_assert(!events[0].in && events[0].out);
	ck_assert(pollset_watch(set, ends[0], true, true));
	ck_assert_int_eq(pollset_wait(set, events, MAX, 0), 1);
	ck_assert(events[0].in && events[0].out);
	/* Removed; removing it again is fine. */
	ck_assert(pollset_watch(set, ends[0], false, false));
	ck_assert(pollset_watch(set, ends[0], false, false));
	ck_assert_int_eq(pollset_wait(set, events, MAX, 0), 0);
}
END_TEST

START_TEST(the_other_end_goes_away)
{
	ck_assert(pollset_watch(set, ends[0], true, false));
	(void)close(ends[1]);
	ends[1] = -1;
	ck_assert_int_eq(pollset_wait(set, events, MAX, 1000), 1);
	ck_assert_int_eq(events[0].fd, ends[0]);
	ck_assert(events[0].broken);
}
END_TEST

START_TEST(no_descriptor)
{
	ck_assert(!pollset_watch(set, -1, true, false));
	ck_assert(!pollset_watch(-1, ends[0], true, false));
	ck_assert_int_eq(pollset_wait(-1, events, MAX, 0), 0);
}
END_TEST

START_TEST(a_closed_member_is_gone)
{
	int other = dup(ends[1]);

	ck_assert(pollset_watch(set, other, false, true));
	ck_assert_int_eq(pollset_wait(set, events, MAX, 0), 1);
	ck_assert(pollset_watch(set, other, false, false));
	(void)close(other);
	ck_assert_int_eq(pollset_wait(set, events, MAX, 0), 0);
}
END_TEST

START_TEST(more_events_than_there_is_room_for)
{
	int fds[40];

	for (int i = 0; i < 40; i++) {
		fds[i] = dup(ends[0]);
		ck_assert(pollset_watch(set, fds[i], false, true));
	}
	ck_assert_int_eq(pollset_wait(set, events, 3, 0), 3);
	ck_assert_int_le(pollset_wait(set, events, MAX, 0), MAX);
	for (int i = 0; i < 40; i++)
		(void)close(fds[i]);
}
END_TEST

static bool
readable(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	return poll(&poll_fd, 1, 0) == 1;
}

START_TEST(the_set_is_a_descriptor)
{
	ck_assert(pollset_watch(set, ends[0], true, false));
	ck_assert(!readable(set));
	send_byte();
	ck_assert(readable(set));
	ck_assert_int_ne(fcntl(set, F_GETFD) & FD_CLOEXEC, 0);
}
END_TEST

/* A set that watches what is ours is ours, and no other is changed. */
START_TEST(a_set_is_told_from_another)
{
	const int other = pollset_new();

	ck_assert(!pollset_has(set, ends[0]));
	ck_assert(pollset_watch(set, ends[0], true, false));
	ck_assert(pollset_has(set, ends[0]));
	ck_assert(!pollset_has(other, ends[0]));
	ck_assert(!pollset_has(ends[1], ends[0]));
	ck_assert(!pollset_has(-1, ends[0]));
	send_byte();
	ck_assert_int_eq(pollset_wait(other, events, MAX, 0), 0);
	ck_assert_int_eq(pollset_wait(set, events, MAX, 0), 1);
	ck_assert_int_eq(events[0].fd, ends[0]);
	(void)close(other);
}
END_TEST

/* Else the host would go on to watch a set that is not used any more. */
START_TEST(a_set_is_ours_while_memory_is_short)
{
	static const int errors[] = { ENOMEM, ENOSPC };

	ck_assert(pollset_watch(set, ends[0], true, false));
	refusal = errors[_i];
	ck_assert(pollset_has(set, ends[0]));
	ck_assert_int_eq(refusal, 0);
	refusal = EINVAL;
	ck_assert(!pollset_has(set, ends[0]));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("pollset");
	TCase *tc = tcase_create("pollset");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, nothing_ready_is_nothing);
	tcase_add_test(tc, what_is_watched_for);
	tcase_add_test(tc, the_other_end_goes_away);
	tcase_add_test(tc, no_descriptor);
	tcase_add_test(tc, a_closed_member_is_gone);
	tcase_add_test(tc, more_events_than_there_is_room_for);
	tcase_add_test(tc, the_set_is_a_descriptor);
	tcase_add_test(tc, a_set_is_told_from_another);
	tcase_add_loop_test(tc, a_set_is_ours_while_memory_is_short, 0, 2);
	return run_suite(suite);
}
