/* SPDX-License-Identifier: BSD-2-Clause */
#include "profile/stack.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "base/refs.h"
#include "file/trust.h"
#include "profile/placeholders.h"

void
stack_close_entries(struct stack *s)
{
	while (s->count > 0)
		entry_close(&s->entries[--s->count]);
	free(s->entries);
	s->entries = NULL;
}

static void
free_stack(struct owner *owner)
{
	struct stack *s = (struct stack *)(void *)owner;

	stack_close_entries(s);
	if (s->read != NULL)
		stack_release(&s->read);
	else
		profile_free(&s->profile);
	file_prints_free(&s->watch);
	free(s);
}

static struct stack *
allocate_stack(struct env *env, const char *file, struct problems *all)
{
	struct stack *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		problems_add(all, APAM_E_MEMORY, file, 0, "out of memory");
		return NULL;
	}
	s->env = env;
	refs_init(&s->owner.refs);
	s->owner.free = free_stack;
	return s;
}

struct stack *
stack_new(
    struct env *env, const char *name, const char *file, struct problems *all)
{
	struct stack *s = allocate_stack(env, file, all);

	if (s == NULL)
		return NULL;
	/* Before it is read, so that no later change goes unnoticed. */
	file_prints_add(&s->watch, file);
	s->profile = profile_new(name, file, env->settings, all);
	if (s->profile == NULL)
		stack_release(&s);
	return s;
}

struct stack *
stack_hold(struct stack *stack)
{
	(void)owner_hold(&stack->owner);
	return stack;
}

void
stack_release(struct stack **stack)
{
	struct owner *owner = *stack == NULL ? NULL : &(*stack)->owner;

	*stack = NULL;
	owner_release(&owner);
}

struct entry_place
stack_place(struct stack *s, size_t index)
{
	return (struct entry_place){ s->env, &s->owner, s->profile, index,
		&s->watch, s->deadline, s->withheld };
}

void
stack_use_slot(struct stack *s, struct slot *slot)
{
	s->slot = slot;
	for (size_t i = 0; i < s->count; i++)
		s->entries[i].slot = slot;
}

/* A user who can write this file can pose as the provider: see file/trust.h. */
static bool
ca_file_ok(const struct stack *s, struct problems *all)
{
	struct apam_error err = APAM_ERROR_INIT;
	int fd;

	if (s->profile->ca_file == NULL)
		return true;
	fd = trust_open(
	    s->profile->ca_file, TRUST_FILE, s->env->settings->user, &err);
	if (fd < 0) {
		problems_add(all, err.status, s->profile->file,
		    s->profile->ca_file_line, "ca_file: %s", err.text);
		return false;
	}
	(void)close(fd);
	return true;
}

struct gifts
stack_gifts(const struct stack *s)
{
	return (struct gifts){ s->profile, s->entries, s->count };
}

/* Two who spend it, each with a record of its own, would end the login. */
static bool
may_prefer(const struct stack *s, const struct entry *e, struct problems *all)
{
	for (size_t i = 0; i < e->secrets.count; i++) {
		const struct secret_source *source = &e->secrets.sources[i];

		if (!source->stored || s->profile->agent != AGENT_PREFER)
			continue;
		problems_add(all, APAM_E_CONFIG, s->profile->file, source->line,
		    "%s: with agent = \"prefer\" the agent and programs would "
		    "both spend it; write agent = \"require\", or \"off\"",
		    source->option);
		return false;
	}
	return true;
}

bool
stack_open_entries(struct stack *s, struct problems *all)
{
	struct gifts gifts;
	size_t n = s->profile->entry_count;
	bool ok = ca_file_ok(s, all);

	s->entries = calloc(n, sizeof(*s->entries));
	if (s->entries == NULL && n > 0) {
		problems_add(
		    all, APAM_E_MEMORY, s->profile->file, 0, "out of memory");
		return false;
	}
	/* Go on after a bad one: all problems are reported in one pass. */
	for (s->count = 0; s->count < n; s->count++) {
		const struct entry_place place = stack_place(s, s->count);

		ok = entry_open(&s->entries[s->count], &place, all) &&
		    may_prefer(s, &s->entries[s->count], all) && ok;
	}
	/* What entries send is known once they are open. */
	gifts = stack_gifts(s);
	ok = ok && gifts_check(&gifts, all) &&
	    placeholders_check(s->profile, s->entries, s->count, all);
	if (!ok)
		stack_close_entries(s);
	return ok;
}

struct stack *
stack_open(
    struct stack *read, int64_t deadline, bool withheld, struct problems *all)
{
	struct stack *s = allocate_stack(read->env, read->profile->file, all);

	if (s == NULL)
		return NULL;
	s->read = stack_hold(read);
	s->profile = read->profile;
	s->since = read->since;
	s->deadline = deadline;
	s->withheld = withheld;
	file_prints_copy(&s->watch, &read->watch);
	if (!stack_open_entries(s, all))
		stack_release(&s);
	return s;
}

bool
stack_changed(const struct stack *s)
{
	return file_prints_changed(&s->watch);
}

/* If several are the same, the last one. */
static size_t
find_same(const struct entry *e, const struct stack *old)
{
	size_t i = old->count;

	while (i > 0)
		if (entry_same(e, &old->entries[--i]))
			return i;
	return old->count;
}

void
stack_find_heirs(
    const struct stack *s, const struct stack *old, struct stack_heirs *heirs)
{
	for (size_t i = 0; i < s->count; i++)
		heirs->of[i] = find_same(&s->entries[i], old);
}

void
stack_inherit(
    struct stack *s, const struct stack *old, const struct stack_heirs *heirs)
{
	for (size_t i = 0; i < s->count; i++) {
		if (i < old->count)
			entry_go_on_counting(&s->entries[i], &old->entries[i]);
		if (heirs->of[i] < old->count)
			entry_inherit(
			    &s->entries[i], &old->entries[heirs->of[i]]);
	}
}
