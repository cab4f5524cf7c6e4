/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loop: flights, driven by readiness and by time.
 */
#include "flight/loop.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "file/secret_ahead.h"
#include "flight/login_run.h"
#include "flight/moves.h"
#include "flight/pollset.h"
#include "flight/programs.h"

#define EVENTS_MAX 16
#define UNWATCHED_MS 50 /* a pause where something cannot be watched */

void
loop_init(struct loop *loop, pthread_mutex_t *lock,
    const struct loop_listener *listener, bool threaded)
{
	memset(loop, 0, sizeof(*loop));
	pthread_mutex_init(&loop->work, NULL);
	loop->lock = lock;
	loop->listener = listener;
	pthread_cond_init(&loop->submitted, NULL);
	loop->set = -1;
	loop->other = (struct own_fd)OWN_FD_NONE;
	loop->wake.in.fd = loop->wake.out.fd = -1;
	transfers_init(&loop->transfers);
	loop->look_at = INT64_MAX;
	loop->threaded = threaded;
}

/* ---- Flights ------------------------------------------------------------ */

static void follow(struct loop *loop, struct flight *f, enum flight_wait wait);

static void
take_out(struct loop *loop, struct flight *f)
{
	struct flight **at = &loop->flying;

	while (*at != NULL && *at != f)
		at = &(*at)->next;
	if (*at == f)
		*at = f->next;
}

/*
 * Go on with a flight that slept.  Its program's output is not watched any
 * more when it is closed.
 */
static void
wake(struct loop *loop, struct flight *f)
{
	programs_unwatch(loop->set, f);
	follow(loop, f, flight_woken(f));
}

/* ---- Moving -------------------------------------------------------------- */

/* Do what a flight says it waits for. */
static void
follow(struct loop *loop, struct flight *f, enum flight_wait wait)
{
	/* What fails to start may be followed by another, such as a probe. */
	while (wait == FLIGHT_TRANSFER &&
	    !transfers_add(&loop->transfers, loop->set, f))
		wait = flight_transferred(f, CURLE_OUT_OF_MEMORY);
	f->wait = wait;
	if (f->goal != FLIGHT_STORE)
		loop->listener->waits(f, wait);
	if (wait == FLIGHT_PROGRAM)
		programs_watch(loop->set, f);
	if (wait == FLIGHT_SLEEP || wait == FLIGHT_PROGRAM ||
	    wait == FLIGHT_PERSON)
		return;
	f->wake_at = INT64_MAX;
	if (wait != FLIGHT_LANDED)
		return;
	if (f->goal != FLIGHT_STORE) {
		loop->listener->landed(f);
		loop->landings++;
		if (flight_stays(f))
			return;
	}
	take_out(loop, f);
	flight_free(&f);
}

static void
start_submitted(struct loop *loop)
{
	struct flight *f, *next;

	pthread_mutex_lock(loop->lock);
	f = loop->inbox;
	loop->inbox = NULL;
	pthread_mutex_unlock(loop->lock);
	for (; f != NULL; f = next) {
		next = f->next;
		f->next = loop->flying;
		loop->flying = f;
		if (!f->started)
			f->wait = flight_start(f);
		follow(loop, f, f->wait);
	}
}

/* When it can go on, if nothing else happens. */
static int64_t
due_of(const struct flight *f)
{
	return login_run_is_answered(f) ? 0 : f->wake_at;
}

static void
wake_sleepers(struct loop *loop)
{
	int64_t now = clock_ms();
	struct flight *next;

	for (struct flight *f = loop->flying; f != NULL; f = next) {
		next = f->next;
		if (due_of(f) <= now)
			wake(loop, f);
	}
}

static void
end_transfers(struct loop *loop)
{
	struct flight *f;
	CURLcode code;

	while ((f = transfers_ended(&loop->transfers, &code)) != NULL)
		follow(loop, f, flight_transferred(f, code));
}

/*
 * libcurl cannot go on with one of them, and does not say with which.  What
 * would be lost for good with its answer waits for that until its deadline.
 */
static void
starve(struct loop *loop)
{
	struct flight *next;

	for (struct flight *f = loop->flying; f != NULL; f = next) {
		next = f->next;
		if (f->transfer.easy == NULL || flight_is_spending(f))
			continue;
		transfers_remove(&loop->transfers, f);
		follow(loop, f, flight_starved(f));
	}
}

static void
act(struct loop *loop, curl_socket_t fd, int mask)
{
	if (atomic_load(&loop->retired) ||
	    transfers_act(&loop->transfers, fd, mask))
		return;
	/* Some may have ended before that. */
	end_transfers(loop);
	starve(loop);
}

/* Those that no flight waits for. */
static void
move_ahead(struct loop *loop)
{
	if (loop->ahead == NULL)
		return;
	if (secret_ahead_go_on(loop->ahead))
		loop->landings++;
	if (!programs_watch_ahead(loop->set, loop->ahead))
		loop->look_at = clock_ms() + UNWATCHED_MS;
}

