/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A stack is opened before others see it: the thread that opens it makes a new
 * one of what was read, and puts that in its place.
 */
#include "profile/opening.h"

#include <errno.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/problems.h"
#include "file/secret_ahead.h"
#include "flight/driver.h"

void
opening_init(struct opening *o)
{
	o->busy = false;
	clock_condition(&o->ended);
}

void
opening_free(struct opening *o)
{
	pthread_cond_destroy(&o->ended);
}

bool
opening_withholds(struct apam_profile *p, const struct stack *read)
{
	bool alone;

	pthread_mutex_lock(&p->ctx->env.lock);
	alone = p->alone && read->profile->agent == AGENT_PREFER;
	pthread_mutex_unlock(&p->ctx->env.lock);
	return !alone && handle_is_served(p->ctx, read->profile->agent);
}

/*
 * With the context's lock held.  One that was opened without its secrets is to
 * be opened anew where this process signs itself.
 */
static bool
is_ready(const struct apam_profile *p, const struct stack *s)
{
	return stack_is_open(s) &&
	    !(s->withheld && p->alone && s->profile->agent == AGENT_PREFER);
}

/* With the context's lock held.  False where the deadline passes first. */
static bool
wait_for_other(struct apam_profile *p, int64_t deadline)
{
	pthread_mutex_t *lock = &p->ctx->env.lock;
	struct timespec until;
	int64_t left;

	if (deadline == 0)
		return pthread_cond_wait(&p->opening.ended, lock) == 0;
	left = deadline - clock_ms();
	return left > 0 && clock_after(CLOCK_MONOTONIC, left, &until) &&
	    pthread_cond_timedwait(&p->opening.ended, lock, &until) !=
	    ETIMEDOUT;
}

/*
 * The stack in use, held: *ready, or for the caller to open.  False where
 * another thread is at that for too long.
 */
static bool
begin_opening(
    struct apam_profile *p, int64_t deadline, struct stack **s, bool *ready)
{
	bool in_time = true;

	pthread_mutex_lock(&p->ctx->env.lock);
	while (in_time && p->opening.busy && !is_ready(p, p->stack))
		in_time = wait_for_other(p, deadline);
	*s = stack_hold(p->stack);
	*ready = is_ready(p, *s);
	if (in_time && !*ready)
		p->opening.busy = true;
	pthread_mutex_unlock(&p->ctx->env.lock);
	return in_time;
}

struct stack *
opening_stack(struct apam_profile *p, struct stack *read, int64_t deadline,
    bool withheld, struct problems *all)
{
	struct env *env = &p->ctx->env;
	struct stack *s = stack_open(read, deadline, withheld, all);

	if (env->ahead == NULL)
		return s;
	if (s != NULL || all->count > 0) {
		secret_ahead_settle(env->ahead, read->profile->file, s != NULL);
		return s;
	}
	pthread_mutex_lock(&env->lock);
	driver_call(env->loop);
	pthread_mutex_unlock(&env->lock);
	return NULL;
}

/*
 * Put the open stack, or NULL, in the place of the one that it was opened from.
 * That may have been replaced by another: then this does nothing.
 */
static void
end_opening(struct apam_profile *p, struct stack *closed, struct stack *open)
{
	struct stack *old = NULL;

	pthread_mutex_lock(&p->ctx->env.lock);
	p->opening.busy = false;
	if (open != NULL && p->stack == closed) {
		old = p->stack;
		/* The agent's may have a page that was left by an older one. */
		stack_use_slot(open, old->slot);
		p->stack = stack_hold(open);
	}
	pthread_cond_broadcast(&p->opening.ended);
	pthread_mutex_unlock(&p->ctx->env.lock);
	stack_release(&old);
}

/*
 * Replace *s by the stack in use, opened by this thread if by no other.  False
 * with a problem added where it cannot be opened.
 */
static bool
take_open(struct apam_profile *p, int64_t deadline, struct stack **s,
    struct problems *all)
{
	struct stack *closed, *read;
	bool ready;

	stack_release(s);
	if (!begin_opening(p, deadline, s, &ready)) {
		problems_add(all, APAM_E_DEADLINE, (*s)->profile->file, 0,
		    "another thread reads the profile's secrets and did not "
		    "finish in time");
		return false;
	}
	if (ready)
		return true;
	closed = *s;
	read = closed->read == NULL ? closed : closed->read;
	*s = opening_stack(p, read, deadline, opening_withholds(p, read), all);
	end_opening(p, closed, *s);
	stack_release(&closed);
	return *s != NULL;
}

/* What no call but this one sees would not be known to apam_judge. */
static bool
is_in_use(struct apam_profile *p, const struct stack *s)
{
	bool in_use;

	pthread_mutex_lock(&p->ctx->env.lock);
	in_use = p->stack == s || stack_is_open(p->stack);
	pthread_mutex_unlock(&p->ctx->env.lock);
	return in_use;
}

struct stack *
profile_hold(struct apam_profile *p)
{
	struct stack *s;

	pthread_mutex_lock(&p->ctx->env.lock);
	s = stack_hold(p->stack);
	pthread_mutex_unlock(&p->ctx->env.lock);
	return s;
}

struct stack *
profile_open(struct apam_profile *p, int64_t deadline, struct apam_error *err)
{
	struct problems all;
	struct stack *s = NULL;

	problems_init(&all);
	while (take_open(p, deadline, &s, &all))
		if (is_in_use(p, s))
			return s;
	stack_release(&s);
	if (all.count == 0)
		(void)error_set(&all.first, APAM_E_PENDING,
		    "the program that prints a secret runs");
	if (err != NULL && err->status == APAM_OK)
		error_copy(err, &all.first);
	error_locate(err, p->name, -1);
	return NULL;
}
