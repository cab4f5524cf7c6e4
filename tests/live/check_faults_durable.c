/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls on files failed in turn while a durable secret is spent: it is on the
 * disk that a secret is being sent before it is, the record is true whatever
 * failed, and nothing crashes.
 *
 * Runs itself anew with tests/faults/fault.c preloaded.
 */
#define _GNU_SOURCE
#include <errno.h>

#include "base/secmem.h"
#include "support/file_faults.h"
#include "support/rotating.h"

#define HANGS_S 30

static struct rotating r;
/* How often a secret came that was not on the disk as being sent. */
static atomic_int unannounced;

static const struct file_fault rows[] = {
	{ "one call, EIO", EIO, false },
	{ "all calls from one on, ENOSPC", ENOSPC, true },
	/* Those of APAM_STRESS=full, which fails each call, not one of STEP: */
	{ "one call, ENOSPC", ENOSPC, false },
	{ "one call, EMFILE", EMFILE, false },
	{ "all calls from one on, EROFS", EROFS, true },
};

#define ROWS_USUAL 2
#define STEP 8

/* In the provider: what the disk says while the secret is here. */
static void
look_at_record(struct rotating *server)
{
	const struct durable_place place = rotating_place(server);
	struct apam_error err = APAM_ERROR_INIT;
	struct durable_copy copy;

	if (durable_read(&place, &copy, &err) != APAM_OK || !copy.there ||
	    copy.is.state != DURABLE_SPENDING)
		atomic_fetch_add(&unannounced, 1);
	durable_copy_free(&copy);
}

static void
setup(void)
{
	rotating_make(&r);
	rotating_login(&r, 1);
	r.meanwhile = look_at_record;
	atomic_store(&r.lifetime, 0);
	atomic_store(&unannounced, 0);
}

static void
teardown(void)
{
	rotating_remove(&r);
}

static bool
sign(struct apam_profile *profile)
{
	struct apam_signature s = APAM_SIGNATURE_INIT;
	struct apam_request request;
	char url[64];

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/demo", r.port);
	request = (struct apam_request)APAM_REQUEST("GET", url);
	return apam_sign(profile, &request, &s, NULL) == APAM_OK;
}

/* How many calls there were; *is_signed is 1 if it was signed. */
static long
run_with(const struct file_fault *row, long at, long *is_signed)
{
	const struct file_fault_work work = { &r.p, r.fd, HANGS_S, sign };

	return file_fault_run(&work, row, at, is_signed);
}

/* What the record has after a run. */
enum kept {
	KEPT, /* the token that is good */
	KEPT_OPEN, /* the one before it, as one that was sent */
	KEPT_WRONG
};

static enum kept
look_what_is_kept(void)
{
	const struct durable_place place = rotating_place(&r);
	const long good = atomic_load(&r.current);
	struct apam_error err = APAM_ERROR_INIT;
	struct durable_copy copy;
	enum durable_state state;
	long number;

	ck_assert_msg(
	    durable_read(&place, &copy, &err) == APAM_OK, "%s", err.text);
	ck_assert(copy.there);
	state = copy.is.state;
	number = strtol(copy.is.secret.p + strlen("fake-rt-"), NULL, 10);
	durable_copy_free(&copy);
	if (number == good)
		return state == DURABLE_LOGIN ? KEPT_WRONG : KEPT;
	return number == good - 1 && state == DURABLE_SPENDING ? KEPT_OPEN :
								 KEPT_WRONG;
}

/*
 * A successor is lost where the program ends while the disk still fails, or
 * where a call that looks at descriptors fails, which is taken for a host that
 * closes them: the exchange is cut off.  The record then says so.
 */
START_TEST(a_fault_leaves_a_record_that_is_true)
{
	const struct file_fault *row = &rows[_i];
	long is_signed, signed_ones = 0, sent = 0, open = 0, runs = 0;
	const long calls = run_with(row, 0, &is_signed);

	ck_assert_int_eq(is_signed, 1);
	for (long at = 1; at <= calls; at += is_stress() ? 1 : STEP, runs++) {
		const int before = atomic_load(&r.count);

		(void)run_with(row, at, &is_signed);
		signed_ones += is_signed;
		sent += atomic_load(&r.count) > before;
		switch (look_what_is_kept()) {
		case KEPT:
			break;
		case KEPT_OPEN:
			open++;
			break;
		case KEPT_WRONG:
			ck_abort_msg("%s, call %ld", row->name, at);
		}
	}
	printf("%s: %ld of %ld calls, %ld sent, %ld signed, %ld left open\n",
	    row->name, runs, calls, sent, signed_ones, open);
	ck_assert_int_eq(atomic_load(&unannounced), 0);
	ck_assert_int_gt(calls, 100);
	ck_assert(sent > 0 && sent < runs);
	if (!row->lasts)
		ck_assert_int_le(open, runs / 10);
	/* After all of it, the secret opens. */
	ck_assert_int_eq(rotating_sign(&r, "demo", NULL), APAM_OK);
}
END_TEST

int
main(int argc, char **argv)
{
	Suite *suite = suite_create("faults_durable");
	TCase *tc = tcase_create("faults_durable");

	(void)argc;
	preload(argv);
	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, a_fault_leaves_a_record_that_is_true, 0,
	    is_stress() ? ROWS(rows) : ROWS_USUAL);
	return run_suite(suite);
}
