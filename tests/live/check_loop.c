/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/flight/loop.c and driver.c: a loop by itself, turned by hand or
 * by its thread, with flights that nobody asked for, counted as they land.
 */
#include "flight/loop.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "flight/driver.h"
#include "flight/landing.h"
#include "support/flights.h"

#define MINT "acquire = 2; url = \"%/x\";"
#define THREADS 8
#define EACH 10
#define LONG_MS 20000 /* longer than anything but for ever */

static struct flights t;
static struct loop loop; /* turned by hand, unless a test says otherwise */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* the context's */
static int live;

static void
setup(void)
{
	live = secmem_live();
	loop_init(&loop, &lock, &landing_listener, false);
}

static void
teardown(void)
{
	driver_free(&loop);
	flights_close(&t);
	ck_assert_int_eq(secmem_live(), live);
}

static const struct raw_answer quick = { .head = EMPTY_200 },
			       deaf = { .silent = true };

static uint64_t
landed(void)
{
	uint64_t n;

	pthread_mutex_lock(&t.entry->env->lock);
	n = t.entry->flight.flights;
	pthread_mutex_unlock(&t.entry->env->lock);
	return n;
}

static struct apam_error
outcome(void)
{
	struct apam_error err = APAM_ERROR_INIT;

	pthread_mutex_lock(&t.entry->env->lock);
	err = t.entry->flight.outcome;
	pthread_mutex_unlock(&t.entry->env->lock);
	return err;
}

static bool
submitted(struct flight *f)
{
	bool ok;

	pthread_mutex_lock(&lock);
	ok = driver_submit(&loop, f);
	pthread_mutex_unlock(&lock);
	return ok;
}

static void
submit(int ms)
{
	ck_assert(submitted(flights_new(&t, FLIGHT_ACQUIRE, ms)));
}

/* Turn until so many have landed, or give up. */
static void
turn_until(uint64_t n)
{
	const int64_t ends = clock_ms() + FLIGHT_MS;

	while (landed() < n && clock_ms() < ends)
		loop_turn(&loop, 100);
	ck_assert_uint_eq(landed(), n);
}

static void
wait_until(uint64_t n)
{
	const int64_t ends = clock_ms() + FLIGHT_MS;

	while (landed() < n && clock_ms() < ends)
		(void)poll(NULL, 0, 5);
	ck_assert_uint_eq(landed(), n);
}

static int
open_descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* ---- Nothing to do ---------------------------------------------------- */

START_TEST(a_loop_costs_nothing_at_first)
{
	const int before = open_descriptors();
	struct loop idle;

	loop_init(&idle, &lock, &landing_listener, true);
	ck_assert_int_eq(loop_timeout(&idle), -1);
	ck_assert_int_eq(open_descriptors(), before);
	ck_assert(!idle.running);
	driver_free(&idle);
	ck_assert_int_eq(open_descriptors(), before);
}
END_TEST

START_TEST(a_turn_with_nothing_to_do_is_short)
{
	int64_t before, took;

	ck_assert_int_ge(loop_descriptor(&loop), 0);
	ck_assert_int_eq(loop_timeout(&loop), -1);
	before = clock_ms();
	loop_turn(&loop, 0);
	ck_assert_int_lt(clock_ms() - before, LONG_MS);
	before = clock_ms();
	loop_turn(&loop, 100);
	took = clock_ms() - before;
	ck_assert_msg(took >= 95 && took < LONG_MS, "%lld ms", (long long)took);
}
END_TEST

START_TEST(a_descriptor_stays_the_same)
{
	const int fd = loop_descriptor(&loop);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(loop_descriptor(&loop), fd);
	ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
}
END_TEST

/* ---- Flights ---------------------------------------------------------- */

START_TEST(a_flight_lands)
{
	struct pollfd pfd = { .fd = loop_descriptor(&loop), .events = POLLIN };

	flights_open(&t, &quick, "", MINT);
	submit(FLIGHT_MS);
	ck_assert_int_eq(loop_timeout(&loop), 0);
	ck_assert_int_eq(poll(&pfd, 1, 0), 1);
	ck_assert_uint_eq(landed(), 0);
	turn_until(1);
	ck_assert_int_eq(outcome().status, APAM_OK);
	ck_assert_ptr_null(loop.flying);
	ck_assert_int_eq(atomic_load(&t.server.hits), 1);
}
END_TEST

START_TEST(a_deadline_is_a_timeout)
{
	int64_t before;
	int ms;

	flights_open(&t, &deaf, "", MINT);
	before = clock_ms();
	submit(300);
	loop_turn(&loop, 0);
	ms = loop_timeout(&loop);
	/* On a busy machine it may have passed by now. */
	ck_assert_msg(landed() == 1 || (ms >= 0 && ms <= 300), "%d ms", ms);
	turn_until(1);
	ck_assert_int_eq(outcome().status, APAM_E_DEADLINE);
	ck_assert_int_ge(clock_ms() - before, 290);
}
END_TEST

