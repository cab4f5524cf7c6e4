/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/agent/link_connect.c: which agents are believed, and what is
 * said of those that are not there.
 */
#define _GNU_SOURCE /* O_PATH */
#include "agent/link_connect.h"

#include <fcntl.h>
#include <pwd.h>

#include "support/dialled.h"
#include "support/run.h"

START_TEST(no_agent_is_told)
{
	ck_assert_int_eq(dial(), APAM_E_NETWORK);
	ck_assert_ptr_nonnull(strstr(err.text, "there is no agent at /tmp"));
	ck_assert_ptr_nonnull(strstr(err.text, "there is no such file"));
	ck_assert(!link_is_ours(&link_));
}
END_TEST

START_TEST(a_socket_that_nobody_listens_at_is_told)
{
	(void)close(scripted_listen(agent.path));
	ck_assert_int_eq(dial(), APAM_E_NETWORK);
	ck_assert_ptr_nonnull(strstr(err.text, "nobody listens there"));
}
END_TEST

START_TEST(a_full_agent_is_told)
{
	const int listener = scripted_listen(agent.path);
	struct link others[4];
	const struct agent_hello hello = { .min = 1, .max = 1 };
	enum apam_status status = APAM_OK;

	ck_assert_int_eq(listen(listener, 0), 0);
	for (int i = 0; i < 4; i++)
		link_init(&others[i]);
	for (int i = 0; i < 4 && status == APAM_OK; i++)
		status = link_connect(&others[i], &place, &hello, &err);
	ck_assert_int_eq(status, APAM_E_NETWORK);
	ck_assert_str_eq(err.text, "the agent takes no more connections now");
	for (int i = 0; i < 4; i++)
		link_close(&others[i]);
	(void)close(listener);
}
END_TEST

START_TEST(what_is_not_a_socket_is_told)
{
	(void)close(open(agent.path, O_CREAT | O_WRONLY, 0600));
	ck_assert_int_eq(dial(), APAM_E_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.text, "is not a socket (agent_user"));
	place.user = "root";
	error_init(&err);
	ck_assert_int_eq(dial(), APAM_E_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.text, "(agent_user is root)"));
}
END_TEST

START_TEST(an_agent_user_who_does_not_exist_is_told)
{
	(void)close(open(agent.path, O_CREAT | O_WRONLY, 0600));
	ck_assert_int_eq(dial(), APAM_E_CONFIG);
	ck_assert_ptr_nonnull(strstr(
	    err.text, "(agent_user is no-such-user, who is not a user here)"));
}
END_TEST

START_TEST(another_kind_of_socket_is_told)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s", agent.path);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	ck_assert_int_eq(dial(), APAM_E_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.text, "not the socket of an agent"));
	(void)close(fd);
}
END_TEST

START_TEST(a_path_that_others_can_change_is_refused)
{
	(void)close(scripted_listen(agent.path));
	ck_assert_int_eq(chmod(agent.dir, 0777), 0);
	ck_assert_int_eq(dial(), APAM_E_TRUST);
	ck_assert_ptr_nonnull(strstr(err.text, "can be changed by others"));
	ck_assert_int_eq(chmod(agent.dir, 0700), 0);
}
END_TEST

static void
as_nobody(int listener, void *arg)
{
	(void)arg;
	scripted_must(setgid(65534) == 0 && setuid(65534) == 0);
	/* The kernel notes who listens, not who has made the socket. */
	scripted_must(listen(listener, 1) == 0);
	for (;;)
		(void)scripted_accept(listener);
}

/* The socket's file is root's, and somebody else has it open. */
START_TEST(another_user_is_not_believed)
{
	const int64_t deadline = clock_ms() + SOON;

	if (geteuid() != 0)
		return;
	scripted_start(&agent, as_nobody, NULL);
	do {
		link_close(&link_);
		err = (struct apam_error)APAM_ERROR_INIT;
		(void)dial();
	} while (err.status != APAM_E_TRUST && clock_ms() < deadline);
	ck_assert_int_eq(err.status, APAM_E_TRUST);
	ck_assert_ptr_nonnull(strstr(err.text, "runs as user 65534"));
	ck_assert_ptr_nonnull(strstr(err.text, "no-such-user"));
}
END_TEST

