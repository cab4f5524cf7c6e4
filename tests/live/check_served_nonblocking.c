/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls that do not wait, of a program that the agent serves: they share one
 * connection, they are cancelled or asked again, and they end in time where
 * nobody answers.  The agent is a scripted one; check_served_agent.c has a real
 * one.
 */
#include "base/clock.h"
#include "profile/handle.h"
#include "served/served_state.h"
#include "support/run.h"
#include "support/served_tests.h"

#define CALLS 5

/* Keep the questions until there are so many, and answer the last one first. */
static void
answer_in_reverse(int fd, struct scripted_message *m, void *arg)
{
	static uint64_t ids[CALLS];
	static int n;

	(void)arg;
	scripted_must(m->frame.type == AGENT_SIGN);
	ids[n++] = m->frame.id;
	while (n == CALLS || (n > 0 && ids[CALLS - 1] != 0)) {
		char text[32];

		n--;
		(void)snprintf(text, sizeof(text), "number %d", n);
		give(fd, ids[n], text, 1ULL << 40);
		if (n == 0)
			ids[CALLS - 1] = 0;
	}
}

static void
answers_in_reverse(int listener, void *arg)
{
	scripted_serve(listener, answer_in_reverse, arg);
}

/* True where it has ended, as the number that was asked. */
static bool
has_ended(struct apam_call **call, struct apam_signature *s, int number)
{
	char text[32];

	if (*call != NULL &&
	    apam_call_result(*call, &project.err) == APAM_E_PENDING)
		return false;
	(void)snprintf(text, sizeof(text), "number %d", number);
	ck_assert_uint_eq(s->header_count, 1);
	ck_assert_str_eq(s->headers[0].value.p, text);
	apam_call_cancel(call);
	apam_signature_release(s);
	return true;
}

START_TEST(calls_share_one_connection)
{
	const struct apam_request request = APAM_REQUEST("GET", URL);
	struct apam_signature s[CALLS];
	struct apam_call *calls[CALLS];
	bool ended[CALLS] = { false };
	struct apam_profile *p;
	int left = CALLS;

	scripted_start(&agent, answers_in_reverse, NULL);
	p = get_soon("p");
	for (int i = 0; i < CALLS; i++) {
		s[i] = (struct apam_signature)APAM_SIGNATURE_INIT;
		ck_assert_int_eq(apam_sign_start(p, &request, &s[i], &calls[i],
				     &project.err) == APAM_OK,
		    calls[i] == NULL);
	}
	while (left > 0) {
		for (int i = 0; i < CALLS; i++)
			if (!ended[i] && has_ended(&calls[i], &s[i], i)) {
				ended[i] = true;
				left--;
			}
		if (left > 0)
			turn(project.ctx);
	}
}
END_TEST

START_TEST(a_call_has_a_deadline)
{
	struct apam_request request = APAM_REQUEST("GET", URL);
	struct apam_call *call;
	struct apam_profile *p;
	enum apam_status status;

	request.timeout_ms = 100;
	scripted_start(&agent, says_nothing, NULL);
	p = get_soon("p");
	signature = (struct apam_signature)APAM_SIGNATURE_INIT;
	status = apam_sign_start(p, &request, &signature, &call, &project.err);
	/* The time may be over already. */
	if (status == APAM_E_PENDING)
		status = end_of(call);
	ck_assert_int_eq(status, APAM_E_DEADLINE);
	ck_assert_str_eq(project.err.text, "the agent did not answer in time");
	apam_call_cancel(&call);
}
END_TEST

/* Ends well when it hears of the cancelled question. */
static void
wait_for_cancel(int fd, struct scripted_message *m, void *arg)
{
	static uint64_t id;

	(void)fd;
	(void)arg;
	if (m->frame.type == AGENT_SIGN)
		id = m->frame.id;
	if (m->frame.type == AGENT_CANCEL)
		_exit(m->frame.id == id ? 42 : 1);
}

static void
waits_for_cancel(int listener, void *arg)
{
	scripted_serve(listener, wait_for_cancel, arg);
}