static void
move(struct loop *loop)
{
	if (atomic_load(&loop->retired))
		return;
	if (loop->look_at <= clock_ms())
		loop->look_at = INT64_MAX;
	start_submitted(loop);
	wake_sleepers(loop);
	move_ahead(loop);
	if (loop->transfers.due <= clock_ms())
		act(loop, CURL_SOCKET_TIMEOUT, 0);
	end_transfers(loop);
}

static int64_t
next_due(const struct loop *loop)
{
	int64_t due = loop->transfers.due;

	if (loop->look_at < due)
		due = loop->look_at;
	if (loop->ahead != NULL && secret_ahead_due(loop->ahead) < due)
		due = secret_ahead_due(loop->ahead);
	for (const struct flight *f = loop->flying; f != NULL; f = f->next)
		if (due_of(f) < due)
			due = due_of(f);
	return due;
}

static int
until(int64_t due)
{
	return due == INT64_MAX ? -1 : clock_left(due);
}

int
loop_timeout(struct loop *loop)
{
	bool submitted;
	int ms;

	pthread_mutex_lock(&loop->work);
	pthread_mutex_lock(loop->lock);
	submitted = loop->inbox != NULL;
	pthread_mutex_unlock(loop->lock);
	ms = submitted || loop->other_came ? 0 : until(next_due(loop));
	pthread_mutex_unlock(&loop->work);
	return ms;
}

/* ---- Descriptors --------------------------------------------------------- */

/* False where it is there and cannot be watched. */
static bool
watch_other(struct loop *loop)
{
	return !own_fd_is_ours(&loop->other) ||
	    pollset_watch(loop->set, loop->other.fd, true, loop->other_out);
}

bool
loop_open(struct loop *loop)
{
	if (loop->set >= 0)
		return true;
	loop->set = pollset_new();
	if (loop->set >= 0 && wakeup_open(&loop->wake) &&
	    pollset_watch(loop->set, loop->wake.in.fd, true, false) &&
	    watch_other(loop))
		return true;
	if (loop->set >= 0)
		close(loop->set);
	loop->set = -1;
	wakeup_close(&loop->wake);
	return false;
}

static bool
set_is_ours(const struct loop *loop)
{
	return wakeup_is_ours(&loop->wake) &&
	    pollset_has(loop->set, loop->wake.in.fd);
}

/*
 * Close those that are ours, and give up what libcurl has on them.  A set that
 * cannot be told from another's stays open: one descriptor is lost.
 */
static void
let_go_of_descriptors(struct loop *loop)
{
	transfers_forget(&loop->transfers);
	if (loop->set >= 0 && set_is_ours(loop))
		close(loop->set);
	loop->set = -1;
	wakeup_close(&loop->wake);
}

/* ---- Where the host has closed some -------------------------------------- */

/* Land, or go on with, what was under way on them. */
static void
cut_off(struct loop *loop)
{
	struct flight *next;

	for (struct flight *f = loop->flying; f != NULL; f = next) {
		next = f->next;
		if (f->transfer.easy != NULL || programs_has_lost(f))
			follow(loop, f, flight_cut_off(f));
		else
			programs_watch(loop->set, f);
	}
}

/* Make anew what is not ours any more; true where that was so. */
static bool
mend(struct loop *loop)
{
	bool lost;

	if (atomic_load(&loop->retired))
		return false;
	lost = !transfers_are_ours(&loop->transfers) ||
	    programs_have_lost(loop->flying);
	pthread_mutex_lock(loop->lock);
	lost = lost || (loop->set >= 0 && !set_is_ours(loop));
	if (lost) {
		let_go_of_descriptors(loop);
		(void)loop_open(loop);
	}
	pthread_mutex_unlock(loop->lock);
	if (lost)
		cut_off(loop);
	return lost;
}

/* ---- Turning ------------------------------------------------------------- */

static void
handle(struct loop *loop, const struct pollset_event *event)
{
	struct flight *f;
	int mask = 0;

	if (event->fd == loop->wake.in.fd) {
		wakeup_clear(&loop->wake);
		return;
	}
	if (event->fd == loop->other.fd) {
		loop->other_came = true;
		(void)pollset_watch(loop->set, event->fd, false, false);
		return;
	}
	f = programs_find(loop->flying, event->fd);
	if (f != NULL)
		wake(loop, f);
	if (f != NULL || programs_are_ahead(loop->ahead, event->fd))
		return;
	mask |= event->in ? CURL_CSELECT_IN : 0;
	mask |= event->out ? CURL_CSELECT_OUT : 0;
	mask |= event->broken ? CURL_CSELECT_ERR : 0;
	act(loop, event->fd, mask);
}

/* Wait for events; without a set, a little, for there may be one then. */
static int
wait_for_events(int set, struct pollset_event *events, int ms)
{
	if (set >= 0)
		return pollset_wait(set, events, EVENTS_MAX, ms);
	(void)poll(NULL, 0, ms < 0 || ms > UNWATCHED_MS ? UNWATCHED_MS : ms);
	return 0;
}

