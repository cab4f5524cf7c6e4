/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the flight does for a login, and how it and the caller hand over.
 */
#include "flight/login.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/str.h"
#include "flight/driver.h"
#include "flight/result.h"
#include "flight/stepping.h"

#define STORE_MS 30000 /* how long to wait for the lock, at least */
#define TURN_MS 50

/* ---- One login ---------------------------------------------------------- */

static struct login *
login_new(struct entry *e, const struct login_wish *wish)
{
	struct login *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	refs_init(&l->refs);
	l->loop = e->env->loop;
	l->way = wish->way;
	clock_condition(&l->changed);
	buf_init(&l->prompt.text, APAM_TEXT_SIZE);
	buf_init(&l->prompt.url, URL_MAX);
	buf_init(&l->prompt.code, APAM_TEXT_SIZE);
	buf_init(&l->redirected, LOGIN_REDIRECTED_MAX);
	error_init(&l->outcome);
	if (wish->redirect_uri == NULL)
		return l;
	l->redirect_uri = str_dup(apam_str(wish->redirect_uri));
	if (l->redirect_uri != NULL)
		return l;
	free(l);
	return NULL;
}

static void
login_release(struct login **login)
{
	struct login *l = *login;

	*login = NULL;
	if (l == NULL || !refs_drop(&l->refs))
		return;
	durable_copy_free(&l->old);
	buf_free(&l->prompt.text);
	buf_free(&l->prompt.url);
	buf_free(&l->prompt.code);
	buf_free(&l->redirected);
	free(l->redirect_uri);
	free(l);
}

/* With the context's lock held. */
static void
set_event(struct login *l, enum login_event event)
{
	l->event = event;
	l->seen = false;
	atomic_store(&l->answered, false);
	pthread_cond_broadcast(&l->changed);
}

/* ---- The caller's side -------------------------------------------------- */

struct login *
login_begin(
    struct entry *e, const struct login_wish *wish, struct apam_error *err)
{
	struct login *l = login_new(e, wish);
	struct flight *f = flight_new(e, FLIGHT_LOGIN, NULL, wish->deadline);
	bool begun = false;

