/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each slot by itself, with legal and with odd input.
 */
#include <stdio.h>
#include <string.h>

#include "crypto/openssl.h"
#include "kit/answers.h"
#include "kit/checks.h"
#include "kit/crash.h"
#include "kit/finding.h"
#include "kit/guard.h"
#include "kit/standing.h"
#include "kit/system_calls.h"
#include "kit/tour.h"

static struct bench bench;

/* ---- What goes before all others -------------------------------------- */

void
check_system_calls(void *unused)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct stand *s = &bench.stand;

	(void)unused;
	stand_load();
	tour_init(&bench.tour);
	/* The core loads this when it needs it first. */
	(void)openssl(&err);
	if (!system_calls_refuse()) {
		finding_warn("this kernel or processor offers no way to see "
			     "them: run the check on another one");
		return;
	}
	finding_mute();
	for (unsigned full = 0; full < 2; full++) {
		*s = (struct stand){ .plan = { .full = full != 0,
					 .given = run_options.given } };
		if (!stand_open_any(s))
			continue;
		(void)tour_walk(s, &bench.tour, NULL);
		stand_close(s);
	}
}

void
check_older_core(void *unused)
{
	struct stand *s = &bench.stand;

	(void)unused;
	stand_load();
	tour_init(&bench.tour);
	finding_mute();
	crash_seek_absent();
	*s = (struct stand){ .plan = {
				 .full = true, .given = run_options.given } };
	if (!stand_open_any(s))
		return;
	(void)tour_walk(s, &bench.tour, NULL);
	stand_close(s);
}

/* ---- Opening ---------------------------------------------------------- */

void
check_open(void *unused)
{
	(void)unused;
	stand_close(bench_begin(&bench, false));
	stand_close(bench_begin(&bench, true));
}

/* Values that the core lets through, whatever they mean to the scheme. */
void
check_values(void *unused)
{
	struct chance chance = { run_options.seed };
	struct stand s;

	(void)unused;
	stand_load();
	tour_init(&bench.tour);
	for (unsigned i = 0; i < 400 && !finding_failed(); i++) {
		const size_t mark = guard_mark();

		s = (struct stand){ .plan = { .chance = &chance } };
		if (stand_open(&s)) {
			(void)tour_acquire(&s, &bench.tour, NULL);
			(void)stand_sign(&s,
			    &bench.tour.requests[i % TOUR_REQUESTS], NULL,
			    NULL);
			stand_close(&s);
		}
		guard_release(mark);
	}
}

/* ---- Slots ------------------------------------------------------------ */

void
check_acquire(void *unused)
{
	char why[sizeof(bench.stand.unsigned_why)] = "";
	bool acquired = false;
	struct stand *s;

	(void)unused;
	for (unsigned full = 0; full < 2; full++) {
		s = bench_begin(&bench, full != 0);
		if (tour_acquire(s, &bench.tour, NULL))
			acquired = true;
		if (s->unsigned_why[0] != '\0')
			memcpy(why, s->unsigned_why, sizeof(why));
		stand_close(s);
	}
	if (!acquired && why[0] != '\0')
		finding_fail(
		    "no credential that acquire made can be signed "
		    "with; the last time: %s: correct what sign makes, "
		    "or have acquire refuse such a credential",
		    why);
	else if (!acquired)
		finding_warn("no answer that was made up led to a credential, "
			     "so that sign is not tried: play recorded ones "
			     "with `apam module drive`");
}

void
check_sign(void *unused)
{
	struct apam_error why = APAM_ERROR_INIT;
	bool acquired = false, signed_one = false;
	struct stand *s;

	(void)unused;
	for (unsigned full = 0; full < 2; full++) {
		s = bench_begin(&bench, full != 0);
		if (tour_acquire(s, &bench.tour, NULL))
			acquired = true;
		for (size_t i = 0; i < TOUR_REQUESTS; i++)
			if (stand_sign(s, &bench.tour.requests[i], NULL, &why))
				signed_one = true;
		stand_close(s);
	}
	if (acquired && !signed_one)
		finding_fail("no request was signed, of all kinds that there "
			     "are; the last one was refused: %s",
		    why.text);
}

