/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All is done with the lock held, as nothing waits; but not where an account is
 * looked up, and where the loop is told what to watch.
 */
#include "served/ask_nonblocking.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/fork_gate.h"
#include "flight/loop.h"
#include "served/handshake.h"

/* ---- Asking, with the lock held ------------------------------------------ */

static enum served_end
away_now(const struct served *s)
{
	return availability_is_between(&s->availability) ? SERVED_PENDING :
							   SERVED_AWAY;
}

/* The shared connection is there, or *err says why not. */
static enum served_end
share_connection(struct served *s, struct apam_error *err)
{
	struct apam_error why = APAM_ERROR_INIT;
	struct handshake with;
	enum apam_status status;

	if (s->shared.link.fd.fd >= 0 && link_is_ours(&s->shared.link))
		return SERVED_ANSWERED;
	flow_close(&s->shared);
	flow_init(&s->shared);
	if (availability_is_early(&s->availability, err))
		return away_now(s);
	handshake_begin(s, &with);
	status = handshake_connect(s, &with, &s->shared, &why);
	if (status == APAM_OK)
		return SERVED_ANSWERED;
	flow_init(&s->shared);
	error_copy(err, &why);
	if (status != APAM_E_NETWORK)
		return SERVED_REFUSED;
	availability_note_away(&s->availability, &why);
	return away_now(s);
}

static bool
is_unasked(const struct ask *ask)
{
	return ask->state == ASK_NEW || ask->state == ASK_LOST;
}

static enum served_end
ask_shared(struct served *s, struct ask *ask, struct apam_error *err)
{
	enum served_end end;

	if (ask->state == ASK_OPEN && !link_is_ours(&s->shared.link))
		flow_close(&s->shared);
	/* The loop may have read the agent's refusal meanwhile. */
	if (ask->state == ASK_LOST && flow_was_refused(&s->shared, err))
		return SERVED_REFUSED;
	if (is_unasked(ask)) {
		end = share_connection(s, err);
		if (end != SERVED_ANSWERED)
			return end;
		flow_ask(&s->shared, ask);
	}
	if (!flow_move(&s->shared) && ask->state != ASK_ANSWERED &&
	    flow_was_refused(&s->shared, err))
		return SERVED_REFUSED;
	if (ask->state != ASK_ANSWERED)
		return SERVED_PENDING;
	availability_note_there(&s->availability);
	return SERVED_ANSWERED;
}

/* Without the lock for a moment where the agent's user is looked up. */
static enum served_end
ask_believed(struct served *s, struct ask *ask, struct apam_error *err)
{
	const struct link_place tried = s->place;
	const enum served_end end = ask_shared(s, ask, err);
	bool found;

	if (end != SERVED_REFUSED || err->status != APAM_E_TRUST)
		return end;
	fork_unlock(&s->lock);
	found = handshake_find_user(s, &tried);
	fork_lock(&s->lock);
	if (!found)
		return end;
	error_clear(err);
	return ask_shared(s, ask, err);
}

/* ---- Without it ---------------------------------------------------------- */

/* What the loop has to look at. */
static void
watch_shared(struct served *s)
{
	struct own_fd fd;
	bool out;

	fork_lock(&s->lock);
	fd = s->shared.link.fd;
	out = flow_has_unsent(&s->shared);
	fork_unlock(&s->lock);
	loop_watch(s->env->loop, &fd, out);
}

enum served_end
ask_nonblocking(
    struct served *s, struct ask *ask, bool hurry, struct apam_error *err)
{
	enum served_end end;
	bool waits;

	handshake_look_at_registry(s);
	fork_lock(&s->lock);
	end = ask_believed(s, ask, err);
	/* The next agent may be there already, so ask once more. */
	if (end == SERVED_PENDING && ask->state == ASK_LOST)
		end = ask_shared(s, ask, err);
	if (end == SERVED_PENDING && is_unasked(ask) && hurry)
		end = SERVED_AWAY;
	waits = end == SERVED_PENDING && is_unasked(ask);
	s->look_at = waits ? clock_ms() + SERVED_LOOK_MS : 0;
	if (waits)
		availability_look_at(&s->availability, s->look_at);
	fork_unlock(&s->lock);
	if (end == SERVED_PENDING || end == SERVED_ANSWERED)
		watch_shared(s);
	return end;
}

void
ask_nonblocking_forget(struct served *s, struct ask *ask)
{
	fork_lock(&s->lock);
	if (ask->flow == &s->shared)
		flow_cancel(&s->shared, ask->message.id);
	ask_free(ask);
	fork_unlock(&s->lock);
}

void
ask_nonblocking_move(struct served *s)
{
	bool there;

	fork_lock(&s->lock);
	there = link_is_ours(&s->shared.link);
	if (there)
		(void)flow_move(&s->shared);
	fork_unlock(&s->lock);
	if (there)
		watch_shared(s);
}

int
ask_nonblocking_timeout(struct served *s)
{
	int64_t at;

	fork_lock(&s->lock);
	at = s->look_at;
	fork_unlock(&s->lock);
	return at == 0 ? -1 : clock_left(at);
}
