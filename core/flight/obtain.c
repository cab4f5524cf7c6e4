/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One credential for each entry.  `busy` is the single flight: a caller that
 * finds no valid credential waits for its landing under its own deadline, and
 * all others go on with the credential there is.
 *
 * Refreshing is driven by demand: the signature that finds refresh_at passed
 * starts a flight and goes on.  An unused credential is not refreshed.
 */
#include "flight/obtain.h"

#include "base/clock.h"
#include "base/error.h"
#include "entry/backoff.h"
#include "entry/share.h"
#include "flight/driver.h"
#include "flight/flight.h"
#include "flight/waiters.h"
#include "slot/write.h"

/* ---- Flights, with the context's lock held ------------------------------ */

/* Start it in this thread.  A flight that needs no exchange ends here. */
static bool
launch(struct entry *e, struct flight *f)
{
	e->flight.busy = true;
	pthread_mutex_unlock(&e->env->lock);
	driver_launch(e->env->loop, f);
	pthread_mutex_lock(&e->env->lock);
	return true;
}

/* Leave it to the driver, so that this thread can go on. */
static bool
submit(struct entry *e, struct flight *f)
{
	e->flight.busy = driver_submit(e->env->loop, f);
	return e->flight.busy;
}

/*
 * Give a flight until `deadline`, if that is later than the profile's own.  The
 * agent's flights are for all whom it serves, so none of these has a say.
 * False, with *err set, if none can take off.  `start` is launch, which lets
 * the lock go meanwhile, so that the flight may have landed; or submit.
 */
static bool
take_off(struct entry *e, enum flight_goal goal, int64_t deadline,
    bool (*start)(struct entry *e, struct flight *f), struct apam_error *err)
{
	const int64_t own = clock_ms() + e->profile->deadline * 1000;
	const bool longer = deadline > own && !e->env->is_agent;
	struct flight *f = flight_new(
	    e, goal, e->credential.current, longer ? deadline : own);

	if (f != NULL && start(e, f))
		return true;
	flight_free(&f);
	(void)error_set(err, APAM_E_MEMORY, "%s", driver_problem(e->env->loop));
	return false;
}

/*
 * A rejected static credential cannot be acquired anew: its key itself is in
 * doubt, and the provider decides.
 */
static enum flight_goal
goal_of(const struct credential_state *s)
{
	return credential_state_rejected(s) && !s->current->minted ?
	    FLIGHT_PROVE :
	    FLIGHT_ACQUIRE;
}

static enum apam_status
outcome(const struct entry *e, struct apam_error *err)
{
	const struct apam_error *why = &e->flight.outcome;

	if (why->status == APAM_OK)
		return APAM_OK;
	(void)error_set(err, why->status, "%s", why->text);
	error_retry(err, e->credential.restraint.not_before - clock_ms());
	return why->status;
}

/* The flight that this call has waited for, when tried before, has landed. */
static bool
has_waited(const struct entry *e, const struct patience *patience)
{
	uint64_t awaited = patience->awaited == NULL ?
	    0 :
	    patience->awaited[e->index];

	return awaited != 0 && e->flight.flights >= awaited;
}

enum apam_status
obtain_late(const char *late, struct apam_error *err)
{
	return error_set(err, APAM_E_DEADLINE, "%s",
	    late != NULL ? late : "the provider did not answer in time");
}

static enum apam_status
refuse_to_wait(const struct entry *e, uint64_t awaited,
    const struct patience *patience, struct apam_error *err)
{
	if (patience->awaited != NULL)
		patience->awaited[e->index] = awaited;
	if (patience->late != NULL)
		*patience->late = e->flight.late;
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
	if (e->flight.flights > flight)
		return outcome(e, err);
	if (patience->none)
		return refuse_to_wait(e, flight + 1, patience, err);
	while (e->flight.flights == flight)
		if (!waiters_wait(e, patience->deadline))
			return obtain_late(e->flight.late, err);
	return outcome(e, err);
}

/* Without its secrets an entry has stand-ins, which are never sent. */
static bool
lacks_secrets(const struct entry *e, struct apam_error *err)
{
	if (!entry_is_withheld(e))
		return false;
	(void)error_set(err, APAM_E_POLICY,
	    "the agent has the secrets of this entry, and this program cannot "
	    "do that itself");
	return true;
}

/* ---- Getting a credential ----------------------------------------------- */

/* Start a flight, unless one is under way, and wait for it. */
static enum apam_status
fly(struct entry *e, enum flight_goal goal, const struct patience *patience,
    struct apam_error *err)
{
	uint64_t flight = e->flight.flights;

