/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One walk through all that an entry does: a credential, signatures, verdicts,
 * checks, a revocation.  With the same inputs a module does the same.
 */
#ifndef HOSTS_KIT_TOUR_H
#define HOSTS_KIT_TOUR_H

#include "kit/answers.h"
#include "kit/stand.h"

#define TOUR_REQUESTS 8
#define TOUR_ANSWERS 16

/* Made once; threads share it. */
struct tour {
	struct apam_request requests[TOUR_REQUESTS];
	struct apam_body bodies[TOUR_REQUESTS];
	struct response answers[TOUR_ANSWERS];
};

/* Make the inputs, in guarded memory. */
void tour_init(struct tour *t);

/* What a walk found out about the module. */
struct tour_end {
	bool has_credential;
	enum apam_status acquired;
	enum apam_status checked;
};

/* An entry that is open, and the inputs. */
struct bench {
	struct stand stand;
	struct tour tour;
};

/*
 * Load the module, make the inputs and open an entry: with all options, or
 * those that are needed.  The check ends where that fails.
 */
struct stand *bench_begin(struct bench *b, bool full);

/* The walk of an open entry.  `record` may be NULL. */
struct tour_end tour_walk(
    struct stand *s, const struct tour *t, struct record *record);

/* Have it make a credential from the answers; false where it makes none. */
bool tour_acquire(
    struct stand *s, const struct tour *t, struct record *record);

/* Run a step function with plausible answer number `first` and the next ones. */
enum apam_status tour_run(struct stand *s, const struct tour *t,
    enum op_kind kind, unsigned first, struct record *record);

#endif
