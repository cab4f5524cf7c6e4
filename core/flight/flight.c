/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The stages of a flight.  Each ends in a result or in a failure, and says
 * what comes next; no function here waits.
 */
#include "flight/flight.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "entry/probe.h"
#include "entry/share.h"
#include "flight/admit.h"
#include "http/exchange_log.h"
#include "http/retry_after.h"
#include "text/lifetime.h"

struct flight *
flight_new(struct entry *e, enum flight_goal goal, struct credential *with,
    int64_t deadline)
{
	struct flight *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->entry = e;
	f->owner = owner_hold(e->owner);
	f->goal = goal;
	f->deadline = deadline;
	f->alone_at = deadline - (deadline - clock_ms()) / 2;
	f->with = with == NULL ? NULL : credential_hold(with);
	f->lock = (struct own_fd)OWN_FD_NONE;
	f->spending = (struct spending){ .entry = e,
		.turn = DURABLE_TURN_NONE };
	f->retry_after = -1;
	response_init(&f->r, 0);
	error_clear(&f->error);
	return f;
}

void
flight_free(struct flight **flight)
{
	struct flight *f = *flight;

	*flight = NULL;
	if (f == NULL)
		return;
	http_abandon(&f->transfer);
	if (f->has_op)
		op_free(&f->op);
	secret_renewal_free(&f->renewal);
	secret_set_release(&f->secrets);
	response_free(&f->r);
	own_fd_close(&f->lock);
	durable_turn_end(&f->spending.turn);
	credential_release(&f->made);
	credential_release(&f->with);
	owner_release(&f->owner);
	free(f);
}

/* ---- Findings ---------------------------------------------------------- */

static void
set_finding(struct flight *f, enum apam_key_state state, const char *evidence)
{
	struct key_finding *to = &f->finding;

	to->state = state;
	to->why = APAM_OK;
	to->at = clock_unix();
	(void)snprintf(to->evidence, sizeof(to->evidence), "%.*s",
	    (int)sizeof(to->evidence) - 1, evidence);
}

static void
find_failure(struct flight *f, const struct apam_error *err)
{
	enum apam_key_state state = APAM_KEY_UNKNOWN;

	if (err->status == APAM_E_REVOKED)
		state = APAM_KEY_REVOKED;
	if (err->status == APAM_E_EXPIRED)
		state = APAM_KEY_EXPIRED;
	set_finding(f, state, err->text);
	f->finding.why = err->status;
}

/* ---- Credentials ------------------------------------------------------- */

/* Make the headers of `made` if they never change.  False: *f has the error. */
static bool
render(struct flight *f)
{
	struct apam_error why = APAM_ERROR_INIT;

	if (f->made->expires != f->made->since &&
	    f->made->expires <= clock_ms()) {
		(void)error_set(&f->error, APAM_E_PROVIDER,
		    "the credential had expired when it came");
		return false;
	}
	if (entry_render(f->entry, f->made, &why) == APAM_OK)
		return true;
	/* The provider made it: HEADER would latch, PROVIDER passes. */
	if (f->made->minted && why.status == APAM_E_HEADER)
		why.status = APAM_E_PROVIDER;
	f->error = why;
	return false;
}

/*
 * How long the credential lives.  A static one is no better than the secrets
 * that it is made of.
 */
static int64_t
lifetime_of(const struct flight *f)
{
	const struct entry *e = f->entry;
	int64_t lifetime = f->op.lifetime, left;

	if (lifetime != APAM_FOREVER)
		lifetime = lifetime_choose(lifetime,
		    buf_view(&f->op.credential), clock_unix(), e->conf->ttl);
	if (lifetime == LIFETIME_UNREAD || f->minted_at != 0 ||
	    e->present == NULL || e->conf->keep == 0)
		return lifetime;
	left = present_secrets_kept_until(e->present, e->conf->keep) -
	    clock_ms();
	left = left < 1000 ? 1 : left / 1000;
	return lifetime == APAM_FOREVER || left < lifetime ? left : lifetime;
}

