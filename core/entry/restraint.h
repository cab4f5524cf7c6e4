/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When not to ask the provider: after a permanent answer, until something is
 * known to have changed; after a temporary failure, for a while.
 */
#ifndef CORE_ENTRY_RESTRAINT_H
#define CORE_ENTRY_RESTRAINT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* An entry's restraint.  Guarded by the context's lock. */
struct restraint {
	struct apam_error latch; /* the permanent answer; status OK: none */
	/* clock_ms: when to look whether its secret was replaced since */
	int64_t look_at;
	int64_t aside_until;	/* clock_ms: when that latch opens; 0: never */
	unsigned failures;	/* how many in a row */
	int64_t not_before;	/* clock_ms: no flight until then */
	struct apam_error last_error;
	int64_t last_error_at;	/* Unix time in seconds */
};

void restraint_init(struct restraint *r);

/* Note an error to show to people. */
void restraint_note(struct restraint *r, const struct apam_error *why);

/* The provider has answered: the next failure is the first one again. */
void restraint_lift(struct restraint *r);

/*
 * Leave the provider alone after one more temporary failure.  `serves_until`
 * (clock_ms) is the end of the credential that is held, 0: there is none; the
 * provider is then left alone for half of that time at most, so that the
 * credential is replaced in time.  `retry_after` is how long the provider
 * itself asks to be left alone, in seconds; -1: it does not say.
 */
void restraint_after_failure(struct restraint *r, int64_t now,
    int64_t serves_until, int64_t retry_after);

/*
 * Leave the provider alone, as after `failures` in a row, although it did not
 * fail: its credentials are rejected elsewhere.
 */
void restraint_for(struct restraint *r, unsigned failures);

/* Keep a permanent answer, for now until look_at; forget it. */
#define RESTRAINT_LOOK_MS 60000
void restraint_latch(struct restraint *r, const struct apam_error *why);
void restraint_open(struct restraint *r);

#endif
