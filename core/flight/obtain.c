/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One credential for each entry.  `busy` is the single flight; whoever finds
 * no valid credential waits for its landing under his own deadline, everybody
 * else goes on with the one there is.
 *
 * Refreshing is driven by demand: the signature that finds refresh_at passed
 * starts a flight and goes on.  What nobody uses is not refreshed.
 */
#include "flight/obtain.h"

#include <errno.h>

#include "base/clock.h"
#include "base/error.h"
#include "entry/backoff.h"
#include "entry/share.h"
#include "flight/astray.h"
#include "flight/flight.h"
#include "flight/loop.h"
#include "flight/notify.h"
#include "slot/write.h"

#define TURN_MS 50

/* ---- Flights, with the context's lock held ------------------------------ */

/* Start it in this thread, where one that needs no exchange ends. */
static bool
launch(struct entry *e, struct flight *f)
{
	e->life.busy = true;
	pthread_mutex_unlock(&e->env->lock);
	loop_launch(e->env->loop, f);
	pthread_mutex_lock(&e->env->lock);
	return true;
}

/* Leave it to the driver: this thread has better things to do. */
static bool
submit(struct entry *e, struct flight *f)
{
	e->life.busy = loop_submit(e->env->loop, f);
	return e->life.busy;
}

/*
 * Give a flight until `deadline`, if that is later than the profile's own.
 * False, with *err set, where none can take off.  With `launch` the lock is
 * let go meanwhile, and the flight may have landed.
 */
static bool
take_off(struct entry *e, enum flight_goal goal, int64_t deadline,
    bool (*leave)(struct entry *e, struct flight *f), struct apam_error *err)
{
	int64_t own = clock_ms() + e->profile->deadline * 1000;
	struct flight *f = flight_new(
	    e, goal, e->life.current, deadline > own ? deadline : own);

	if (f != NULL && leave(e, f))
		return true;
	flight_free(&f);
	(void)error_set(err, APAM_E_MEMORY, "%s", loop_problem(e->env->loop));
	return false;
}

/*
 * A rejected static credential cannot be acquired anew: its key itself is in
 * doubt, and the provider decides.
 */
static enum flight_goal
goal_of(const struct life *l)
{
	return life_rejected(l) && !l->current->minted ? FLIGHT_PROVE :
							 FLIGHT_ACQUIRE;
}

/*
 * A crowd is woken by and by, each by one before: all at once they would only
 * queue for the lock.  A few at a time, so that they do not all wait for one
 * that the machine lets wait.
 */
#define WAKE_AT_ONCE 4

static void
wake_next(struct life *l)
{
	if (l->owed > 0)
		pthread_cond_signal(&l->changed);
}

/*
 * Whoever is woken wants the lock: first it is free, then they wake.  What a
 * flight has found out the first of those who waited for it tells.
 */
static void
unlock_and_wake(struct entry *e)
{
	bool more = e->life.owed > 0, untold = e->life.untold;

	e->life.untold = false;
	pthread_mutex_unlock(&e->env->lock);
	if (more)
		pthread_cond_signal(&e->life.changed);
	if (untold)
		tell_finding(e);
}

static bool
wait_on_condition(struct entry *e, int64_t left)
{
	struct life *l = &e->life;
	uint64_t flights = l->flights;
	struct timespec until;
	int error;

	if (!clock_after(CLOCK_MONOTONIC, left, &until))
		return false;
	wake_next(l);
	l->waiting++;
	error = pthread_cond_timedwait(&l->changed, &e->env->lock, &until);
	l->waiting--;
	if (l->flights != flights)
		l->owed--;
	return error != ETIMEDOUT;
}

/* Wait for something to change; false where the deadline passed first. */
static bool
wait_changed(struct entry *e, int64_t deadline)
{
	int64_t left = deadline - clock_ms();

	if (left <= 0)
		return false;
	if (e->env->loop->threaded)
		return wait_on_condition(e, left);
	pthread_mutex_unlock(&e->env->lock);
	loop_turn(e->env->loop, left < TURN_MS ? (int)left : TURN_MS);
	pthread_mutex_lock(&e->env->lock);
	return true;
}

static enum apam_status
outcome(const struct life *l, struct apam_error *err)
{
	if (l->outcome.status == APAM_OK)
		return APAM_OK;
	return error_set(err, l->outcome.status, "%s", l->outcome.text);
}

