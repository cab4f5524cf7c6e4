/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which rights a page goes by is a hash of what gave them: which file that was,
 * as file/print.h knows files, and whom its rules name, by number.
 */
#include "profile/shared_slot.h"

#include <string.h>

#include "base/siphash.h"
#include "slot/page_file.h"
#include "slot/slot.h"

_Static_assert(PAGE_NONCE == KEY_SEGMENT_NONCE, "it is the same");

/* Never 0. */
static uint64_t
rights_of(const struct stack *s)
{
	const struct stack *read = s->read == NULL ? s : s->read;
	const struct allow *allow = &s->profile->allow;
	unsigned char hash[SIPHASH_SIZE] = { 0 };
	uint64_t rights;

	file_prints_hash(&read->watch, hash);
	for (size_t i = 0; i < allow->count; i++) {
		const struct allow_rule *rule = &allow->rules[i];

		siphash_add(
		    hash, rule->users, rule->user_count * sizeof(uint32_t));
		siphash_add(
		    hash, rule->groups, rule->group_count * sizeof(uint32_t));
	}
	memcpy(&rights, hash, sizeof(rights));
	return rights | 1;
}

static struct page_facts
facts_of(const struct stack *s)
{
	struct page_facts facts = { .rights = rights_of(s) };

	memcpy(facts.nonce, s->env->keys.counter.nonce, sizeof(facts.nonce));
	return facts;
}

struct slot *
shared_slot_new(const struct stack *stack)
{
	const struct page_facts facts = facts_of(stack);

	return slot_new_shared(stack->env->keys.counter.value, &facts);
}

bool
shared_slot_adopt(struct apam_profile *p, int fd)
{
	const struct page_facts facts = facts_of(p->stack);
	struct slot *slot = slot_adopt(
	    fd, p->ctx->env.keys.counter.value, &facts);

	if (slot == NULL)
		return false;
	stack_use_slot(p->stack, slot);
	atomic_store(&p->slot, slot);
	return true;
}

bool
shared_slot_is_over(const struct slot *slot, const struct env *env)
{
	return slot_serial(slot) != 0 &&
	    memcmp(slot->page.nonce, env->keys.counter.nonce,
		sizeof(slot->page.nonce)) != 0;
}

void
shared_slot_leave(struct apam_profile *p)
{
	struct slot *slot = p->stack->slot;

	if (slot_serial(slot) == 0)
		return;
	stack_use_slot(p->stack, NULL);
	atomic_store(&p->slot, NULL);
	slot_leave(&slot);
}

void
shared_slot_drop(struct apam_profile *p, struct stack *stack)
{
	struct slot *slot = stack->slot;

	stack_use_slot(stack, NULL);
	atomic_store(&p->slot, NULL);
	slot_free(&slot);
}