/* What an empty request is signed with, at another time, by other chances. */
static void
sign_again(struct stand *s, uint64_t chance, struct record *record)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct apam_signing *to = &s->credential->rendered;

	signing_free(to);
	signing_init(to);
	standing_chance = (struct chance){ chance };
	if (entry_render(&s->entry, s->credential, &err) != APAM_OK)
		finding_die("sign, of an empty request: %s", err.text);
	(void)stand_sign(s, &bench.tour.requests[0], record, NULL);
}

void
check_static(void *unused)
{
	struct record records[2] = { { .count = 0 } };
	struct stand *s;

	(void)unused;
	stand_load();
	if (!(stand_module.abi.traits & APAM_TRAIT_STATIC)) {
		finding_absent("the module does not declare "
			       "APAM_TRAIT_STATIC");
		return;
	}
	s = bench_begin(&bench, true);
	if (tour_acquire(s, &bench.tour, NULL)) {
		sign_again(s, 1, &records[0]);
		sign_again(s, 2, &records[1]);
	}
	if (record_differs(&records[0], &records[1]) != NULL)
		finding_fail("two signatures with one credential differ: leave "
			     "out APAM_TRAIT_STATIC, or what depends on time "
			     "or chance");
	stand_close(s);
}

/* What it says of itself is what rules for other users go by. */
void
check_short_lived(void *unused)
{
	struct stand *s;

	(void)unused;
	for (unsigned full = 0; full < 2; full++) {
		s = bench_begin(&bench, full != 0);
		(void)tour_acquire(s, &bench.tour, NULL);
		for (size_t i = 0; i < TOUR_REQUESTS; i++)
			(void)stand_sign(
			    s, &bench.tour.requests[i], NULL, NULL);
		if (s->entry.services.short_lived && s->showed_secret)
			finding_fail(
			    "a signature holds a secret of the entry: "
			    "leave out short_lived where that is sent");
		stand_close(s);
	}
}

void
check_judge(void *unused)
{
	struct stand *s = bench_begin(&bench, true);
	struct response r;

	(void)unused;
	(void)tour_acquire(s, &bench.tour, NULL);
	for (int32_t status = 100; status <= 999 && !finding_failed();
	     status++) {
		const size_t mark = guard_mark();

		answer_status(&r, status);
		stand_judge(s, &r, NULL);
		response_free(&r);
		guard_release(mark);
	}
	stand_close(s);
}

/* A step function with answers of each kind, with and without a credential. */
static void
check_steps(enum op_kind kind)
{
	struct stand *s;

	for (unsigned full = 0; full < 2; full++) {
		s = bench_begin(&bench, full != 0);
		for (unsigned i = 0; i < ANSWERS_PLAUSIBLE; i++)
			(void)tour_run(s, &bench.tour, kind, i, NULL);
		if (tour_acquire(s, &bench.tour, NULL))
			for (unsigned i = 0; i < ANSWERS_PLAUSIBLE; i++)
				(void)tour_run(s, &bench.tour, kind, i, NULL);
		stand_close(s);
	}
}

void
check_check(void *unused)
{
	(void)unused;
	check_steps(OP_CHECK);
}

void
check_revoke(void *unused)
{
	(void)unused;
	stand_load();
	if (stand_module.abi.revoke == NULL)
		finding_absent("the module has no slot revoke");
	else
		check_steps(OP_REVOKE);
}

void
check_login(void *unused)
{
	(void)unused;
	stand_load();
	if (stand_module.abi.login == NULL)
		finding_absent("the module has no slot login");
	else
		check_steps(OP_LOGIN);
}

void
check_verify(void *unused)
{
	struct record records[2] = { { .count = 0 } };
	struct stand *s;

	(void)unused;
	stand_load();
	if (stand_module.abi.verify == NULL) {
		finding_absent("the module has no slot verify");
		return;
	}
	s = bench_begin(&bench, true);
	(void)tour_acquire(s, &bench.tour, NULL);
	for (size_t twice = 0; twice < 2; twice++)
		for (size_t i = 0; i < TOUR_ANSWERS; i++)
			stand_verify(s, &bench.tour.requests[0],
			    &bench.tour.answers[i], &records[twice]);
	if (record_differs(&records[0], &records[1]) != NULL)
		finding_fail("the same response is judged otherwise the second "
			     "time: keep nothing from one to the next");
	stand_close(s);
}