/* The flight that this call has waited for, when tried before, has landed. */
static bool
has_waited(const struct entry *e, const struct patience *patience)
{
	uint64_t awaited = patience->awaited == NULL ?
	    0 :
	    patience->awaited[e->index];

	return awaited != 0 && e->life.flights >= awaited;
}

#define QUEUED                                                                 \
	"another process acquires the shared credential and did not end in "   \
	"time"

enum apam_status
lifecycle_late(bool queued, struct apam_error *err)
{
	return error_set(err, APAM_E_DEADLINE, "%s",
	    queued ? QUEUED : "the provider did not answer in time");
}

static enum apam_status
refuse_to_wait(const struct entry *e, uint64_t awaited,
    const struct patience *patience, struct apam_error *err)
{
	if (patience->awaited != NULL)
		patience->awaited[e->index] = awaited;
	if (patience->queued != NULL)
		*patience->queued = e->life.queued;
	return error_set(
	    err, APAM_E_PENDING, "the credential is being acquired");
}

/*
 * Wait for a flight and share its outcome: its failure is every waiter's, so
 * that a provider that is down is asked once, not once for each.  `flight` is
 * how many had landed before it.
 */
static enum apam_status
join(struct entry *e, uint64_t flight, const struct patience *patience,
    struct apam_error *err)
{
	struct life *l = &e->life;

	if (l->flights > flight)
		return outcome(l, err);
	if (patience->none)
		return refuse_to_wait(e, flight + 1, patience, err);
	while (l->flights == flight)
		if (!wait_changed(e, patience->deadline))
			return lifecycle_late(l->queued, err);
	return outcome(l, err);
}

/* ---- Getting a credential ----------------------------------------------- */

/* Take off, where none is under way, and wait for it. */
static enum apam_status
fly(struct entry *e, enum flight_goal goal, const struct patience *patience,
    struct apam_error *err)
{
	uint64_t flight = e->life.flights;

	/* Who does not wait leaves even the first step to apam_step. */
	if (!e->life.busy &&
	    !take_off(e, goal, patience->deadline,
		patience->none ? submit : launch, err))
		return APAM_E_MEMORY;
	return join(e, flight, patience, err);
}

/* There is none to use: take off, unless it is too early, and wait. */
static enum apam_status
obtain(struct entry *e, const struct patience *patience, struct apam_error *err)
{
	struct life *l = &e->life;
	int64_t wait = l->not_before - clock_ms();

	if (has_waited(e, patience) && outcome(l, err) != APAM_OK)
		return l->outcome.status;
	if (!l->busy && wait > 0)
		return error_set(err, l->last_error.status,
		    "%s; the next try is in %lld s", l->last_error.text,
		    (long long)(wait + 999) / 1000);
	return fly(e, goal_of(l), patience, err);
}

/* Who has the key is not sure: ask, unless it is too early, and wait. */
static enum apam_status
settle(struct entry *e, const struct patience *patience, struct apam_error *err)
{
	struct life *l = &e->life;
	int64_t wait = l->standing.check_at - clock_ms();

	if (!l->busy && wait > 0)
		return error_set(err, APAM_E_UNKNOWN,
		    "it is not known whether the key is good: %s; the next "
		    "check is in %lld s",
		    l->standing.found.evidence, (long long)(wait + 999) / 1000);
	return fly(e, FLIGHT_PROVE, patience, err);
}

/* Refresh what serves on meanwhile; a failure to take off is no failure. */
static void
refresh_ahead(struct entry *e, int64_t now)
{
	struct life *l = &e->life;

	if (!l->busy && now >= l->refresh_at && l->latch.status == APAM_OK &&
	    !take_off(e, FLIGHT_ACQUIRE, 0, submit, NULL))
		l->refresh_at = now + backoff_ms(1);
}

/* The same for a check of the key. */
static void
check_ahead(struct entry *e, int64_t now)
{
	struct life *l = &e->life;

	if (!l->busy && standing_check_due(&l->standing, e->conf, now) &&
	    l->latch.status == APAM_OK &&
	    !take_off(e, FLIGHT_PROVE, 0, submit, NULL))
		l->standing.check_at = now + backoff_ms(1);
}

enum apam_status
lifecycle_credential(struct entry *e, const struct patience *patience,
    struct credential **c, struct apam_error *err)
{
	struct life *l = &e->life;
	enum apam_status status = APAM_OK;
	bool waited;