/* Make the credential that the op has built. */
static bool
harvest(struct flight *f)
{
	struct entry *e = f->entry;
	struct op *op = &f->op;
	const int64_t lifetime = lifetime_of(f);

	if (lifetime != LIFETIME_UNREAD)
		f->made = credential_new(&op->credential,
		    next_generation(e->env),
		    f->minted_at == 0 ? clock_ms() : f->minted_at, lifetime);
	if (f->made == NULL) {
		(void)error_set(&f->error, APAM_E_MEMORY, "out of memory");
		return false;
	}
	f->made->minted = f->minted_at != 0;
	if (!f->made->minted)
		credential_follow(f->made, f->with);
	if (render(f))
		return true;
	credential_release(&f->made);
	return false;
}

/* ---- Exchanges --------------------------------------------------------- */

static struct exchange_of
whose(const struct flight *f)
{
	const struct entry *e = f->entry;

	return (struct exchange_of){ &e->env->log, e->profile->name,
		entry_number(e) };
}

/* Send the exchange.  False if it cannot begin. */
static bool
send_exchange(struct flight *f, struct exchange *x, struct apam_error *why)
{
	const struct exchange_of of = whose(f);

	if (http_begin(&f->transfer, &f->entry->policy, x, f->deadline, &f->r,
		why) != APAM_OK)
		return false;
	f->begun = clock_ms();
	exchange_log_sent(&of, x);
	return true;
}

static void
tell_end(const struct flight *f, const struct apam_error *why)
{
	const struct exchange_of of = whose(f);
	const int64_t ms = clock_ms() - f->begun;

	if (why->status == APAM_OK)
		exchange_log_answer(&of, &f->r, ms);
	else
		exchange_log_failure(&of, why->text, ms);
}

/* Keep what was found before, and add to the evidence. */
static void
find_beside(struct flight *f, const char *who, const char *evidence)
{
	struct key_finding *to = &f->finding;
	size_t n = strlen(to->evidence);

	(void)snprintf(to->evidence + n, sizeof(to->evidence) - n, "; %s%s",
	    who, evidence);
}

/* ---- Step functions ---------------------------------------------------- */

static enum flight_wait go_on(struct flight *f, const struct response *r);
static enum flight_wait take_turn(struct flight *f);

static enum flight_wait
begin_op(struct flight *f, enum op_kind kind, enum flight_stage stage)
{
	if (f->has_op)
		op_free(&f->op);
	secret_set_release(&f->secrets);
	f->secrets = present_secrets_hold(f->entry->present);
	if (f->entry->present != NULL && kind != OP_REVOKE)
		present_secrets_use(f->entry->present);
	entry_init_op(f->entry, &f->op, kind, f->with);
	if (f->secrets != NULL)
		f->op.secrets = f->secrets->all;
	f->has_op = true;
	f->stage = stage;
	f->sent = 0;
	f->minted_at = 0;
	return stored_is(&f->entry->stored) ? take_turn(f) : go_on(f, NULL);
}

static enum flight_wait
acquired(struct flight *f)
{
	if (harvest(f))
		share_store(f->entry, f->made, f->lock.fd);
	return FLIGHT_LANDED;
}

/* True if what a check has made is to be used. */
static bool
is_of_use(const struct flight *f)
{
	if (!f->op.has_credential || f->made != NULL)
		return false;
	return f->finding.state == APAM_KEY_GOOD ||
	    (f->minted_at == 0 && (f->with == NULL || !f->unasked));
}

static enum flight_wait
checked(struct flight *f)
{
	set_finding(f, f->op.key_state, f->op.evidence);
	f->unasked = f->finding.state == APAM_KEY_UNKNOWN && f->sent == 0;
	if (is_of_use(f))
		(void)harvest(f);
	return FLIGHT_LANDED;
}

static enum flight_wait
op_done(struct flight *f)
{
	switch (f->stage) {
	case STAGE_ACQUIRE:
		return acquired(f);
	case STAGE_CHECK:
		return checked(f);
	case STAGE_REVOKE:
	case STAGE_SECRETS:
	case STAGE_SHARE:
	case STAGE_TURN:
		break;
	}
	return FLIGHT_LANDED;
}

