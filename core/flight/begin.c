/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The turn ends with the flight (flight_free).
 */
#include "flight/begin.h"

#include "flight/harvest.h"
#include "flight/result.h"
#include "flight/run_setup.h"
#include "flight/stepping.h"
#include "flight/turn_busy.h"

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
	f->stage = STAGE_TURN;
	return turn_busy(f);
}

/*
 * True if the run uses the durable secret, so that others must not change it.
 */
static bool
needs_turn(const struct flight *f)
{
	return stored_is(&f->entry->stored) && f->goal != FLIGHT_REVOKE &&
	    f->goal != FLIGHT_LOGIN;
}

enum flight_wait
begin_run(struct flight *f)
{
	run_setup(f);
	return needs_turn(f) ? take_turn(f) : stepping_go_on(f, NULL);
}

enum flight_wait
begin_again(struct flight *f)
{
	/* The process that has the turn may have shared a credential by now. */
	if (f->goal == FLIGHT_ACQUIRE && harvest_shared(f))
		return FLIGHT_LANDED;
	return take_turn(f);
}