/* The same one, where it is the agent's user. */
START_TEST(the_agents_user_is_believed)
{
	const struct passwd *nobody = getpwuid(65534);
	const int64_t deadline = clock_ms() + SOON;

	if (geteuid() != 0 || nobody == NULL)
		return;
	place.user = nobody->pw_name;
	place.id = 65534;
	place.own = false;
	scripted_start(&agent, as_nobody, NULL);
	ck_assert_int_eq(chown(agent.dir, 65534, 65534), 0);
	do {
		link_close(&link_);
		err = (struct apam_error)APAM_ERROR_INIT;
		(void)dial();
	} while (link_.owner != 65534 && clock_ms() < deadline);
	ck_assert_uint_eq(link_.owner, 65534);
}
END_TEST

/* The very file that was found, though another one has its name by now. */
START_TEST(the_file_that_was_found_is_connected_to)
{
	char aside[128];
	struct own_fd file;

	(void)snprintf(aside, sizeof(aside), "%s.aside", agent.path);
	scripted_start(&agent, dialled_greet, NULL);
	file = link_find(&place);
	ck_assert(own_fd_is_ours(&file));
	ck_assert_int_eq(rename(agent.path, aside), 0);
	ck_assert_int_eq(dial(), APAM_E_NETWORK);
	error_init(&err);
	place.file = &file;
	must_connect();
	ck_assert_int_lt(file.fd, 0);
	ck_assert_int_eq(rename(aside, agent.path), 0);
}
END_TEST

/* A host may close it, and have something else open by its number. */
START_TEST(a_file_that_is_not_ours_any_more_is_left_alone)
{
	char other[128];
	struct own_fd file;
	int listener, theirs;

	(void)snprintf(other, sizeof(other), "%s.other", agent.path);
	listener = scripted_listen(other);
	theirs = open(other, O_PATH | O_CLOEXEC);
	scripted_start(&agent, dialled_greet, NULL);
	file = link_find(&place);
	ck_assert(own_fd_is_ours(&file));
	ck_assert_int_eq(dup2(theirs, file.fd), file.fd);
	(void)close(theirs);
	theirs = file.fd;
	place.file = &file;
	must_connect();
	ck_assert_int_eq(link_send_hello(&link_), 1);
	ck_assert(link_wait(&link_, false, clock_ms() + SOON));
	ck_assert_int_eq(fcntl(theirs, F_GETFD), 0);
	(void)close(theirs);
	(void)close(listener);
	ck_assert_int_eq(unlink(other), 0);
}
END_TEST

/* An agent that was started anew has another one. */
START_TEST(a_file_that_nobody_listens_at_is_found_anew)
{
	struct own_fd file;

	(void)close(scripted_listen(agent.path));
	file = link_find(&place);
	ck_assert(own_fd_is_ours(&file));
	ck_assert_int_eq(unlink(agent.path), 0);
	scripted_start(&agent, dialled_greet, NULL);
	place.file = &file;
	must_connect();
	ck_assert_int_lt(file.fd, 0);
}

int
main(void)
{
	Suite *suite = suite_create("link_connect");
	TCase *tc = tcase_create("link_connect");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, dialled_setup, dialled_teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, no_agent_is_told);
	tcase_add_test(tc, a_socket_that_nobody_listens_at_is_told);
	tcase_add_test(tc, a_full_agent_is_told);
	tcase_add_test(tc, what_is_not_a_socket_is_told);
	tcase_add_test(tc, an_agent_user_who_does_not_exist_is_told);
	tcase_add_test(tc, another_kind_of_socket_is_told);
	tcase_add_test(tc, a_path_that_others_can_change_is_refused);
	tcase_add_test(tc, another_user_is_not_believed);
	tcase_add_test(tc, the_agents_user_is_believed);
	tcase_add_test(tc, the_file_that_was_found_is_connected_to);
	tcase_add_test(tc, a_file_that_is_not_ours_any_more_is_left_alone);
	tcase_add_test(tc, a_file_that_nobody_listens_at_is_found_anew);
	return run_suite(suite);
}
