/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The flight holds the turn from its first step to its end.
 */
#include "flight/spending.h"

#include <stdio.h>

#include "audit/audit.h"
#include "base/clock.h"
#include "base/error.h"
#include "file/lock_holder.h"
#include "text/lifetime.h"

#define STORE_FIRST_MS 250
#define STORE_LAST_MS 30000

static void
say(const struct spending *s, enum apam_log_level level, const char *why)
{
	log_line(&s->entry->env->log, level, "%s: entry %zu: %s",
	    s->entry->profile->name, entry_number(s->entry), why);
}

/* ---- The turn ---------------------------------------------------------- */

/* The module is shown the secret as it is now. */
static void
show_secret(struct spending *s, struct op *op)
{
	op->durable.secret = s->turn.record.is.secret;
	op->durable.facts = s->turn.record.is.facts;
}

enum durable_begin
spending_begin(struct spending *s, struct op *op, struct apam_error *err)
{
	const struct stored *is = &s->entry->stored;
	const struct stored_base base = entry_store(s->entry);
	const struct durable_place place = stored_place(is, &base);
	const struct durable_claim claim = stored_claim(
	    is, s->entry->conf->scheme);
	enum durable_begin begun = durable_turn_begin(&s->turn, &place, err);

	s->replaced = false;
	if (begun != DURABLE_BEGUN)
		return begun;
	if (durable_turn_admit(&s->turn, &claim, err) != APAM_OK) {
		durable_turn_end(&s->turn);
		return DURABLE_FAILED;
	}
	show_secret(s, op);
	return DURABLE_BEGUN;
}

void
spending_late(const struct spending *s, struct apam_error *err)
{
	const struct stored_base base = entry_store(s->entry);
	const struct durable_place place = stored_place(
	    &s->entry->stored, &base);
	struct lock_holder holder;
	char who[LOCK_HOLDER_TEXT_SIZE];
	struct stat st;
	const bool known = durable_lock_stat(&place, &st) &&
	    lock_holder_find(&st, &holder);

	lock_holder_say(known ? &holder : NULL, who);
	(void)error_set(err, APAM_E_DEADLINE,
	    "%s has store:%s, and did not let it go in time", who, place.name);
}

/* ---- Before and after an exchange -------------------------------------- */

/*
 * False if the secret was sent and the answer was lost.  The provider may have
 * replaced it; many providers end the whole login if the old secret comes once
 * more.  So, with reuse = "strict", the credential that came with it is used to
 * its end first.
 */
static bool
may_be_sent(struct spending *s, struct apam_error *err)
{
	const int64_t most = LIFETIME_MAX * 1000;

	s->wait = s->entry->conf->reuse_strict ? durable_turn_wait(&s->turn) :
						 0;
	if (s->wait == 0)
		return true;
	if (s->wait > most)
		s->wait = most;
	(void)error_set(err, APAM_E_PROVIDER,
	    "store:%s was sent, and its answer was lost: reuse = \"strict\" "
	    "sends it again when the credential that came with it has ended, "
	    "in %lld s; or log in again",
	    s->entry->stored.name, (long long)(s->wait + 999) / 1000);
	return false;
}

bool
spending_send(struct spending *s, struct op *op, struct apam_error *err)
{
	struct url url;

	if (!op->durable.spends)
		return true;
	if (url_parse(buf_view(&op->exchange.url), &url) != NULL) {
		/* This cannot be: exchange_finish has parsed the URL. */
		(void)error_set(err, APAM_E_INTERNAL, "%s",
		    apam_status_text(APAM_E_INTERNAL));
		return false;
	}
	if (!may_be_sent(s, err))
		return false;
	if (durable_turn_spend(&s->turn, url.origin, err) != APAM_OK)
		return false;
	show_secret(s, op);
	return true;
}

static void
store_successor(
    struct spending *s, struct op *op, const struct durable_life *life)
{
	struct apam_error why = APAM_ERROR_INIT;

	if (durable_turn_succeed(&s->turn, buf_view(&op->durable.successor),
		life, &why) != APAM_OK)
		say(s, APAM_LOG_ERROR, why.text);
	show_secret(s, op);
}

/* The record says so even if writing it fails: see durable_turn_keep. */
static void
keep(struct spending *s, struct op *op, const struct durable_life *life)
{
	struct apam_error why = APAM_ERROR_INIT;

	if (durable_turn_keep(&s->turn, life, &why) != APAM_OK)
		say(s, APAM_LOG_WARNING, why.text);
	show_secret(s, op);
}

