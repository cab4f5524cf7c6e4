/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What was read becomes the entry's before it is used.  If it is news, the
 * registry is asked about it, and what was known of the old secrets counts no
 * more.
 */
#include "flight/renewing.h"

#include "base/clock.h"
#include "base/error.h"
#include "flight/admit.h"
#include "flight/begin.h"
#include "flight/harvest.h"
#include "flight/result.h"

/*
 * The secrets have changed.  The registry decides on the new ones.  A static
 * credential that was made of the old ones is dropped.
 */
static enum apam_status
use_changed(struct flight *f, struct apam_error *why)
{
	struct entry *e = f->entry;

	pthread_mutex_lock(&e->env->lock);
	entry_secrets_changed(e);
	pthread_mutex_unlock(&e->env->lock);
	if (f->with != NULL && !f->with->minted)
		credential_release(&f->with);
	return admit_now(e, why);
}

/* The secrets are the same: a key that was refused for good stays refused. */
static enum apam_status
use_unchanged(struct flight *f, struct apam_error *why)
{
	struct entry *e = f->entry;
	const struct apam_error *latch = &e->credential.restraint.latch;
	enum apam_status status = APAM_OK;

	pthread_mutex_lock(&e->env->lock);
	if (f->goal == FLIGHT_ACQUIRE && latch->status != APAM_OK)
		status = error_set(why, latch->status, "%s", latch->text);
	pthread_mutex_unlock(&e->env->lock);
	return status;
}

/* Take over what was read.  *changed: it differs from what was there. */
static enum apam_status
take_secrets(struct flight *f, bool *changed, struct apam_error *why)
{
	struct entry *e = f->entry;

	if (!secret_set_finish(
		f->renewal->set, &e->module->options, &e->values))
		return error_set(why, APAM_E_MEMORY, "out of memory");
	*changed = present_secrets_take(
	    e->present, e->secrets.all, &f->renewal->set, clock_ms());
	return *changed ? use_changed(f, why) : use_unchanged(f, why);
}

enum flight_wait
renewing_go_on(struct flight *f)
{
	struct apam_error why = APAM_ERROR_INIT;
	enum apam_status status = secret_renewal_go_on(f->renewal, &why);
	bool changed = false;

	if (status == APAM_E_PENDING) {
		f->wake_at = secret_exec_due(flight_program(f));
		return FLIGHT_PROGRAM;
	}
	if (status == APAM_OK)
		status = take_secrets(f, &changed, &why);
	secret_renewal_free(&f->renewal);
	if (status != APAM_OK)
		return result_failed(f, &why);
	/* Another process may have stored one that goes with these. */
	if (changed && f->lock.fd >= 0 && harvest_shared(f))
		return FLIGHT_LANDED;
	return begin_run(f);
}

/* A check of a static credential is about the one that is held. */
static bool
wants_secrets(const struct flight *f)
{
	const struct entry *e = f->entry;
	bool held = f->goal == FLIGHT_PROVE && f->with != NULL &&
	    !f->with->minted;

	if (e->present == NULL ||
	    !present_secrets_due(e->present, e->conf->keep, clock_ms()))
		return false;
	pthread_mutex_lock(&e->env->lock);
	held = held && !credential_state_rejected(&e->credential);
	pthread_mutex_unlock(&e->env->lock);
	return !held;
}

enum flight_wait
renewing_start(struct flight *f)
{
	struct entry *e = f->entry;
	struct apam_error why = APAM_ERROR_INIT;
	struct secret_set *now;

	if (!wants_secrets(f))
		return begin_run(f);
	f->stage = STAGE_SECRETS;
	now = present_secrets_hold(e->present);
	f->renewal = secret_renewal_new(
	    &e->secrets, now, e->policy.user, f->deadline);
	secret_set_release(&now);
	if (f->renewal != NULL)
		return renewing_go_on(f);
	(void)error_set(&why, APAM_E_MEMORY, "out of memory");
	return result_failed(f, &why);
}
