/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Setting up a run.
 */
#include "flight/run_setup.h"

#include "base/clock.h"
#include "flight/login_run.h"

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

void
run_setup(struct flight *f)
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
run_setup_anew(struct flight *f)
{
	credential_release(&f->made);
	run_setup(f);
	f->stage = STAGE_TURN;
	f->wake_at = clock_ms();
	return FLIGHT_SLEEP;
}
