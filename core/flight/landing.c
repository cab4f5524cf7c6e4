/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loop calls these functions, in the thread that drives it.
 */
#include "flight/landing.h"

#include "base/error.h"
#include "entry/share.h"
#include "flight/astray.h"
#include "flight/flight.h"
#include "flight/login.h"
#include "flight/notify.h"
#include "flight/waiters.h"
#include "slot/write.h"

static void
land_acquire(struct entry *e, struct flight *f)
{
	struct credential_state *s = &e->credential;

	if (f->made != NULL)
		credential_state_take(s, e->conf, f->made, f->shared);
	else
		credential_state_fail(s, &f->error, f->retry_after);
	/* No provider was asked, but a secret's program may have been run. */
	if (f->made == NULL && f->stage == STAGE_SECRETS &&
	    APAM_CLASS(f->error.status) == APAM_CLASS_CONFIG)
		credential_state_hold_off(s, -1);
}

static void
land_prove(struct entry *e, struct flight *f)
{
	struct credential_state *s = &e->credential;

	if (f->made != NULL)
		credential_state_take(s, e->conf, f->made, f->shared);
	/* A provider that gave a fresh credential knows the key. */
	key_state_name_finding(&s->key, &f->finding);
	credential_state_learn(s, e->conf, &f->finding);
	if (f->made != NULL)
		return;
	/* A static credential that was not refuted is used again. */
	if (s->current != NULL && !s->current->minted)
		s->rejected = 0;
	if (f->unasked && s->spared)
		credential_state_set_aside(s, e->conf);
	s->spared = false;
}

/* Neither what another process acquired nor a static credential is counted. */
static void
count(struct entry *e, const struct flight *f)
{
	if (f->goal != FLIGHT_ACQUIRE && f->goal != FLIGHT_PROVE)
		return;
	if (f->made != NULL && !f->shared && f->made->minted)
		e->counts.acquired++;
	else if (f->made == NULL && f->goal == FLIGHT_ACQUIRE)
		e->counts.not_acquired++;
}

static void
take_results(struct entry *e, struct flight *f)
{
	switch (f->goal) {
	case FLIGHT_ACQUIRE:
		land_acquire(e, f);
		break;
	case FLIGHT_PROVE:
		land_prove(e, f);
		break;
	case FLIGHT_REVOKE:
	case FLIGHT_LOGOUT:
		credential_state_drop(&e->credential);
		break;
	case FLIGHT_LOGIN:
	case FLIGHT_STORE:
		break;
	}
}

/*
 * If an exchange failed because of where it went, say where that was.
 */
static void
name_place(struct flight *f)
{
	const struct entry *e = f->entry;
	struct key_finding *found = &f->finding;

	if (!f->astray)
		return;
	if (f->has_op && f->op.probes && found->why != APAM_OK)
		astray_tell_probe(e, found->evidence, sizeof(found->evidence));
	else if (f->error.status != APAM_OK)
		astray_tell(e, &f->op.exchange,
		    f->error.status == APAM_E_CONFIG, f->error.text,
		    sizeof(f->error.text));
	else if (found->why != APAM_OK)
		astray_tell(e, &f->op.exchange, found->why == APAM_E_CONFIG,
		    found->evidence, sizeof(found->evidence));
}

/*
 * If that place gave a credential before, it is the right one: the fault may
 * pass, and is not the configuration's.  With the context's lock held.
 */
static void
excuse_configuration(struct flight *f)
{
	const struct credential *c = f->entry->credential.current;

	if (!f->astray || c == NULL || !c->minted)
		return;
	if (f->error.status == APAM_E_CONFIG)
		f->error.status = APAM_E_PROVIDER;
	if (f->finding.why == APAM_E_CONFIG)
		f->finding.why = APAM_E_PROVIDER;
}

/* What a refusal is called depends on what was known of the key before. */
static bool
may_be_refusal(const struct flight *f)
{
	return f->error.status != APAM_OK ||
	    (f->goal == FLIGHT_PROVE && f->finding.state != APAM_KEY_GOOD);
}

/* The text for a call whose time runs out while the flight waits for `wait`. */
static const char *
late_text(const struct flight *f, enum flight_wait wait)
{
	if (wait == FLIGHT_PROGRAM)
		return "the program that gives the entry's secret did not end "
		       "in time";
	if (wait != FLIGHT_SLEEP)
		return "the provider did not answer in time";
	if (f->stage == STAGE_SHARE || f->stage == STAGE_TURN)
		return "another process acquires the shared credential and did "
		       "not end in time";
	return "the provider asked to be asked again later, and the time was "
	       "over before";
}

static void
on_wait(const struct flight *f, enum flight_wait wait)
{
	struct entry *e = f->entry;

	if (f->goal == FLIGHT_LOGIN)
		return;
	pthread_mutex_lock(&e->env->lock);
	e->flight.late = late_text(f, wait);
	pthread_mutex_unlock(&e->env->lock);
}

/* Who is told what a flight found out, and when. */
enum telling { TELL_NOBODY, TELL_LATER, TELL_NOW };

/*
 * Another process tells of what it acquired itself.  Files are written by a
 * waiter, if there is one: after its call has returned, no thread of apam's
 * works on a descriptor that the host may then close.
 */
static enum telling
telling_of(const struct flight *f)
{
	if (f->shared)
		return TELL_NOBODY;
	return f->entry->flight.waiting > 0 ? TELL_LATER : TELL_NOW;
}

/* With the context's lock held.  True where the results are not wanted. */
static bool
land(struct entry *e, struct flight *f)
{
	bool unwanted;

	e->flight.busy = false;
	e->flight.flights++;
	count(e, f);
	excuse_configuration(f);
	key_state_name_error(&e->credential.key, &f->error);
	e->flight.outcome = f->error;
	/* Dropped meanwhile: callers that wait for it take off anew. */
	unwanted = e->flight.unwanted && f->made != NULL;
	e->flight.unwanted = false;
	if (!unwanted)
		take_results(e, f);
	slot_close(e->slot);
	return unwanted;
}

static void
on_landed(struct flight *f)
{
	struct entry *e = f->entry;
	enum telling telling;
	bool unwanted;

	if (f->goal == FLIGHT_LOGIN) {
		name_place(f);
		login_end(f->login, &f->error);
		return;
	}
	if (may_be_refusal(f))
		notify_recall(e);
	name_place(f);
	pthread_mutex_lock(&e->env->lock);
	unwanted = land(e, f);
	telling = telling_of(f);
	e->flight.untold |= telling == TELL_LATER;
	waiters_wake(e);
	pthread_mutex_unlock(&e->env->lock);
	if (unwanted)
		share_forget(e, f->made);
	if (telling == TELL_NOW)
		notify_finding(e);
}

const struct loop_listener landing_listener = { on_wait, on_landed };