/* The provider has given a credential to this check. */
static bool
was_given(struct flight *f)
{
	if (f->stage != STAGE_CHECK || f->minted_at == 0)
		return false;
	return f->made != NULL || (f->op.has_credential && harvest(f));
}

static enum flight_wait
op_failed(struct flight *f, const struct apam_error *why)
{
	if (f->goal != FLIGHT_PROVE) {
		f->error = *why;
		return FLIGHT_LANDED;
	}
	/* That says more than the error. */
	if (was_given(f)) {
		set_finding(f, APAM_KEY_GOOD, "a fresh credential was given");
		find_beside(f, f->op.probes ? "the probe: " : "", why->text);
	} else {
		find_failure(f, why);
	}
	return FLIGHT_LANDED;
}

/*
 * A cached token that works proves nothing of the key that minted it, nor does
 * one that fails.  So the probe is signed with what the check has made, if it
 * has made a credential.
 */
static bool
build_probe(struct flight *f, struct apam_error *why)
{
	if (f->op.has_credential && f->made == NULL && !harvest(f)) {
		*why = f->error;
		error_clear(&f->error);
		return false;
	}
	return probe_build(f->entry, f->made != NULL ? f->made : f->with,
		   &f->op.exchange, why) == APAM_OK;
}

/* What spends is given as much time as if it were the first to be sent. */
static void
give_time(struct flight *f)
{
	const int64_t until = clock_ms() + f->entry->profile->deadline * 1000;

	if (f->deadline < until)
		f->deadline = until;
}

static enum flight_wait
send_op(struct flight *f)
{
	struct apam_error why = APAM_ERROR_INIT;

	if (f->op.probes && !build_probe(f, &why))
		return op_failed(f, &why);
	if (!spending_send(&f->spending, &f->op, &why))
		return op_failed(f, &why);
	if (f->op.durable.spends)
		give_time(f);
	f->sent = clock_ms();
	if (send_exchange(f, &f->op.exchange, &why))
		return FLIGHT_TRANSFER;
	spending_unanswered(&f->spending, &f->op, false);
	return op_failed(f, &why);
}

/* The module polls: call it again after a while. */
static enum flight_wait
pause_op(struct flight *f)
{
	struct apam_error why = APAM_ERROR_INIT;

	f->wake_at = clock_ms() + f->op.wait * 1000;
	if (f->wake_at < f->deadline)
		return FLIGHT_SLEEP;
	(void)error_set(&why, APAM_E_DEADLINE,
	    "the provider asks to be asked again in %lld s, which is too late",
	    (long long)f->op.wait);
	return op_failed(f, &why);
}

static enum flight_wait
go_on(struct flight *f, const struct response *r)
{
	struct entry *e = f->entry;
	enum apam_step step;

	entry_enter(e);
	step = op_step(&f->op, &e->module->abi, e->state, r);
	entry_leave(e);
	response_free(&f->r);
	if (f->op.has_credential && f->minted_at == 0)
		f->minted_at = f->sent;
	f->astray = step == APAM_STEP_FAILED && f->sent != 0 &&
	    f->op.error.status == APAM_E_CONFIG;
	spending_stepped(&f->spending, &f->op, step);
	switch (step) {
	case APAM_STEP_DONE:
		return op_done(f);
	case APAM_STEP_EXCHANGE:
		return send_op(f);
	case APAM_STEP_WAIT:
		return pause_op(f);
	default:
		return op_failed(f, &f->op.error);
	}
}

/* ---- The durable secret ------------------------------------------------ */

/* The stage of each kind of run. */
static enum flight_stage
stage_of(enum op_kind kind)
{
	if (kind == OP_CHECK)
		return STAGE_CHECK;
	return kind == OP_REVOKE ? STAGE_REVOKE : STAGE_ACQUIRE;
}

/* What the process that has its turn brings serves this flight, too. */
static bool
load_shared(struct flight *f)
{
	if (f->goal == FLIGHT_ACQUIRE)
		f->made = share_load(f->entry, f->with);
	f->shared = f->made != NULL;
	return f->shared;
}

