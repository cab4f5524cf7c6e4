/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/served/ask_nonblocking.c: a question is tried again until it
 * has ended, as a host's loop does.
 */
#include "served/ask_nonblocking.h"

#include "base/clock.h"
#include "support/clock.h"
#include "support/run.h"
#include "support/served_env.h"

/* Wait for the connection, or for the time that it is to be moved after. */
static void
wait_once(void)
{
	struct pollfd p = { .fd = served->shared.link.fd.fd, .events = POLLIN };
	const int ms = ask_nonblocking_timeout(served);

	(void)poll(&p, 1, ms < 0 ? SERVED_ENV_LONG : ms);
	ask_nonblocking_move(served);
}

static enum served_end
ask_until_it_ends(bool hurry)
{
	enum served_end end;

	while ((end = ask_nonblocking(served, &ask, hurry, &err)) ==
	    SERVED_PENDING)
		wait_once();
	return end;
}

START_TEST(an_answer_comes)
{
	scripted_start(&agent, served_env_answers, NULL);
	for (int i = 0; i < 3; i++) {
		served_env_begin();
		ck_assert_int_eq(ask_until_it_ends(false), SERVED_ANSWERED);
		served_env_heard();
		ck_assert_int_eq(ask_nonblocking_timeout(served), -1);
	}
}
END_TEST

START_TEST(an_agent_that_was_never_there_is_not_waited_for)
{
	served_env_begin();
	ck_assert_int_eq(
	    ask_nonblocking(served, &ask, false, &err), SERVED_AWAY);
	ck_assert_ptr_nonnull(strstr(err.text, "there is no such file"));
	/* Nor is it looked for at once. */
	scripted_start(&agent, served_env_answers, NULL);
	served->availability.again_at = clock_ms() + SERVED_ENV_LONG;
	error_init(&err);
	ck_assert_int_eq(
	    ask_nonblocking(served, &ask, false, &err), SERVED_AWAY);
	ck_assert_ptr_nonnull(strstr(err.text, "there is no such file"));
	clock_advance(SERVED_ENV_LONG);
	error_init(&err);
	ck_assert_int_eq(ask_until_it_ends(false), SERVED_ANSWERED);
}
END_TEST

/* ---- An agent that is being replaced ------------------------------------- */

static const struct {
	bool hurry;
	enum served_end end;
} replaced[] = { { false, SERVED_PENDING }, { true, SERVED_AWAY } };

/* It is waited for, with a time to look again; but not in a hurry. */
START_TEST(one_that_was_there_is_waited_for)
{
	const enum served_end end = replaced[_i].end;
	int ms;

	availability_note_there(&served->availability);
	served_env_begin();
	ck_assert_int_eq(
	    ask_nonblocking(served, &ask, replaced[_i].hurry, &err), end);
	ms = ask_nonblocking_timeout(served);
	ck_assert_int_le(ms, SERVED_LOOK_MS);
	ck_assert_int_eq(ms >= 0, end == SERVED_PENDING);
	if (end != SERVED_PENDING)
		return;
	served->availability.away_at = clock_ms() + SERVED_ENV_LONG;
	scripted_start(&agent, served_env_answers, NULL);
	ck_assert_int_eq(ask_until_it_ends(false), SERVED_ANSWERED);
	served_env_heard();
}
END_TEST

START_TEST(who_was_stopped_asks_again)
{
	scripted_start(&agent, served_env_loses_patience, NULL);
	for (int i = 0; i < 2; i++) {
		served_env_begin();
		ck_assert_msg(ask_until_it_ends(false) == SERVED_ANSWERED,
		    "question %d: %s", i, err.text);
		served_env_heard();
	}
}
END_TEST

START_TEST(it_has_five_seconds)
{
	enum served_end end = SERVED_PENDING;
	int64_t begin;

	availability_note_there(&served->availability);
	served_env_begin();
	begin = clock_ms();
	while (end == SERVED_PENDING) {
		end = ask_nonblocking(served, &ask, false, &err);
		clock_advance(SERVED_LOOK_MS);
	}
	ck_assert_int_eq(end, SERVED_AWAY);
	ck_assert_int_ge(clock_ms() - begin, AVAILABILITY_GRACE_MS);
}
END_TEST

