/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program makes of the answers of an agent that serves its profiles:
 * right ones and wrong ones, refusals, questions for a digest, and silence; and
 * what it tells the agent of a provider's answers.  The agent is a scripted
 * one; what apamd itself does is in the suites of the agent.
 */
#define _GNU_SOURCE
#include <string.h>

#include "base/clock.h"
#include "profile/handle.h"
#include "profile/stack.h"
#include "served/served_call.h"
#include "support/run.h"
#include "support/served_tests.h"

/* ---- With an agent ------------------------------------------------------ */

/* There is no secret, so that nobody but the agent can have signed. */
START_TEST(the_agent_signs)
{
	struct apam_profile *p;

	scripted_start(&agent, answers, NULL);
	p = project_get(&project, "p");
	signs(p, "Agent GET " URL);
	ck_assert_uint_eq(signature.generation, (1ULL << 40) + 1);
	ck_assert_uint_eq(signature.entries, 1);
	ck_assert(!stack_is_open(p->stack));
	signs(p, "Agent GET " URL);
}
END_TEST

/* Only an answer that is judged needs the module. */
START_TEST(a_module_is_loaded_for_an_answer)
{
	const struct apam_answer answer = { .size = sizeof(answer),
		.status = 200 };
	struct apam_judgement judgement = { .size = sizeof(judgement) };
	struct apam_profile *p;

	project_entries(&project, "p", "{ scheme = \"missing-here\"; }");
	scripted_start(&agent, answers, NULL);
	p = project_get(&project, "p");
	signs(p, "Agent GET " URL);
	ck_assert_int_eq(apam_judge(p, &signature, &answer, &judgement, &err),
	    APAM_E_MODULE);
	ck_assert_ptr_nonnull(strstr(err.text, "missing-here"));
	ck_assert_int_eq(apam_judge(p, &signature, &answer, &judgement, NULL),
	    APAM_E_MODULE);
}
END_TEST

/* What is not the profile's is not even asked for. */
START_TEST(another_origin_is_refused_here)
{
	struct apam_profile *p = project_get(&project, "p");

	ck_assert_int_eq(sign_url(p, "https://other.example/"), APAM_E_ORIGIN);
}
END_TEST

static void
refuse(int fd, struct scripted_message *m, void *arg)
{
	struct agent_failed failed = { .error = APAM_ERROR_INIT };

	(void)arg;
	failed.error.status = APAM_E_ARCHIVED;
	failed.error.line = 7;
	failed.error.entry = 1;
	(void)snprintf(failed.error.text, sizeof(failed.error.text), "gone");
	(void)snprintf(
	    failed.error.file, sizeof(failed.error.file), "/etc/apam.d/p.conf");
	scripted_failed(fd, m->frame.id, &failed);
}

static void
refuses(int listener, void *arg)
{
	scripted_serve(listener, refuse, arg);
}

START_TEST(a_refusal_crosses_whole)
{
	struct apam_profile *p;

	scripted_start(&agent, refuses, NULL);
	p = project_get(&project, "p");
	ck_assert_int_eq(sign_url(p, URL), APAM_E_ARCHIVED);
	ck_assert_str_eq(err.text, "gone");
	ck_assert_str_eq(err.file, "/etc/apam.d/p.conf");
	ck_assert_uint_eq(err.line, 7);
	ck_assert_int_eq(err.entry, 1);
	ck_assert_str_eq(err.profile, "p");
}
END_TEST

/* ---- Digests ------------------------------------------------------------ */

/* Ask for one, each time. */
static void
want_many(int fd, struct scripted_message *m, void *arg)
{
	const struct agent_digest digest = { APAM_HASH_SHA256 };
	struct frame_writer w;
	struct buf items;

	(void)arg;
	buf_init_plain(&items, FRAME_ITEMS_MAX);
	frame_begin(&w, &items, AGENT_DIGEST, m->frame.id);
	scripted_must(agent_digest_write(&digest, &w));
	scripted_give(fd, &w, NULL, 0);
	buf_free(&items);
}