static enum flight_wait
take_turn(struct flight *f)
{
	struct apam_error why = APAM_ERROR_INIT;

	switch (spending_begin(&f->spending, &f->op, &why)) {
	case DURABLE_BEGUN:
		f->stage = stage_of(f->op.kind);
		return go_on(f, NULL);
	case DURABLE_BUSY:
		break;
	case DURABLE_FAILED:
		return op_failed(f, &why);
	}
	if (clock_ms() >= f->deadline) {
		spending_late(&f->spending, &why);
		return op_failed(f, &why);
	}
	f->stage = STAGE_TURN;
	f->wake_at = clock_ms() + SPENDING_RETRY_MS;
	return FLIGHT_SLEEP;
}

/* ---- Lateness ---------------------------------------------------------- */

const char *
flight_late(const struct flight *f, enum flight_wait wait)
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

/* ---- Secrets ----------------------------------------------------------- */

static enum flight_wait
begin_work(struct flight *f)
{
	return f->goal == FLIGHT_PROVE ? begin_op(f, OP_CHECK, STAGE_CHECK) :
					 begin_op(f, OP_ACQUIRE, STAGE_ACQUIRE);
}

/*
 * They are others now.  What the registry says of them decides, and a static
 * credential was made of the old ones.
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

/* They are the same: a key that was refused for good still is. */
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

static enum flight_wait
read_secrets(struct flight *f)
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
		return op_failed(f, &why);
	/* Another process may have stored one that goes with these. */
	if (changed && f->lock.fd >= 0)
		f->made = share_load(f->entry, f->with);
	f->shared = f->made != NULL;
	return f->shared ? FLIGHT_LANDED : begin_work(f);
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

/* Acquire or check, with secrets that are read anew if that is due. */
static enum flight_wait
work(struct flight *f)
{
	struct entry *e = f->entry;
	struct apam_error why = APAM_ERROR_INIT;
	struct secret_set *now;

	if (!wants_secrets(f))
		return begin_work(f);
	f->stage = STAGE_SECRETS;
	now = present_secrets_hold(e->present);
	f->renewal = secret_renewal_new(
	    &e->secrets, now, e->policy.user, f->deadline);
	secret_set_release(&now);
	if (f->renewal != NULL)
		return read_secrets(f);
	(void)error_set(&why, APAM_E_MEMORY, "out of memory");
	return op_failed(f, &why);
}

const struct secret_exec *
flight_program(const struct flight *f)
{
	return f->renewal == NULL ? NULL : secret_renewal_program(f->renewal);
}

/* ---- Moves ------------------------------------------------------------- */

#define LOOK_FIRST_MS 200
#define LOOK_AGAIN_MS 500

/* Acquire without the lock.  Only its holder may store the credential. */
static enum flight_wait
go_alone(struct flight *f, bool known, const struct lock_holder *holder)
{
	char who[64] = "another process";

	if (known)
		(void)snprintf(who, sizeof(who), "process %d (%s)%s",
		    (int)holder->pid, holder->name,
		    holder->stopped ? ", which is stopped," : "");
	log_line(&f->entry->env->log, APAM_LOG_WARNING,
	    "%s: entry %zu: %s has been acquiring the shared credential for "
	    "%.1f s: acquired without it, and not shared",
	    f->entry->profile->name, entry_number(f->entry), who,
	    (double)(clock_ms() - f->queued) / 1000);
	return work(f);
}

/*
 * Another process acquires.  It gets half of the time there is.  If that
 * process is stopped, the flight does not wait for it.
 */
static enum flight_wait
queue(struct flight *f)
{
	const int64_t now = clock_ms();
	struct lock_holder holder;
	bool known;

	if (f->queued == 0) {
		f->queued = now;
		f->look_at = now + LOOK_FIRST_MS;
	}
	if (now >= f->look_at || now >= f->alone_at) {
		f->look_at = now + LOOK_AGAIN_MS;
		known = share_holder(f->entry, &holder);
		if (now >= f->alone_at || (known && holder.stopped))
			return go_alone(f, known, &holder);
	}
	f->wake_at = now + SHARE_RETRY_MS;
	return FLIGHT_SLEEP;
}

