/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An answer is noted, and the driver called, which moves the flight.
 */
#include "flight/login_call.h"

#include "base/clock.h"
#include "base/error.h"
#include "flight/driver.h"

#define TURN_MS 50

struct login *
login_begin(
    struct entry *e, const struct login_wish *wish, struct apam_error *err)
{
	struct login *l = login_new(e->env->loop, &e->env->lock, wish);
	struct flight *f = flight_new(e, FLIGHT_LOGIN, NULL, wish->deadline);
	bool begun = false;

	if (l != NULL && f != NULL) {
		f->login = login_hold(l);
		pthread_mutex_lock(&e->env->lock);
		begun = driver_submit(e->env->loop, f);
		pthread_mutex_unlock(&e->env->lock);
	}
	if (begun)
		return l;
	flight_free(&f);
	login_release(&l);
	(void)error_set(err, APAM_E_MEMORY, "%s", driver_problem(e->env->loop));
	return NULL;
}

/* With the context's lock held, which is let go of meanwhile. */
static bool
wait_once(struct login *l, int64_t until)
{
	const int64_t left = until - clock_ms();
	struct timespec at;

	if (left <= 0)
		return false;
	if (l->loop->threaded)
		return clock_after(CLOCK_MONOTONIC, left, &at) &&
		    pthread_cond_timedwait(&l->changed, l->lock, &at) == 0;
	pthread_mutex_unlock(l->lock);
	loop_turn(l->loop, left < TURN_MS ? (int)left : TURN_MS);
	pthread_mutex_lock(l->lock);
	return true;
}

bool
login_wait(struct login *l, int64_t until)
{
	while (l->event == LOGIN_RUNS || l->seen)
		if (!wait_once(l, until))
			return l->event != LOGIN_RUNS && !l->seen;
	return true;
}

/* The flight can go on.  With the context's lock held. */
static void
answer(struct login *l)
{
	l->event = LOGIN_RUNS;
	atomic_store(&l->answered, true);
	driver_call(l->loop);
}

void
login_see(struct login *l)
{
	l->seen = true;
	if (l->event == LOGIN_SHOWS)
		answer(l);
}

static enum apam_status
refuse_answer(struct apam_error *err)
{
	return error_set(err, APAM_E_USAGE,
	    "the login does not wait for this, or has ended");
}

enum apam_status
login_confirm(struct login *l, bool yes, struct apam_error *err)
{
	enum apam_status status = APAM_OK;

	pthread_mutex_lock(l->lock);
	if (l->event == LOGIN_CONFIRMS) {
		l->confirmed = yes;
		answer(l);
	} else {
		status = refuse_answer(err);
	}
	pthread_mutex_unlock(l->lock);
	return status;
}

enum apam_status
login_come_back(struct login *l, struct apam_str query, struct apam_error *err)
{
	enum apam_status status = APAM_OK;

	pthread_mutex_lock(l->lock);
	if (l->event == LOGIN_REDIRECTS)
		buf_set(&l->redirected, query);
	if (l->event != LOGIN_REDIRECTS)
		status = refuse_answer(err);
	else if (l->redirected.failed)
		status = error_set(err, APAM_E_MEMORY, "out of memory");
	else
		answer(l);
	if (l->redirected.failed)
		buf_free(&l->redirected);
	pthread_mutex_unlock(l->lock);
	return status;
}

void
login_cancel(struct login **login)
{
	if (*login != NULL)
		loop_cancel((*login)->loop, *login);
	login_release(login);
}
