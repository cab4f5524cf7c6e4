/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs whose profiles apamd serves, while it is killed again and again: no
 * signature fails, neither by page nor for each request, in threads, children and
 * calls that do not wait.  What other agents do is in the files that include
 * support/served_tests.h.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "profile/handle.h"
#include "profile/stack.h"
#include "support/agent_process.h"
#include "support/run.h"
#include "support/stepped.h"

#define SIGNATURES 1000 /* of each thread, or child */
#define THREADS 4
#define KILLS 3 /* at least, however slowly it starts */

static struct project project;
static struct agent_process agent;
static _Atomic(bool) done;
static _Atomic(int) kills;
static _Atomic(int) made; /* signatures since it was started */

static const char *const profiles[] = { "static", "each" };

static void
setup(void)
{
	agent_make(&agent, &project, "");
	project_module(&project, "basic-email-key", false);
	project_module(&project, "hmac-test", true);
	agent_secret(&agent, "secret", "FAKE-KEY");
	project_entries(&project, "static",
	    "{ scheme = \"basic-email-key\"; email = \"a@b\"; "
	    "key = \"file:@/secret\"; } );\n"
	    "allow = ( { users = [ \"root\" ]; give = \"secret\"; }");
	project_entries(&project, "each",
	    "{ scheme = \"hmac-test\"; key_id = \"k\"; "
	    "secret = \"file:@/secret\"; } );\n"
	    "allow = ( { users = [ \"root\" ]; give = \"signature\"; }");
	agent_program(&project, "apamd");
	agent_start(&agent, "agent");
	atomic_store(&done, false);
	atomic_store(&kills, 0);
}

static void
teardown(void)
{
	agent_remove(&agent);
}

static void
kill_agent(void)
{
	(void)kill(agent.pid, SIGKILL);
	(void)waitpid(agent.pid, NULL, 0);
	agent.pid = 0;
}

/* True where all signatures were made, each with a header. */
static bool
sign_often(struct apam_profile *p, int count)
{
	char store[4096];
	struct apam_signature s = APAM_SIGNATURE_INIT;
	const struct apam_request request = APAM_REQUEST(
	    "GET", "https://api.example/x");
	struct apam_error err = APAM_ERROR_INIT;
	bool ok = true;

	s.store = store;
	s.store_size = sizeof(store);
	for (int i = 0; ok && i < count; i++) {
		ok = apam_sign(p, &request, &s, &err) == APAM_OK &&
		    s.header_count == 1 && s.headers[0].value.n > 10;
		atomic_fetch_add(&made, 1);
		/* So that the agent is away meanwhile, and not only behind. */
		clock_sleep(1);
	}
	if (!ok)
		fprintf(stderr, "%s\n", err.text);
	apam_signature_release(&s);
	return ok;
}

static void *
sign_in_thread(void *arg)
{
	bool ok = sign_often(arg, SIGNATURES);

	while (ok && atomic_load(&kills) < KILLS)
		ok = sign_often(arg, 10);
	return ok ? NULL : arg;
}

static void *
all_threads(void *arg)
{
	pthread_t threads[THREADS];
	void *wrong = NULL, *one;

	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, sign_in_thread, arg) != 0)
			abort();
	for (int i = 0; i < THREADS; i++) {
		(void)pthread_join(threads[i], &one);
		wrong = one == NULL ? wrong : one;
	}
	atomic_store(&done, true);
	return wrong;
}

/*
 * Kill it, and start the next one, until all have signed.  Some signatures are
 * made in between: a client asks again only a few times.
 */
static void
kill_until_done(void)
{
	while (!atomic_load(&done)) {
		clock_sleep(150);
		if (atomic_load(&made) < 2 * THREADS)
			continue;
		kill_agent();
		agent_start(&agent, "agent");
		atomic_store(&made, 0);
		atomic_fetch_add(&kills, 1);
	}
}

