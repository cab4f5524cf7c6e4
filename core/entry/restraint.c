/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rules on asking again; entry/backoff.c has the times.
 */
#include "entry/restraint.h"

#include "base/clock.h"
#include "entry/backoff.h"

#define RETRY_LEAST_MS 200

void
restraint_init(struct restraint *r)
{
	*r = (struct restraint){ .failures = 0 };
	error_init(&r->latch);
	error_init(&r->last_error);
}

void
restraint_note(struct restraint *r, const struct apam_error *why)
{
	r->last_error = *why;
	r->last_error_at = clock_unix();
}

void
restraint_lift(struct restraint *r)
{
	r->failures = 0;
	r->not_before = 0;
}

void
restraint_after_failure(
    struct restraint *r, int64_t now, int64_t serves_until, int64_t retry_after)
{
	int64_t wait = backoff_ms(++r->failures), half;

	if (serves_until != 0) {
		half = (serves_until - now) / 2;
		if (half < RETRY_LEAST_MS)
			half = RETRY_LEAST_MS;
		wait = wait < half ? wait : half;
	}
	if (retry_after >= 0 && retry_after * 1000 > wait)
		wait = retry_after * 1000 + backoff_ms(1);
	r->not_before = now + wait;
}

void
restraint_for(struct restraint *r, unsigned failures)
{
	r->not_before = clock_ms() + backoff_ms(failures);
}

void
restraint_latch(struct restraint *r, const struct apam_error *why)
{
	r->latch = *why;
	r->look_at = clock_ms() + RESTRAINT_LOOK_MS;
}

void
restraint_open(struct restraint *r)
{
	r->aside_until = 0;
	error_clear(&r->latch);
}
