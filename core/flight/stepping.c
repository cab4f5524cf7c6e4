/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The module is called between entry_enter and entry_leave; what it asks for is
 * done after that.
 */
#include "flight/stepping.h"

#include "base/clock.h"
#include "base/error.h"
#include "entry/probe.h"
#include "flight/harvest.h"
#include "flight/login_run.h"
#include "flight/result.h"
#include "flight/run_setup.h"
#include "flight/wire.h"

/*
 * A cached token that works proves nothing of the key that minted it, nor does
 * one that fails.  So the probe is signed with what the check has made, if it
 * has made a credential.
 */
static bool
build_probe(struct flight *f, struct apam_error *why)
{
	if (f->op.has_credential && f->made == NULL && !harvest_built(f)) {
		*why = f->error;
		error_clear(&f->error);
		return false;
	}
	return probe_build(f->entry, f->made != NULL ? f->made : f->with,
		   &f->op.exchange, why) == APAM_OK;
}

/* An exchange that sends a durable secret gets the whole deadline again. */
static void
give_time(struct flight *f)
{
	const int64_t until = clock_ms() + f->entry->profile->deadline * 1000;

	if (f->deadline < until)
		f->deadline = until;
}

static enum flight_wait
not_sent(struct flight *f, const struct apam_error *why)
{
	if (f->spending.wait > 0)
		f->retry_after = (f->spending.wait + 999) / 1000;
	return result_failed(f, why);
}

static enum flight_wait
send_op(struct flight *f)
{
	struct apam_error why = APAM_ERROR_INIT;

	if (f->op.probes && !build_probe(f, &why))
		return result_failed(f, &why);
	if (!spending_send(&f->spending, &f->op, &why))
		return not_sent(f, &why);
	if (f->op.durable.spends)
		give_time(f);
	f->sent = clock_ms();
	if (wire_send(f, &f->op.exchange, &why)) {
		f->entry->counts.exchanges++;
		return FLIGHT_TRANSFER;
	}
	spending_unanswered(&f->spending, &f->op, false);
	return result_failed(f, &why);
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
	return result_failed(f, &why);
}

static enum flight_wait
fail_op(struct flight *f)
{
	const bool uses = f->goal == FLIGHT_ACQUIRE || f->goal == FLIGHT_PROVE;

	return uses && spending_yields(&f->spending) ?
	    run_setup_anew(f) :
	    result_failed(f, &f->op.error);
}

/*
 * First of all: a credential may be lost, the durable secret's successor not.
 */
static void
settle_secret(struct flight *f, enum apam_step step)
{
	struct durable_life life;
	const bool came = stored_is(&f->entry->stored) &&
	    harvest_life(f, &life);

	spending_stepped(&f->spending, &f->op, step, came ? &life : NULL);
}

enum flight_wait
stepping_go_on(struct flight *f, const struct response *r)
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
	if (f->goal != FLIGHT_LOGIN)
		settle_secret(f, step);
	switch (step) {
	case APAM_STEP_DONE:
		return f->goal == FLIGHT_LOGIN ? login_run_store(f) :
						 result_done(f);
	case APAM_STEP_EXCHANGE:
		return send_op(f);
	case APAM_STEP_WAIT:
		return pause_op(f);
	case APAM_STEP_SHOW:
	case APAM_STEP_REDIRECT:
	case APAM_STEP_CONFIRM:
		return login_run_pause(f, step);
	default:
		return fail_op(f);
	}
}

enum flight_wait
stepping_unanswered(struct flight *f, const struct apam_error *why)
{
	f->entry->counts.unanswered++;
	spending_unanswered(&f->spending, &f->op, f->transfer.sent);
	response_free(&f->r);
	return result_failed(f, why);
}
