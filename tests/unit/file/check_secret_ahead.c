/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/file/secret_ahead.c: when a program runs, for whom, and how long
 * what it printed is the answer.
 */
#include "file/secret_ahead.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/secmem.h"
#include "base/str.h"
#include "support/clock.h"
#include "support/project.h"
#include "support/run.h"

static struct project p;
static struct secret_ahead *ahead;
static struct buf secret;
static struct apam_error err;
static char ref[1024];
static size_t live;

static const struct secret_place here = { "/fake/a.conf", 3 },
				 there = { "/fake/b.conf", 3 };
static const struct secret_terms terms = { SECRET_LINE, true, 0 };

/* The program counts its runs, and does that. */
static void
set_program(const char *body)
{
	char text[512];

	(void)snprintf(text, sizeof(text), "#!/bin/sh\necho x >>%s/runs\n%s\n",
	    p.dir, body);
	project_write(&p, "program", text);
	ck_assert_int_eq(chmod(p.path, 0755), 0);
	(void)snprintf(ref, sizeof(ref), "exec:%s", p.path);
}

static void
setup(void)
{
	project_make(&p);
	live = secmem_live();
	ahead = secret_ahead_new();
	ck_assert_ptr_nonnull(ahead);
	buf_init(&secret, SECRET_MAX);
	set_program("echo FAKE-secret");
}

static void
teardown(void)
{
	secret_ahead_free(&ahead);
	ck_assert_ptr_null(ahead);
	buf_free(&secret);
	ck_assert_uint_eq(secmem_live(), live);
	project_remove(&p);
}

static unsigned
runs(void)
{
	struct stat st;

	return stat(project_path(&p, "runs"), &st) == 0 ?
	    (unsigned)st.st_size / 2 :
	    0;
}

static enum apam_status
ask(const struct secret_place *place)
{
	buf_free(&secret);
	err = (struct apam_error)APAM_ERROR_INIT;
	return secret_ahead_read(
	    ahead, place, apam_str(ref), &terms, &secret, &err);
}

/* Go on until a program has ended. */
static void
go_on(void)
{
	while (!secret_ahead_go_on(ahead)) {
		struct pollfd pfd = { .fd = secret_ahead_fd(ahead, 0),
			.events = POLLIN };

		ck_assert_int_ne(secret_ahead_due(ahead), INT64_MAX);
		(void)poll(&pfd, 1, 5);
	}
}

static void
expect_secret(const struct secret_place *place)
{
	ck_assert_msg(ask(place) == APAM_OK, "%s", err.text);
	ck_assert(str_equal(buf_view(&secret), APAM_STR("FAKE-secret")));
}

START_TEST(it_is_begun_and_asked_for_again)
{
	ck_assert_int_eq(secret_ahead_due(ahead), INT64_MAX);
	ck_assert_int_eq(secret_ahead_fd(ahead, 0), SECRET_AHEAD_NONE);
	ck_assert(!secret_ahead_go_on(ahead));
	ck_assert_int_eq(ask(&here), APAM_E_PENDING);
	ck_assert_int_eq(ask(&here), APAM_E_PENDING);
	ck_assert_int_ge(secret_ahead_fd(ahead, 0), 0);
	ck_assert_int_eq(secret_ahead_fd(ahead, 1), SECRET_AHEAD_NONE);
	go_on();
	ck_assert_int_eq(secret_ahead_fd(ahead, 0), -1);
	expect_secret(&here);
	expect_secret(&here);
	ck_assert_uint_eq(runs(), 1);
}
END_TEST

START_TEST(it_is_forgotten_once_all_are_read)
{
	ck_assert_int_eq(ask(&here), APAM_E_PENDING);
	go_on();
	ck_assert_int_eq(ask(&there), APAM_E_PENDING);
	secret_ahead_settle(ahead, here.file, true);
	ck_assert_int_ge(secret_ahead_fd(ahead, 0), 0);
	ck_assert_int_eq(secret_ahead_fd(ahead, 1), SECRET_AHEAD_NONE);
	go_on();
	expect_secret(&there);
	ck_assert_int_eq(ask(&here), APAM_E_PENDING);
	go_on();
	ck_assert_uint_eq(runs(), 3);
}
END_TEST