START_TEST(a_cancelled_call_is_told)
{
	const struct apam_request request = APAM_REQUEST("GET", URL);
	struct apam_call *call;
	struct apam_profile *p;

	scripted_start(&agent, waits_for_cancel, NULL);
	p = get_soon("p");
	signature = (struct apam_signature)APAM_SIGNATURE_INIT;
	ck_assert_int_eq(apam_sign_start(p, &request, &signature, &call, NULL),
	    APAM_E_PENDING);
	/* The greeting comes, and the question goes. */
	for (int i = 0; !project.ctx->served->shared.link.greeted; i++) {
		ck_assert_int_lt(i, 1000);
		turn(project.ctx);
	}
	ck_assert_int_eq(apam_call_result(call, NULL), APAM_E_PENDING);
	apam_call_cancel(&call);
	ck_assert_int_eq(scripted_end(&agent), 42);
}
END_TEST

/* The first agent hears the question and dies; the second one answers. */
static void
die(int fd, struct scripted_message *m, void *arg)
{
	(void)fd;
	(void)m;
	(void)arg;
	_exit(0);
}

static void
dies(int listener, void *arg)
{
	scripted_serve(listener, die, arg);
}

START_TEST(a_call_is_asked_again)
{
	const struct apam_request request = APAM_REQUEST("GET", URL);
	struct apam_call *call;
	struct apam_profile *p;
	enum apam_status status;

	scripted_start(&agent, answers, NULL);
	p = get_soon("p");
	signature = (struct apam_signature)APAM_SIGNATURE_INIT;
	status = apam_sign_start(p, &request, &signature, &call, NULL);
	/* The answer may be there already. */
	if (status == APAM_E_PENDING)
		status = end_of(call);
	ck_assert_int_eq(status, APAM_OK);
	apam_call_cancel(&call);
	scripted_kill(&agent);
	scripted_start(&agent, dies, NULL);
	ck_assert_int_eq(apam_sign_start(p, &request, &signature, &call, NULL),
	    APAM_E_PENDING);
	while (waitpid(agent.pid, NULL, WNOHANG) == 0) {
		turn(project.ctx);
		ck_assert_int_eq(apam_call_result(call, NULL), APAM_E_PENDING);
	}
	agent.pid = 0;
	scripted_start(&agent, answers, NULL);
	ck_assert_int_eq(end_of(call), APAM_OK);
	ck_assert_str_eq(signature.headers[0].value.p, "Agent GET " URL);
	apam_call_cancel(&call);
	apam_signature_release(&signature);
}
END_TEST

/*
 * Where nothing says why there is no answer, there is no signature, either.
 */
START_TEST(no_answer_is_not_a_signature)
{
	const struct apam_request request = APAM_REQUEST("GET", URL);
	struct apam_profile *p = get_soon("p");
	struct apam_call *call = NULL;
	enum apam_status status;

	project.ctx->served->availability.again_at = clock_ms() + 1000000;
	signature = (struct apam_signature)APAM_SIGNATURE_INIT;
	if (_i == 0)
		status = apam_sign(p, &request, &signature, &project.err);
	else
		status = apam_sign_start(
		    p, &request, &signature, &call, &project.err);
	ck_assert_int_eq(status, APAM_E_DEADLINE);
	ck_assert_ptr_null(call);
	ck_assert_ptr_null(signature.headers);
}
END_TEST

START_TEST(a_call_without_an_agent_ends)
{
	const struct apam_request request = APAM_REQUEST("GET", URL);
	struct apam_profile *p = get_soon("p");
	struct apam_call *call;

	signature = (struct apam_signature)APAM_SIGNATURE_INIT;
	ck_assert_int_eq(
	    apam_sign_start(p, &request, &signature, &call, &project.err),
	    APAM_E_NETWORK);
	ck_assert_ptr_null(call);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("served_nonblocking");
	TCase *tc = tcase_create("served_nonblocking");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, make_project, remove_project);
	tcase_set_timeout(tc, 240);
	tcase_add_test(tc, calls_share_one_connection);
	tcase_add_test(tc, a_call_has_a_deadline);
	tcase_add_test(tc, a_cancelled_call_is_told);
	tcase_add_test(tc, a_call_is_asked_again);
	tcase_add_loop_test(tc, no_answer_is_not_a_signature, 0, 2);
	tcase_add_test(tc, a_call_without_an_agent_ends);
	return run_suite(suite);
}