START_TEST(a_sleeper_is_a_timeout)
{
	int held, ms;

	flights_open(&t, &quick, "share_credentials = true;", MINT);
	held = share_try_lock(t.entry);
	ck_assert_int_ge(held, 0);
	submit(FLIGHT_MS);
	loop_turn(&loop, 0);
	ms = loop_timeout(&loop);
	ck_assert_msg(ms >= 0 && ms <= SHARE_RETRY_MS, "%d ms", ms);
	ck_assert_uint_eq(landed(), 0);
	(void)close(held);
	turn_until(1);
	ck_assert_int_eq(outcome().status, APAM_OK);
}
END_TEST

START_TEST(a_connection_serves_again)
{
	int before;

	flights_open(&t, &quick, "", MINT);
	submit(FLIGHT_MS);
	turn_until(1);
	before = open_descriptors();
	for (uint64_t i = 2; i < 40; i++) {
		submit(FLIGHT_MS);
		turn_until(i);
	}
	/* The server closes each; none may pile up here. */
	ck_assert_int_le(open_descriptors(), before + 8);
}
END_TEST

/* ---- A launch --------------------------------------------------------- */

START_TEST(a_launch_that_needs_no_exchange_has_landed)
{
	flights_open(&t, &quick, "", "");
	driver_launch(&loop, flights_new(&t, FLIGHT_ACQUIRE, FLIGHT_MS));
	ck_assert_uint_eq(landed(), 1);
	ck_assert_int_eq(loop.set, -1);
	ck_assert_ptr_null(loop.inbox);
}
END_TEST

START_TEST(a_launch_that_needs_one_starts_it_once)
{
	flights_open(&t, &quick, "", MINT);
	driver_launch(&loop, flights_new(&t, FLIGHT_ACQUIRE, FLIGHT_MS));
	ck_assert_uint_eq(landed(), 0);
	turn_until(1);
	ck_assert_int_eq(atomic_load(&t.server.hits), 1);
}
END_TEST

/* ---- With a thread ---------------------------------------------------- */

static void
start_threaded(const struct raw_answer *answer, const char *options)
{
	driver_free(&loop);
	loop_init(&loop, &lock, &landing_listener, true);
	flights_open(&t, answer, "", options);
}

static void *
submit_many(void *arg)
{
	(void)arg;
	for (int i = 0; i < EACH; i++)
		submit(FLIGHT_MS);
	return NULL;
}

START_TEST(threads_may_submit_at_once)
{
	pthread_t threads[THREADS];

	start_threaded(&quick, MINT);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, submit_many, NULL), 0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	wait_until(THREADS * EACH);
	ck_assert_int_eq(atomic_load(&t.server.hits), THREADS * EACH);
}
END_TEST

/* One provider that does not answer holds nobody else up. */
START_TEST(a_slow_one_does_not_stop_a_quick_one)
{
	struct flights slow = { 0 };
	struct flight *f;

	flights_open(&slow, &deaf, "", MINT);
	start_threaded(&quick, MINT);
	f = flights_new(&slow, FLIGHT_ACQUIRE, FLIGHT_MS);
	ck_assert(submitted(f));
	submit(FLIGHT_MS);
	wait_until(1);
	ck_assert_int_eq(outcome().status, APAM_OK);
	ck_assert_uint_eq(slow.entry->flight.flights, 0);
	driver_free(&loop);
	ck_assert_uint_eq(slow.entry->flight.flights, 0);
	loop_init(&loop, &lock, &landing_listener, false);
	flights_close(&slow);
}
END_TEST

/*
 * A signal for the host, which every thread of its own blocks, stays pending:
 * the loop's thread, started while it was not blocked, does not take it.
 */
START_TEST(the_thread_takes_no_signal)
{
	sigset_t usr1, pending;

	(void)sigemptyset(&usr1);
	(void)sigaddset(&usr1, SIGUSR1);
	ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, &usr1, NULL), 0);
	start_threaded(&quick, MINT);
	ck_assert_int_eq(pthread_sigmask(SIG_UNBLOCK, &usr1, NULL), 0);
	submit(FLIGHT_MS);
	ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, &usr1, NULL), 0);
	wait_until(1);
	ck_assert_int_eq(kill(getpid(), SIGUSR1), 0);
	(void)poll(NULL, 0, 50);
	ck_assert_int_eq(sigpending(&pending), 0);
	ck_assert_int_eq(sigismember(&pending, SIGUSR1), 1);
}
END_TEST

/* ---- The end ---------------------------------------------------------- */

