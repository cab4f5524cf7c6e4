/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The thread of a loop, if it has one, and how flights get to it.
 *
 * While there is nothing to do the thread waits for a condition and not for a
 * descriptor, which the host could close.
 */
#define _GNU_SOURCE
#include "flight/driver.h"

#include <poll.h>
#include <signal.h>
#include <time.h>

#include "base/error.h"
#include "flight/moves.h"

/* How long the end waits for a durable secret's successor. */
#define FINISH_MS 5000
#define RETIRE_LOOK_MS 10
#define LOOK_MS 500 /* descriptors are looked at again after so long at most */

/*
 * True if nothing is under way; flights that were submitted are not seen yet.
 */
static bool
is_idle(const struct loop *loop)
{
	return loop->flying == NULL && loop->transfers.due == INT64_MAX;
}

/* The thread is to end. */
static bool
is_over(const struct loop *loop)
{
	return atomic_load(&loop->stop) || atomic_load(&loop->retired);
}

/* Wait while there is nothing to do.  False where the thread is to end. */
static bool
rest(struct loop *loop)
{
	pthread_mutex_lock(loop->lock);
	loop->resting = true;
	while (is_idle(loop) && loop->inbox == NULL && !is_over(loop))
		pthread_cond_wait(&loop->submitted, loop->lock);
	loop->resting = false;
	pthread_mutex_unlock(loop->lock);
	return !is_over(loop);
}

static void *
drive(void *arg)
{
	struct loop *loop = arg;

	while (rest(loop))
		loop_turn(loop, LOOK_MS);
	return NULL;
}

/* ---- With the context's lock held ---------------------------------------- */

void
driver_call(struct loop *loop)
{
	if (loop->resting)
		pthread_cond_signal(&loop->submitted);
	else
		wakeup_send(&loop->wake);
}

/* A library's thread takes no signal that is meant for the host. */
static bool
start_thread(struct loop *loop)
{
	sigset_t all, before;
	int failed;

	sigfillset(&all);
	if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
		return false;
	failed = pthread_create(&loop->thread, NULL, drive, loop);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return failed == 0;
}

static bool
ready(struct loop *loop)
{
	if (atomic_load(&loop->retired) || !loop_open(loop))
		return false;
	if (loop->threaded && !loop->running)
		loop->running = start_thread(loop);
	return !loop->threaded || loop->running;
}

bool
driver_submit(struct loop *loop, struct flight *f)
{
	if (!ready(loop))
		return false;
	loop_put(loop, f);
	driver_call(loop);
	return true;
}

/* ---- Without it ---------------------------------------------------------- */

const char *
driver_problem(const struct loop *loop)
{
	if (atomic_load(&loop->retired))
		return "the program is ending: no provider is asked any more";
	return "no memory, thread or descriptor to ask the provider with";
}

/* Leave it to the driver; false, with its error set, where that cannot be. */
static bool
hand_over(struct loop *loop, struct flight *f)
{
	bool ok;

	pthread_mutex_lock(loop->lock);
	ok = driver_submit(loop, f);
	pthread_mutex_unlock(loop->lock);
	if (!ok)
		(void)error_set(
		    &f->error, APAM_E_MEMORY, "%s", driver_problem(loop));
	return ok;
}

void
driver_launch(struct loop *loop, struct flight *f)
{
	/* As in the driver: no fork while it moves. */
	pthread_mutex_lock(&loop->work);
	f->wait = flight_start(f);
	f->started = true;
	loop->listener->waits(f, f->wait);
	if (f->wait == FLIGHT_LANDED || !hand_over(loop, f)) {
		loop->listener->landed(f);
		f->wait = FLIGHT_SLEEP;
		if (!flight_stays(f) || !hand_over(loop, f))
			flight_free(&f);
	}
	pthread_mutex_unlock(&loop->work);
}

/* ---- The end ------------------------------------------------------------- */

static void
stop_thread(struct loop *loop)
{
	pthread_mutex_lock(loop->lock);
	atomic_store(&loop->stop, true);
	driver_call(loop);
	pthread_mutex_unlock(loop->lock);
	pthread_join(loop->thread, NULL);
}

void
driver_free(struct loop *loop)
{
	if (loop->running)
		stop_thread(loop);
	loop_finish(loop, FINISH_MS);
	loop_free(loop);
}

/* False where the lock cannot be had in time. */
static bool
wake_thread(struct loop *loop, const struct timespec *until)
{
	if (pthread_mutex_timedlock(loop->lock, until) != 0)
		return false;
	if (loop->running)
		driver_call(loop);
	pthread_mutex_unlock(loop->lock);
	return true;
}

/* False if the time is over. */
static bool
is_before(const struct timespec *until)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec < until->tv_sec ||
	    (now.tv_sec == until->tv_sec && now.tv_nsec < until->tv_nsec);
}

/* True while the driver has something on the wire that must not be lost. */
static bool
is_spending(struct loop *loop, const struct timespec *until)
{
	bool is;

	if (!loop->running || !is_before(until) ||
	    pthread_mutex_timedlock(&loop->work, until) != 0)
		return false;
	is = loop_is_spending(loop);
	pthread_mutex_unlock(&loop->work);
	return is;
}

void
driver_retire(struct loop *loop, const struct timespec *until)
{
	while (is_spending(loop, until))
		(void)poll(NULL, 0, RETIRE_LOOK_MS);

	/* The flag is set first, so that the driver does not take the lock
	   again. */
	atomic_store(&loop->retired, true);
	if (pthread_mutex_timedlock(&loop->work, until) != 0)
		return;
	loop->transfers.due = INT64_MAX;
	loop_store(loop);
	pthread_mutex_unlock(&loop->work);
	/* OpenSSL cleans up at the end of each thread: so the thread is waited
	   for. */
	if (wake_thread(loop, until) && loop->running &&
	    pthread_timedjoin_np(loop->thread, NULL, until) == 0)
		loop->running = false;
}
