/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rule on reading secrets anew.
 */
#include "entry/present_secrets.h"

#include <stdlib.h>

#include "base/fork_gate.h"

struct present_secrets *
present_secrets_new(int64_t read_at)
{
	struct present_secrets *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	pthread_mutex_init(&p->lock, NULL);
	p->read_at = read_at;
	return p;
}

void
present_secrets_free(struct present_secrets **p)
{
	struct present_secrets *old = *p;

	*p = NULL;
	if (old == NULL)
		return;
	secret_set_release(&old->now);
	pthread_mutex_destroy(&old->lock);
	free(old);
}

struct secret_set *
present_secrets_hold(struct present_secrets *p)
{
	struct secret_set *set;

	if (p == NULL)
		return NULL;
	fork_lock(&p->lock);
	set = p->now == NULL ? NULL : secret_set_hold(p->now);
	fork_unlock(&p->lock);
	return set;
}

uint64_t
present_secrets_number(struct present_secrets *p)
{
	uint64_t number;

	if (p == NULL)
		return 0;
	fork_lock(&p->lock);
	number = p->number;
	fork_unlock(&p->lock);
	return number;
}

bool
present_secrets_due(struct present_secrets *p, int64_t keep, int64_t now)
{
	int64_t age;
	bool used;

	fork_lock(&p->lock);
	age = now - p->read_at;
	used = p->used;
	fork_unlock(&p->lock);
	return age >= keep * 1000 && (used || age >= SECRET_FIRST_USE_MS);
}

int64_t
present_secrets_kept_until(struct present_secrets *p, int64_t keep)
{
	int64_t until;

	fork_lock(&p->lock);
	until = p->read_at + keep * 1000;
	fork_unlock(&p->lock);
	return until;
}

void
present_secrets_use(struct present_secrets *p)
{
	fork_lock(&p->lock);
	p->used = true;
	fork_unlock(&p->lock);
}

bool
present_secrets_take(struct present_secrets *p, const struct buf *first,
    struct secret_set **set, int64_t read_at)
{
	struct secret_set *old = NULL;
	bool differs;

	fork_lock(&p->lock);
	p->read_at = read_at;
	p->used = false;
	differs = !secret_set_same(*set, p->now == NULL ? first : p->now->all);
	if (differs) {
		(*set)->number = ++p->number;
		old = p->now;
		p->now = *set;
		*set = NULL;
	}
	fork_unlock(&p->lock);
	secret_set_release(&old);
	secret_set_release(set);
	return differs;
}