/* Use what another process has acquired, or become the one that acquires. */
static enum flight_wait
try_share(struct flight *f)
{
	struct entry *e = f->entry;

	f->stage = STAGE_SHARE;
	f->made = share_load(e, f->with);
	if (f->made != NULL) {
		f->shared = true;
		return FLIGHT_LANDED;
	}
	if (f->lock.fd >= 0)
		return work(f);
	f->lock = own_fd_of(share_try_lock(e));
	if (f->lock.fd >= 0)
		return try_share(f); /* its last holder may have stored one */
	if (f->lock.fd == SHARE_UNUSABLE)
		return work(f);
	return queue(f);
}

enum flight_wait
flight_start(struct flight *f)
{
	switch (f->goal) {
	case FLIGHT_ACQUIRE:
		if (entry_shares(f->entry))
			return try_share(f);
		return work(f);
	case FLIGHT_PROVE:
		return work(f);
	case FLIGHT_REVOKE:
	case FLIGHT_STORE:
		break;
	}
	if (f->entry->module->abi.revoke != NULL)
		return begin_op(f, OP_REVOKE, STAGE_REVOKE);
	(void)error_set(&f->error, APAM_E_POLICY,
	    "scheme %s has no way to revoke; archive the key at the provider",
	    f->entry->conf->scheme);
	return FLIGHT_LANDED;
}

static enum flight_wait
transfer_ended(struct flight *f, const struct apam_error *why)
{
	if (why->status == APAM_OK)
		return go_on(f, &f->r);
	spending_unanswered(&f->spending, &f->op, f->transfer.sent);
	response_free(&f->r);
	return op_failed(f, why);
}

enum flight_wait
flight_transferred(struct flight *f, CURLcode code)
{
	struct apam_error why = APAM_ERROR_INIT;

	(void)http_end(&f->transfer, code, &why);
	f->astray = APAM_CLASS(why.status) == APAM_CLASS_TEMPORARY ||
	    why.status == APAM_E_CONFIG;
	tell_end(f, &why);
	if (why.status == APAM_OK)
		f->retry_after = response_retry_after(&f->r);
	return transfer_ended(f, &why);
}

enum flight_wait
flight_cut_off(struct flight *f)
{
	struct apam_error why = APAM_ERROR_INIT;

	(void)error_set(&why, APAM_E_NETWORK,
	    "the program has closed all descriptors, apam's too, while the "
	    "provider was asked; try again, and let it close them before it "
	    "first signs");
	http_give_up(&f->transfer);
	f->transfer.sent = true;
	if (f->renewal == NULL)
		return transfer_ended(f, &why);
	secret_renewal_free(&f->renewal);
	return op_failed(f, &why);
}

bool
flight_is_spending(const struct flight *f)
{
	return f->spending.turn.spending && f->transfer.easy != NULL &&
	    http_began(&f->transfer);
}

bool
flight_stays(struct flight *f)
{
	if (!spending_stays(&f->spending))
		return false;
	f->goal = FLIGHT_STORE;
	f->wake_at = clock_ms() + f->spending.store_after;
	own_fd_close(&f->lock);
	if (f->has_op)
		op_free(&f->op);
	f->has_op = false;
	secret_set_release(&f->secrets);
	credential_release(&f->made);
	credential_release(&f->with);
	return true;
}

static enum flight_wait
store_again(struct flight *f)
{
	const int64_t after = spending_store(&f->spending);

	f->wake_at = clock_ms() + after;
	return after > 0 ? FLIGHT_SLEEP : FLIGHT_LANDED;
}

enum flight_wait
flight_woken(struct flight *f)
{
	if (f->goal == FLIGHT_STORE)
		return store_again(f);
	if (f->stage == STAGE_SHARE)
		return try_share(f);
	if (f->stage == STAGE_SECRETS)
		return read_secrets(f);
	if (f->stage == STAGE_TURN)
		return load_shared(f) ? FLIGHT_LANDED : take_turn(f);
	return go_on(f, NULL);
}