/* Until it has come.  The body itself is nowhere in what comes. */
static void
want_digest(int fd, struct scripted_message *m, void *arg)
{
	struct agent_sign sign;
	char text[64];

	scripted_must(
	    memmem(m->frame.items.p, m->frame.items.n, "FAKE-BODY", 9) == NULL);
	read_sign(m, &sign);
	if (sign.digests.count == 1) {
		(void)snprintf(text, sizeof(text), "%zu bytes, %02x",
		    (size_t)sign.body_length,
		    (unsigned char)sign.digests.all[0].bytes.p[0]);
		give(fd, m->frame.id, text, 1ULL << 40);
		return;
	}
	want_many(fd, m, arg);
}

static void
wants_digest(int listener, void *arg)
{
	scripted_serve(listener, want_digest, arg);
}

START_TEST(a_digest_is_given_and_no_body)
{
	const struct apam_body body = { .size = sizeof(body),
		.kind = APAM_BODY_BYTES,
		.bytes = APAM_STR("FAKE-BODY") };
	struct apam_request request = APAM_REQUEST("POST", URL);
	struct apam_profile *p;

	request.body = &body;
	scripted_start(&agent, wants_digest, NULL);
	p = project_get(&project, "p");
	signature = (struct apam_signature)APAM_SIGNATURE_INIT;
	ck_assert_msg(
	    apam_sign(p, &request, &signature, &project.err) == APAM_OK, "%s",
	    project.err.text);
	/* printf FAKE-BODY | sha256sum */
	ck_assert_str_eq(signature.headers[0].value.p, "9 bytes, ef");
	apam_signature_release(&signature);
}
END_TEST

static void
wants_many(int listener, void *arg)
{
	scripted_serve(listener, want_many, arg);
}

START_TEST(digests_have_an_end)
{
	struct apam_profile *p;

	scripted_start(&agent, wants_many, NULL);
	p = project_get(&project, "p");
	ck_assert_int_ne(sign_url(p, URL), APAM_OK);
}
END_TEST

/* ---- Answers that are wrong --------------------------------------------- */

enum wrong { INJECTED, FRAMING, BARE_QUERY, NO_ENTRIES, OTHER_TYPE, OTHER_ID };

static void
go_wrong(int fd, struct scripted_message *m, void *arg)
{
	const enum wrong wrong = *(enum wrong *)arg;
	struct apam_header header = { APAM_STR("X-Key"), APAM_STR("v") };
	struct apam_header query = { APAM_STR("a&b"), APAM_STR("c d") };
	struct agent_signed made = { .headers = { &header, 1 },
		.generation = 1,
		.credential = 1,
		.entries = 1 };
	const uint64_t id = m->frame.id;

	if (wrong == INJECTED)
		header.value = APAM_STR("v\r\nX-Other: w");
	if (wrong == FRAMING)
		header.name = APAM_STR("Content-Length");
	if (wrong == BARE_QUERY)
		made.query = (struct agent_headers){ &query, 1 };
	if (wrong == OTHER_TYPE)
		scripted_welcome(fd, AGENT_VERSION_MAX, false);
	if (wrong == OTHER_ID)
		give(fd, id + 100, "of another", 1);
	if (wrong == OTHER_ID)
		give(fd, id, "of this one", 1);
	if (wrong != OTHER_TYPE && wrong != OTHER_ID)
		scripted_sign(fd, id, &made, NULL, 0);
}

static void
goes_wrong(int listener, void *arg)
{
	scripted_serve(listener, go_wrong, arg);
}

static const struct {
	enum wrong wrong;
	enum apam_status status;
	const char *text;
} wrongs[] = {
	{ INJECTED, APAM_E_HEADER, "" },
	{ FRAMING, APAM_E_HEADER, "only the sender" },
	{ BARE_QUERY, APAM_E_HEADER, "not encoded" },
	{ OTHER_TYPE, APAM_E_NETWORK, "broke: the agent speaks another" },
	{ OTHER_ID, APAM_OK, "" },
};

