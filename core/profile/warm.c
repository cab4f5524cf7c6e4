/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rule; slot/write.c does the writing.
 */
#include "profile/warm.h"

#include "base/clock.h"
#include "entry/authentic.h"
#include "profile/direct.h"
#include "profile/shared_slot.h"
#include "slot/page_file.h"
#include "slot/slot.h"
#include "slot/write.h"

/* The index of the one entry that signed; the stack's count: none or more. */
static size_t
only_signer(const struct stack *stack, const struct stack_result *result)
{
	unsigned bits = result->entries;
	size_t i = 0;

	if (bits == 0 || (bits & (bits - 1)) != 0)
		return stack->count;
	while (bits >>= 1)
		i++;
	return i;
}

/* Nothing of what it makes depends on the request. */
static bool
is_static(const struct entry *e, const struct apam_signing *total)
{
	return !e->needs_prepare &&
	    (e->module->abi.traits & APAM_TRAIT_STATIC) != 0 &&
	    total->cookies.count == 0 && total->covers.count == 0 &&
	    !total->nothing && total->pair == NULL && !authentic_is_asked(e);
}

/* Its module takes any number of calls at once, and no lock for them. */
static bool
is_direct(const struct entry *e)
{
	return (e->module->abi.traits & APAM_TRAIT_STATIC) == 0 &&
	    (e->module->abi.traits & APAM_TRAIT_THREADS_PER_CALL) != 0;
}

/* None of the entries before this one may sign again: their keys are dead. */
static bool
is_first_alive(const struct stack *stack, size_t index)
{
	while (index-- > 0) {
		const struct entry *e = &stack->entries[index];

		if (e->credential.restraint.latch.status == APAM_OK &&
		    e->registry.archived_at == 0)
			return false;
	}
	return true;
}

/* What signed with the credential `c`.  Its query is in the URL already. */
static struct slot_content
content_of(const struct stack *stack, const struct stack_result *result,
    const struct credential *c)
{
	return (struct slot_content){
		.generation = result->generation,
		.credential = result->credential,
		.entries = result->entries,
		.counted = result->counted,
		.origins = stack->profile->origins,
		.origin_count = stack->profile->origin_count,
		.headers = &result->total.headers,
		.query = &c->rendered.query,
		.yielding = c->rendered.query_defaults,
	};
}

/*
 * The one entry that signed, where its signature, or what makes it, may be in a
 * slot; or NULL.
 */
static struct entry *
plain_entry(const struct stack *stack, const struct stack_result *result,
    struct slot_content *content)
{
	const size_t i = only_signer(stack, result);
	struct entry *e = &stack->entries[i];

	/*
	 * Rules are looked at for each request and each caller; the agent does
	 * that before it looks at a slot (api/serve.c).
	 */
	if (stack->profile->allow.count > 0 && !stack->env->is_agent)
		return NULL;
	if (i >= stack->count || e->conf->control != CONTROL_SUFFICIENT ||
	    e->credential.current == NULL ||
	    e->credential.current->generation != result->generation ||
	    !is_first_alive(stack, i))
		return NULL;
	*content = content_of(stack, result, e->credential.current);
	if (is_static(e, &result->total) ? !slot_can_hold(content) :
					   !is_direct(e))
		return NULL;
	return e;
}

static int64_t
until(int64_t end, int64_t now)
{
	return end > now ? end - now : 0;
}

static int64_t
most(int64_t ms, int64_t limit)
{
	return ms < limit ? ms : limit;
}

/*
 * Set for how long the credential serves without being looked at: until it is
 * stale, or a refresh is due that nobody has begun.  0: not.
 */
static void
set_times(struct slot_content *c, const struct slot *slot,
    const struct entry *e, int64_t check_at)
{
	const struct credential_state *s = &e->credential;
	const int64_t now = clock_ms(), stale = s->current->stale;
	int64_t end = stale;

	if (s->current->generation <= s->rejected ||
	    s->restraint.latch.status != APAM_OK)
		return;
	if (!e->flight.busy && s->refresh_at < end)
		end = s->refresh_at;
	c->alone_ms = until(stale, now);
	c->good_ms = until(check_at < end ? check_at : end, now);
	/* Whoever keeps it fresh looks at files and registry in time. */
	if (slot_serial(slot) != 0 && check_at != 0)
		c->good_ms = most(until(end, now), PAGE_FRESH_MS);
}

/* Lend out the entry and its credential, unless they are lent already. */
static void
lend_entry(
    struct stack *stack, struct entry *e, const struct slot_content *content)
{
	struct credential *c = e->credential.current;
	struct direct *lent = slot_lent(stack->slot), *fresh = NULL;

	if (!direct_is_of(lent, e, c)) {
		slot_close(stack->slot);
		lent = fresh = direct_new(stack, e, c);
	}
	if (lent == NULL || !slot_lend(stack->slot, content, lent, direct_free))
		direct_free(fresh);
}

void
warm_open(
    struct stack *stack, const struct stack_result *result, int64_t check_at)
{
	struct slot_content content;
	struct entry *e = plain_entry(stack, result, &content);

	if (stack->slot == NULL || e == NULL)
		return;
	set_times(&content, stack->slot, e, check_at);
	if (content.good_ms <= 0)
		return;
	if (is_direct(e))
		lend_entry(stack, e, &content);
	else
		slot_open(stack->slot, &content);
}

/* A slot for signatures like this one, where there can be one. */
static struct slot *
new_slot(const struct stack *stack, const struct stack_result *result)
{
	const struct env *env = stack->env;
	struct slot_content content;
	const struct entry *e = plain_entry(stack, result, &content);

	if (e == NULL)
		return NULL;
	return env->is_agent && !is_direct(e) ?
	    shared_slot_new(stack) :
	    slot_new(env->keys.counter.value);
}

void
profile_warm(struct apam_profile *profile, struct stack *stack,
    struct stack_result *result)
{
	struct env *env = &profile->ctx->env;
	int64_t check_at;

	/* A shared page is to be told again and again that it is good. */
	if (!env->is_agent &&
	    slot_serves(
		atomic_load_explicit(&profile->slot, memory_order_acquire),
		result->generation, result->counted))
		return;
	pthread_mutex_lock(&env->lock);
	if (stack == profile->stack && !profile->gone) {
		if (shared_slot_is_over(stack->slot, env))
			shared_slot_drop(profile, stack);
		if (stack->slot == NULL)
			stack_use_slot(stack, new_slot(stack, result));
		check_at = profile->check_at < result->look_at ?
		    profile->check_at :
		    result->look_at;
		warm_open(stack, result, check_at);
		atomic_store_explicit(
		    &profile->slot, stack->slot, memory_order_release);
	}
	pthread_mutex_unlock(&env->lock);
}
