/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The place of a thread goes by its number.
 */
#include "base/tally.h"

#include "base/thread_number.h"

static struct tally_place *
my_place(struct tally *tally)
{
	return &tally->places[thread_number() % TALLY_PLACES];
}

void
tally_in(struct tally *tally)
{
	atomic_fetch_add(&my_place(tally)->count, 1);
}

void
tally_out(struct tally *tally)
{
	atomic_fetch_sub(&my_place(tally)->count, 1);
}

bool
tally_is_empty(struct tally *tally, bool apart)
{
	const struct tally_place *own = apart ? my_place(tally) : NULL;

	for (size_t i = 0; i < TALLY_PLACES; i++) {
		const struct tally_place *place = &tally->places[i];

		if (atomic_load(&place->count) > (place == own ? 1U : 0U))
			return false;
	}
	return true;
}

void
tally_renew(struct tally *tally, bool inside)
{
	for (size_t i = 0; i < TALLY_PLACES; i++)
		atomic_store(&tally->places[i].count, 0);
	if (inside)
		tally_in(tally);
}
