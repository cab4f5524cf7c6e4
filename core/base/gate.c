/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The gate.  Locks are taken only where it is shut.
 */
#include "base/gate.h"

void
gate_leave(struct gate *gate)
{
	tally_out(&gate->inside);
	if (!atomic_load(&gate->is_shut))
		return;
	pthread_mutex_lock(&gate->leaving);
	pthread_cond_signal(&gate->left);
	pthread_mutex_unlock(&gate->leaving);
}

void
gate_enter(struct gate *gate)
{
	tally_in(&gate->inside);
	while (atomic_load(&gate->is_shut)) {
		/* Out again, or both would wait. */
		gate_leave(gate);
		pthread_mutex_lock(&gate->shutting);
		pthread_mutex_unlock(&gate->shutting);
		tally_in(&gate->inside);
	}
}

void
gate_shut(struct gate *gate, bool inside)
{
	pthread_mutex_lock(&gate->shutting);
	atomic_store(&gate->is_shut, true);
	pthread_mutex_lock(&gate->leaving);
	while (!tally_is_empty(&gate->inside, inside))
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
	tally_renew(&gate->inside, inside);
}