START_TEST(no_signature_fails_while_it_is_killed)
{
	struct apam_profile *p;
	pthread_t all;
	void *wrong;

	p = project_get(&project, profiles[_i]);
	/* The page comes with the first one. */
	ck_assert(sign_often(p, 1));
	ck_assert(!stack_is_open(p->stack));
	ck_assert_int_eq(p->page.now != NULL, _i == 0);
	ck_assert_int_eq(pthread_create(&all, NULL, all_threads, p), 0);
	kill_until_done();
	ck_assert_int_eq(pthread_join(all, &wrong), 0);
	ck_assert_ptr_null(wrong);
}
END_TEST

START_TEST(children_sign_beside_their_parent)
{
	struct apam_profile *p;
	pid_t children[4];
	int status;

	p = project_get(&project, profiles[_i]);
	ck_assert(sign_often(p, 2));
	for (int i = 0; i < 4; i++) {
		children[i] = fork();
		ck_assert_int_ge(children[i], 0);
		if (children[i] == 0)
			_exit(sign_often(p, 200) ? 0 : 1);
	}
	ck_assert(sign_often(p, 200));
	for (int i = 0; i < 4; i++) {
		ck_assert_int_eq(waitpid(children[i], &status, 0), children[i]);
		ck_assert_int_eq(status, 0);
	}
}
END_TEST

/* ---- Calls that do not wait ---------------------------------------------- */

static struct apam_profile *
get_soon(const char *name)
{
	project_open(&project, APAM_OPEN_NO_THREAD);
	return project_get(&project, name);
}

/* As an event loop does. */
static enum apam_status
sign_soon(struct apam_profile *p, struct apam_signature *s)
{
	const struct apam_request request = APAM_REQUEST(
	    "GET", "https://api.example/x");
	struct apam_call *call;
	enum apam_status status = apam_sign_start(
	    p, &request, s, &call, &project.err);

	return stepped_end(p->ctx, &call, status, &project.err);
}

START_TEST(calls_that_do_not_wait_get_through)
{
	struct apam_signature s = APAM_SIGNATURE_INIT;
	struct apam_profile *p;

	p = get_soon(profiles[_i]);
	for (int i = 0; i < 100; i++) {
		ck_assert_msg(
		    sign_soon(p, &s) == APAM_OK, "%s", project.err.text);
		ck_assert_uint_eq(s.header_count, 1);
		if (i % 20 != 10)
			continue;
		kill_agent();
		agent_start(&agent, "agent");
	}
	apam_signature_release(&s);
}
END_TEST

/* ---- Hints --------------------------------------------------------------- */

/* A key that the API refuses is asked for again, and signs on meanwhile. */
START_TEST(a_rejection_reaches_the_agent)
{
	const struct apam_request request = APAM_REQUEST(
	    "GET", "https://api.example/x");
	const struct apam_answer answer = { .size = sizeof(answer),
		.status = 401 };
	struct apam_judgement judgement = { .size = sizeof(judgement) };
	struct apam_signature s = APAM_SIGNATURE_INIT;
	struct apam_profile *p;

	p = project_get(&project, profiles[_i]);
	ck_assert_int_eq(apam_sign(p, &request, &s, &project.err), APAM_OK);
	ck_assert_int_eq(
	    apam_judge(p, &s, &answer, &judgement, &project.err), APAM_OK);
	ck_assert_int_eq(judgement.verdict, APAM_VERDICT_REJECTED);
	ck_assert(judgement.replay);
	ck_assert_int_eq(
	    apam_judge(p, &s, &answer, &judgement, &project.err), APAM_OK);
	ck_assert(!judgement.replay);
	(void)!apam_sign(p, &request, &s, &project.err);
	ck_assert_msg(agent_answers(&agent), "the agent is gone");
	apam_signature_release(&s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("served_agent");
	TCase *tc = tcase_create("served_agent");
	const int rows = ROWS(profiles);

	/* apamd runs as a user of its own. */
	if (geteuid() != 0)
		return 0;
	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 240);
	tcase_add_loop_test(tc, no_signature_fails_while_it_is_killed, 0, rows);
	tcase_add_loop_test(tc, children_sign_beside_their_parent, 0, rows);
	tcase_add_loop_test(tc, calls_that_do_not_wait_get_through, 0, rows);
	tcase_add_loop_test(tc, a_rejection_reaches_the_agent, 0, rows);
	return run_suite(suite);
}
