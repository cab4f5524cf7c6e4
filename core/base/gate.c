/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The gate.  Locks are taken only where it is shut.
 */
#include "base/gate.h"

#include "base/thread_number.h"

static struct gate_place *
my_place(struct gate *gate)
{
	return &gate->places[thread_number() % GATE_PLACES];
}

void
gate_leave(struct gate *gate)
{
	atomic_fetch_sub(&my_place(gate)->inside, 1);
	if (!atomic_load(&gate->is_shut))
		return;
	pthread_mutex_lock(&gate->leaving);
	pthread_cond_signal(&gate->left);
	pthread_mutex_unlock(&gate->leaving);
}

void
gate_enter(struct gate *gate)
{
	atomic_fetch_add(&my_place(gate)->inside, 1);
	while (atomic_load(&gate->is_shut)) {
		/* Out again, or both would wait. */
		gate_leave(gate);
		pthread_mutex_lock(&gate->shutting);
		pthread_mutex_unlock(&gate->shutting);
		atomic_fetch_add(&my_place(gate)->inside, 1);
	}
}

/* True if a thread is inside, the caller apart. */
static bool
has_others(struct gate *gate, bool inside)
{
	const struct gate_place *own = inside ? my_place(gate) : NULL;

	for (size_t i = 0; i < GATE_PLACES; i++) {
		const struct gate_place *place = &gate->places[i];

		if (atomic_load(&place->inside) > (place == own ? 1U : 0U))
			return true;
	}
	return false;
}

void
gate_shut(struct gate *gate, bool inside)
{
	pthread_mutex_lock(&gate->shutting);
	atomic_store(&gate->is_shut, true);
	pthread_mutex_lock(&gate->leaving);
	while (has_others(gate, inside))
		pthread_cond_wait(&gate->left, &gate->leaving);
	pthread_mutex_unlock(&gate->leaving);
}

void
gate_open(struct gate *gate)
{
	atomic_store(&gate->is_shut, false);
	pthread_mutex_unlock(&gate->shutting);
}

void
gate_renew(struct gate *gate, bool inside)
{
	pthread_mutex_init(&gate->shutting, NULL);
	pthread_mutex_init(&gate->leaving, NULL);
	pthread_cond_init(&gate->left, NULL);
	atomic_store(&gate->is_shut, false);
	for (size_t i = 0; i < GATE_PLACES; i++)
		atomic_store(&gate->places[i].inside, 0);
	if (inside)
		atomic_store(&my_place(gate)->inside, 1);
}
