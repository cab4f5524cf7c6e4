/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The flight holds the turn from its first step to its end.
 */
#include "flight/spending.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/error.h"
#include "file/lock_holder.h"

#define STORE_FIRST_MS 250
#define STORE_LAST_MS 30000

static void
say(const struct flight *f, enum apam_log_level level, const char *why)
{
	log_line(&f->entry->env->log, level, "%s: entry %zu: %s",
	    f->entry->profile->name, entry_number(f->entry), why);
}

/* ---- The turn ---------------------------------------------------------- */

/* The module is shown the secret as it is now. */
static void
show_secret(struct flight *f)
{
	f->op.durable.secret = f->turn.record.is.secret;
}

enum durable_begin
spending_begin(struct flight *f, struct apam_error *err)
{
	const struct stored *s = &f->entry->stored;
	const struct stored_base base = entry_store(f->entry);
	const struct durable_place place = stored_place(s, &base);
	const struct durable_claim claim = stored_claim(
	    s, f->entry->conf->scheme);
	enum durable_begin begun = durable_turn_begin(&f->turn, &place, err);

	if (begun != DURABLE_BEGUN)
		return begun;
	if (durable_turn_admit(&f->turn, &claim, err) != APAM_OK) {
		durable_turn_end(&f->turn);
		return DURABLE_FAILED;
	}
	show_secret(f);
	return DURABLE_BEGUN;
}

void
spending_late(const struct flight *f, struct apam_error *err)
{
	const struct stored_base base = entry_store(f->entry);
	const struct durable_place place = stored_place(
	    &f->entry->stored, &base);
	struct lock_holder holder;
	char who[64] = "another process";
	struct stat st;

	if (durable_lock_stat(&place, &st) && lock_holder_find(&st, &holder))
		(void)snprintf(who, sizeof(who), "process %d (%s)%s",
		    (int)holder.pid, holder.name,
		    holder.stopped ? ", which is stopped," : "");
	(void)error_set(err, APAM_E_DEADLINE,
	    "%s has store:%s, and did not let it go in time", who, place.name);
}

/* ---- Before and after an exchange -------------------------------------- */

/* It is given as much time as if it were the first. */
static void
give_time(struct flight *f)
{
	const int64_t until = clock_ms() + f->entry->profile->deadline * 1000;

	if (f->deadline < until)
		f->deadline = until;
}

bool
spending_send(struct flight *f, struct apam_error *err)
{
	struct url url;

	if (!f->op.durable.spends)
		return true;
	/* exchange_finish has read it. */
	if (url_parse(buf_view(&f->op.exchange.url), &url) != NULL)
		return false;
	if (durable_turn_spend(&f->turn, url.origin, err) != APAM_OK)
		return false;
	show_secret(f);
	give_time(f);
	return true;
}

static void
store_successor(struct flight *f)
{
	struct apam_error why = APAM_ERROR_INIT;

	if (durable_turn_succeed(
		&f->turn, buf_view(&f->op.durable.successor), &why) != APAM_OK)
		say(f, APAM_LOG_ERROR, why.text);
	show_secret(f);
}

/* The record says so even if writing it fails: see durable_turn_keep. */
static void
keep(struct flight *f)
{
	struct apam_error why = APAM_ERROR_INIT;

	if (durable_turn_keep(&f->turn, &why) != APAM_OK)
		say(f, APAM_LOG_WARNING, why.text);
	show_secret(f);
}

static void
refuse(struct flight *f)
{
	struct apam_error *why = &f->op.error;

	if (durable_turn_refuse(&f->turn, why->text))
		return;
	error_clear(why);
	(void)error_set(why, APAM_E_PROVIDER,
	    "store:%s was replaced while its old secret was refused",
	    f->entry->stored.name);
}

/* What a failure says of the secret that was sent. */
static void
settle_failure(struct flight *f)
{
	const enum apam_status status = f->op.error.status;

	switch (APAM_CLASS(status)) {
	case APAM_CLASS_REVOKED:
		refuse(f);
		break;
	case APAM_CLASS_INTERNAL:
		durable_turn_leave(&f->turn);
		break;
	case APAM_CLASS_TEMPORARY:
		if (status != APAM_E_THROTTLED) {
			durable_turn_leave(&f->turn);
			break;
		}
		/* fall through */
	default:
		keep(f);
	}
}

/* A check may say by a key state what others say by a failure. */
static bool
found_dead(const struct flight *f)
{
	return f->op.kind == OP_CHECK && f->op.key_state > APAM_KEY_GOOD;
}

void
spending_stepped(struct flight *f, enum apam_step step)
{
	if (f->op.durable.unkept)
		say(f, APAM_LOG_ERROR,
		    "the provider has replaced a secret that is not in the "
		    "store: write store:NAME, and log in again");
	if (f->op.durable.succeeds)
		store_successor(f);
	if (!f->turn.spending || f->op.durable.succeeds)
		return;
	if (step == APAM_STEP_FAILED)
		settle_failure(f);
	else if (step == APAM_STEP_DONE && found_dead(f))
		(void)durable_turn_refuse(&f->turn, f->op.evidence);
	else if (step == APAM_STEP_DONE)
		keep(f);
}

bool
spending_is_out(const struct flight *f)
{
	return f->turn.spending && f->transfer.easy != NULL &&
	    http_began(&f->transfer);
}

void
spending_unanswered(struct flight *f, bool sent)
{
	if (!f->turn.spending)
		return;
	if (sent)
		durable_turn_leave(&f->turn);
	else
		keep(f);
}

/* ---- A successor that could not be stored ------------------------------ */

bool
spending_stays(struct flight *f)
{
	if (f->turn.unstored.n == 0)
		return false;
	f->goal = FLIGHT_STORE;
	f->store_after = STORE_FIRST_MS;
	f->wake_at = clock_ms() + f->store_after;
	own_fd_close(&f->lock);
	return true;
}

int64_t
spending_store(struct flight *f)
{
	struct apam_error why = APAM_ERROR_INIT;

	if (durable_turn_store(&f->turn, &why) == APAM_OK) {
		say(f, APAM_LOG_WARNING,
		    "the successor of its durable secret is stored now");
		return 0;
	}
	if (f->turn.unstored.n == 0) {
		say(f, APAM_LOG_ERROR, why.text);
		return 0;
	}
	if (f->store_after < STORE_LAST_MS)
		f->store_after *= 2;
	return f->store_after;
}