	/* A call that does not wait leaves even the first step to apam_step. */
	if (!e->flight.busy &&
	    !take_off(e, goal, patience->deadline,
		patience->none ? submit : launch, err))
		return APAM_E_MEMORY;
	return join(e, flight, patience, err);
}

/*
 * No credential can be used: start a flight, unless it is too early, and wait.
 */
static enum apam_status
obtain(struct entry *e, const struct patience *patience, struct apam_error *err)
{
	struct credential_state *s = &e->credential;
	int64_t wait = s->restraint.not_before - clock_ms();

	if (has_waited(e, patience) && outcome(e, err) != APAM_OK)
		return e->flight.outcome.status;
	if (!e->flight.busy && wait > 0) {
		(void)error_set(err, s->restraint.last_error.status,
		    "%s; the next try is in %lld s",
		    s->restraint.last_error.text,
		    (long long)(wait + 999) / 1000);
		error_retry(err, wait);
		return s->restraint.last_error.status;
	}
	return fly(e, goal_of(s), patience, err);
}

/* The key's state is unknown: ask the provider, unless it is too early. */
static enum apam_status
settle(struct entry *e, const struct patience *patience, struct apam_error *err)
{
	struct credential_state *s = &e->credential;
	int64_t wait = s->key.check_at - clock_ms();

	if (!e->flight.busy && wait > 0)
		return error_set(err, APAM_E_UNKNOWN,
		    "it is not known whether the key is good: %s; the next "
		    "check is in %lld s",
		    s->key.found.evidence, (long long)(wait + 999) / 1000);
	return fly(e, FLIGHT_PROVE, patience, err);
}

/* Refresh while the credential serves on.  Failing to take off is ignored. */
static void
refresh_ahead(struct entry *e, int64_t now)
{
	struct credential_state *s = &e->credential;

	if (!e->flight.busy && now >= s->refresh_at &&
	    s->restraint.latch.status == APAM_OK &&
	    !take_off(e, FLIGHT_ACQUIRE, 0, submit, NULL))
		s->refresh_at = now + backoff_ms(1);
}

/* The same for a check of the key. */
static void
check_ahead(struct entry *e, int64_t now)
{
	struct credential_state *s = &e->credential;

	if (!e->flight.busy && key_state_check_due(&s->key, e->conf, now) &&
	    s->restraint.latch.status == APAM_OK &&
	    !take_off(e, FLIGHT_PROVE, 0, submit, NULL))
		s->key.check_at = now + backoff_ms(1);
}

/*
 * The key was refused for good, but its secret may have been replaced since, of
 * which nothing tells this process.  True if it is time to read the secret
 * anew.
 */
static bool
may_have_changed(const struct entry *e, int64_t now)
{
	const struct restraint *r = &e->credential.restraint;

	return e->present != NULL && now >= r->look_at &&
	    now >= r->not_before &&
	    present_secrets_due(e->present, e->conf->keep, now);
}

enum apam_status
obtain_credential(struct entry *e, const struct patience *patience,
    struct credential **c, struct apam_error *err)
{
	struct credential_state *s = &e->credential;
	enum apam_status status = APAM_OK;
	bool waited;

	*c = NULL;
	if (lacks_secrets(e, err))
		return APAM_E_POLICY;
	pthread_mutex_lock(&e->env->lock);
	waited = has_waited(e, patience);
	while (*c == NULL && status == APAM_OK) {
		int64_t now = clock_ms();

		credential_state_reopen(s, now);
		if (credential_state_latched(s, now) &&
		    may_have_changed(e, now)) {
			status = fly(e, FLIGHT_ACQUIRE, patience, err);
			waited = true;
		} else if (credential_state_latched(s, now)) {
			status = error_set(err, s->restraint.latch.status, "%s",
			    s->restraint.latch.text);
		} else if (credential_state_usable(s, now) &&
		    !key_state_enough(&s->key, e->conf, now)) {
			status = settle(e, patience, err);
		} else if (credential_state_usable(s, now)) {
			refresh_ahead(e, now);
			check_ahead(e, now);
			*c = credential_hold(s->current);
		} else if (waited && credential_state_just_made(s, now)) {
			*c = credential_hold(s->current);
		} else {
			status = obtain(e, patience, err);
			waited = true;
		}
	}
	waiters_unlock(e);
	return status;
}

/*
 * Begin what a doubt asks for: a new credential or, where `asks`, a check of
 * the key.  With the context's lock held.
 */