/* What is dropped does not land, and leaves nothing: see teardown. */
START_TEST(flights_under_way_are_dropped)
{
	const int before = open_descriptors();
	unsigned holders;

	if (_i == 0)
		flights_open(&t, &deaf, "", MINT);
	else
		start_threaded(&deaf, MINT);
	holders = atomic_load(&t.entry->owner->refs);
	submit(FLIGHT_MS);
	submit(FLIGHT_MS);
	if (_i == 0)
		loop_turn(&loop, 50);
	else
		(void)poll(NULL, 0, 50);
	submit(FLIGHT_MS); /* one not seen yet, perhaps */
	driver_free(&loop);
	ck_assert_uint_eq(landed(), 0);
	ck_assert_uint_eq(atomic_load(&t.entry->owner->refs), holders);
	loop_init(&loop, &lock, &landing_listener, false);
	flights_close(&t);
	ck_assert_int_le(open_descriptors(), before);
}
END_TEST

/* ---- Fork ------------------------------------------------------------- */

/* How many of the loop's sockets are open; they are listed in `fds`. */
static int
sockets_open(int *fds)
{
	int n = 0;

	for (int i = 0; i < TRANSFERS_SOCKETS_MAX; i++)
		if (loop.transfers.sockets[i].fd >= 0)
			fds[n++] = loop.transfers.sockets[i].fd;
	return n;
}

/* True where nothing of the parent's is left. */
static bool
let_go(void)
{
	int fds[TRANSFERS_SOCKETS_MAX], n = sockets_open(fds);
	const int set = loop.set, in = loop.wake.in.fd, out = loop.wake.out.fd;
	bool closed = n > 0;

	loop_abandon(&loop);
	for (int i = 0; i < n; i++)
		closed = fcntl(fds[i], F_GETFD) < 0 && closed;
	return closed && fcntl(set, F_GETFD) < 0 && fcntl(in, F_GETFD) < 0 &&
	    fcntl(out, F_GETFD) < 0 && sockets_open(fds) == 0 &&
	    loop.flying == NULL && loop.transfers.multi == NULL &&
	    loop_timeout(&loop) == -1;
}

/* In the child: fly anew.  Returns its exit status. */
static int
go_on_alone(void)
{
	const int64_t ends = clock_ms() + FLIGHT_MS;
	struct flight *f;

	if (!let_go())
		return 1;
	f = flight_new(t.entry, FLIGHT_ACQUIRE, NULL, ends);
	if (f == NULL || !submitted(f))
		return 2;
	while (t.entry->flight.flights == 0 && clock_ms() < ends)
		loop_turn(&loop, 100);
	return t.entry->flight.flights == 1 ? 0 : 3;
}

/* The server answers after a while: meanwhile there is a child. */
START_TEST(a_child_does_not_end_its_parents_transfer)
{
	static const struct raw_answer late = {
		.head = "", .more = EMPTY_200, .times = 1, .pause_ms = 300
	};
	int status = -1;
	pid_t pid;

	flights_open(&t, &late, "", MINT);
	submit(FLIGHT_MS);
	while (atomic_load(&t.server.hits) == 0)
		loop_turn(&loop, 20);
	ck_assert_uint_eq(landed(), 0);
	pid = fork();
	if (pid == 0)
		_exit(go_on_alone());
	turn_until(1);
	ck_assert_int_eq(outcome().status, APAM_OK);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0,
	    "the child ended with %x", (unsigned)status);
	ck_assert_int_eq(atomic_load(&t.server.hits), 2);
}
END_TEST

static void
add_threaded(Suite *suite)
{
	TCase *tc = tcase_create("threaded");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, threads_may_submit_at_once);
	tcase_add_test(tc, a_slow_one_does_not_stop_a_quick_one);
	tcase_add_test(tc, the_thread_takes_no_signal);
	tcase_add_loop_test(tc, flights_under_way_are_dropped, 0, 2);
	tcase_add_test(tc, a_child_does_not_end_its_parents_transfer);
}

int
main(void)
{
	Suite *suite = suite_create("loop");
	TCase *tc = tcase_create("loop");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, a_loop_costs_nothing_at_first);
	tcase_add_test(tc, a_turn_with_nothing_to_do_is_short);
	tcase_add_test(tc, a_descriptor_stays_the_same);
	tcase_add_test(tc, a_flight_lands);
	tcase_add_test(tc, a_deadline_is_a_timeout);
	tcase_add_test(tc, a_sleeper_is_a_timeout);
	tcase_add_test(tc, a_connection_serves_again);
	tcase_add_test(tc, a_launch_that_needs_no_exchange_has_landed);
	tcase_add_test(tc, a_launch_that_needs_one_starts_it_once);
	add_threaded(suite);
	return run_suite(suite);
}