/* False: it was replaced meanwhile, and `reason` is of the old one. */
static bool
login_is_needed(struct spending *s, const char *reason)
{
	const struct entry *e = s->entry;
	char evidence[APAM_TEXT_SIZE + APAM_NAME_SIZE + 32];
	const struct audit_event event = {
		.what = AUDIT_LOGIN,
		.profile = e->profile->name,
		.entry = (int)e->index,
		.scheme = e->conf->scheme,
		.key_id = entry_key_id(e).p,
		.state = AUDIT_LOGIN_NEEDED,
		.evidence = evidence,
	};

	(void)snprintf(evidence, sizeof(evidence), "%s; run `apam login %s`",
	    reason, e->profile->name);
	if (!durable_turn_refuse(&s->turn, reason))
		return false;
	audit_write(&e->env->audit, &event);
	return true;
}

static void
refuse(struct spending *s, struct op *op)
{
	struct apam_error *why = &op->error;
	const struct apam_error said = *why;

	error_clear(why);
	if (login_is_needed(s, said.text)) {
		(void)error_set(why, APAM_E_LOGIN,
		    "store:%s: somebody has to log in again: %s",
		    s->entry->stored.name, said.text);
		return;
	}
	s->replaced = true;
	(void)error_set(why, APAM_E_PROVIDER,
	    "store:%s was replaced while its old secret was refused",
	    s->entry->stored.name);
}

/* What a failure says of the secret that was sent. */
static void
settle_failure(struct spending *s, struct op *op)
{
	const enum apam_status status = op->error.status;

	switch (APAM_CLASS(status)) {
	case APAM_CLASS_REVOKED:
		refuse(s, op);
		break;
	case APAM_CLASS_INTERNAL:
		durable_turn_leave(&s->turn);
		break;
	case APAM_CLASS_TEMPORARY:
		if (status == APAM_E_THROTTLED)
			keep(s, op, NULL);
		else
			durable_turn_leave(&s->turn);
		break;
	default:
		keep(s, op, NULL);
	}
}

/* A check may say by a key state what others say by a failure. */
static bool
found_dead(const struct op *op)
{
	return op->kind == OP_CHECK && op->key_state > APAM_KEY_GOOD;
}

void
spending_stepped(struct spending *s, struct op *op, enum apam_step step,
    const struct durable_life *life)
{
	if (op->durable.unkept)
		say(s, APAM_LOG_ERROR,
		    "the provider has replaced a secret that is not in the "
		    "store: write store:NAME, and log in again");
	if (op->durable.succeeds) {
		store_successor(s, op, life);
		return;
	}
	if (!s->turn.spending && life != NULL && step == APAM_STEP_DONE)
		keep(s, op, life);
	if (!s->turn.spending)
		return;
	if (step == APAM_STEP_FAILED)
		settle_failure(s, op);
	else if (step == APAM_STEP_DONE && found_dead(op))
		(void)login_is_needed(s, op->evidence);
	else if (step == APAM_STEP_DONE)
		keep(s, op, life);
}

bool
spending_yields(struct spending *s)
{
	if (!s->replaced || s->yielded)
		return false;
	s->yielded = true;
	durable_turn_end(&s->turn);
	return true;
}

void
spending_unanswered(struct spending *s, struct op *op, bool sent)
{
	if (!s->turn.spending)
		return;
	if (sent)
		durable_turn_leave(&s->turn);
	else
		keep(s, op, NULL);
}

/* ---- A successor that could not be stored ------------------------------ */

bool
spending_stays(struct spending *s)
{
	if (s->turn.unstored.n == 0)
		return false;
	s->store_after = STORE_FIRST_MS;
	return true;
}

int64_t
spending_store(struct spending *s)
{
	struct apam_error why = APAM_ERROR_INIT;

	if (durable_turn_store(&s->turn, &why) == APAM_OK) {
		say(s, APAM_LOG_WARNING,
		    "the successor of its durable secret is stored now");
		return 0;
	}
	if (s->turn.unstored.n == 0) {
		say(s, APAM_LOG_ERROR, why.text);
		return 0;
	}
	if (s->store_after < STORE_LAST_MS)
		s->store_after *= 2;
	return s->store_after;
}
