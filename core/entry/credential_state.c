/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rules on one credential and its key.
 */
#include "entry/credential_state.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "entry/backoff.h"

/* From here on a provider that rejects what it just gave is left alone. */
#define REJECTIONS_MAX 3
#define RETRY_LEAST_MS 200

void
life_renew_condition(struct life *l)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&l->changed, &attributes);
	pthread_condattr_destroy(&attributes);
}

void
life_init(struct life *l)
{
	life_renew_condition(l);
	error_clear(&l->outcome);
	error_clear(&l->latch);
	error_clear(&l->last_error);
	l->refresh_at = INT64_MAX;
	standing_init(&l->standing);
}

void
life_free(struct life *l)
{
	credential_release(&l->current);
	pthread_cond_destroy(&l->changed);
}

/* ---- What holds ---------------------------------------------------------- */

bool
life_rejected(const struct life *l)
{
	return l->current != NULL && l->current->generation <= l->rejected;
}

bool
life_usable(const struct life *l, int64_t now)
{
	return l->current != NULL && !life_rejected(l) &&
	    now < l->current->stale;
}

/* Even one that may be used but once. */
bool
life_just_made(const struct life *l, int64_t now)
{
	const struct credential *c = l->current;

	return c != NULL && !life_rejected(l) && c->generation == l->landed &&
	    (now < c->expires || c->expires == c->since);
}

bool
life_latched(const struct life *l, int64_t now)
{
	if (APAM_CLASS(l->latch.status) == APAM_CLASS_DENIED &&
	    life_usable(l, now))
		return false;
	return l->latch.status != APAM_OK;
}

/* ---- What is brought ----------------------------------------------------- */

/*
 * How long to leave the provider alone.  While a credential serves on, half of
 * what it has left at most, so that it is replaced in time; unless the
 * provider itself says how long.
 */
static int64_t
retry_wait(struct life *l, int64_t now, int64_t retry_after)
{
	int64_t wait = backoff_ms(++l->failures), half;

	if (life_usable(l, now)) {
		half = (l->current->stale - now) / 2;
		if (half < RETRY_LEAST_MS)
			half = RETRY_LEAST_MS;
		wait = wait < half ? wait : half;
	}
	if (retry_after >= 0 && retry_after * 1000 > wait)
		return retry_after * 1000 + backoff_ms(1);
	return wait;
}

void
life_fail(struct life *l, const struct apam_error *why, int64_t retry_after)
{
	unsigned class = APAM_CLASS(why->status);
	int64_t now = clock_ms();

	l->last_error = *why;
	l->last_error_at = clock_unix();
	if (class == APAM_CLASS_REVOKED)
		standing_refused(&l->standing, why);
	if (class == APAM_CLASS_REVOKED || class == APAM_CLASS_DENIED) {
		l->latch = *why;
		return;
	}
	if (class != APAM_CLASS_TEMPORARY && why->status != APAM_E_CONFIG) {
		/* Nobody was asked, so that there is nobody to be spared. */
		l->refresh_at = now + backoff_ms(1);
		return;
	}
	l->not_before = now + retry_wait(l, now, retry_after);
	l->refresh_at = l->not_before;
}

static void
replace(struct life *l, struct credential *c)
{
	credential_release(&l->current);
	l->current = credential_hold(c);
}

void
life_take(struct life *l, const struct profile_entry *conf,
    struct credential *c, bool shared)
{
	int64_t came = shared ? c->since : clock_ms();

	if (c->minted)
		standing_given(&l->standing, conf, c->since, c->view.acquired);
	l->failures = 0;
	l->not_before = 0;
	l->landed = c->generation;
	replace(l, c);
	l->refresh_at = backoff_refresh_at(c->since, came, c->stale);
}

