/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/served/handshake.c: what is found out, and when.
 */
#include "served/handshake.h"

#include <fcntl.h>
#include <pwd.h>

#include "base/clock.h"
#include "support/run.h"
#include "support/served_env.h"

/* A user other than root, or the test has nothing to say. */
static const struct passwd *
nobody(void)
{
	const struct passwd *user = getpwuid(65534);

	if (user != NULL)
		served->place.user = user->pw_name;
	return user;
}

START_TEST(root_and_the_own_user_are_believed_without_a_look)
{
	if (nobody() == NULL)
		return;
	ck_assert(handshake_believes(served, 0));
	ck_assert(handshake_believes(served, geteuid()));
	ck_assert_uint_eq(served->place.id, 0);
}
END_TEST

START_TEST(the_agents_user_is_believed_once_it_is_found)
{
	if (nobody() == NULL)
		return;
	ck_assert(handshake_believes(served, 65534));
	ck_assert_uint_eq(served->place.id, 65534);
	ck_assert(!handshake_find_user(served, &served->place));
	ck_assert(!handshake_believes(served, 65533));
	/* Another thread had tried without it. */
	ck_assert(handshake_find_user(
	    served, &(struct link_place){ .socket = agent.path }));
}
END_TEST

START_TEST(a_user_who_does_not_exist_is_nobody)
{
	ck_assert(!handshake_find_user(served, &served->place));
	ck_assert(!handshake_believes(served, 65533));
	ck_assert(handshake_is_agents(served, 0));
	ck_assert(!handshake_is_agents(served, 65533));
}
END_TEST

/* Its number is 0, which says that none is known: root is believed anyway. */
START_TEST(root_as_the_agents_user_is_not_found)
{
	served->place.user = "root";
	ck_assert(!handshake_find_user(served, &served->place));
	ck_assert(handshake_is_agents(served, 0));
}
END_TEST

/* `apamd --user` runs as the owner of the main file. */
START_TEST(the_owner_of_a_users_own_main_file_may_be_the_agent)
{
	if (geteuid() != 0)
		return;
	(void)close(open(agent.path, O_CREAT | O_WRONLY, 0600));
	ck_assert(!handshake_is_agents(served, 65533));
	ck_assert_int_eq(chown(agent.path, 65533, 0), 0);
	ck_assert(handshake_is_agents(served, 65533));
	served->place.own = false;
	ck_assert(!handshake_is_agents(served, 65533));
}
END_TEST

START_TEST(the_sockets_file_is_for_one_connection)
{
	struct handshake first, second;

	(void)close(scripted_listen(agent.path));
	handshake_prepare(served);
	ck_assert(served->self.known);
	ck_assert_int_ge(served->file.fd, 0);
	/* Once is enough. */
	handshake_prepare(served);
	handshake_begin(served, &first);
	handshake_begin(served, &second);
	ck_assert_int_ge(first.file.fd, 0);
	ck_assert_ptr_eq(first.place.file, &first.file);
	ck_assert_int_lt(second.file.fd, 0);
	own_fd_close(&first.file);
}
END_TEST

static struct scripted_message heard;

/* Ends with how long the counter's nonce is that the greeting says. */
static void
measure_counter(int listener, void *arg)
{
	const int fd = scripted_accept(listener);
	struct agent_hello hello;

	(void)arg;
	frame_parts_init(&heard.parts);
	scripted_must(scripted_take(fd, &heard, AGENT_HELLO));
	scripted_must(agent_hello_read(&hello, &heard.frame) == NULL);
	_exit(hello.counter.n == 0 ? 10 : 20);
}

static const struct {
	bool blind;
	int end;
} counters[] = { { true, 10 }, { false, 20 } };

/* A process that cannot watch the registry says so, and gets no pages. */
START_TEST(a_counter_that_cannot_be_watched_is_not_named)
{
	struct handshake with;
	struct flow flow;

	served_env.keys.counter.blind = counters[_i].blind;
	scripted_start(&agent, measure_counter, NULL);
	flow_init(&flow);
	handshake_begin(served, &with);
	ck_assert_int_eq(
	    handshake_connect(served, &with, &flow, &err), APAM_OK);
	(void)link_send_hello(&flow.link);
	ck_assert_int_eq(scripted_end(&agent), counters[_i].end);
	flow_close(&flow);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("handshake");
	TCase *tc = tcase_create("handshake");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, served_env_setup, served_env_teardown);
	tcase_set_timeout(tc, 240);
	tcase_add_test(tc, root_and_the_own_user_are_believed_without_a_look);
	tcase_add_test(tc, the_agents_user_is_believed_once_it_is_found);
	tcase_add_test(tc, a_user_who_does_not_exist_is_nobody);
	tcase_add_test(tc, root_as_the_agents_user_is_not_found);
	tcase_add_test(tc, the_owner_of_a_users_own_main_file_may_be_the_agent);
	tcase_add_test(tc, the_sockets_file_is_for_one_connection);
	tcase_add_loop_test(tc, a_counter_that_cannot_be_watched_is_not_named,
	    0, ROWS(counters));
	return run_suite(suite);
}