START_TEST(a_wrong_answer_signs_nothing)
{
	enum wrong wrong = wrongs[_i].wrong;
	struct apam_profile *p;

	scripted_start(&agent, goes_wrong, &wrong);
	p = project_get(&project, "p");
	ck_assert_int_eq(sign_url(p, URL), wrongs[_i].status);
	ck_assert_ptr_nonnull(strstr(err.text, wrongs[_i].text));
	if (wrongs[_i].status == APAM_OK)
		ck_assert_str_eq(signature.headers[0].value.p, "of this one");
	else
		ck_assert_uint_eq(signature.header_count, 0);
}
END_TEST

START_TEST(a_silent_agent_costs_the_deadline)
{
	struct apam_request request = APAM_REQUEST("GET", URL);
	struct apam_profile *p;
	int64_t begin;

	scripted_start(&agent, says_nothing, NULL);
	p = project_get(&project, "p");
	request.timeout_ms = 200;
	signature = (struct apam_signature)APAM_SIGNATURE_INIT;
	begin = clock_ms();
	ck_assert_int_eq(
	    apam_sign(p, &request, &signature, &project.err), APAM_E_DEADLINE);
	ck_assert_str_eq(project.err.text, "the agent did not answer in time");
	ck_assert_int_ge(clock_ms() - begin, 200);
	ck_assert_int_lt(clock_ms() - begin, 20000);
}
END_TEST

/* ---- Calls of administrators -------------------------------------------- */

static void
call_back(int fd, struct scripted_message *m, void *arg)
{
	struct agent_call call;
	struct agent_result result = { .next = 0 };
	struct frame_writer w;
	struct buf items;

	(void)arg;
	scripted_must(agent_call_read(&call, &m->room, &m->frame) == NULL);
	if (str_equal(call.name, APAM_STR("refuse"))) {
		scripted_fail(fd, m->frame.id, APAM_E_POLICY, "not for you");
		return;
	}
	if (str_equal(call.name, APAM_STR("oddly"))) {
		give(fd, m->frame.id, "a signature", 1);
		return;
	}
	result.text = call.name;
	result.next = call.from + 1;
	buf_init_plain(&items, FRAME_ITEMS_MAX);
	frame_begin(&w, &items, AGENT_RESULT, m->frame.id);
	scripted_must(agent_result_write(&result, &w));
	scripted_give(fd, &w, NULL, 0);
	buf_free(&items);
}

static void
calls_back(int listener, void *arg)
{
	scripted_serve(listener, call_back, arg);
}

START_TEST(a_call_is_made)
{
	struct agent_call call = { .name = APAM_STR("status") };
	const int64_t deadline = clock_ms() + 120000;
	enum apam_status status;
	struct served_result got;
	struct served *served;

	served_result_init(&got);
	scripted_start(&agent, calls_back, NULL);
	served = project_get(&project, "p")->ctx->served;
	ck_assert_int_eq(served_call_make(served, &call, deadline, false, &got,
			     &status, &err),
	    SERVED_ANSWERED);
	ck_assert_int_eq(status, APAM_OK);
	ck_assert_str_eq(got.result.text.p, "status");
	ck_assert_uint_eq(got.result.next, 1);
	call.from = got.result.next;
	ck_assert_int_eq(served_call_make(served, &call, deadline, false, &got,
			     &status, &err),
	    SERVED_ANSWERED);
	ck_assert_int_eq(status, APAM_OK);
	ck_assert_uint_eq(got.result.next, 2);
	call.name = APAM_STR("refuse");
	ck_assert_int_eq(served_call_make(served, &call, deadline, false, &got,
			     &status, &err),
	    SERVED_ANSWERED);
	ck_assert_int_eq(status, APAM_E_POLICY);
	ck_assert_str_eq(err.text, "not for you");
	call.name = APAM_STR("oddly");
	err = (struct apam_error)APAM_ERROR_INIT;
	ck_assert_int_eq(served_call_make(served, &call, deadline, false, &got,
			     &status, &err),
	    SERVED_ANSWERED);
	ck_assert_int_eq(status, APAM_E_INTERNAL);
	scripted_kill(&agent);
	ck_assert_int_eq(served_call_make(served, &call, clock_ms() + 50, false,
			     &got, &status, NULL),
	    SERVED_AWAY);
	ck_assert_int_eq(status, APAM_E_NETWORK);
	served_result_free(&got);
}
END_TEST

