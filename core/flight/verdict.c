/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A verdict is marked and no more: the next signature finds the mark and
 * settles it (obtain.c).
 */
#include "flight/verdict.h"

#include "entry/share.h"
#include "flight/notify.h"
#include "slot/write.h"

/* Something can be done about a rejection: acquire anew, or ask. */
static bool
can_settle(struct entry *e)
{
	const struct credential_state *s = &e->credential;
	bool minted;

	pthread_mutex_lock(&e->env->lock);
	minted = s->current == NULL || s->current->minted;
	pthread_mutex_unlock(&e->env->lock);
	return minted ||
	    (e->conf->revocation_check != CHECK_NEVER && entry_asks(e));
}

/* True if signing again may work. */
static bool
may_replay(const struct entry *e, bool settles, bool standby)
{
	const struct credential_state *s = &e->credential;

	if (APAM_CLASS(s->restraint.latch.status) == APAM_CLASS_REVOKED)
		return standby;
	return s->restraint.latch.status == APAM_OK && settles;
}

/*
 * The credential was not rejected before.  True if it is now marked, and other
 * processes are to forget it.  With the context's lock held.
 */
static bool
mark_rejected(
    struct entry *e, enum apam_verdict verdict, bool settles, bool standby)
{
	struct credential_state *s = &e->credential;
	const bool spared = verdict == APAM_VERDICT_REJECTED && standby;

	slot_close(e->slot);
	if (settles) {
		credential_state_reject(s);
		s->spared = spared;
		return true;
	}
	if (spared && e->conf->revocation_check != CHECK_NEVER)
		credential_state_set_aside(s, e->conf);
	return false;
}

bool
verdict_reject(struct entry *e, uint64_t generation, enum apam_verdict verdict,
    bool standby)
{
	struct credential_state *s = &e->credential;
	struct credential *bad = NULL;
	const bool settles = can_settle(e);
	bool again;

	notify_recall(e);
	pthread_mutex_lock(&e->env->lock);
	if (s->current != NULL && s->current->generation <= generation &&
	    !credential_state_rejected(s) &&
	    mark_rejected(e, verdict, settles, standby))
		bad = credential_hold(s->current);
	again = may_replay(e, settles, standby);
	pthread_mutex_unlock(&e->env->lock);
	if (bad != NULL)
		share_forget(e, bad);
	credential_release(&bad);
	notify_finding(e);
	return again;
}

bool
verdict_holds(struct entry *e, uint64_t generation)
{
	const struct credential_state *s = &e->credential;
	bool holds;

	pthread_mutex_lock(&e->env->lock);
	holds = s->current != NULL && s->current->generation == generation;
	pthread_mutex_unlock(&e->env->lock);
	return holds;
}

void
verdict_accept(struct entry *e)
{
	if (atomic_load_explicit(
		&e->credential.rejections, memory_order_relaxed) != 0)
		atomic_store(&e->credential.rejections, 0);
	if (!atomic_load_explicit(
		&e->credential.proven, memory_order_relaxed) &&
	    !atomic_exchange(&e->credential.proven, true))
		notify_proven(e);
}
