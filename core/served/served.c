/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A child after a fork has the parent's descriptors, which it closes without a
 * word on the wire.
 */
#include "served/served.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/fork_gate.h"
#include "served/flow_pool.h"
#include "slot/slot.h"

struct served *
served_new(struct env *env)
{
	struct served *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->env = env;
	s->place = (struct link_place){ .socket = env->settings->agent_socket,
		.user = env->settings->agent_user,
		.own = env->settings->user };
	(void)pthread_mutex_init(&s->lock, NULL);
	flow_init(&s->shared);
	s->file.fd = -1;
	availability_init(&s->availability);
	atomic_init(&s->room, NULL);
	return s;
}

void
served_free(struct served **served)
{
	struct served *s = *served;
	void *room;

	*served = NULL;
	if (s == NULL)
		return;
	flow_pool_free(s);
	flow_close(&s->shared);
	own_fd_close(&s->file);
	room = atomic_load(&s->room);
	slot_room_free(&room);
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

void
served_fork_renew(struct served *s)
{
	if (s == NULL)
		return;
	(void)pthread_mutex_init(&s->lock, NULL);
	flow_pool_abandon(s);
	flow_close(&s->shared);
	flow_init(&s->shared);
	own_fd_close(&s->file);
	s->self.known = false;
}

uint64_t
served_next_id(struct served *s)
{
	return atomic_fetch_add(&s->last_id, 1) + 1;
}

uint64_t
served_left(int64_t deadline)
{
	const int left = clock_left(deadline);

	return left < 1 ? 1 : (uint64_t)left;
}

bool
served_tell(struct served *s, struct ask *message)
{
	struct flow *flow = flow_pool_take(s);
	bool told;

	if (flow != NULL) {
		told = flow_tell(flow, message);
		flow_pool_give_back(s, &flow, false);
		return told;
	}
	fork_lock(&s->lock);
	told = flow_tell(&s->shared, message);
	fork_unlock(&s->lock);
	return told;
}
