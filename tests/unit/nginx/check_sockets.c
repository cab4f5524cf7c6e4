/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/nginx/sockets.c on connections of loopback: whose socket is at
 * the other end, and when that cannot be told.
 */
#define _GNU_SOURCE /* unshare */
#include "nginx/sockets.c"

#include <arpa/inet.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include <net/if.h>

#include "support/run.h"

/* A connection, and the socket that took it. */
struct pair {
	int listener, client, server;
	struct sockaddr_in at, from;
};

static const uid_t somebody = 64001;

/* Bind to a port, 0 for any; the address that it is then. */
static int
bound(struct sockaddr_in *at)
{
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	socklen_t n = sizeof(*at);

	at->sin_family = AF_INET;
	at->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_ge(fd, 0);
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	ck_assert_int_eq(bind(fd, (const struct sockaddr *)at, sizeof(*at)), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)at, &n), 0);
	return fd;
}

/* Of these addresses, whose ports may be 0. */
static void
connect_pair(struct pair *p)
{
	p->listener = bound(&p->at);
	ck_assert_int_eq(listen(p->listener, 1), 0);
	p->client = bound(&p->from);
	ck_assert_int_eq(
	    connect(p->client, (const struct sockaddr *)&p->at, sizeof(p->at)),
	    0);
	p->server = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC);
	ck_assert_int_ge(p->server, 0);
}

static void
close_pair(struct pair *p)
{
	(void)close(p->listener);
	(void)close(p->client);
	(void)close(p->server);
}

static void
is_refused(int fd, const char *part)
{
	unsigned long uid = 7;
	const char *why = NULL;

	ck_assert(!sockets_user(fd, &uid, &why));
	ck_assert_ptr_nonnull(why);
	ck_assert_msg(strstr(why, part) != NULL, "%s", why);
	ck_assert_uint_eq(uid, 7);
}

static void
is_user(int fd, unsigned long user)
{
	unsigned long uid = 7;
	const char *why = NULL;

	ck_assert_msg(sockets_user(fd, &uid, &why), "%s", why);
	ck_assert_uint_eq(uid, user);
}

/* Make the client's socket another user's; false where only root could. */
static bool
give_away(const struct pair *p, uid_t to)
{
	return geteuid() == to || fchown(p->client, to, (gid_t)-1) == 0;
}

START_TEST(it_is_whose_socket_it_is)
{
	struct pair p = { .listener = -1 };

	connect_pair(&p);
	if (geteuid() == 0)
		is_refused(p.server, "root");
	else
		is_user(p.server, geteuid());
	if (give_away(&p, somebody)) {
		is_user(p.server, somebody);
		/* A directory service has numbers above that of nobody. */
		ck_assert(give_away(&p, 200000));
		is_user(p.server, 200000);
		ck_assert(give_away(&p, 65534));
		is_refused(p.server, "without a number");
	}
	close_pair(&p);
}
END_TEST

/* And which one that is, is asked each time. */
START_TEST(an_end_that_is_closed_is_nobodys)
{
	struct pair p = { .listener = -1 };

	connect_pair(&p);
	(void)give_away(&p, somebody);
	ck_assert_int_eq(send(p.client, "x", 1, 0), 1);
	(void)close(p.client);
	is_refused(p.server, "not an open socket");
	p.client = -1;
	close_pair(&p);
}
END_TEST

START_TEST(nor_is_one_that_sends_no_more)
{
	struct pair p = { .listener = -1 };

	connect_pair(&p);
	(void)give_away(&p, somebody);
	ck_assert_int_eq(shutdown(p.client, SHUT_WR), 0);
	is_refused(p.server, "not an open socket");
	close_pair(&p);
}
END_TEST

START_TEST(nor_one_that_was_reset)
{
	const struct linger now = { .l_onoff = 1 };
	struct pair p = { .listener = -1 };

	connect_pair(&p);
	(void)setsockopt(p.client, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	(void)close(p.client);
	is_refused(p.server, "has ended");
	p.client = -1;
	close_pair(&p);
}
END_TEST

/* The same two addresses are somebody else's now: the old socket is not theirs. */
START_TEST(an_address_that_is_used_again_lends_nothing)
{
	const struct linger now = { .l_onoff = 1 };
	struct pair p = { .listener = -1 }, later;

	connect_pair(&p);
	(void)setsockopt(p.client, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	(void)close(p.client);
	(void)close(p.listener);
	later = p;
	connect_pair(&later);
	(void)give_away(&later, somebody);
	is_refused(p.server, "has ended");
	(void)close(p.server);
	close_pair(&later);
}
END_TEST

START_TEST(what_is_no_connection_is_refused)
{
	struct sockaddr_in at = { .sin_port = 0 };
	const int fd = bound(&at);

	is_refused(fd, "has ended");
	(void)close(fd);
	is_refused(-1, "has ended");
}
END_TEST

/* ---- Another network ------------------------------------------------------ */

/* Go into a network of its own, with loopback; false where that is forbidden. */
static bool
enter_network(void)
{
	struct ifreq up = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;
	bool done;

	if (unshare(geteuid() == 0 ? CLONE_NEWNET :
				     CLONE_NEWUSER | CLONE_NEWNET) != 0)
		return false;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	done = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &up) == 0;
	(void)close(fd);
	return done;
}

static void
in_another_network(struct pair *outside)
{
	struct pair inside = *outside;

	is_refused(outside->server, "not an open socket");
	/* The same addresses mean another connection here. */
	connect_pair(&inside);
	(void)give_away(&inside, somebody);
	is_refused(outside->server, "network namespace");
	close_pair(&inside);
}

START_TEST(another_network_s_table_says_nothing)
{
	struct pair p = { .listener = -1 };
	int how = -1;
	pid_t pid;

	connect_pair(&p);
	pid = fork();
	if (pid == 0) {
		if (enter_network())
			in_another_network(&p);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &how, 0), pid);
	ck_assert_int_eq(how, 0);
	close_pair(&p);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("sockets");
	TCase *tc = tcase_create("sockets");

	tcase_add_test(tc, it_is_whose_socket_it_is);
	tcase_add_test(tc, an_end_that_is_closed_is_nobodys);
	tcase_add_test(tc, nor_is_one_that_sends_no_more);
	tcase_add_test(tc, nor_one_that_was_reset);
	tcase_add_test(tc, an_address_that_is_used_again_lends_nothing);
	tcase_add_test(tc, what_is_no_connection_is_refused);
	tcase_add_test(tc, another_network_s_table_says_nothing);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
