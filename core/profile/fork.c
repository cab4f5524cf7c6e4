/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Handlers of pthread_atfork.  Order of locks, as everywhere: contexts_lock,
 * work, the context's, the key registry's, the list of modules, those
 * that modules are called under, and last the gate of base/fork_gate.h.
 */
#include "profile/fork.h"

#include <pthread.h>

#include "base/fork_gate.h"
#include "flight/loop.h"
#include "profile/opening.h"
#include "profile/stack.h"
#include "served/served.h"
#include "slot/slot.h"

static pthread_mutex_t contexts_lock = PTHREAD_MUTEX_INITIALIZER;
static struct apam *contexts;

/* ---- Each lock of a context --------------------------------------------- */

static void
each_call_lock(struct apam *ctx, int (*action)(pthread_mutex_t *lock))
{
	for (size_t i = 0; i < ctx->profile_count; i++) {
		struct stack *s = ctx->profiles[i]->stack;

		for (size_t j = 0; j < s->count; j++)
			(void)action(&s->entries[j].calls);
	}
	for (struct module *m = ctx->env.modules.first; m != NULL; m = m->next)
		(void)action(&m->lock);
}

static void
prepare(void)
{
	pthread_mutex_lock(&contexts_lock);
	for (struct apam *c = contexts; c != NULL; c = c->next) {
		pthread_mutex_lock(&c->env.loop->work);
		pthread_mutex_lock(&c->env.lock);
		pthread_mutex_lock(&c->env.keys.lock);
		pthread_mutex_lock(&c->env.modules.lock);
		each_call_lock(c, pthread_mutex_lock);
	}
	fork_gate_shut();
}

static void
in_parent(void)
{
	fork_gate_open();
	for (struct apam *c = contexts; c != NULL; c = c->next) {
		each_call_lock(c, pthread_mutex_unlock);
		pthread_mutex_unlock(&c->env.modules.lock);
		pthread_mutex_unlock(&c->env.keys.lock);
		pthread_mutex_unlock(&c->env.lock);
		pthread_mutex_unlock(&c->env.loop->work);
	}
	pthread_mutex_unlock(&contexts_lock);
}

/* ---- The child ---------------------------------------------------------- */

static int
renew(pthread_mutex_t *lock)
{
	return pthread_mutex_init(lock, NULL);
}

/* Another thread that was opening or reading one is not in the child. */
static void
renew_profile(struct apam_profile *p)
{
	p->reloading = false;
	opening_init(&p->opening);
	for (size_t i = 0; i < p->stack->count; i++)
		flight_state_renew(&p->stack->entries[i].flight);
}

static void
in_child(void)
{
	fork_gate_renew();
	for (struct apam *c = contexts; c != NULL; c = c->next) {
		(void)renew(&c->env.lock);
		(void)renew(&c->env.keys.lock);
		(void)renew(&c->env.modules.lock);
		audit_renew(&c->env.audit);
		c->finder.looking = false;
		for (size_t i = 0; i < c->profile_count; i++)
			renew_profile(c->profiles[i]);
		each_call_lock(c, renew);
		c->calls = NULL;
		served_fork_renew(c->served);
		/*
		 * Last, since what is let go of here, as the stacks of
		 * flights, has modules.
		 */
		for (size_t i = 0; i < c->profile_count; i++)
			slot_renew(c->profiles[i]->stack->slot);
		loop_abandon(c->env.loop);
	}
	(void)renew(&contexts_lock);
}

/* ---- The list of contexts ----------------------------------------------- */

static void
install(void)
{
	(void)pthread_atfork(prepare, in_parent, in_child);
}

void
fork_watch(struct apam *ctx)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, install);
	pthread_mutex_lock(&contexts_lock);
	ctx->next = contexts;
	contexts = ctx;
	pthread_mutex_unlock(&contexts_lock);
}

void
fork_unwatch(struct apam *ctx)
{
	pthread_mutex_lock(&contexts_lock);
	for (struct apam **at = &contexts; *at != NULL; at = &(*at)->next)
		if (*at == ctx) {
			*at = ctx->next;
			break;
		}
	pthread_mutex_unlock(&contexts_lock);
}

void
fork_each(void (*visit)(struct apam *ctx, const struct timespec *until),
    const struct timespec *until)
{
	if (pthread_mutex_timedlock(&contexts_lock, until) != 0)
		return;
	for (struct apam *c = contexts; c != NULL; c = c->next)
		visit(c, until);
	pthread_mutex_unlock(&contexts_lock);
}