	if (l != NULL && f != NULL) {
		refs_hold(&l->refs);
		f->login = l;
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
		    pthread_cond_timedwait(&l->changed, l->loop->lock, &at) ==
		    0;
	pthread_mutex_unlock(l->loop->lock);
	loop_turn(l->loop, left < TURN_MS ? (int)left : TURN_MS);
	pthread_mutex_lock(l->loop->lock);
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

	pthread_mutex_lock(l->loop->lock);
	if (l->event == LOGIN_CONFIRMS) {
		l->confirmed = yes;
		answer(l);
	} else {
		status = refuse_answer(err);
	}
	pthread_mutex_unlock(l->loop->lock);
	return status;
}

enum apam_status
login_come_back(struct login *l, struct apam_str query, struct apam_error *err)
{
	enum apam_status status = APAM_OK;

	pthread_mutex_lock(l->loop->lock);
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
	pthread_mutex_unlock(l->loop->lock);
	return status;
}

void
login_cancel(struct login **login)
{
	if (*login != NULL)
		loop_cancel((*login)->loop, *login);
	login_release(login);
}

/* ---- The flight's side -------------------------------------------------- */

/*
 * What the last login found out is good for this one if it was for the same
 * scheme, options and machine.
 */
static void
show_facts(struct flight *f)
{
	const struct entry *e = f->entry;
	const struct stored_base base = entry_store(e);
	const struct durable_place place = stored_place(&e->stored, &base);
	const struct durable_claim claim = stored_claim(
	    &e->stored, e->conf->scheme);
	struct durable_copy *old = &f->login->old;
	struct apam_error why = APAM_ERROR_INIT;

	durable_copy_free(old);
	if (durable_read(&place, old, &why) == APAM_OK && old->there &&
	    durable_stranger(&old->is, &claim).n == 0)
		f->op.durable.facts = old->is.facts;
}

void
login_begun(struct flight *f)
{
	f->op.pub.redirect_uri = apam_str(f->login->redirect_uri);
	f->op.pub.way = (int32_t)f->login->way;
	show_facts(f);
}

static enum login_event
event_of(enum apam_step step)
{
	if (step == APAM_STEP_CONFIRM)
		return LOGIN_CONFIRMS;
	return step == APAM_STEP_REDIRECT ? LOGIN_REDIRECTS : LOGIN_SHOWS;
}

enum flight_wait
login_pause(struct flight *f, enum apam_step step)
{
	const struct op_prompt *from = &f->op.prompt;
	struct login *l = f->login;
	struct apam_error why = APAM_ERROR_INIT;
	bool failed;

	pthread_mutex_lock(l->loop->lock);
	buf_set(&l->prompt.text, buf_view(&from->text));
	buf_set(&l->prompt.url, buf_view(&from->url));
	buf_set(&l->prompt.code, buf_view(&from->code));
	failed = l->prompt.text.failed || l->prompt.url.failed ||
	    l->prompt.code.failed;
	if (!failed)
		set_event(l, event_of(step));
	pthread_mutex_unlock(l->loop->lock);
	if (failed) {
		(void)error_set(&why, APAM_E_MEMORY, "out of memory");
		return result_failed(f, &why);
	}
	f->confirms = step == APAM_STEP_CONFIRM;
	f->wake_at = f->deadline;
	return FLIGHT_PERSON;
}

/* Give it the answer; false: the person said no. */
static bool
take_answer(struct flight *f)
{
	struct login *l = f->login;
	bool ok;

	pthread_mutex_lock(l->loop->lock);
	atomic_store(&l->answered, false);
	ok = !f->confirms || l->confirmed;
	/* It stays as it is until the next answer, which is not before. */
	f->op.pub.redirected = buf_view(&l->redirected);
	pthread_mutex_unlock(l->loop->lock);
	return ok;
}

static enum flight_wait
go_on_answered(struct flight *f)
{
	struct apam_error why = APAM_ERROR_INIT;

	if (!take_answer(f)) {
		(void)error_set(&why, APAM_E_DENIED,
		    "the login was not confirmed, and nothing was changed");
		return result_failed(f, &why);
	}
	return stepping_go_on(f, NULL);
}

/* ---- Storing ------------------------------------------------------------- */

static enum flight_wait
write_first(struct flight *f)
{
	struct durable_turn *turn = &f->spending.turn;
	const struct durable_claim claim = stored_claim(
	    &f->entry->stored, f->entry->conf->scheme);
	struct durable_gain gain = {
		.secret = buf_view(&f->op.durable.successor),
		.facts = buf_view(&f->op.durable.kept),
	};
	struct apam_error why = APAM_ERROR_INIT;
	struct url url;

	/* exchange_finish has read it, unless nothing was sent. */
	if (f->sent == 0 ||
	    url_parse(buf_view(&f->op.exchange.url), &url) != NULL)
		(void)error_set(&why, APAM_E_ABI,
		    "the module has a secret that no exchange brought");
	gain.origin = url.origin;
	if (why.status == APAM_OK)
		(void)durable_turn_first(turn, &claim, &gain, &why);
	if (why.status == APAM_OK)
		f->login->generation = turn->record.is.generation;
	durable_turn_end(turn);
	return why.status == APAM_OK ? FLIGHT_LANDED : result_failed(f, &why);
}

static enum flight_wait
try_store(struct flight *f)
{
	const struct stored_base base = entry_store(f->entry);
	const struct durable_place place = stored_place(
	    &f->entry->stored, &base);
	struct apam_error why = APAM_ERROR_INIT;

	switch (durable_turn_begin_anew(&f->spending.turn, &place, &why)) {
	case DURABLE_BEGUN:
		return write_first(f);
	case DURABLE_BUSY:
		break;
	case DURABLE_FAILED:
		return result_failed(f, &why);
	}
	if (clock_ms() >= f->deadline) {
		spending_late(&f->spending, &why);
		return result_failed(f, &why);
	}
	f->wake_at = clock_ms() + SPENDING_RETRY_MS;
	return FLIGHT_SLEEP;
}

enum flight_wait
login_store(struct flight *f)
{
	const int64_t until = clock_ms() + STORE_MS;

	f->stage = STAGE_STORE;
	if (f->deadline < until)
		f->deadline = until;
	return try_store(f);
}

enum flight_wait
login_go_on(struct flight *f)
{
	struct apam_error why = APAM_ERROR_INIT;

	if (f->stage == STAGE_STORE)
		return try_store(f);
	if (f->wait != FLIGHT_PERSON)
		return stepping_go_on(f, NULL);
	if (login_is_answered(f))
		return go_on_answered(f);
	(void)error_set(&why, APAM_E_DEADLINE,
	    "nobody logged in in time, and nothing was changed");
	return result_failed(f, &why);
}

/* ---- The end ------------------------------------------------------------- */

void
login_landed(struct flight *f)
{
	struct login *l = f->login;

	pthread_mutex_lock(l->loop->lock);
	l->outcome = f->error;
	set_event(l, LOGIN_ENDED);
	pthread_mutex_unlock(l->loop->lock);
}

void
login_leave(struct login **login)
{
	struct login *l = *login;

	if (l == NULL)
		return;
	pthread_mutex_lock(l->loop->lock);
	if (l->event != LOGIN_ENDED) {
		(void)error_set(&l->outcome, APAM_E_USAGE,
		    "the login belongs to the process that began it");
		/* In a child of a fork no thread waits that seems to wait. */
		clock_condition(&l->changed);
		set_event(l, LOGIN_ENDED);
	}
	pthread_mutex_unlock(l->loop->lock);
	login_release(login);
}
