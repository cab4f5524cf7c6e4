/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One credential for each entry.  `busy` is the single flight: one thread
 * acquires or checks, without the lock; the others wait for it under their own
 * deadlines, or go on with a credential that is still valid.
 */
#include "lifecycle.h"

#include <errno.h>
#include <time.h>

#include "clock.h"
#include "error.h"
#include "evidence.h"

/* ---- State, with e->lock held ----------------------------------------- */

static bool
rejected(const struct entry *e)
{
	return e->current != NULL && e->current->generation <= e->rejected;
}

static bool
usable(const struct entry *e, int64_t now)
{
	return e->current != NULL && !rejected(e) && now < e->current->expires;
}

static bool
fresh(const struct entry *e, int64_t now)
{
	return usable(e, now) && now < e->current->stale;
}

static void
replace(struct entry *e, struct credential *c)
{
	credential_release(&e->current);
	e->current = credential_hold(c);
}

/* Latch what cannot change by itself: until the secret does. */
static void
note_failure(struct entry *e, const struct apam_error *why)
{
	unsigned class = APAM_CLASS(why->status);

	if (class == APAM_CLASS_REVOKED || class == APAM_CLASS_DENIED)
		e->latch = *why;
}

static void
note_finding(struct entry *e, const struct key_finding *finding)
{
	enum apam_status status = APAM_OK;

	e->key = *finding;
	if (finding->state == APAM_KEY_REVOKED)
		status = APAM_E_REVOKED;
	if (finding->state == APAM_KEY_ARCHIVED)
		status = APAM_E_ARCHIVED;
	if (finding->state == APAM_KEY_EXPIRED)
		status = APAM_E_EXPIRED;
	if (status != APAM_OK) {
		error_clear(&e->latch);
		(void)error_set(&e->latch, status, "the key is %s: %s",
		    apam_key_state_name(finding->state), finding->evidence);
	} else if (finding->state == APAM_KEY_GOOD) {
		error_clear(&e->latch);
	}
}

/* Wait for the busy thread; false where the deadline passed first. */
static bool
wait_changed(struct entry *e, int64_t deadline)
{
	int64_t left = deadline - clock_ms();
	struct timespec until;

	if (left <= 0 || clock_gettime(CLOCK_MONOTONIC, &until) != 0)
		return false;
	until.tv_sec += (time_t)(left / 1000);
	until.tv_nsec += (long)(left % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	return pthread_cond_timedwait(&e->changed, &e->lock, &until) !=
	    ETIMEDOUT;
}

/* ---- The one busy thread, without the lock ----------------------------- */

/*
 * A rejected static credential cannot be acquired anew: the key itself is in
 * doubt, and the provider decides.
 */
static void
settle_static(struct entry *e, struct credential *c, int64_t deadline)
{
	struct key_finding finding;
	struct credential *minted = NULL;

	evidence_gather(e, c, deadline, &finding, &minted);
	lifecycle_learn(e, &finding, minted);
	credential_release(&minted);
}

static enum apam_status
acquire(struct entry *e, int64_t deadline, struct credential **c,
    struct apam_error *err)
{
	enum apam_status status = evidence_acquire(e, deadline, c, err);

	pthread_mutex_lock(&e->lock);
	if (status == APAM_OK)
		replace(e, *c);
	else
		note_failure(e, err);
	pthread_mutex_unlock(&e->lock);
	return status;
}

/* Called with the lock, returns with it; others wait meanwhile. */
static enum apam_status
refresh(struct entry *e, int64_t deadline, struct credential **c,
    struct apam_error *err)
{
	struct credential *old = NULL;
	enum apam_status status = APAM_OK;

	e->busy = true;
	if (rejected(e) && !e->current->minted)
		old = credential_hold(e->current);
	pthread_mutex_unlock(&e->lock);
	if (old != NULL)
		settle_static(e, old, deadline);
	else
		status = acquire(e, deadline, c, err);
	credential_release(&old);
	pthread_mutex_lock(&e->lock);
	e->busy = false;
	e->flights++;
	error_clear(&e->outcome);
	if (status != APAM_OK)
		(void)error_set(&e->outcome, status, "%s", err->text);
	pthread_cond_broadcast(&e->changed);
	return status;
}

/*
 * Share the outcome of the flight under way: its failure is every waiter's, so
 * that a provider that is down is asked once and not once for each.
 */
static enum apam_status
join(struct entry *e, int64_t deadline, struct apam_error *err)
{
	uint64_t flight = e->flights;

	while (e->flights == flight)
		if (!wait_changed(e, deadline))
			return error_set(
			    err, APAM_E_DEADLINE, "no credential came in time");
	if (e->outcome.status == APAM_OK)
		return APAM_OK;
	return error_set(err, e->outcome.status, "%s", e->outcome.text);
}

/* ---- Calls ------------------------------------------------------------ */

enum apam_status
lifecycle_credential(struct entry *e, int64_t deadline, struct credential **c,
    struct apam_error *err)
{
	enum apam_status status = APAM_OK;

	*c = NULL;
	pthread_mutex_lock(&e->lock);
	while (*c == NULL && status == APAM_OK) {
		int64_t now = clock_ms();

		if (e->latch.status != APAM_OK)
			status = error_set(
			    err, e->latch.status, "%s", e->latch.text);
		else if (fresh(e, now) || (e->busy && usable(e, now)))
			*c = credential_hold(e->current);
		else if (!e->busy)
			status = refresh(e, deadline, c, err);
		else
			status = join(e, deadline, err);
	}
	/* A failed refresh never discards a valid credential. */
	if (status != APAM_OK && e->latch.status == APAM_OK &&
	    usable(e, clock_ms())) {
		error_clear(err);
		*c = credential_hold(e->current);
		status = APAM_OK;
	}
	pthread_mutex_unlock(&e->lock);
	return status;
}

struct credential *
lifecycle_current(struct entry *e)
{
	struct credential *c = NULL;

	pthread_mutex_lock(&e->lock);
	if (e->current != NULL)
		c = credential_hold(e->current);
	pthread_mutex_unlock(&e->lock);
	return c;
}

bool
lifecycle_reject(struct entry *e, uint64_t generation)
{
	bool again;

	pthread_mutex_lock(&e->lock);
	if (e->current != NULL && e->current->generation <= generation &&
	    e->rejected < e->current->generation)
		e->rejected = e->current->generation;
	again = e->latch.status == APAM_OK &&
	    (e->current == NULL || e->current->minted ||
		e->module->abi.check != NULL || e->conf->probe_method != NULL);
	pthread_mutex_unlock(&e->lock);
	return again;
}

void
lifecycle_learn(struct entry *e, const struct key_finding *finding,
    struct credential *minted)
{
	pthread_mutex_lock(&e->lock);
	note_finding(e, finding);
	if (minted != NULL)
		replace(e, minted);
	else if (e->current != NULL && !e->current->minted)
		e->rejected = 0;
	pthread_mutex_unlock(&e->lock);
}

void
lifecycle_forget(struct entry *e)
{
	pthread_mutex_lock(&e->lock);
	credential_release(&e->current);
	pthread_mutex_unlock(&e->lock);
}

struct key_finding
lifecycle_key(struct entry *e)
{
	struct key_finding key;

	pthread_mutex_lock(&e->lock);
	key = e->key;
	pthread_mutex_unlock(&e->lock);
	return key;
}
