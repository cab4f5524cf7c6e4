/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making and freeing slots, and their clock.
 */
#define _GNU_SOURCE
#include "slot/slot.h"

#include "base/secmem.h"

#define NS_PER_S 1000000000

#ifdef CLOCK_REALTIME_COARSE
#define WALL CLOCK_REALTIME_COARSE
#else
#define WALL CLOCK_REALTIME
#endif

/* Not inline: its stack buffer would add a stack protector to the readers. */
int64_t
slot_wall_ns(void)
{
	struct timespec t;

	(void)clock_gettime(WALL, &t);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

struct slot *
slot_new(const _Atomic uint64_t *counter)
{
	size_t got;
	struct slot *s = secmem_alloc(sizeof(*s), &got);

	if (s == NULL)
		return NULL;
	atomic_init(&s->sequence, 0);
	atomic_init(&s->second, SLOT_NO_SECOND);
	atomic_init(&s->signer, NULL);
	for (size_t i = 0; i < SLOT_ORIGINS_MAX; i++)
		url_start_init(&s->origins[i]);
	s->size = got;
	s->counter = counter;
	return s;
}

void
slot_free(struct slot **slot)
{
	struct loan *signer;

	if (*slot == NULL)
		return;
	signer = atomic_load(&(*slot)->signer);
	loan_free(&signer);
	secmem_free(*slot, (*slot)->size);
	*slot = NULL;
}

void
slot_renew(struct slot *slot)
{
	struct loan *signer = slot == NULL ? NULL : atomic_load(&slot->signer);

	if (signer != NULL)
		loan_renew(signer);
}
