/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All are in one list, also those that threads have, so that a child after a
 * fork finds them.
 */
#include "served/flow_pool.h"

#include <stdlib.h>

#include "base/fork_gate.h"

struct flow *
flow_pool_take(struct served *s)
{
	struct flow *f;

	fork_lock(&s->lock);
	for (f = s->pool; f != NULL && f->busy; f = f->next)
		;
	if (f != NULL)
		f->busy = true;
	fork_unlock(&s->lock);
	return f;
}

struct flow *
flow_pool_new(struct served *s)
{
	struct flow *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	flow_init(f);
	f->busy = true;
	fork_lock(&s->lock);
	f->next = s->pool;
	s->pool = f;
	fork_unlock(&s->lock);
	return f;
}

static void
free_flow(struct flow **flow)
{
	flow_close(*flow);
	free(*flow);
	*flow = NULL;
}

/* Out of the list. */
static void
remove_flow(struct served *s, struct flow *flow)
{
	struct flow **at = &s->pool;

	while (*at != flow)
		at = &(*at)->next;
	*at = flow->next;
}

void
flow_pool_end(struct served *s, struct flow **flow)
{
	fork_lock(&s->lock);
	remove_flow(s, *flow);
	fork_unlock(&s->lock);
	free_flow(flow);
}

static unsigned
count_idle(const struct served *s)
{
	unsigned n = 0;

	for (const struct flow *f = s->pool; f != NULL; f = f->next)
		n += !f->busy;
	return n;
}

static bool
is_whole(const struct flow *flow)
{
	return flow->link.fd.fd >= 0 && flow->link.wrong == NULL &&
	    flow->first == NULL;
}

void
flow_pool_give_back(struct served *s, struct flow **flow, bool answered)
{
	bool kept;

	fork_lock(&s->lock);
	if (answered)
		availability_note_there(&s->availability);
	kept = is_whole(*flow) && count_idle(s) < FLOW_POOL_IDLE_MOST;
	if (kept)
		(*flow)->busy = false;
	fork_unlock(&s->lock);
	if (!kept)
		flow_pool_end(s, flow);
	*flow = NULL;
}

void
flow_pool_free(struct served *s)
{
	while (s->pool != NULL) {
		struct flow *flow = s->pool;

		s->pool = flow->next;
		free_flow(&flow);
	}
}

/*
 * A thread that the child does not have may have been in the midst of any change
 * to a flow that it had, and its questions are on its stack.
 */
void
flow_pool_abandon(struct served *s)
{
	while (s->pool != NULL) {
		struct flow *flow = s->pool;

		s->pool = flow->next;
		if (flow->busy)
			own_fd_close(&flow->link.fd);
		else
			free_flow(&flow);
	}
}
