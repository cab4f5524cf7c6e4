/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/served/ask_blocking.c: what becomes of a question whose agent
 * is away, is replaced, or says nothing.
 */
#include "served/ask_blocking.h"

#include "base/clock.h"
#include "support/clock.h"
#include "support/run.h"
#include "support/served_env.h"

static enum served_end
ask_now(bool hurry)
{
	served_env_begin();
	error_init(&err);
	return ask_blocking(
	    served, &ask, clock_ms() + SERVED_ENV_LONG, hurry, &err);
}

START_TEST(an_answer_comes)
{
	scripted_start(&agent, served_env_answers, NULL);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(ask_now(false), SERVED_ANSWERED);
		served_env_heard();
	}
	/* All on one connection, which waits for the next question. */
	ck_assert_ptr_nonnull(served->pool);
	ck_assert_ptr_null(served->pool->next);
	ck_assert(!served->pool->busy);
}
END_TEST

START_TEST(an_agent_that_was_never_there_is_not_waited_for)
{
	ck_assert_int_eq(ask_now(false), SERVED_AWAY);
	ck_assert_int_eq(err.status, APAM_E_NETWORK);
	ck_assert_ptr_nonnull(strstr(err.text, "there is no such file"));
	/* It may be there by now: nobody looks so soon. */
	scripted_start(&agent, served_env_answers, NULL);
	served->availability.again_at = clock_ms() + SERVED_ENV_LONG;
	ck_assert_int_eq(ask_now(false), SERVED_AWAY);
	ck_assert_ptr_nonnull(strstr(err.text, "there is no such file"));
	clock_advance(SERVED_ENV_LONG);
	ck_assert_int_eq(ask_now(false), SERVED_ANSWERED);
}
END_TEST

/* ---- An agent that is being replaced ------------------------------------- */

/*
 * The agent takes connections and ends each without an answer, as one that ends
 * does to those that it has not accepted yet.  *turn says how many; the next
 * one is answered, by the agent that follows.
 */
static void
end_some(int listener, void *arg)
{
	for (int left = *(int *)arg; left > 0; left--)
		(void)close(scripted_accept(listener));
	scripted_serve(listener, served_env_answer, NULL);
}

static const struct {
	const char *name;
	int ended; /* connections, before one is answered */
	bool known; /* this process had an answer before */
	bool hurry;
	enum served_end end;
} replacements[] = {
	{ "first question, ended once", 1, false, false, SERVED_ANSWERED },
	{ "first question, ended often", 5, false, false, SERVED_ANSWERED },
	{ "first question, in a hurry", 1, false, true, SERVED_AWAY },
	{ "known, ended once", 1, true, false, SERVED_ANSWERED },
	{ "known, ended often", 5, true, false, SERVED_ANSWERED },
	{ "known, in a hurry", 1, true, true, SERVED_AWAY },
};

START_TEST(the_next_agent_is_waited_for)
{
	const int64_t begin = clock_ms();
	int ended = replacements[_i].ended;
	enum served_end end;

	if (replacements[_i].known)
		availability_note_there(&served->availability);
	scripted_start(&agent, end_some, &ended);
	end = ask_now(replacements[_i].hurry);
	/* This machine was so slow that the agent's time was over. */
	if (end == SERVED_AWAY && clock_ms() - begin >= AVAILABILITY_GRACE_MS)
		return;
	ck_assert_msg(end == replacements[_i].end, "%s: %s",
	    replacements[_i].name, err.text);
	if (end == SERVED_ANSWERED)
		served_env_heard();
	else
		ck_assert_ptr_nonnull(
		    strstr(err.text, "broke: the agent ended"));
}
END_TEST

static void
end_all(int listener, void *arg)
{
	(void)arg;
	for (;;) {
		const int fd = scripted_accept(listener);

		clock_advance(1000);
		(void)close(fd);
	}
}

/* The agent itself has the clocks of both go on, and nobody waits. */
START_TEST(the_next_agent_has_five_seconds)
{
	unsigned failures;
	int64_t begin;

	scripted_start(&agent, end_all, NULL);
	begin = clock_ms();
	ck_assert_int_eq(ask_now(false), SERVED_AWAY);
	ck_assert_int_ge(clock_ms() - begin, AVAILABILITY_GRACE_MS);
	ck_assert_ptr_nonnull(strstr(err.text, "broke: the agent ended"));
	/* It is over: the next call does not even look. */
	served->availability.again_at = clock_ms() + SERVED_ENV_LONG;
	failures = served->availability.failures;
	ck_assert_uint_ge(failures, 2);
	ck_assert_int_eq(ask_now(false), SERVED_AWAY);
	ck_assert_uint_eq(served->availability.failures, failures);
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
	ck_assert_int_eq(ask_now(false), SERVED_REFUSED);
	ck_assert_int_eq(err.status, APAM_E_POLICY);
	ck_assert_str_eq(err.text, "not you");
	ck_assert_ptr_null(served->pool);
}
END_TEST

START_TEST(who_was_stopped_asks_again)
{
	scripted_start(&agent, served_env_loses_patience, NULL);
	for (int i = 0; i < 2; i++) {
		ck_assert_msg(ask_now(false) == SERVED_ANSWERED, "%s: %s",
		    i == 0 ? "this question" : "the next one", err.text);
		served_env_heard();
	}
}
END_TEST

/* The agent says nothing, and hears that nobody waits any more. */
static void
hear_cancel(int listener, void *arg)
{
	static struct scripted_message m;
	const int fd = scripted_greeted(listener, &m);
	uint64_t id;

	(void)arg;
	scripted_must(scripted_take(fd, &m, AGENT_CALL));
	id = m.frame.id;
	scripted_must(scripted_take(fd, &m, AGENT_CANCEL));
	_exit(m.frame.id == id ? 42 : 1);
}

START_TEST(a_late_question_is_cancelled)
{
	scripted_start(&agent, hear_cancel, NULL);
	served_env_begin();
	ck_assert_int_eq(
	    ask_blocking(served, &ask, clock_ms() + 200, false, &err),
	    SERVED_LATE);
	ck_assert_int_eq(err.status, APAM_E_DEADLINE);
	ck_assert_int_eq(ask.state, ASK_NEW);
	ck_assert_int_eq(scripted_end(&agent), 42);
}
END_TEST

START_TEST(what_is_not_an_agent_is_refused)
{
	ck_assert_int_eq(mkdir(agent.path, 0700), 0);
	ck_assert_int_eq(ask_now(false), SERVED_REFUSED);
	ck_assert_int_eq(err.status, APAM_E_CONFIG);
	ck_assert_int_eq(rmdir(agent.path), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ask_blocking");
	TCase *tc = tcase_create("ask_blocking");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, served_env_setup, served_env_teardown);
	tcase_set_timeout(tc, 240);
	tcase_add_test(tc, an_answer_comes);
	tcase_add_test(tc, an_agent_that_was_never_there_is_not_waited_for);
	tcase_add_loop_test(
	    tc, the_next_agent_is_waited_for, 0, ROWS(replacements));
	tcase_add_test(tc, the_next_agent_has_five_seconds);
	tcase_add_test(tc, a_refusal_is_told);
	tcase_add_test(tc, who_was_stopped_asks_again);
	tcase_add_test(tc, a_late_question_is_cancelled);
	tcase_add_test(tc, what_is_not_an_agent_is_refused);
	return run_suite(suite);
}
