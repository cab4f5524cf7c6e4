/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which agent a program asks, and by which connection: there is not an agent,
 * or there is another one by now, or it runs as a user of its own; threads,
 * children and other users ask, and a daemon has closed what it found.  The
 * agent is a scripted one.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <pwd.h>

#include "base/clock.h"
#include "profile/handle.h"
#include "profile/stack.h"
#include "served/served_state.h"
#include "support/run.h"
#include "support/served_tests.h"

#define OWN "Basic YUBiOng=" /* a@b:x, which only this process signs with */

/* ---- Without an agent --------------------------------------------------- */

START_TEST(require_says_what_to_do)
{
	struct apam_profile *p = project_get(&project, "p");

	project_secret(&project, "secret", "x");
	ck_assert_int_eq(sign_url(p, URL), APAM_E_NETWORK);
	ck_assert_ptr_nonnull(strstr(err.text, "there is no agent at /tmp"));
	ck_assert_ptr_nonnull(strstr(err.text, "start it"));
	ck_assert(!stack_is_open(p->stack));
	/* The next ones do not even look. */
	ck_assert_int_eq(sign_url(p, URL), APAM_E_NETWORK);
}
END_TEST

START_TEST(prefer_signs_here_until_there_is_an_agent)
{
	struct apam_profile *p;

	write_main("prefer");
	project_secret(&project, "secret", "x");
	p = project_get(&project, "p");
	signs(p, OWN);
	ck_assert(!p->stack->withheld);
	scripted_start(&agent, answers, NULL);
	for (int i = 0; i < 500; i++) {
		ck_assert_int_eq(sign_url(p, URL), APAM_OK);
		if (strcmp(signature.headers[0].value.p, OWN) != 0)
			break;
		clock_sleep(20);
	}
	ck_assert_str_eq(signature.headers[0].value.p, "Agent GET " URL);
	scripted_kill(&agent);
	(void)unlink(agent.path);
	signs(p, OWN);
}
END_TEST

START_TEST(prefer_with_an_agent_reads_no_secret)
{
	struct apam_profile *p;

	write_main("prefer");
	scripted_start(&agent, answers, NULL);
	p = project_get(&project, "p");
	signs(p, "Agent GET " URL);
	ck_assert(p->stack->withheld);
	scripted_kill(&agent);
	ck_assert_int_eq(sign_url(p, URL), APAM_E_SECRET);
	ck_assert_ptr_nonnull(strstr(err.text, "cannot sign itself"));
	ck_assert_ptr_nonnull(strstr(err.text, "secret"));
}
END_TEST

/* The new one listens only while the call is under way. */
static void *
start_late(void *arg)
{
	(void)arg;
	clock_sleep(100);
	scripted_start(&agent, answers, NULL);
	return NULL;
}

START_TEST(an_agent_that_is_replaced_is_waited_for)
{
	struct apam_profile *p;
	pthread_t thread;

	scripted_start(&agent, answers, NULL);
	p = project_get(&project, "p");
	signs(p, "Agent GET " URL);
	scripted_kill(&agent);
	(void)unlink(agent.path);
	ck_assert_int_eq(pthread_create(&thread, NULL, start_late, NULL), 0);
	signs(p, "Agent GET " URL);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

/* ---- Threads, forks, descriptors, users --------------------------------- */

static void *
sign_many(void *arg)
{
	struct apam_profile *p = arg;
	char mine[1024], url[64], value[128];
	struct apam_signature s = APAM_SIGNATURE_INIT;
	struct apam_request request = APAM_REQUEST("GET", url);

	s.store = mine;
	s.store_size = sizeof(mine);
	for (int i = 0; i < 200; i++) {
		(void)snprintf(url, sizeof(url), "https://api.example/%lx/%d",
		    (unsigned long)pthread_self(), i);
		(void)snprintf(value, sizeof(value), "Agent GET %s", url);
		if (apam_sign(p, &request, &s, NULL) != APAM_OK ||
		    strcmp(s.headers[0].value.p, value) != 0)
			return arg;
	}
	apam_signature_release(&s);
	return NULL;
}

START_TEST(threads_get_their_own_answers)
{
	pthread_t threads[8];
	struct apam_profile *p;
	void *wrong;

	scripted_start(&agent, answers, NULL);
	p = project_get(&project, "p");
	for (int i = 0; i < 8; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, sign_many, p), 0);
	for (int i = 0; i < 8; i++) {
		ck_assert_int_eq(pthread_join(threads[i], &wrong), 0);
		ck_assert_ptr_null(wrong);
	}
}
END_TEST