/* ---- Judging ------------------------------------------------------------ */

/* Another generation for each that is rejected; says what it was told. */
static void
mint(int fd, struct scripted_message *m, void *arg)
{
	static uint64_t generation = 1ULL << 40;
	static unsigned told;
	struct agent_judged judged;
	struct agent_sign sign;
	char text[64];

	(void)arg;
	if (m->frame.type == AGENT_JUDGED) {
		scripted_must(
		    agent_judged_read(&judged, &m->room, &m->frame) == NULL);
		scripted_must(judged.generation == generation &&
		    judged.status == 401 &&
		    judged.verdict == APAM_VERDICT_REJECTED &&
		    str_equal(judged.profile, APAM_STR("p")));
		told++;
		return;
	}
	read_sign(m, &sign);
	if (sign.rejected == generation)
		generation++;
	(void)snprintf(text, sizeof(text), "generation %u, told %u",
	    (unsigned)(generation - (1ULL << 40)), told);
	give(fd, m->frame.id, text, generation);
}

static void
mints(int listener, void *arg)
{
	scripted_serve(listener, mint, arg);
}

START_TEST(a_rejection_is_told_once)
{
	struct apam_profile *p;

	scripted_start(&agent, mints, NULL);
	p = project_get(&project, "p");
	signs(p, "generation 0, told 0");
	ck_assert(replays(p, &signature));
	ck_assert(!replays(p, &signature));
	signs(p, "generation 1, told 1");
	ck_assert(replays(p, &signature));
	signs(p, "generation 2, told 2");
}
END_TEST

/* A rejection of what has been replaced is worth another try. */
START_TEST(a_late_rejection_replays)
{
	static char other[1024];
	const struct apam_request request = APAM_REQUEST("GET", URL);
	struct apam_signature old = APAM_SIGNATURE_INIT;
	struct apam_profile *p;

	scripted_start(&agent, mints, NULL);
	p = project_get(&project, "p");
	old.store = other;
	old.store_size = sizeof(other);
	ck_assert_int_eq(apam_sign(p, &request, &old, NULL), APAM_OK);
	signs(p, "generation 0, told 0");
	ck_assert(replays(p, &signature));
	signs(p, "generation 1, told 1");
	ck_assert(replays(p, &old));
	signs(p, "generation 1, told 1");
	apam_signature_release(&old);
}
END_TEST

/* An answer is judged though the agent is gone. */
START_TEST(judging_needs_no_agent)
{
	struct apam_profile *p;

	scripted_start(&agent, mints, NULL);
	p = project_get(&project, "p");
	signs(p, "generation 0, told 0");
	scripted_kill(&agent);
	ck_assert(replays(p, &signature));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("served_answers");
	TCase *tc = tcase_create("served_answers");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, make_project, remove_project);
	tcase_set_timeout(tc, 240);
	tcase_add_test(tc, the_agent_signs);
	tcase_add_test(tc, a_module_is_loaded_for_an_answer);
	tcase_add_test(tc, another_origin_is_refused_here);
	tcase_add_test(tc, a_refusal_crosses_whole);
	tcase_add_test(tc, a_digest_is_given_and_no_body);
	tcase_add_test(tc, digests_have_an_end);
	tcase_add_loop_test(tc, a_wrong_answer_signs_nothing, 0, ROWS(wrongs));
	tcase_add_test(tc, a_silent_agent_costs_the_deadline);
	tcase_add_test(tc, a_call_is_made);
	tcase_add_test(tc, a_rejection_is_told_once);
	tcase_add_test(tc, a_late_rejection_replays);
	tcase_add_test(tc, judging_needs_no_agent);
	return run_suite(suite);
}
