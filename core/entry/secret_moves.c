/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rule on reading secrets anew.
 */
#include "entry/secret_moves.h"

#include <stdlib.h>

#include "base/fork_gate.h"

struct secret_moves *
secret_moves_new(int64_t read_at)
{
	struct secret_moves *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	pthread_mutex_init(&m->lock, NULL);
	m->read_at = read_at;
	return m;
}

void
secret_moves_free(struct secret_moves **m)
{
	struct secret_moves *old = *m;

	*m = NULL;
	if (old == NULL)
		return;
	secret_set_release(&old->now);
	pthread_mutex_destroy(&old->lock);
	free(old);
}

static void
enter(struct secret_moves *m)
{
	fork_defer();
	pthread_mutex_lock(&m->lock);
}

static void
leave(struct secret_moves *m)
{
	pthread_mutex_unlock(&m->lock);
	fork_permit();
}

struct secret_set *
secret_moves_hold(struct secret_moves *m)
{
	struct secret_set *set;

	if (m == NULL)
		return NULL;
	enter(m);
	set = m->now == NULL ? NULL : secret_set_hold(m->now);
	leave(m);
	return set;
}

uint64_t
secret_moves_number(struct secret_moves *m)
{
	uint64_t number;

	if (m == NULL)
		return 0;
	enter(m);
	number = m->number;
	leave(m);
	return number;
}

bool
secret_moves_due(struct secret_moves *m, int64_t keep, int64_t now)
{
	int64_t age;
	bool used;

	enter(m);
	age = now - m->read_at;
	used = m->used;
	leave(m);
	return age >= keep * 1000 && (used || age >= SECRET_FIRST_USE_MS);
}

int64_t
secret_moves_kept_until(struct secret_moves *m, int64_t keep)
{
	int64_t until;

	enter(m);
	until = m->read_at + keep * 1000;
	leave(m);
	return until;
}

void
secret_moves_use(struct secret_moves *m)
{
	enter(m);
	m->used = true;
	leave(m);
}

bool
secret_moves_take(struct secret_moves *m, const struct buf *first,
    struct secret_set **set, int64_t read_at)
{
	struct secret_set *old = NULL;
	bool differs;

	enter(m);
	m->read_at = read_at;
	m->used = false;
	differs = !secret_set_same(*set, m->now == NULL ? first : m->now->all);
	if (differs) {
		(*set)->number = ++m->number;
		old = m->now;
		m->now = *set;
		*set = NULL;
	}
	leave(m);
	secret_set_release(&old);
	secret_set_release(set);
	return differs;
}