void
life_learn(struct life *l, const struct profile_entry *conf,
    const struct key_finding *finding)
{
	static const enum apam_status dead[] = {
		[APAM_KEY_EXPIRED] = APAM_E_EXPIRED,
		[APAM_KEY_ARCHIVED] = APAM_E_ARCHIVED,
		[APAM_KEY_REVOKED] = APAM_E_REVOKED,
		[APAM_KEY_REJECTED] = APAM_E_REJECTED,
	};

	standing_found(&l->standing, conf, finding);
	/* A key that was set aside stays so, but no longer than before. */
	if (finding->state == APAM_KEY_UNKNOWN)
		return;
	l->aside_until = 0;
	error_clear(&l->latch);
	if (finding->state > APAM_KEY_GOOD)
		(void)error_set(&l->latch, dead[finding->state],
		    "the key is %s: %s", apam_key_state_name(finding->state),
		    finding->evidence);
}

void
life_reject(struct life *l)
{
	unsigned row = atomic_fetch_add(&l->rejections, 1) + 1;

	l->rejected = l->current->generation;
	l->standing.doubtful = !l->current->minted;
	if (row >= REJECTIONS_MAX)
		l->not_before = clock_ms() +
		    backoff_ms(row - REJECTIONS_MAX + 1);
	error_clear(&l->last_error);
	(void)error_set(&l->last_error, APAM_E_PROVIDER,
	    "the API rejects what the provider just gave");
	l->last_error_at = clock_unix();
}

void
life_set_aside(struct life *l, const struct profile_entry *conf)
{
	struct key_finding finding = { .state = APAM_KEY_REVOKED,
		.at = clock_unix(),
		.evidence = "the API rejected it, and no probe is set to check "
			    "it" };

	standing_name_finding(&l->standing, &finding);
	life_learn(l, conf, &finding);
	l->aside_until = clock_ms() + conf->revocation_ttl * 1000;
}

void
life_reopen(struct life *l, int64_t now)
{
	if (l->aside_until != 0 && now >= l->aside_until)
		life_retry(l);
}

void
life_retry(struct life *l)
{
	if (l->latch.status == APAM_OK)
		return;
	l->aside_until = 0;
	error_clear(&l->latch);
	l->standing.found.state = APAM_KEY_UNKNOWN;
}

void
life_drop(struct life *l)
{
	credential_release(&l->current);
	l->refresh_at = INT64_MAX;
}

/* ---- Copies --------------------------------------------------------------- */

void
life_inherit(struct life *l, const struct life *old)
{
	if (old->current != NULL)
		replace(l, old->current);
	l->latch = old->latch;
	l->aside_until = old->aside_until;
	l->rejected = old->rejected;
	atomic_store(&l->rejections, atomic_load(&old->rejections));
	l->failures = old->failures;
	l->not_before = old->not_before;
	l->refresh_at = old->refresh_at;
	l->last_error = old->last_error;
	l->last_error_at = old->last_error_at;
	l->standing = old->standing;
	l->admission = old->admission;
}

static int64_t
seconds_from_now(int64_t at)
{
	int64_t left = at - clock_ms();

	if (at == INT64_MAX)
		return -1;
	return left < 0 ? 0 : left / 1000;
}

void
life_show(const struct life *l, struct apam_entry_status *to)
{
	const int64_t now = clock_ms();

	to->key_state = l->standing.found.state;
	to->checked_at = l->standing.found.at;
	memcpy(to->evidence, l->standing.found.evidence, sizeof(to->evidence));
	to->refreshing = l->busy;
	to->expires_in = -1;
	to->refresh_in = -1;
	if (l->current != NULL) {
		to->generation = l->current->generation;
		to->acquired_at = l->current->view.acquired;
		to->expires_in = seconds_from_now(l->current->expires);
		to->refresh_in = seconds_from_now(l->refresh_at);
		to->usable = life_usable(l, now) && !life_latched(l, now);
	}
	to->latched = l->latch.status;
	to->last_error = l->last_error;
	to->last_error_at = l->last_error_at;
}