	*c = NULL;
	pthread_mutex_lock(&e->env->lock);
	waited = has_waited(e, patience);
	while (*c == NULL && status == APAM_OK) {
		int64_t now = clock_ms();

		life_reopen(l, now);
		if (life_latched(l, now)) {
			status = error_set(
			    err, l->latch.status, "%s", l->latch.text);
		} else if (life_usable(l, now) &&
		    !standing_enough(&l->standing, e->conf, now)) {
			status = settle(e, patience, err);
		} else if (life_usable(l, now)) {
			refresh_ahead(e, now);
			check_ahead(e, now);
			*c = credential_hold(l->current);
		} else if (waited && life_just_made(l, now)) {
			*c = credential_hold(l->current);
		} else {
			status = obtain(e, patience, err);
			waited = true;
		}
	}
	unlock_and_wake(e);
	return status;
}

/* ---- Landing ------------------------------------------------------------ */

static void
land_acquire(struct entry *e, struct flight *f)
{
	struct life *l = &e->life;

	if (f->made != NULL)
		life_take(l, e->conf, f->made, f->shared);
	else
		life_fail(l, &f->error, f->retry_after);
}

static void
land_prove(struct entry *e, struct flight *f)
{
	struct life *l = &e->life;

	if (f->made != NULL)
		life_take(l, e->conf, f->made, f->shared);
	/* Who gave a fresh one knows the key. */
	standing_name_finding(&l->standing, &f->finding);
	life_learn(l, e->conf, &f->finding);
	if (f->made != NULL)
		return;
	/* Not refuted: a static credential is all there is, and serves on. */
	if (l->current != NULL && !l->current->minted)
		l->rejected = 0;
	if (f->unasked && l->spared)
		life_set_aside(l, e->conf);
	l->spared = false;
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
		life_drop(&e->life);
		break;
	}
}

/*
 * Say where an exchange went that failed for that.  What gave a credential
 * before was the right place: something has become of it, which may pass.
 */
static void
tell_astray(struct flight *f)
{
	const struct entry *e = f->entry;
	struct key_finding *found = &f->finding;

	if (!f->astray)
		return;
	if (f->stage == STAGE_PROBE && found->why != APAM_OK)
		astray_tell_probe(e, found->evidence, sizeof(found->evidence));
	else if (f->error.status != APAM_OK)
		astray_tell(e, &f->op.exchange,
		    f->error.status == APAM_E_CONFIG, f->error.text,
		    sizeof(f->error.text));
	else if (found->why != APAM_OK)
		astray_tell(e, &f->op.exchange, found->why == APAM_E_CONFIG,
		    found->evidence, sizeof(found->evidence));
}

