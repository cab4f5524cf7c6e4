/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Something that is lent to many threads at once, at a few nanoseconds each,
 * and can be called back without waiting for them: the thread that gives it back
 * last lets go of it.
 *
 * It is a reference count for what hundreds of threads take for a microsecond
 * each.  They do not write to the same cache line (base/tally.h).  The loan
 * outlives what is lent, so that it can be asked at any time whether something
 * is.
 */
#ifndef CORE_BASE_LOAN_H
#define CORE_BASE_LOAN_H

#include "base/tally.h"

struct loan {
	_Atomic uint64_t state;	/* loan.c */
	_Atomic(void *) what;
	uint64_t number;	/* of the last that was lent */
	void (*let_go)(void *what);
	struct tally takers;
};

/* NULL if memory runs out.  `let_go` is called on any thread. */
struct loan *loan_new(void (*let_go)(void *what));
/* Nobody may have anything of it.  *loan may be NULL. */
void loan_free(struct loan **loan);

/*
 * Lend something, which is the loan's from now on.  False, and it stays the
 * caller's, while the one before has not been let go of.  Only one thread at a
 * time may lend and call back.
 */
bool loan_lend(struct loan *loan, void *what);
/* What is lent; NULL: nothing.  For the thread that may lend. */
void *loan_lent(const struct loan *loan);
/* Lend it no more.  It is let go of now, or by the thread that has it last. */
void loan_call_back(struct loan *loan);

/*
 * Take what is lent.  NULL: nothing is, and there is nothing to give back.  A
 * thread takes one thing at a time.
 */
void *loan_take(struct loan *loan);
/* Give it back, on the thread that took it. */
void loan_give_back(struct loan *loan);

/* In a forked child, where the other threads that had it are not. */
void loan_renew(struct loan *loan);

#endif
