/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers that a real apamd verifies: it says the same as the program itself,
 * and is told no body.  The agent ends between signature and answer, nobody waits
 * for it any more, the rules hold.
 */
#define _GNU_SOURCE

#include "base/clock.h"
#include "support/agent_process.h"
#include "support/answer_mac.h"
#include "support/audit_lines.h"
#include "support/run.h"
#include "support/stepped.h"

#define URL "https://api.example/things?a=b"
#define KEY "FAKEkey"
#define BODY "{\"answer\": 42}"
#define MAC(status, body)                                                      \
	answer_mac_by(key, "GET\n" URL "\n" KEY "\n" #status "\n", body)

static struct project project;
static struct agent_process agent;
static struct apam_signature signature;
static struct apam_error err;
static const char *key; /* of who answers */

/* The list of entries, and that of rules, are closed by others. */
#define ENTRY "{ scheme = \"verify-test\"; secret = \"file:@/secret\"; } );\n"
#define RULES "allow = ( { users = [ \"root\" ]; give = \"secret\"; }"

static void
setup(void)
{
	agent_make(&agent, &project, "");
	project_module(&project, "verify-test", true);
	agent_secret(&agent, "secret", KEY);
	project_entries(&project, "far", ENTRY RULES);
	project_entries(&project, "here", ENTRY "agent = \"off\";\n" RULES);
	agent_program(&project, "apamd");
	agent_start(&agent, "agent");
	signature = (struct apam_signature)APAM_SIGNATURE_INIT;
	err = (struct apam_error)APAM_ERROR_INIT;
	key = KEY;
}

static void
teardown(void)
{
	apam_signature_release(&signature);
	agent_remove(&agent);
}

static struct apam_request request = APAM_REQUEST("GET", URL);

static void
signs(const char *name)
{
	ck_assert_msg(apam_sign(project_get(&project, name), &request,
			  &signature, &err) == APAM_OK,
	    "%s", err.text);
	ck_assert_uint_eq(signature.verifies, 1);
}

/* ---- Answers --------------------------------------------------------------- */

struct given {
	const char *what;
	unsigned status;
	const char *mac_of; /* the body; NULL: there is no header */
	const char *body;
	bool cut;
	size_t more; /* headers */
	enum apam_status said;
};

/* Its head, and the body in two pieces. */
static struct apam_verify *
begin(const char *name, const struct given *g)
{
	static struct apam_header headers[400];
	const size_t half = strlen(g->body) / 2;
	struct apam_answer answer = {
		.size = sizeof(answer), .status = g->status, .headers = headers
	};
	struct apam_verify *verify = NULL;

	for (size_t i = 0; i < g->more; i++)
		headers[answer.header_count++] = (struct apam_header){
			APAM_STR("X-More"), APAM_STR("more")
		};
	if (g->mac_of != NULL)
		headers[answer.header_count++] = (struct apam_header){
			APAM_STR("Answer-Mac"), apam_str(MAC(200, g->mac_of))
		};
	err = (struct apam_error)APAM_ERROR_INIT;
	if (apam_verify_start(project_get(&project, name), &request, &signature,
		&answer, &verify, &err) != APAM_OK)
		return NULL;
	/* It was copied. */
	memset(headers, 0, sizeof(headers));
	ck_assert_int_eq(
	    apam_verify_body(verify, (struct apam_str){ g->body, half }, &err),
	    APAM_OK);
	ck_assert_int_eq(
	    apam_verify_body(verify, apam_str(g->body + half), &err), APAM_OK);
	return verify;
}

static enum apam_status
verified(const char *name, const struct given *g)
{
	struct apam_verify *verify = begin(name, g);
	enum apam_status status = verify == NULL ?
	    err.status :
	    apam_verify_end(&verify, !g->cut, &err);

	ck_assert_ptr_null(verify);
	return status;
}

static const struct given answers[] = {
	{ "genuine", 200, BODY, BODY, false, 0, APAM_OK },
	{ "genuine, without a body", 200, "", "", false, 0, APAM_OK },
	{ "genuine, of many headers", 200, BODY, BODY, false, 255, APAM_OK },
	{ "a changed body", 200, BODY, "{\"answer\": 43}", false, 0,
	    APAM_E_NOT_AUTHENTIC },
	{ "a byte less", 200, BODY, "{\"answer\": 42", false, 0,
	    APAM_E_NOT_AUTHENTIC },
	{ "another status", 201, BODY, BODY, false, 0, APAM_E_NOT_AUTHENTIC },
	{ "a changed header", 200, BODY BODY, BODY, false, 0,
	    APAM_E_NOT_AUTHENTIC },
	{ "no header", 200, NULL, BODY, false, 0, APAM_E_NOT_AUTHENTIC },
	{ "a body that is cut", 200, BODY, BODY, true, 0,
	    APAM_E_NOT_AUTHENTIC },
	{ "too many headers", 200, BODY, BODY, false, 256,
	    APAM_E_NOT_AUTHENTIC },
};

START_TEST(the_agent_says_the_same)
{
	const struct given *g = &answers[_i];
	char here[APAM_TEXT_SIZE];

	signs("here");
	ck_assert_msg(
	    verified("here", g) == g->said, "%s: %s", g->what, err.text);
	(void)snprintf(here, sizeof(here), "%s", err.text);
	signs("far");
	/* Nothing of the first answer is kept for the second one. */
	for (int i = 0; i < 2; i++) {
		ck_assert_msg(
		    verified("far", g) == g->said, "%s: %s", g->what, err.text);
		ck_assert_str_eq(err.text, here);
	}
	if (g->said != APAM_OK)
		ck_assert_str_eq(err.profile, "far");
}
END_TEST

/* An answer to another request is none to this one. */
START_TEST(the_request_counts)
{
	static const struct given genuine = { "", 200, BODY, BODY, false, 0,
		APAM_OK };
	struct apam_verify *verify;

	request.url = URL "&c=d";
	signs("far");
	verify = begin("far", &genuine);
	ck_assert_ptr_nonnull(verify);
	ck_assert_int_eq(
	    apam_verify_end(&verify, true, &err), APAM_E_NOT_AUTHENTIC);
	request.url = URL;
}
END_TEST

/* Until the agent signs for a profile that this program signed for. */
static void
wait_for_agent(const char *name)
{
	const int64_t end = clock_ms() + 60000;
	struct apam_signature next = APAM_SIGNATURE_INIT;

	do {
		ck_assert_int_lt(clock_ms(), end);
		clock_sleep(20);
		apam_signature_release(&next);
		ck_assert_msg(apam_sign(project_get(&project, name), &request,
				  &next, &err) == APAM_OK,
		    "%s", err.text);
	} while (next.generation >> 16 == 0);
	apam_signature_release(&next);
}

/*
 * The secret is the agent's alone by the time that the answer comes, and what
 * modules are shown in its place makes no answer genuine.
 */
START_TEST(the_agent_has_the_secret_since)
{
	signs("here");
	project_entries(&project, "here", ENTRY RULES);
	wait_for_agent("here");
	key = "withheld";
	ck_assert_int_eq(verified("here", &answers[0]), APAM_E_NOT_AUTHENTIC);
	key = KEY;
	ck_assert_msg(verified("here", &answers[0]) == APAM_OK, "%s", err.text);
}
END_TEST

/* They are others by the time that the answer comes. */
START_TEST(the_rules_hold_and_the_audit_log_has_who_is_refused)
{
	const int64_t end = clock_ms() + 60000;
	enum apam_status status;

	signs("far");
	project_entries(&project, "far",
	    ENTRY "allow = ( { users = [ \"daemon\" ]; give = \"secret\"; }");
	do {
		ck_assert_int_lt(clock_ms(), end);
		status = verified("far", &answers[0]);
	} while (status == APAM_OK);
	ck_assert_int_eq(status, APAM_E_POLICY);
	ck_assert_int_eq(
	    audit_lines_of(&project, agent.uid,
		"\"APAM_STATUS\":\"APAM_E_POLICY\"", "for user 0, program "),
	    1);
	ck_assert_int_eq(audit_lines_of(&project, agent.uid,
			     "no answer verified: allow has "
			     "no rule for user 0",
			     ""),
	    1);
}
END_TEST

/* ---- The agent ------------------------------------------------------------- */

static void
kill_agent(void)
{
	(void)kill(agent.pid, SIGKILL);
	(void)waitpid(agent.pid, NULL, 0);
	agent.pid = 0;
}

/* The next one knows nothing of the signature, and can tell all the same. */
START_TEST(the_agent_ends_between)
{
	const struct given *genuine = &answers[0], *changed = &answers[3];

	signs("far");
	kill_agent();
	agent_start(&agent, "agent");
	ck_assert_msg(verified("far", genuine) == APAM_OK, "%s", err.text);
	ck_assert_int_eq(verified("far", changed), APAM_E_NOT_AUTHENTIC);
}
END_TEST

START_TEST(without_an_agent_nothing_is_believed)
{
	signs("far");
	kill_agent();
	request.timeout_ms = 300;
	ck_assert_int_ne(verified("far", &answers[0]), APAM_OK);
	request.timeout_ms = 0;
	ck_assert_int_ne(err.status, APAM_E_NOT_AUTHENTIC);
}
END_TEST

/* ---- Calls that do not wait ------------------------------------------------- */

/* An agent that is stopped does not answer at once. */
static struct apam_call *
ask(const struct given *g)
{
	struct apam_verify *verify = begin("far", g);
	struct apam_call *call = NULL;

	ck_assert_int_eq(kill(agent.pid, SIGSTOP), 0);
	ck_assert_int_eq(
	    apam_verify_end_start(&verify, true, &call, &err), APAM_E_PENDING);
	ck_assert_ptr_null(verify);
	ck_assert_ptr_nonnull(call);
	return call;
}

static enum apam_status
verified_without_waiting(const struct given *g)
{
	struct apam_call *call = ask(g);

	ck_assert_int_eq(kill(agent.pid, SIGCONT), 0);
	return stepped_end(project.ctx, &call, APAM_E_PENDING, &err);
}

START_TEST(a_call_that_does_not_wait)
{
	project_open(&project, APAM_OPEN_NO_THREAD);
	signs("far");
	ck_assert_msg(
	    verified_without_waiting(&answers[0]) == APAM_OK, "%s", err.text);
	ck_assert_int_eq(
	    verified_without_waiting(&answers[3]), APAM_E_NOT_AUTHENTIC);
	ck_assert_str_eq(err.text,
	    "the answer is not authentic: its Answer-Mac is another one");
	ck_assert_int_eq(verified_without_waiting(&answers[0]), APAM_OK);
}
END_TEST

/* The connection serves others. */
START_TEST(a_call_that_is_cancelled)
{
	struct apam_call *call;

	project_open(&project, APAM_OPEN_NO_THREAD);
	signs("far");
	for (int i = 0; i < 20; i++) {
		call = ask(&answers[0]);
		if (i % 2 == 1)
			(void)kill(agent.pid, SIGCONT);
		apam_call_cancel(&call);
	}
	ck_assert_msg(
	    verified_without_waiting(&answers[0]) == APAM_OK, "%s", err.text);
}
END_TEST

/* The agent of a context with a thread is not asked so. */
START_TEST(a_thread_makes_no_such_calls)
{
	struct apam_verify *verify;
	struct apam_call *call = (void *)&err;

	signs("far");
	verify = begin("far", &answers[0]);
	ck_assert_int_eq(
	    apam_verify_end_start(&verify, true, &call, &err), APAM_E_USAGE);
	ck_assert_ptr_null(verify);
	ck_assert_ptr_null(call);
	ck_assert_int_eq(
	    apam_verify_end_start(&verify, true, &call, &err), APAM_OK);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("served_verify");
	TCase *tc = tcase_create("served_verify");

	/* apamd runs as a user of its own. */
	if (geteuid() != 0)
		return 0;
	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 240);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, the_agent_says_the_same, 0, ROWS(answers));
	tcase_add_test(tc, the_request_counts);
	tcase_add_test(tc, the_agent_has_the_secret_since);
	tcase_add_test(tc, the_rules_hold_and_the_audit_log_has_who_is_refused);
	tcase_add_test(tc, the_agent_ends_between);
	tcase_add_test(tc, without_an_agent_nothing_is_believed);
	tcase_add_test(tc, a_call_that_does_not_wait);
	tcase_add_test(tc, a_call_that_is_cancelled);
	tcase_add_test(tc, a_thread_makes_no_such_calls);
	return run_suite(suite);
}