/* With the context's lock held. */
static void
excuse_configuration(struct flight *f)
{
	const struct credential *c = f->entry->life.current;

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

void
lifecycle_queued(const struct flight *f, bool queued)
{
	struct entry *e = f->entry;

	pthread_mutex_lock(&e->env->lock);
	e->life.queued = queued;
	pthread_mutex_unlock(&e->env->lock);
}

void
lifecycle_landed(struct flight *f)
{
	struct entry *e = f->entry;
	struct life *l = &e->life;
	bool unwanted, tell;

	if (may_be_refusal(f))
		tell_recall(e);
	tell_astray(f);
	pthread_mutex_lock(&e->env->lock);
	l->busy = false;
	l->flights++;
	excuse_configuration(f);
	standing_name_error(&l->standing, &f->error);
	l->outcome = f->error;
	/* Dropped meanwhile: whoever waits for it takes off anew. */
	unwanted = l->unwanted && f->made != NULL;
	l->unwanted = false;
	if (!unwanted)
		take_results(e, f);
	slot_close(e->slot);
	/*
	 * What another process acquired that one has told of.  Files are
	 * written by who waits, where somebody does: when his call returns
	 * nobody is at work on a descriptor that the host may close now.
	 */
	l->untold |= !f->shared && l->waiting > 0;
	tell = !f->shared && l->waiting == 0;
	l->owed = l->waiting;
	for (int i = 0; i < WAKE_AT_ONCE; i++)
		wake_next(l);
	pthread_mutex_unlock(&e->env->lock);
	if (unwanted)
		share_forget(e, f->made);
	if (tell)
		tell_finding(e);
}

/* ---- Checking and revoking ---------------------------------------------- */

/* Run a flight of one's own, after the one under way. */
static enum apam_status
run(struct entry *e, enum flight_goal goal, int64_t deadline,
    struct apam_error *err)
{
	const struct patience patience = { .deadline = deadline };
	struct life *l = &e->life;
	uint64_t flight;

	while (l->busy)
		if (!wait_changed(e, deadline))
			return error_set(err, APAM_E_DEADLINE,
			    "another exchange did not end in time");
	flight = l->flights;
	if (!take_off(e, goal, deadline, submit, err))
		return APAM_E_MEMORY;
	return join(e, flight, &patience, err);
}

enum apam_status
lifecycle_check(struct entry *e, int64_t deadline, struct key_finding *finding,
    struct apam_error *err)
{
	enum apam_status status;

	pthread_mutex_lock(&e->env->lock);
	status = run(e, FLIGHT_PROVE, deadline, err);
	*finding = e->life.standing.found;
	unlock_and_wake(e);
	return status;
}

enum apam_status
lifecycle_revoke(struct entry *e, int64_t deadline, struct apam_error *err)
{
	enum apam_status status;

	share_forget(e, NULL);
	pthread_mutex_lock(&e->env->lock);
	status = run(e, FLIGHT_REVOKE, deadline, err);
	life_drop(&e->life);
	slot_close(e->slot);
	unlock_and_wake(e);
	/* A flight that was waited for may have stored one. */
	share_forget(e, NULL);
	return status;
}

/* ---- What responses said ------------------------------------------------ */

void
lifecycle_drop(struct entry *e)
{
	e->life.unwanted = e->life.busy;
	life_drop(&e->life);
	life_retry(&e->life);
	slot_close(e->slot);
}

/* Something can be done about a rejection: acquire anew, or ask. */
static bool
can_settle(const struct entry *e)
{
	const struct life *l = &e->life;

	if (l->current == NULL || l->current->minted)
		return true;
	return e->conf->revocation_check != CHECK_NEVER &&
	    (e->module->abi.check != NULL || e->conf->probe_method != NULL);
}

/* Signing again may work. */
static bool
may_replay(const struct entry *e, bool standby)
{
	const struct life *l = &e->life;

	if (APAM_CLASS(l->latch.status) == APAM_CLASS_REVOKED)
		return standby;
	return l->latch.status == APAM_OK && can_settle(e);
}

bool
lifecycle_reject(struct entry *e, uint64_t generation,
    enum apam_verdict verdict, bool standby)
{
	struct life *l = &e->life;
	struct credential *bad = NULL;
	bool again;

	tell_recall(e);
	pthread_mutex_lock(&e->env->lock);
	if (l->current != NULL && l->current->generation <= generation &&
	    !life_rejected(l)) {
		if (can_settle(e)) {
			life_reject(l);
			l->spared = verdict == APAM_VERDICT_REJECTED && standby;
			bad = credential_hold(l->current);
		} else if (verdict == APAM_VERDICT_REJECTED && standby &&
		    e->conf->revocation_check != CHECK_NEVER) {
			life_set_aside(l, e->conf);
		}
		slot_close(e->slot);
	}
	again = may_replay(e, standby);
	pthread_mutex_unlock(&e->env->lock);
	if (bad != NULL)
		share_forget(e, bad);
	credential_release(&bad);
	tell_finding(e);
	return again;
}

bool
lifecycle_holds(struct entry *e, uint64_t generation)
{
	const struct life *l = &e->life;
	bool holds;

	pthread_mutex_lock(&e->env->lock);
	holds = l->current != NULL && l->current->generation == generation;
	pthread_mutex_unlock(&e->env->lock);
	return holds;
}

void
lifecycle_accept(struct entry *e)
{
	if (atomic_load_explicit(&e->life.rejections, memory_order_relaxed) !=
	    0)
		atomic_store(&e->life.rejections, 0);
	if (!atomic_load_explicit(&e->life.proven, memory_order_relaxed) &&
	    !atomic_exchange(&e->life.proven, true))
		tell_proven(e);
}

/* ---- Reload, and people -------------------------------------------------- */

void
lifecycle_inherit(struct entry *e, struct entry *from)
{
	life_inherit(&e->life, &from->life);
}

void
lifecycle_glance(struct entry *e)
{
	struct credential *c;
	bool none;

	if (!e->profile->share_credentials)
		return;
	c = share_load(e, NULL);
	pthread_mutex_lock(&e->env->lock);
	none = !life_usable(&e->life, clock_ms()) && !e->life.busy;
	if (none && c != NULL)
		life_take(&e->life, e->conf, c, true);
	pthread_mutex_unlock(&e->env->lock);
	credential_release(&c);
}

void
lifecycle_show(struct entry *e, struct apam_entry_status *to)
{
	pthread_mutex_lock(&e->env->lock);
	life_show(&e->life, to);
	pthread_mutex_unlock(&e->env->lock);
}
