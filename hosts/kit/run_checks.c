/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Many calls: arbitrary answers, grown structs, two entries at once.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "kit/answers.h"
#include "kit/checks.h"
#include "kit/finding.h"
#include "kit/guard.h"
#include "kit/tour.h"

#define ROUNDS_LEAST 2000
#define ROUNDS_OF_TEXTS 200

static struct bench bench;

/* ---- Arbitrary responses ---------------------------------------------- */

static void
next_arbitrary(void *arg, struct response *r)
{
	answer_arbitrary(r, arg);
}

/* One run of each kind, and one answer to a signed request. */
static void
answer_round(struct stand *s, struct chance *c)
{
	const struct answering answering = { next_arbitrary, c };
	const struct apam_module *m = &stand_module.abi;
	const size_t mark = guard_mark();
	struct response r;

	(void)stand_run(s, OP_ACQUIRE, &answering, NULL);
	(void)stand_run(s, OP_CHECK, &answering, NULL);
	if (m->revoke != NULL)
		(void)stand_run(s, OP_REVOKE, &answering, NULL);
	if (m->login != NULL)
		(void)stand_run(s, OP_LOGIN, &answering, NULL);
	answer_arbitrary(&r, c);
	stand_judge(s, &r, NULL);
	stand_verify(s, &bench.tour.requests[0], &r, NULL);
	response_free(&r);
	guard_release(mark);
}

/*
 * Rounds until the time is over.  An arbitrary answer may end in a credential;
 * what was acquired from a plausible one is then used again.
 */
static void
answer_rounds(struct stand *s, unsigned least, int64_t end)
{
	struct chance chance = { run_options.seed };

	for (unsigned i = 0;
	     (i < least || clock_ms() < end) && !finding_failed(); i++) {
		finding_during("answer %u of seed %llu", i,
		    (unsigned long long)run_options.seed);
		answer_round(s, &chance);
		(void)stand_sign(
		    s, &bench.tour.requests[i % TOUR_REQUESTS], NULL, NULL);
		if (i % 16 == 0)
			(void)tour_acquire(s, &bench.tour, NULL);
	}
}

void
check_responses(void *unused)
{
	struct stand *s = bench_begin(&bench, true);

	(void)unused;
	answer_rounds(
	    s, ROUNDS_LEAST, clock_ms() + (int64_t)run_options.seconds * 1000);
	stand_close(s);
}

void
check_texts(void *unused)
{
	struct stand *s = bench_begin(&bench, true);
	char where[128];

	(void)unused;
	(void)tour_walk(s, &bench.tour, NULL);
	answer_rounds(s, ROUNDS_OF_TEXTS, 0);
	stand_close(s);
	if (stand_told(where, sizeof(where)))
		finding_fail("%s held a secret, or bytes of a response that "
			     "may be one: say what is wrong, and never quote",
		    where);
}

/* ---- Versions --------------------------------------------------------- */

/*
 * Walk with structs that are longer by `more` bytes.  The first walk may fill
 * what a module keeps, so the second one is compared.
 */
static void
walk_with(size_t more, const struct plan *plan, struct record *record)
{
	struct stand s = { .plan = *plan };

	s.plan.more = more;
	if (!stand_open_any(&s))
		return;
	(void)tour_walk(&s, &bench.tour, NULL);
	(void)tour_walk(&s, &bench.tour, record);
	stand_close(&s);
}

void
check_newer_core(void *unused)
{
	struct record records[2] = { { .count = 0 } };
	const struct plan plan = bench_begin(&bench, true)->plan;
	const char *differs;

	(void)unused;
	stand_close(&bench.stand);
	walk_with(0, &plan, &records[0]);
	finding_during("with structs of a newer core");
	walk_with(24, &plan, &records[1]);
	differs = record_differs(&records[0], &records[1]);
	if (differs != NULL)
		finding_fail("with a core whose structs have grown the module "
			     "does something else (%s): go from value to value "
			     "by apam_option_value and apam_value_at, and "
			     "demand of no size that it is the header's",
		    differs);
}

/* ---- Two entries ------------------------------------------------------ */

static void
open_entry(struct stand *s, unsigned secrets)
{
	*s = (struct stand){ .plan = bench.stand.plan };
	s->plan.secrets = secrets;
	if (!stand_open_any(s))
		finding_die("open: %s", s->refusal);
}

static void
sign_all(struct stand *s, struct record *record)
{
	for (size_t i = 0; i < TOUR_REQUESTS; i++)
		(void)stand_sign(s, &bench.tour.requests[i], record, NULL);
}

void
check_entries(void *unused)
{
	struct record alone = { .count = 0 }, beside = { .count = 0 };
	struct stand one, other;
	const char *differs;

	(void)unused;
	stand_close(bench_begin(&bench, true));
	open_entry(&one, 0);
	(void)tour_acquire(&one, &bench.tour, &alone);
	sign_all(&one, &alone);
	stand_close(&one);

	/* The second is opened, asked and closed between calls of the first. */
	open_entry(&one, 0);
	open_entry(&other, 16);
	(void)tour_acquire(&one, &bench.tour, &beside);
	(void)tour_acquire(&other, &bench.tour, NULL);
	sign_all(&other, NULL);
	stand_close(&other);
	sign_all(&one, &beside);
	stand_close(&one);
	differs = record_differs(&alone, &beside);
	if (differs != NULL)
		finding_fail("beside a second entry, the first does something "
			     "else (%s): keep all in the state that open "
			     "makes, and nothing in variables of the module",
		    differs);
}
