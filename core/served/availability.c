/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pause between two looks doubles, up to its most.
 */
#include "served/availability.h"

#include "base/clock.h"

void
availability_init(struct availability *a)
{
	*a = (struct availability){ .was_there = false };
	error_init(&a->away);
}

void
availability_note_there(struct availability *a)
{
	a->was_there = true;
	a->failures = 0;
	a->again_at = 0;
}

void
availability_note_ended(struct availability *a)
{
	a->was_there = true;
}

/* ms until the next look, where so many were in vain before this one. */
static int64_t
pause_after(unsigned failures)
{
	int64_t pause = AVAILABILITY_AGAIN_FIRST_MS;

	while (failures-- > 0 && pause < AVAILABILITY_AGAIN_MOST_MS)
		pause *= 2;
	return pause < AVAILABILITY_AGAIN_MOST_MS ? pause :
						    AVAILABILITY_AGAIN_MOST_MS;
}

void
availability_note_away(struct availability *a, const struct apam_error *why)
{
	const int64_t now = clock_ms();

	if (a->failures == 0)
		a->away_at = now;
	a->again_at = now + pause_after(a->failures);
	a->failures++;
	error_clear(&a->away);
	error_copy(&a->away, why);
}

void
availability_look_at(struct availability *a, int64_t at)
{
	if (a->failures > 0)
		a->again_at = at;
}

bool
availability_is_between(const struct availability *a)
{
	return a->was_there && a->failures > 0 &&
	    clock_ms() - a->away_at < AVAILABILITY_GRACE_MS;
}

bool
availability_is_early(const struct availability *a, struct apam_error *err)
{
	if (clock_ms() >= a->again_at)
		return false;
	error_copy(err, &a->away);
	return true;
}
