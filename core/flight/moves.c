/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each goes on with the stage that the flight is in.
 */
#include "flight/moves.h"

#include "base/clock.h"
#include "base/error.h"
#include "flight/begin.h"
#include "flight/login_run.h"
#include "flight/renewing.h"
#include "flight/result.h"
#include "flight/sharing.h"
#include "flight/stepping.h"
#include "flight/wire.h"

enum flight_wait
flight_start(struct flight *f)
{
	switch (f->goal) {
	case FLIGHT_ACQUIRE:
		if (entry_shares(f->entry))
			return sharing_try(f);
		return renewing_start(f);
	case FLIGHT_PROVE:
	case FLIGHT_LOGIN:
		return renewing_start(f);
	case FLIGHT_REVOKE:
	case FLIGHT_LOGOUT:
	case FLIGHT_STORE:
		break;
	}
	if (f->entry->module->abi.revoke != NULL)
		return begin_run(f);
	(void)error_set(&f->error, APAM_E_POLICY,
	    "scheme %s has no way to revoke; archive the key at the provider",
	    f->entry->conf->scheme);
	return FLIGHT_LANDED;
}

enum flight_wait
flight_transferred(struct flight *f, CURLcode code)
{
	struct apam_error why = APAM_ERROR_INIT;

	if (wire_ended(f, code, &why) != APAM_OK)
		return stepping_unanswered(f, &why);
	return stepping_go_on(f, &f->r);
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
		return stepping_unanswered(f, &why);
	secret_renewal_free(&f->renewal);
	return result_failed(f, &why);
}

enum flight_wait
flight_starved(struct flight *f)
{
	struct apam_error why = APAM_ERROR_INIT;

	(void)error_set(&why, APAM_E_MEMORY, "out of memory");
	wire_broken(f, &why);
	return stepping_unanswered(f, &why);
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

static enum flight_wait
login_woken(struct flight *f)
{
	struct apam_error why = APAM_ERROR_INIT;

	if (f->stage == STAGE_STORE)
		return login_run_store_again(f);
	if (f->wait == FLIGHT_PERSON && !login_run_answered(f, &why))
		return result_failed(f, &why);
	return stepping_go_on(f, NULL);
}

enum flight_wait
flight_woken(struct flight *f)
{
	if (f->goal == FLIGHT_STORE)
		return store_again(f);
	if (f->stage == STAGE_SHARE)
		return sharing_try(f);
	if (f->stage == STAGE_SECRETS)
		return renewing_go_on(f);
	if (f->stage == STAGE_TURN)
		return begin_again(f);
	if (f->goal == FLIGHT_LOGIN)
		return login_woken(f);
	return stepping_go_on(f, NULL);
}
