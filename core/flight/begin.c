/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The turn ends with the flight (flight_free).
 */
#include "flight/begin.h"

#include "base/clock.h"
#include "flight/harvest.h"
#include "flight/login_run.h"
#include "flight/result.h"
#include "flight/stepping.h"

static enum op_kind
kind_of(enum flight_goal goal)
{
	switch (goal) {
	case FLIGHT_ACQUIRE:
		return OP_ACQUIRE;
	case FLIGHT_PROVE:
		return OP_CHECK;
	case FLIGHT_LOGIN:
		return OP_LOGIN;
	case FLIGHT_REVOKE:
	case FLIGHT_LOGOUT:
	case FLIGHT_STORE:
		break;
	}
	return OP_REVOKE;
}

static enum flight_wait
take_turn(struct flight *f)
{
	struct apam_error why = APAM_ERROR_INIT;

	switch (spending_begin(&f->spending, &f->op, &why)) {
	case DURABLE_BEGUN:
		f->stage = STAGE_RUN;
		return stepping_go_on(f, NULL);
	case DURABLE_BUSY:
		break;
	case DURABLE_FAILED:
		return result_failed(f, &why);
	}
	if (clock_ms() >= f->deadline) {
		spending_late(&f->spending, &why);
		return result_failed(f, &why);
	}
	f->stage = STAGE_TURN;
	f->wake_at = clock_ms() + SPENDING_RETRY_MS;
	return FLIGHT_SLEEP;
}

/* True if the run is shown the durable secret, which others must not change. */
static bool
needs_turn(const struct flight *f)
{
	return stored_is(&f->entry->stored) && f->goal != FLIGHT_REVOKE &&
	    f->goal != FLIGHT_LOGIN;
}

static void
prepare(struct flight *f)
{
	const enum op_kind kind = kind_of(f->goal);

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
	f->stage = STAGE_RUN;
	f->sent = 0;
	f->minted_at = 0;
	if (f->goal == FLIGHT_LOGIN)
		login_run_begun(f);
}

enum flight_wait
begin_run(struct flight *f)
{
	prepare(f);
	return needs_turn(f) ? take_turn(f) : stepping_go_on(f, NULL);
}

enum flight_wait
begin_again(struct flight *f)
{
	/* What the process that has its turn brings serves this one, too. */
	if (f->goal == FLIGHT_ACQUIRE && harvest_shared(f))
		return FLIGHT_LANDED;
	return take_turn(f);
}

enum flight_wait
begin_anew(struct flight *f)
{
	credential_release(&f->made);
	prepare(f);
	f->stage = STAGE_TURN;
	f->wake_at = clock_ms();
	return FLIGHT_SLEEP;
}
