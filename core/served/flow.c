/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Questions are sent in their order, each as a whole: the parts of two messages
 * may not be mixed.  Answers are copied, since their packet's memory is the
 * next one's.
 */
#include "served/flow.h"

#include <unistd.h>

#include "agent/link_receive.h"
#include "base/error.h"

/* ---- Questions ----------------------------------------------------------- */

void
ask_init(struct ask *ask)
{
	ask->next = NULL;
	ask->flow = NULL;
	ask->message = (struct frame_writer){ .id = 0 };
	ask->part = 0;
	ask->state = ASK_NEW;
	ask->passed = -1;
	ask->answer = (struct frame){ .id = 0 };
	buf_init_in(&ask->items, FRAME_ITEMS_MAX, ask->room, sizeof(ask->room));
	buf_init_in(&ask->kept, FRAME_ITEMS_MAX, ask->answer_room,
	    sizeof(ask->answer_room));
}

static void
drop_passed(struct ask *ask)
{
	if (ask->passed >= 0)
		(void)close(ask->passed);
	ask->passed = -1;
}

/* Take a question out of its flow's list. */
static void
withdraw(struct ask *ask)
{
	struct flow *flow = ask->flow;

	if (flow == NULL)
		return;
	for (struct ask **at = &flow->first; *at != NULL; at = &(*at)->next)
		if (*at == ask) {
			*at = ask->next;
			if (ask->next == NULL)
				flow->last = at;
			break;
		}
	ask->next = NULL;
	ask->flow = NULL;
}

void
ask_begin(struct ask *ask, uint16_t type, uint64_t id)
{
	withdraw(ask);
	drop_passed(ask);
	frame_begin(&ask->message, &ask->items, type, id);
	ask->part = 0;
	ask->state = ASK_NEW;
}

void
ask_free(struct ask *ask)
{
	withdraw(ask);
	drop_passed(ask);
	buf_free(&ask->kept);
	buf_free(&ask->items);
	ask->state = ASK_NEW;
}

int
ask_take_passed(struct ask *ask)
{
	const int fd = ask->passed;

	ask->passed = -1;
	return fd;
}

/* ---- Flows --------------------------------------------------------------- */

void
flow_init(struct flow *flow)
{
	link_init(&flow->link);
	flow->first = NULL;
	flow->last = &flow->first;
	flow->next = NULL;
	flow->busy = false;
	flow->used = false;
	error_init(&flow->error);
}

static void
lose_all(struct flow *flow)
{
	while (flow->first != NULL) {
		struct ask *ask = flow->first;

		withdraw(ask);
		ask->part = 0;
		ask->state = ASK_LOST;
	}
}

void
flow_close(struct flow *flow)
{
	lose_all(flow);
	link_close(&flow->link);
}

void
flow_ask(struct flow *flow, struct ask *ask)
{
	ask->flow = flow;
	ask->next = NULL;
	ask->part = 0;
	ask->state = ASK_OPEN;
	*flow->last = ask;
	flow->last = &ask->next;
}

static bool
is_unsent(const struct ask *ask)
{
	return ask->part < frame_count(&ask->message);
}

bool
flow_has_unsent(const struct flow *flow)
{
	for (const struct ask *a = flow->first; a != NULL; a = a->next)
		if (is_unsent(a))
			return true;
	return flow->link.owes;
}

/*
 * Questions follow the HELLO at once, so that the first one costs no round trip
 * more: an agent takes them as frames of the first version.
 */
_Static_assert(AGENT_VERSION_MAX == FRAME_FIRST_VERSION,
    "what was sent before WELCOME named another version is sent again");

void
flow_send(struct flow *flow)
{
	for (struct ask *a = flow->first; a != NULL; a = a->next) {
		a->message.version = flow->link.parts.version;
		if (is_unsent(a) &&
		    !link_send(&flow->link, &a->message, &a->part))
			return;
	}
	(void)link_settle(&flow->link);
}

static struct ask *
find(const struct flow *flow, uint64_t id)
{
	struct ask *ask = flow->first;

	while (ask != NULL && ask->message.id != id)
		ask = ask->next;
	return ask;
}

static void
answer(struct ask *ask, const struct frame *message, int passed)
{
	withdraw(ask);
	buf_set(&ask->kept, message->items);
	ask->answer = *message;
	ask->answer.items = buf_view(&ask->kept);
	ask->passed = passed;
	ask->state = ask->kept.failed ? ASK_LOST : ASK_ANSWERED;
}

/* True if the flow is a thread's own, and the thread has its answer. */
static bool
is_done(const struct flow *flow)
{
	return flow->busy && flow->first == NULL;
}

/* Answers to what nobody asks any more are dropped. */
static bool
take_all(struct flow *flow)
{
	enum link_got got = LINK_MESSAGE;
	struct frame message;
	struct ask *ask;

	while (got == LINK_MESSAGE && !is_done(flow)) {
		got = link_receive(&flow->link, &message, &flow->error);
		ask = got == LINK_MESSAGE ? find(flow, message.id) : NULL;
		if (ask != NULL)
			answer(ask, &message, link_take_passed(&flow->link));
	}
	return got != LINK_BROKEN;
}

bool
flow_move(struct flow *flow)
{
	flow_send(flow);
	if (take_all(flow) && flow->link.wrong == NULL)
		return true;
	lose_all(flow);
	return false;
}

bool
flow_was_refused(const struct flow *flow, struct apam_error *err)
{
	if (flow->error.status == APAM_OK)
		return false;
	error_copy(err, &flow->error);
	return true;
}

/* ---- What has no answer -------------------------------------------------- */

void
flow_cancel(struct flow *flow, uint64_t id)
{
	struct frame_writer w;
	struct buf none;
	unsigned i = 0;

	if (flow_has_unsent(flow)) {
		flow_close(flow);
		return;
	}
	buf_init_plain(&none, FRAME_ITEMS_MAX);
	frame_begin(&w, &none, AGENT_CANCEL, id);
	w.version = flow->link.parts.version;
	if (flow->link.fd.fd >= 0)
		(void)link_send(&flow->link, &w, &i);
	buf_free(&none);
}

bool
flow_tell(struct flow *flow, struct ask *message)
{
	unsigned i = 0;

	message->message.version = flow->link.parts.version;
	/* A message of several frames might go out in part, which would break
	   the connection. */
	return flow->link.greeted && link_is_ours(&flow->link) &&
	    !flow_has_unsent(flow) && frame_count(&message->message) == 1 &&
	    link_send(&flow->link, &message->message, &i);
}
