/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Idle connections are tried first, then a new one.
 */
#include "served/ask_blocking.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/fork_gate.h"
#include "served/flow_pool.h"
#include "served/handshake.h"
#include "served/served_page.h"

/* ---- A new connection ---------------------------------------------------- */

/* True if it is too early to look again for an agent that is away. */
static bool
is_too_early(struct served *s, struct apam_error *err)
{
	bool early;

	fork_lock(&s->lock);
	early = !availability_is_between(&s->availability) &&
	    availability_is_early(&s->availability, err);
	fork_unlock(&s->lock);
	return early;
}

static void
begin(struct served *s, struct handshake *with)
{
	fork_lock(&s->lock);
	handshake_begin(s, with);
	fork_unlock(&s->lock);
}

static enum apam_status
connect_believed(struct served *s, struct flow *flow, struct apam_error *err)
{
	struct handshake with;
	enum apam_status status;

	begin(s, &with);
	status = handshake_connect(s, &with, flow, err);
	if (status != APAM_E_TRUST || !handshake_find_user(s, &with.place))
		return status;
	error_clear(err);
	link_init(&flow->link);
	begin(s, &with);
	return handshake_connect(s, &with, flow, err);
}

static enum apam_status
connect_new(struct served *s, struct flow **flow, struct apam_error *err)
{
	struct apam_error why = APAM_ERROR_INIT;
	enum apam_status status;

	if (is_too_early(s, err))
		return APAM_E_NETWORK;
	handshake_look_at_registry(s);
	*flow = flow_pool_new(s);
	if (*flow == NULL)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	status = connect_believed(s, *flow, &why);
	if (status == APAM_OK)
		return APAM_OK;
	flow_pool_end(s, flow);
	if (status == APAM_E_NETWORK) {
		fork_lock(&s->lock);
		availability_note_away(&s->availability, &why);
		fork_unlock(&s->lock);
	}
	error_copy(err, &why);
	return status;
}

/* ---- On a connection ----------------------------------------------------- */

/* False where the deadline has passed. */
static bool
wait_for_answer(struct flow *flow, int64_t deadline)
{
	const bool out = flow_has_unsent(flow);

	return (!out && link_let_wait(&flow->link, deadline)) ||
	    link_wait(&flow->link, out, deadline);
}

/* SERVED_AWAY: the connection broke, which says nothing of the agent. */
static enum served_end
ask_on(struct served *s, struct flow *flow, struct ask *ask, int64_t deadline,
    struct apam_error *err)
{
	flow_ask(flow, ask);
	flow_send(flow);
	if (!flow->used)
		served_page_expect(s);
	while (ask->state == ASK_OPEN) {
		if (!wait_for_answer(flow, deadline)) {
			(void)error_set(err, APAM_E_DEADLINE,
			    "the agent did not answer in time");
			return SERVED_LATE;
		}
		if (!flow_move(flow) && ask->state != ASK_ANSWERED)
			return flow_was_refused(flow, err) ? SERVED_REFUSED :
							     SERVED_AWAY;
	}
	if (ask->state == ASK_LOST)
		return SERVED_AWAY;
	flow->used = true;
	return SERVED_ANSWERED;
}

/*
 * Ask on idle connections.  If one of them broke, the agent may still be there.
 */
static enum served_end
ask_idle(struct served *s, struct ask *ask, int64_t deadline,
    struct apam_error *err, struct flow **flow)
{
	enum served_end end = SERVED_AWAY;

	while (end == SERVED_AWAY && (*flow = flow_pool_take(s)) != NULL) {
		if (link_is_ours(&(*flow)->link))
			end = ask_on(s, *flow, ask, deadline, err);
		if (end == SERVED_AWAY)
			flow_pool_end(s, flow);
	}
	return end;
}

static void
note_broken(struct served *s, const struct flow *flow, struct apam_error *err)
{
	(void)error_set(err, APAM_E_NETWORK,
	    "the connection to the agent broke: %s",
	    flow->link.wrong == NULL ? "out of memory" : flow->link.wrong);
	fork_lock(&s->lock);
	if (link_has_ended(&flow->link))
		availability_note_ended(&s->availability);
	availability_note_away(&s->availability, err);
	fork_unlock(&s->lock);
}

static enum served_end
ask_anew(struct served *s, struct ask *ask, int64_t deadline,
    struct apam_error *err, struct flow **flow)
{
	const enum apam_status status = connect_new(s, flow, err);
	enum served_end end;

	if (status == APAM_E_NETWORK)
		return SERVED_AWAY;
	if (status != APAM_OK)
		return SERVED_REFUSED;
	end = ask_on(s, *flow, ask, deadline, err);
	if (end != SERVED_AWAY)
		return end;
	note_broken(s, *flow, err);
	flow_pool_end(s, flow);
	return SERVED_AWAY;
}

/* ---- All of it ----------------------------------------------------------- */

static bool
comes_back(struct served *s, int64_t deadline)
{
	bool between;

	fork_lock(&s->lock);
	between = availability_is_between(&s->availability);
	fork_unlock(&s->lock);
	return between && clock_ms() + SERVED_LOOK_MS < deadline;
}

enum served_end
ask_blocking(struct served *s, struct ask *ask, int64_t deadline, bool hurry,
    struct apam_error *err)
{
	struct flow *flow = NULL;
	enum served_end end = ask_idle(s, ask, deadline, err, &flow);

	while (end == SERVED_AWAY) {
		error_clear(err);
		end = ask_anew(s, ask, deadline, err, &flow);
		if (end != SERVED_AWAY || hurry || !comes_back(s, deadline))
			break;
		clock_sleep(SERVED_LOOK_MS);
	}
	if (end == SERVED_LATE) {
		flow_cancel(flow, ask->message.id);
		ask_free(ask);
	}
	if (flow != NULL)
		flow_pool_give_back(s, &flow, end == SERVED_ANSWERED);
	return end;
}