/* The header says which connection it was: "Connection FD". */
static void
name_connection(int fd, struct scripted_message *m, void *arg)
{
	struct ucred peer;
	socklen_t n = sizeof(peer);
	char text[64];

	(void)arg;
	scripted_must(m->frame.type == AGENT_SIGN);
	scripted_must(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) == 0);
	(void)snprintf(
	    text, sizeof(text), "pid %d uid %u fd %d", peer.pid, peer.uid, fd);
	give(fd, m->frame.id, text, 1ULL << 40);
}

static void
names_connection(int listener, void *arg)
{
	scripted_serve(listener, name_connection, arg);
}

static void
is_of(struct apam_profile *p, pid_t pid, uid_t uid)
{
	char begin[64];

	(void)snprintf(begin, sizeof(begin), "pid %d uid %u ", pid, uid);
	ck_assert_msg(sign_url(p, URL) == APAM_OK, "%s", err.text);
	ck_assert_msg(
	    strncmp(signature.headers[0].value.p, begin, strlen(begin)) == 0,
	    "%s, not %s", signature.headers[0].value.p, begin);
}

START_TEST(a_child_has_a_connection_of_its_own)
{
	struct apam_profile *p;
	int status;
	pid_t child;

	scripted_start(&agent, names_connection, NULL);
	p = project_get(&project, "p");
	is_of(p, getpid(), geteuid());
	child = fork();
	if (child == 0) {
		is_of(p, getpid(), geteuid());
		is_of(p, getpid(), geteuid());
		_exit(0);
	}
	is_of(p, getpid(), geteuid());
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	is_of(p, getpid(), geteuid());
}
END_TEST

START_TEST(another_user_has_a_connection_of_its_own)
{
	struct apam_profile *p;

	if (geteuid() != 0)
		return;
	scripted_start(&agent, names_connection, NULL);
	p = project_get(&project, "p");
	is_of(p, getpid(), 0);
	ck_assert_int_eq(chmod(project.dir, 0755), 0);
	ck_assert_int_eq(seteuid(65534), 0);
	is_of(p, getpid(), 65534);
	ck_assert_int_eq(seteuid(0), 0);
	is_of(p, getpid(), 0);
}
END_TEST

/* A daemon closes all that it finds, and opens others with these numbers. */
START_TEST(closed_descriptors_are_replaced)
{
	struct apam_profile *p;
	int fd;

	scripted_start(&agent, answers, NULL);
	p = project_get(&project, "p");
	signs(p, "Agent GET " URL);
	for (int i = 0; i < 3; i++) {
		for (fd = 3; fd < 64; fd++)
			(void)close(fd);
		while ((fd = open("/dev/null", O_RDWR)) < 20)
			;
		signs(p, "Agent GET " URL);
		for (fd = 3; fd < 20; fd++)
			ck_assert_int_ge(fcntl(fd, F_GETFD), 0);
	}
}
END_TEST

/* ---- The agent's user --------------------------------------------------- */

static void
answers_as_nobody(int listener, void *arg)
{
	scripted_must(setgid(65534) == 0 && setuid(65534) == 0);
	/* The kernel notes who listens, not who has made the socket. */
	scripted_must(listen(listener, 16) == 0);
	scripted_serve(listener, answer, arg);
}

/* Who listens there; the connection is closed. */
static uid_t
listening_user(void)
{
	const int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct ucred peer = { .uid = 0 };
	socklen_t n = sizeof(peer);

	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s", agent.path);
	if (connect(fd, (const struct sockaddr *)&at, sizeof(at)) == 0)
		(void)getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n);
	(void)close(fd);
	return peer.uid;
}

static void
start_as_nobody(void)
{
	const int64_t deadline = clock_ms() + 120000;

	scripted_start(&agent, answers_as_nobody, NULL);
	while (listening_user() != 65534 && clock_ms() < deadline)
		clock_sleep(5);
}