static void
settle_doubt(struct entry *e, bool asks)
{
	struct credential_state *s = &e->credential;
	const int64_t now = clock_ms();

	if (e->flight.busy || now < e->flight.doubt_at ||
	    now < s->restraint.not_before ||
	    s->restraint.latch.status != APAM_OK ||
	    (!s->current->minted && !asks))
		return;
	e->flight.doubt_at = now + OBTAIN_DOUBT_MS;
	(void)take_off(e, s->current->minted ? FLIGHT_ACQUIRE : FLIGHT_PROVE, 0,
	    submit, NULL);
}

bool
obtain_doubt(struct entry *e, uint64_t generation)
{
	const bool asks = e->conf->revocation_check != CHECK_NEVER &&
	    entry_asks(e);
	const struct credential *c;
	bool settling;

	pthread_mutex_lock(&e->env->lock);
	c = e->credential.current;
	settling = c != NULL && c->generation == generation;
	if (settling) {
		settle_doubt(e, asks);
		settling = e->flight.busy;
	}
	pthread_mutex_unlock(&e->env->lock);
	return settling;
}

/* ---- Checking and revoking ---------------------------------------------- */

/* The number of the landing that this call waits for; 0: none yet. */
static uint64_t
own_landing(const struct entry *e, const struct patience *patience)
{
	return patience->awaited == NULL ? 0 : patience->awaited[e->index];
}

/* The call has to be made again later, unless its time has run out. */
static enum apam_status
come_again(const struct entry *e, uint64_t own, const struct patience *patience,
    struct apam_error *err)
{
	if (clock_ms() >= patience->deadline)
		return obtain_late(e->flight.late, err);
	return refuse_to_wait(e, own, patience, err);
}

/* Run a flight for this call alone, after the one under way. */
static enum apam_status
run_own(struct entry *e, enum flight_goal goal, const struct patience *patience,
    struct apam_error *err)
{
	const uint64_t own = own_landing(e, patience);
	uint64_t flight;

	if (lacks_secrets(e, err))
		return APAM_E_POLICY;
	if (own != 0 && e->flight.flights >= own)
		return outcome(e, err);
	if (own != 0 || (patience->none && e->flight.busy))
		return come_again(e, own, patience, err);
	while (e->flight.busy)
		if (!waiters_wait(e, patience->deadline))
			return error_set(err, APAM_E_DEADLINE,
			    "another exchange did not end in time");
	flight = e->flight.flights;
	if (!take_off(e, goal, patience->deadline, submit, err))
		return APAM_E_MEMORY;
	return join(e, flight, patience, err);
}

enum apam_status
obtain_check(struct entry *e, const struct patience *patience,
    struct key_finding *finding, struct apam_error *err)
{
	enum apam_status status;

	pthread_mutex_lock(&e->env->lock);
	status = run_own(e, FLIGHT_PROVE, patience, err);
	*finding = e->credential.key.found;
	waiters_unlock(e);
	return status;
}

static enum apam_status
end_credential(struct entry *e, enum flight_goal goal,
    const struct patience *patience, struct apam_error *err)
{
	enum apam_status status;

	share_forget(e, NULL);
	pthread_mutex_lock(&e->env->lock);
	status = run_own(e, goal, patience, err);
	if (status != APAM_E_PENDING) {
		credential_state_drop(&e->credential);
		slot_close(e->slot);
	}
	waiters_unlock(e);
	/* The flight before may have shared a credential meanwhile. */
	share_forget(e, NULL);
	return status;
}

enum apam_status
obtain_revoke(
    struct entry *e, const struct patience *patience, struct apam_error *err)
{
	return end_credential(e, FLIGHT_REVOKE, patience, err);
}

enum apam_status
obtain_logout(
    struct entry *e, const struct patience *patience, struct apam_error *err)
{
	return end_credential(e, FLIGHT_LOGOUT, patience, err);
}

/* ---- People -------------------------------------------------- */

void
obtain_glance(struct entry *e)
{
	struct credential *c;
	bool none;

	if (!entry_shares(e))
		return;
	c = share_load(e, NULL);
	pthread_mutex_lock(&e->env->lock);
	none = !credential_state_usable(&e->credential, clock_ms()) &&
	    !e->flight.busy;
	if (none && c != NULL)
		credential_state_take(&e->credential, e->conf, c, true);
	pthread_mutex_unlock(&e->env->lock);
	credential_release(&c);
}

void
obtain_show(struct entry *e, struct apam_entry_status *to)
{
	pthread_mutex_lock(&e->env->lock);
	credential_state_show(&e->credential, to);
	to->refreshing = e->flight.busy;
	entry_show_counts(e, to);
	pthread_mutex_unlock(&e->env->lock);
}
