/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the person is told is copied, because the caller looks at it while the
 * module may go on.
 */
#include "flight/login_run.h"

#include "base/clock.h"
#include "base/error.h"
#include "flight/result.h"
#include "flight/turn_busy.h"
#include "text/url.h"

#define STORE_MS 30000 /* how long to wait for the lock, at least */

/* ---- Events and answers ------------------------------------------------- */

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
login_run_begun(struct flight *f)
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
login_run_pause(struct flight *f, enum apam_step step)
{
	const struct op_prompt *from = &f->op.prompt;
	struct login *l = f->login;
	struct apam_error why = APAM_ERROR_INIT;
	bool failed;

	pthread_mutex_lock(l->lock);
	buf_set(&l->prompt.text, buf_view(&from->text));
	buf_set(&l->prompt.url, buf_view(&from->url));
	buf_set(&l->prompt.code, buf_view(&from->code));
	failed = l->prompt.text.failed || l->prompt.url.failed ||
	    l->prompt.code.failed;
	if (!failed)
		login_set_event(l, event_of(step));
	pthread_mutex_unlock(l->lock);
	if (failed) {
		(void)error_set(&why, APAM_E_MEMORY, "out of memory");
		return result_failed(f, &why);
	}
	f->confirms = step == APAM_STEP_CONFIRM;
	f->wake_at = f->deadline;
	return FLIGHT_PERSON;
}

/* Give the op the person's answer.  False: the person said no. */
static bool
take_answer(struct flight *f)
{
	struct login *l = f->login;
	bool ok;

	pthread_mutex_lock(l->lock);
	atomic_store(&l->answered, false);
	ok = !f->confirms || l->confirmed;
	/* The bytes stay until the next answer, which comes after the next
	   step. */
	f->op.pub.redirected = buf_view(&l->redirected);
	pthread_mutex_unlock(l->lock);
	return ok;
}

bool
login_run_answered(struct flight *f, struct apam_error *why)
{
	if (!login_run_is_answered(f))
		(void)error_set(why, APAM_E_DEADLINE,
		    "nobody logged in in time, and nothing was changed");
	else if (!take_answer(f))
		(void)error_set(why, APAM_E_DENIED,
		    "the login was not confirmed, and nothing was changed");
	return why->status == APAM_OK;
}

/* ---- Storing ------------------------------------------------------------ */

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

	/* A URL that was sent can be parsed, as exchange_finish did. */
	if (f->sent == 0 ||
	    url_parse(buf_view(&f->op.exchange.url), &url) != NULL)
		(void)error_set(&why, APAM_E_ABI,
		    "the module has a secret that no exchange brought");
	else
		gain.origin = url.origin;
	if (why.status == APAM_OK)
		(void)durable_turn_first(turn, &claim, &gain, &why);
	durable_turn_end(turn);
	return why.status == APAM_OK ? FLIGHT_LANDED : result_failed(f, &why);
}

enum flight_wait
login_run_store_again(struct flight *f)
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
	return turn_busy(f);
}

enum flight_wait
login_run_store(struct flight *f)
{
	const int64_t until = clock_ms() + STORE_MS;

	f->stage = STAGE_STORE;
	if (f->deadline < until)
		f->deadline = until;
	return login_run_store_again(f);
}