START_TEST(a_failure_is_kept_for_a_moment)
{
	set_program("exit 3");
	ck_assert_int_eq(ask(&here), APAM_E_PENDING);
	go_on();
	ck_assert_int_eq(ask(&here), APAM_E_SECRET);
	ck_assert_ptr_nonnull(strstr(err.text, "exit status 3"));
	secret_ahead_settle(ahead, here.file, false);
	secret_ahead_settle(ahead, there.file, false);
	ck_assert_int_eq(ask(&here), APAM_E_SECRET);
	clock_advance(SECRET_AHEAD_FAILED_MS);
	ck_assert(!secret_ahead_go_on(ahead));
	ck_assert_int_eq(ask(&here), APAM_E_PENDING);
	go_on();
	ck_assert_uint_eq(runs(), 2);
}
END_TEST

/* Another secret of the file could not be read: this one is asked for anew. */
START_TEST(what_was_read_is_not_kept_beside_a_failure)
{
	ck_assert_int_eq(ask(&here), APAM_E_PENDING);
	go_on();
	secret_ahead_settle(ahead, here.file, false);
	ck_assert_int_eq(secret_ahead_fd(ahead, 0), SECRET_AHEAD_NONE);
	ck_assert_int_eq(ask(&here), APAM_E_PENDING);
}
END_TEST

START_TEST(what_nobody_asks_for_is_forgotten)
{
	ck_assert_int_eq(ask(&here), APAM_E_PENDING);
	go_on();
	clock_advance(SECRET_AHEAD_KEPT_MS);
	ck_assert(!secret_ahead_go_on(ahead));
	ck_assert_int_eq(secret_ahead_due(ahead), INT64_MAX);
}
END_TEST

START_TEST(it_has_its_own_time)
{
	set_program("exec sleep 600");
	ck_assert_int_eq(ask(&here), APAM_E_PENDING);
	ck_assert_int_le(secret_ahead_due(ahead), clock_ms() + SECRET_EXEC_MS);
	clock_advance(SECRET_EXEC_MS);
	go_on();
	ck_assert_int_eq(ask(&here), APAM_E_SECRET);
	ck_assert_ptr_nonnull(strstr(err.text, "did not finish in 10 seconds"));
}
END_TEST

/* teardown ends it, and finds nothing left. */
START_TEST(one_that_runs_is_ended_with_it)
{
	set_program("exec sleep 600");
	ck_assert_int_eq(ask(&here), APAM_E_PENDING);
}
END_TEST

START_TEST(what_is_no_program_is_read_at_once)
{
	(void)snprintf(ref, sizeof(ref), "env:APAM_CHECK_AHEAD");
	ck_assert_int_eq(ask(&here), APAM_E_SECRET);
	secret_ahead_settle(ahead, here.file, false);
	ck_assert_int_eq(setenv("APAM_CHECK_AHEAD", "FAKE-secret", 1), 0);
	ck_assert_int_eq(ask(&here), APAM_E_SECRET);
	clock_advance(SECRET_AHEAD_FAILED_MS);
	(void)secret_ahead_go_on(ahead);
	expect_secret(&here);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("secret_ahead");
	TCase *tc = tcase_create("secret_ahead");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, it_is_begun_and_asked_for_again);
	tcase_add_test(tc, it_is_forgotten_once_all_are_read);
	tcase_add_test(tc, a_failure_is_kept_for_a_moment);
	tcase_add_test(tc, what_was_read_is_not_kept_beside_a_failure);
	tcase_add_test(tc, what_nobody_asks_for_is_forgotten);
	tcase_add_test(tc, it_has_its_own_time);
	tcase_add_test(tc, one_that_runs_is_ended_with_it);
	tcase_add_test(tc, what_is_no_program_is_read_at_once);
	return run_suite(suite);
}
