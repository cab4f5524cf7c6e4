/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether there is an agent, as far as calls have found out, and when it is
 * looked for again.
 *
 * An agent that is being replaced is away for a moment, and who asked it waits
 * for the next one.  One that stays away is looked for again after a while,
 * which grows; calls meanwhile fail at once, with what the last look found.
 *
 * Nothing here connects, waits or locks: whoever has the struct has it alone.
 */
#ifndef CORE_SERVED_AVAILABILITY_H
#define CORE_SERVED_AVAILABILITY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* ms for which an agent that was there may be away, as while it is replaced. */
#define AVAILABILITY_GRACE_MS 5000
/*
 * ms after which one that is away is looked for again: at first, and at most.
 */
#define AVAILABILITY_AGAIN_FIRST_MS 100
#define AVAILABILITY_AGAIN_MOST_MS 5000

struct availability {
	bool was_there;		/* an agent was, since the context was opened */
	int64_t away_at;	/* clock_ms: it was not, at first */
	int64_t again_at;	/* clock_ms: it is not looked for before */
	unsigned failures;	/* looks in vain since */
	struct apam_error away;	/* what the last one found */
};

/* Nothing is known: it may be looked for at once. */
void availability_init(struct availability *a);

/* The agent has answered. */
void availability_note_there(struct availability *a);

/*
 * The agent has taken a connection and ended it without an answer.  So it was
 * there, and another one may follow it.
 */
void availability_note_ended(struct availability *a);

/* It is away: *why, which is kept, is what a connection failed with. */
void availability_note_away(
    struct availability *a, const struct apam_error *why);

/* Where it is away, nobody looks for it before `at`, clock_ms. */
void availability_look_at(struct availability *a, int64_t at);

/* True where it was there, and may be back at any moment. */
bool availability_is_between(const struct availability *a);

/* True where it is away, and too early to look for it; *err has why it is. */
bool availability_is_early(
    const struct availability *a, struct apam_error *err);

#endif