void
loop_turn(struct loop *loop, int wait_ms)
{
	struct pollset_event events[EVENTS_MAX];
	int n, ms, set;

	pthread_mutex_lock(&loop->work);
	(void)mend(loop);
	move(loop);
	ms = until(next_due(loop));
	set = loop->set;
	pthread_mutex_unlock(&loop->work);
	if (wait_ms >= 0 && (ms < 0 || ms > wait_ms))
		ms = wait_ms;
	n = wait_for_events(set, events, ms);
	pthread_mutex_lock(&loop->work);
	if (mend(loop))
		n = 0;
	for (int i = 0; i < n; i++)
		handle(loop, &events[i]);
	move(loop);
	pthread_mutex_unlock(&loop->work);
}

void
loop_watch(struct loop *loop, const struct own_fd *other, bool out)
{
	pthread_mutex_lock(&loop->work);
	pthread_mutex_lock(loop->lock);
	loop->other = *other;
	loop->other_out = out;
	loop->other_came = false;
	if (loop->set >= 0 && !watch_other(loop))
		loop->look_at = clock_ms() + UNWATCHED_MS;
	pthread_mutex_unlock(loop->lock);
	pthread_mutex_unlock(&loop->work);
}

void
loop_put(struct loop *loop, struct flight *f)
{
	f->next = loop->inbox;
	loop->inbox = f;
}

int
loop_descriptor(struct loop *loop)
{
	int set;

	pthread_mutex_lock(&loop->work);
	(void)mend(loop);
	pthread_mutex_lock(loop->lock);
	set = loop_open(loop) ? loop->set : -1;
	pthread_mutex_unlock(loop->lock);
	pthread_mutex_unlock(&loop->work);
	return set;
}

/* `given_up`: libcurl is not to be called for it. */
static void
drop(struct loop *loop, struct flight *f, bool given_up)
{
	if (given_up)
		http_give_up(&f->transfer);
	else
		transfers_remove(&loop->transfers, f);
	flight_free(&f);
}

static void
drop_all(struct loop *loop, struct flight *list, bool given_up)
{
	struct flight *next;

	for (struct flight *f = list; f != NULL; f = next) {
		next = f->next;
		drop(loop, f, given_up);
	}
}

/* Take the flight of a login out of a list; NULL: it is not there. */
static struct flight *
take_login(struct flight **at, const struct login *login)
{
	struct flight *f;

	while (*at != NULL && (*at)->login != login)
		at = &(*at)->next;
	f = *at;
	if (f != NULL)
		*at = f->next;
	return f;
}

void
loop_cancel(struct loop *loop, const struct login *login)
{
	struct flight *f;

	pthread_mutex_lock(&loop->work);
	pthread_mutex_lock(loop->lock);
	f = take_login(&loop->inbox, login);
	pthread_mutex_unlock(loop->lock);
	if (f == NULL)
		f = take_login(&loop->flying, login);
	if (f != NULL)
		drop(loop, f, mend(loop) || atomic_load(&loop->retired));
	pthread_mutex_unlock(&loop->work);
}

bool
loop_is_spending(const struct loop *loop)
{
	for (const struct flight *f = loop->flying; f != NULL; f = f->next)
		if (flight_is_spending(f))
			return true;
	return false;
}

static bool
is_spending(struct loop *loop)
{
	bool is;

	pthread_mutex_lock(&loop->work);
	is = !atomic_load(&loop->retired) && loop_is_spending(loop);
	pthread_mutex_unlock(&loop->work);
	return is;
}

void
loop_finish(struct loop *loop, int ms)
{
	const int64_t until = clock_ms() + ms;

	while (is_spending(loop) && clock_ms() < until)
		loop_turn(loop, (int)(until - clock_ms()));
}

void
loop_store(struct loop *loop)
{
	for (struct flight *f = loop->flying; f != NULL; f = f->next)
		if (f->goal == FLIGHT_STORE)
			(void)flight_woken(f);
}

void
loop_free(struct loop *loop)
{
	const bool lost = atomic_load(&loop->retired) ||
	    !transfers_are_ours(&loop->transfers) ||
	    (loop->set >= 0 && !set_is_ours(loop));

	loop_store(loop);
	drop_all(loop, loop->inbox, lost);
	drop_all(loop, loop->flying, lost);
	if (!lost)
		transfers_free(&loop->transfers);
	let_go_of_descriptors(loop);
	pthread_cond_destroy(&loop->submitted);
	pthread_mutex_destroy(&loop->work);
}

void
loop_abandon(struct loop *loop)
{
	/* Those in the inbox may have been launched already. */
	drop_all(loop, loop->inbox, true);
	drop_all(loop, loop->flying, true);
	let_go_of_descriptors(loop);
	loop_init(loop, loop->lock, loop->listener, loop->threaded);
}