/* The first agent ends with the question; the next one hears it again. */
START_TEST(a_lost_question_is_asked_again)
{
	availability_note_there(&served->availability);
	scripted_start(&agent, served_env_ends, NULL);
	served_env_begin();
	ck_assert_int_eq(
	    ask_nonblocking(served, &ask, false, &err), SERVED_PENDING);
	ck_assert_int_eq(scripted_end(&agent), 0);
	ck_assert_int_eq(
	    ask_nonblocking(served, &ask, false, &err), SERVED_PENDING);
	ck_assert_int_eq(ask.state, ASK_LOST);
	served->availability.away_at = clock_ms() + SERVED_ENV_LONG;
	scripted_start(&agent, served_env_answers, NULL);
	ck_assert_int_eq(ask_until_it_ends(false), SERVED_ANSWERED);
	served_env_heard();
}
END_TEST

/* A script: end each connection without a word. */
static void
ends_each(int listener, void *arg)
{
	(void)arg;
	for (;;)
		(void)close(scripted_accept(listener));
}

#define LOST 200

/*
 * However soon it ends, a question is asked again, or there is an error: nothing
 * is answered.
 */
START_TEST(an_agent_that_ends_each_connection_answers_nothing)
{
	enum served_end end = SERVED_PENDING;

	if (_i == 1)
		availability_note_there(&served->availability);
	scripted_start(&agent, ends_each, NULL);
	served_env_begin();
	for (int i = 0; i < LOST && end == SERVED_PENDING; i++) {
		error_init(&err);
		end = ask_nonblocking(served, &ask, false, &err);
	}
	ck_assert(end == SERVED_PENDING ||
	    (end == SERVED_AWAY && err.status != APAM_OK));
}
END_TEST

/* ---- Other ends ---------------------------------------------------------- */

static void
refuse(int listener, void *arg)
{
	const int fd = scripted_accept(listener);

	(void)arg;
	scripted_fail(fd, 0, APAM_E_POLICY, "not you");
	scripted_linger(fd);
}

START_TEST(a_refusal_is_told)
{
	scripted_start(&agent, refuse, NULL);
	served_env_begin();
	ck_assert_int_eq(ask_until_it_ends(false), SERVED_REFUSED);
	ck_assert_str_eq(err.text, "not you");
}
END_TEST

START_TEST(what_is_not_an_agent_is_refused)
{
	ck_assert_int_eq(mkdir(agent.path, 0700), 0);
	served_env_begin();
	ck_assert_int_eq(
	    ask_nonblocking(served, &ask, false, &err), SERVED_REFUSED);
	ck_assert_int_eq(err.status, APAM_E_CONFIG);
	ck_assert_int_eq(rmdir(agent.path), 0);
}
END_TEST

/* A host closes the descriptor, and has another one with its number. */
START_TEST(a_connection_that_the_host_closed_is_made_anew)
{
	int fd;

	scripted_start(&agent, served_env_answers, NULL);
	served_env_begin();
	ck_assert_int_eq(ask_until_it_ends(false), SERVED_ANSWERED);
	fd = served->shared.link.fd.fd;
	ck_assert_int_eq(dup2(STDERR_FILENO, fd), fd);
	ask_nonblocking_move(served);
	served_env_begin();
	ck_assert_int_eq(ask_until_it_ends(false), SERVED_ANSWERED);
	served_env_heard();
	ck_assert_int_eq(close(fd), 0);
}
END_TEST

/* What was never asked is forgotten without a word. */
START_TEST(a_question_that_was_not_asked_is_forgotten)
{
	served_env_begin();
	ask_nonblocking_forget(served, &ask);
	ck_assert_int_eq(ask.state, ASK_NEW);
	ck_assert_ptr_null(ask.flow);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ask_nonblocking");
	TCase *tc = tcase_create("ask_nonblocking");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, served_env_setup, served_env_teardown);
	tcase_set_timeout(tc, 240);
	tcase_add_test(tc, an_answer_comes);
	tcase_add_test(tc, an_agent_that_was_never_there_is_not_waited_for);
	tcase_add_loop_test(
	    tc, one_that_was_there_is_waited_for, 0, ROWS(replaced));
	tcase_add_test(tc, who_was_stopped_asks_again);
	tcase_add_test(tc, it_has_five_seconds);
	tcase_add_test(tc, a_lost_question_is_asked_again);
	tcase_add_loop_test(
	    tc, an_agent_that_ends_each_connection_answers_nothing, 0, 2);
	tcase_add_test(tc, a_refusal_is_told);
	tcase_add_test(tc, what_is_not_an_agent_is_refused);
	tcase_add_test(tc, a_connection_that_the_host_closed_is_made_anew);
	tcase_add_test(tc, a_question_that_was_not_asked_is_forgotten);
	return run_suite(suite);
}
