/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state says all.  0: nothing is lent.  Odd: something is.  Another even
 * number: it was called back, and threads may still have it.  Each thing that is
 * lent has two numbers of its own, so that no state comes twice.
 *
 * A thread that counts itself in and then finds the state odd has the thing
 * until it counts itself out.  A thread that finds the state even looks whether
 * any thread is counted: all that have the thing were counted before the state
 * became even.  Several threads may find none; the one that then makes the state
 * 0 lets go.
 */
#include "base/loan.h"

#include <stdlib.h>

/* What this thread has; a fork in the handler of a signal asks. */
static _Thread_local __attribute__((tls_model("initial-exec")))
const struct loan *mine;

struct loan *
loan_new(void (*let_go)(void *what))
{
	struct loan *loan = aligned_alloc(_Alignof(struct loan), sizeof(*loan));

	if (loan != NULL)
		*loan = (struct loan){ .let_go = let_go };
	return loan;
}

void
loan_free(struct loan **loan)
{
	if (*loan != NULL)
		loan_call_back(*loan);
	free(*loan);
	*loan = NULL;
}

/* Let go of what was called back, if nobody has it. */
static void
settle(struct loan *loan)
{
	uint64_t state = atomic_load(&loan->state);
	void *what = atomic_load(&loan->what);

	if (state != 0 && state % 2 == 0 &&
	    tally_is_empty(&loan->takers, false) &&
	    atomic_compare_exchange_strong(&loan->state, &state, 0))
		loan->let_go(what);
}

bool
loan_lend(struct loan *loan, void *what)
{
	if (atomic_load(&loan->state) != 0)
		return false;
	loan->number += 2;
	atomic_store(&loan->what, what);
	atomic_store(&loan->state, loan->number + 1);
	return true;
}

void *
loan_lent(const struct loan *loan)
{
	return atomic_load(&loan->state) % 2 == 0 ? NULL :
						    atomic_load(&loan->what);
}

void
loan_call_back(struct loan *loan)
{
	/* While it is odd nobody else changes it. */
	if (atomic_load(&loan->state) % 2 == 0)
		return;
	atomic_store(&loan->state, loan->number);
	settle(loan);
}

void *
loan_take(struct loan *loan)
{
	tally_in(&loan->takers);
	if (atomic_load(&loan->state) % 2 != 0) {
		mine = loan;
		return atomic_load(&loan->what);
	}
	tally_out(&loan->takers);
	settle(loan);
	return NULL;
}

void
loan_give_back(struct loan *loan)
{
	mine = NULL;
	tally_out(&loan->takers);
	if (atomic_load(&loan->state) % 2 == 0)
		settle(loan);
}

void
loan_renew(struct loan *loan)
{
	tally_renew(&loan->takers, mine == loan);
	settle(loan);
}
