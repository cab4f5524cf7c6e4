/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/served/flow_pool.c: which connections are kept for other
 * threads.
 */
#include "served/flow_pool.h"

#include "base/clock.h"
#include "served/handshake.h"
#include "support/run.h"
#include "support/served_env.h"

/* A flow that is connected. */
static struct flow *
connected(void)
{
	struct flow *f = flow_pool_new(served);
	struct handshake with;

	ck_assert_ptr_nonnull(f);
	handshake_begin(served, &with);
	ck_assert_msg(handshake_connect(served, &with, f, &err) == APAM_OK,
	    "%s", err.text);
	return f;
}

static unsigned
count(void)
{
	unsigned n = 0;

	for (const struct flow *f = served->pool; f != NULL; f = f->next)
		n++;
	return n;
}

START_TEST(one_that_was_given_back_is_taken)
{
	struct flow *f, *again;

	scripted_start(&agent, served_env_answers, NULL);
	ck_assert_ptr_null(flow_pool_take(served));
	f = again = connected();
	ck_assert_ptr_null(flow_pool_take(served));
	flow_pool_give_back(served, &f, false);
	ck_assert_ptr_null(f);
	ck_assert(!served->availability.was_there);
	f = flow_pool_take(served);
	ck_assert_ptr_eq(f, again);
	flow_pool_give_back(served, &f, true);
	ck_assert(served->availability.was_there);
	f = flow_pool_take(served);
	ck_assert_ptr_eq(f, again);
	ck_assert(f->busy);
	flow_pool_end(served, &f);
	ck_assert_ptr_null(f);
	ck_assert_uint_eq(count(), 0);
}
END_TEST

START_TEST(few_are_kept)
{
	struct flow *f[FLOW_POOL_IDLE_MOST + 3];

	scripted_start(&agent, served_env_answers, NULL);
	for (int i = 0; i < ROWS(f); i++)
		f[i] = connected();
	for (int i = 0; i < ROWS(f); i++)
		flow_pool_give_back(served, &f[i], false);
	ck_assert_uint_eq(count(), FLOW_POOL_IDLE_MOST);
}
END_TEST

/* What is on one that cannot be used again. */
enum spoil { UNCONNECTED, BROKEN, ASKED };

START_TEST(what_is_not_whole_is_not_kept)
{
	struct flow *f;

	scripted_start(&agent, served_env_answers, NULL);
	f = _i == UNCONNECTED ? flow_pool_new(served) : connected();
	if (_i == BROKEN)
		link_break(&f->link, "a test broke it");
	if (_i == ASKED) {
		served_env_begin();
		flow_ask(f, &ask);
	}
	flow_pool_give_back(served, &f, false);
	ck_assert_ptr_null(f);
	ck_assert_uint_eq(count(), 0);
	ck_assert_int_eq(ask.state, _i == ASKED ? ASK_LOST : ASK_NEW);
}
END_TEST

/* The thread that had the flow, and its question on its stack, is not there. */
START_TEST(a_child_touches_nothing_of_another_thread)
{
	struct flow *f;

	scripted_start(&agent, served_env_answers, NULL);
	f = connected();
	served_env_begin();
	flow_ask(f, &ask);
	flow_pool_abandon(served);
	ck_assert_uint_eq(count(), 0);
	ck_assert_int_eq(ask.state, ASK_OPEN);
	ck_assert_ptr_eq(f->first, &ask);
	ck_assert(f->busy);
	ck_assert_int_eq(f->link.fd.fd, -1);
	flow_close(f);
	free(f);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("flow_pool");
	TCase *tc = tcase_create("flow_pool");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, served_env_setup, served_env_teardown);
	tcase_set_timeout(tc, 240);
	tcase_add_test(tc, one_that_was_given_back_is_taken);
	tcase_add_test(tc, few_are_kept);
	tcase_add_loop_test(
	    tc, what_is_not_whole_is_not_kept, UNCONNECTED, ASKED + 1);
	tcase_add_test(tc, a_child_touches_nothing_of_another_thread);
	return run_suite(suite);
}
