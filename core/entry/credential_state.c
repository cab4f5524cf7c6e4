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

void
credential_state_init(struct credential_state *s)
{
	*s = (struct credential_state){ .refresh_at = INT64_MAX };
	restraint_init(&s->restraint);
	key_state_init(&s->key);
}

void
credential_state_free(struct credential_state *s)
{
	credential_release(&s->current);
}

/* ---- What holds ---------------------------------------------------------- */

bool
credential_state_rejected(const struct credential_state *s)
{
	return s->current != NULL && s->current->generation <= s->rejected;
}

bool
credential_state_usable(const struct credential_state *s, int64_t now)
{
	return s->current != NULL && !credential_state_rejected(s) &&
	    now < s->current->stale;
}

/* Even one that may be used but once. */
bool
credential_state_just_made(const struct credential_state *s, int64_t now)
{
	const struct credential *c = s->current;

	return c != NULL && !credential_state_rejected(s) &&
	    c->generation == s->landed &&
	    (now < c->expires || c->expires == c->since);
}

bool
credential_state_latched(const struct credential_state *s, int64_t now)
{
	if (APAM_CLASS(s->restraint.latch.status) == APAM_CLASS_DENIED &&
	    credential_state_usable(s, now))
		return false;
	return s->restraint.latch.status != APAM_OK;
}

/* ---- What is brought ----------------------------------------------------- */

void
credential_state_fail(struct credential_state *s, const struct apam_error *why,
    int64_t retry_after)
{
	unsigned class = APAM_CLASS(why->status);
	int64_t now = clock_ms();

	restraint_note(&s->restraint, why);
	/* A login that is needed says nothing of the key that it is with. */
	if (class == APAM_CLASS_REVOKED && why->status != APAM_E_LOGIN)
		key_state_refused(&s->key, why);
	if (class == APAM_CLASS_REVOKED || class == APAM_CLASS_DENIED) {
		restraint_latch(&s->restraint, why);
		return;
	}
	if (class != APAM_CLASS_TEMPORARY && why->status != APAM_E_CONFIG) {
		/* Nobody was asked, so that there is nobody to be spared. */
		s->refresh_at = now + backoff_ms(1);
		return;
	}
	credential_state_hold_off(s, retry_after);
}

void
credential_state_hold_off(struct credential_state *s, int64_t retry_after)
{
	const int64_t now = clock_ms();

	restraint_after_failure(&s->restraint, now,
	    credential_state_usable(s, now) ? s->current->stale : 0,
	    retry_after);
	s->refresh_at = s->restraint.not_before;
}

static void
replace_current(struct credential_state *s, struct credential *c)
{
	credential_release(&s->current);
	s->current = credential_hold(c);
}

void
credential_state_take(struct credential_state *s,
    const struct profile_entry *conf, struct credential *c, bool shared)
{
	int64_t came = shared ? c->since : clock_ms();

	if (c->minted)
		key_state_given(
		    &s->key, conf, c->since, c->view.acquired_ms / 1000);
	restraint_lift(&s->restraint);
	s->landed = c->generation;
	replace_current(s, c);
	s->refresh_at = backoff_refresh_at(c->since, came, c->stale);
}

void
credential_state_learn(struct credential_state *s,
    const struct profile_entry *conf, const struct key_finding *finding)
{
	static const enum apam_status dead[] = {
		[APAM_KEY_EXPIRED] = APAM_E_EXPIRED,
		[APAM_KEY_ARCHIVED] = APAM_E_ARCHIVED,
		[APAM_KEY_REVOKED] = APAM_E_REVOKED,
		[APAM_KEY_REJECTED] = APAM_E_REJECTED,
	};
	struct apam_error why = APAM_ERROR_INIT;

	key_state_found(&s->key, conf, finding);
	/* A key that was set aside stays so, but no longer than before. */
	if (finding->state == APAM_KEY_UNKNOWN)
		return;
	restraint_open(&s->restraint);
	if (finding->state <= APAM_KEY_GOOD)
		return;
	(void)error_set(&why, dead[finding->state], "the key is %s: %s",
	    apam_key_state_name(finding->state), finding->evidence);
	restraint_latch(&s->restraint, &why);
}

void
credential_state_reject(struct credential_state *s)
{
	unsigned row = atomic_fetch_add(&s->rejections, 1) + 1;
	struct apam_error why = APAM_ERROR_INIT;

	s->rejected = s->current->generation;
	s->key.doubtful = !s->current->minted;
	if (row >= REJECTIONS_MAX)
		restraint_for(&s->restraint, row - REJECTIONS_MAX + 1);
	(void)error_set(&why, APAM_E_PROVIDER,
	    "the API rejects what the provider just gave");
	restraint_note(&s->restraint, &why);
}

void
credential_state_set_aside(
    struct credential_state *s, const struct profile_entry *conf)
{
	struct key_finding finding = { .state = APAM_KEY_REVOKED,
		.at = clock_unix(),
		.evidence = "the API rejected it, and no probe is set to check "
			    "it" };

	key_state_name_finding(&s->key, &finding);
	credential_state_learn(s, conf, &finding);
	s->restraint.aside_until = clock_ms() + conf->revocation_ttl * 1000;
}

void
credential_state_reopen(struct credential_state *s, int64_t now)
{
	if (s->restraint.aside_until != 0 && now >= s->restraint.aside_until)
		credential_state_retry(s);
}

void
credential_state_retry(struct credential_state *s)
{
	if (s->restraint.latch.status == APAM_OK)
		return;
	restraint_open(&s->restraint);
	s->key.found.state = APAM_KEY_UNKNOWN;
}

void
credential_state_drop(struct credential_state *s)
{
	credential_release(&s->current);
	s->refresh_at = INT64_MAX;
}

/* ---- Copies -------------------------------------------------------------- */

void
credential_state_inherit(
    struct credential_state *s, const struct credential_state *old)
{
	if (old->current != NULL)
		replace_current(s, old->current);
	s->restraint = old->restraint;
	s->rejected = old->rejected;
	atomic_store(&s->rejections, atomic_load(&old->rejections));
	s->refresh_at = old->refresh_at;
	s->key = old->key;
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
credential_state_show(
    const struct credential_state *s, struct apam_entry_status *to)
{
	const int64_t now = clock_ms();

	to->key_state = s->key.found.state;
	to->checked_at = s->key.found.at;
	memcpy(to->evidence, s->key.found.evidence, sizeof(to->evidence));
	to->expires_in = -1;
	to->refresh_in = -1;
	if (s->current != NULL) {
		to->generation = s->current->generation;
		to->acquired_at = s->current->view.acquired_ms / 1000;
		to->expires_in = seconds_from_now(s->current->expires);
		to->refresh_in = seconds_from_now(s->refresh_at);
		to->usable = credential_state_usable(s, now) &&
		    !credential_state_latched(s, now);
	}
	to->latched = s->restraint.latch.status;
	to->last_status = s->restraint.last_error.status;
	memcpy(to->last_error, s->restraint.last_error.text,
	    sizeof(to->last_error));
	to->last_error_at = s->restraint.last_error_at;
}