/* Sign without waiting, turn by turn. */
static void
signs_soon(struct apam_profile *p)
{
	const struct apam_request request = APAM_REQUEST("GET", URL);
	struct apam_call *call;
	enum apam_status status;

	signature = (struct apam_signature)APAM_SIGNATURE_INIT;
	status = apam_sign_start(p, &request, &signature, &call, &project.err);
	if (status == APAM_E_PENDING)
		status = end_of(call);
	ck_assert_msg(status == APAM_OK, "%s", project.err.text);
	ck_assert_str_eq(signature.headers[0].value.p, "Agent GET " URL);
	apam_call_cancel(&call);
	apam_signature_release(&signature);
}

/* A call that waits, and one that does not. */
START_TEST(the_agents_user_is_looked_up_where_it_matters)
{
	const struct passwd *nobody = getpwuid(65534);
	struct apam_profile *p;

	if (geteuid() != 0 || nobody == NULL)
		return;
	agent_user = nobody->pw_name;
	write_main("require");
	start_as_nobody();
	p = _i == 0 ? project_get(&project, "p") : get_soon("p");
	if (_i == 0)
		signs(p, "Agent GET " URL);
	else
		signs_soon(p);
	ck_assert_uint_eq(p->ctx->served->place.id, 65534);
}
END_TEST

/* What another thread does while a connection of this one is refused. */
static struct apam_profile *beside;

enum apam_status __real_link_connect(struct link *, const struct link_place *,
    const struct agent_hello *, struct apam_error *);
enum apam_status __wrap_link_connect(struct link *, const struct link_place *,
    const struct agent_hello *, struct apam_error *);

enum apam_status
__wrap_link_connect(struct link *link, const struct link_place *place,
    const struct agent_hello *hello, struct apam_error *why)
{
	const enum apam_status status = __real_link_connect(
	    link, place, hello, why);
	struct apam_profile *other = beside;

	beside = NULL;
	if (status == APAM_E_TRUST && other != NULL)
		signs(other, "Agent GET " URL);
	return status;
}

/* Of threads that connect first, each goes on with what one has found. */
START_TEST(the_agents_user_is_found_by_another_thread)
{
	const struct passwd *nobody = getpwuid(65534);

	if (geteuid() != 0 || nobody == NULL)
		return;
	agent_user = nobody->pw_name;
	write_main("require");
	start_as_nobody();
	beside = project_get(&project, "p");
	signs(beside, "Agent GET " URL);
	ck_assert_ptr_null(beside);
}
END_TEST

/* What is there is this user's own, which no account has to be read for. */
START_TEST(the_agents_user_is_not_looked_up_in_vain)
{
	const struct passwd *nobody = getpwuid(65534);
	struct apam_profile *p;

	if (nobody == NULL)
		return;
	agent_user = nobody->pw_name;
	write_main("require");
	scripted_start(&agent, answers, NULL);
	p = _i == 0 ? project_get(&project, "p") : get_soon("p");
	if (_i == 0)
		signs(p, "Agent GET " URL);
	else
		signs_soon(p);
	ck_assert_uint_eq(p->ctx->served->place.id, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("served_connection");
	TCase *tc = tcase_create("served_connection");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, make_project, remove_project);
	tcase_set_timeout(tc, 240);
	tcase_add_test(tc, require_says_what_to_do);
	tcase_add_test(tc, prefer_signs_here_until_there_is_an_agent);
	tcase_add_test(tc, prefer_with_an_agent_reads_no_secret);
	tcase_add_test(tc, an_agent_that_is_replaced_is_waited_for);
	tcase_add_test(tc, threads_get_their_own_answers);
	tcase_add_test(tc, a_child_has_a_connection_of_its_own);
	tcase_add_test(tc, another_user_has_a_connection_of_its_own);
	tcase_add_test(tc, closed_descriptors_are_replaced);
	tcase_add_loop_test(
	    tc, the_agents_user_is_looked_up_where_it_matters, 0, 2);
	tcase_add_test(tc, the_agents_user_is_found_by_another_thread);
	tcase_add_loop_test(tc, the_agents_user_is_not_looked_up_in_vain, 0, 2);
	/* A child that a test forks asserts, and writes to Check's file. */
	return run_suite_apart(suite);
}
