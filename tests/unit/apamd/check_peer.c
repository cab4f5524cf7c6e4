/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/agent/peer.c with real sockets and, as root, real users: who
 * connected, who is refused, and which messages are the peer's.
 */
#define _GNU_SOURCE /* unshare, setresuid */
#include "agent/peer.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>

#include "base/str.h"
#include "support/connected.h"
#include "support/run.h"

enum { ANN = 61001, BOB = 61002, OPS = 61101, NOBODY = 65534 };

static struct peer peer;
static char why[APAM_TEXT_SIZE];

/* Who the child becomes. */
struct somebody {
	uid_t uid;
	gid_t gid, groups[4];
	size_t count;
	bool unshares; /* enters a user namespace of its own */
};

static bool
become(void *arg)
{
	const struct somebody *who = arg;

	return setgroups(who->count, who->groups) == 0 &&
	    setresgid(who->gid, who->gid, who->gid) == 0 &&
	    setresuid(who->uid, who->uid, who->uid) == 0 &&
	    (!who->unshares || unshare(CLONE_NEWUSER) == 0);
}

static bool
has_group(gid_t group)
{
	for (size_t i = 0; i < peer.caller.group_count; i++)
		if (peer.caller.groups[i] == group)
			return true;
	return false;
}

/* ---- Who it is --------------------------------------------------------- */

START_TEST(this_process_is_known)
{
	struct connected c;

	(void)prctl(PR_SET_NAME, "some program");
	connected_make(&c, NULL, NULL, NULL, NULL);
	ck_assert_msg(peer_of(c.socket, &peer, why), "%s", why);
	ck_assert(peer_groups(&peer, c.socket));
	ck_assert_int_eq(peer.pid, c.child);
	ck_assert_uint_eq(peer.caller.user, geteuid());
	ck_assert(has_group(getegid()));
	ck_assert_str_eq(peer.program, "");
	peer_claim(&peer, APAM_STR(""));
	ck_assert_str_eq(peer.program, "some program");
	ck_assert_uint_eq(peer.caller.unit.n, 0);
	peer_free(&peer);
	peer_free(&peer);
	ck_assert_uint_eq(peer.caller.group_count, 0);
	connected_end(&c);
}
END_TEST

START_TEST(user_and_groups_are_the_peers)
{
	struct somebody ann = { ANN, BOB, { OPS, 5, 6 }, 3, false };
	struct connected c;
	char text[128], expected[128];

	if (geteuid() != 0)
		return;
	connected_make(&c, become, &ann, NULL, NULL);
	ck_assert_msg(peer_of(c.socket, &peer, why), "%s", why);
	ck_assert_uint_eq(peer.caller.group_count, 0);
	ck_assert(peer_groups(&peer, c.socket));
	ck_assert_uint_eq(peer.caller.user, ANN);
	ck_assert_uint_eq(peer.caller.group_count, 4);
	ck_assert(has_group(OPS) && has_group(5) && has_group(6));
	ck_assert(has_group(BOB));
	peer_claim(&peer, APAM_STR("backup"));
	peer_describe(&peer, text, sizeof(text));
	(void)snprintf(expected, sizeof(expected),
	    "user 61001, process %ld (\"backup\")", (long)c.child);
	ck_assert_str_eq(text, expected);
	peer_free(&peer);
	connected_end(&c);
}
END_TEST

/* They are asked for later than the user, and once. */
START_TEST(groups_stay_as_they_were_read)
{
	struct somebody ann = { ANN, BOB, { OPS }, 1, false };
	struct connected c;

	if (geteuid() != 0)
		return;
	connected_make(&c, become, &ann, NULL, NULL);
	ck_assert_msg(peer_of(c.socket, &peer, why), "%s", why);
	ck_assert(!peer_groups(&peer, -1));
	ck_assert_uint_eq(peer.caller.group_count, 0);
	ck_assert(peer_groups(&peer, c.socket));
	ck_assert(peer_groups(&peer, -1));
	ck_assert_uint_eq(peer.caller.group_count, 2);
	ck_assert(has_group(OPS) && has_group(BOB));
	peer_free(&peer);
	connected_end(&c);
}
END_TEST

static bool
become_of_many(void *arg)
{
	gid_t groups[1000];

	(void)arg;
	for (size_t i = 0; i < 1000; i++)
		groups[i] = (gid_t)(100000 + i);
	return setgroups(1000, groups) == 0;
}

START_TEST(many_groups_are_read)
{
	struct connected c;

	if (geteuid() != 0)
		return;
	connected_make(&c, become_of_many, NULL, NULL, NULL);
	ck_assert_msg(peer_of(c.socket, &peer, why), "%s", why);
	ck_assert(peer_groups(&peer, c.socket));
	ck_assert_uint_eq(peer.caller.group_count, 1001);
	ck_assert(has_group(100000) && has_group(100999) && has_group(0));
	peer_free(&peer);
	connected_end(&c);
}
END_TEST

/* A set-group-ID program has its group at connect, whatever it gives up. */
static bool
become_setgid(void *arg)
{
	(void)arg;
	return setgroups(0, NULL) == 0 && setresgid(ANN, OPS, ANN) == 0 &&
	    setresuid(ANN, ANN, ANN) == 0;
}

START_TEST(a_group_is_the_effective_one)
{
	struct connected c;

	if (geteuid() != 0)
		return;
	connected_make(&c, become_setgid, NULL, NULL, NULL);
	ck_assert_msg(peer_of(c.socket, &peer, why), "%s", why);
	ck_assert(peer_groups(&peer, c.socket));
	ck_assert_uint_eq(peer.caller.group_count, 1);
	ck_assert(has_group(OPS) && !has_group(ANN));
	peer_free(&peer);
	connected_end(&c);
}
END_TEST

/* ---- Who is refused ---------------------------------------------------- */

START_TEST(nobody_is_refused)
{
	struct somebody who = { NOBODY, BOB, { 0 }, 0, false };
	struct connected c;

	if (geteuid() != 0)
		return;
	connected_make(&c, become, &who, NULL, NULL);
	ck_assert(!peer_of(c.socket, &peer, why));
	ck_assert_ptr_nonnull(strstr(why, "another user namespace"));
	connected_end(&c);
}
END_TEST

START_TEST(nogroup_is_left_out)
{
	struct somebody who = { ANN, NOBODY, { NOBODY, OPS, NOBODY }, 3,
		false };
	struct connected c;

	if (geteuid() != 0)
		return;
	connected_make(&c, become, &who, NULL, NULL);
	ck_assert_msg(peer_of(c.socket, &peer, why), "%s", why);
	ck_assert(peer_groups(&peer, c.socket));
	ck_assert_uint_eq(peer.caller.group_count, 1);
	ck_assert(has_group(OPS));
	peer_free(&peer);
	connected_end(&c);
}
END_TEST

/* In a user namespace of its own a program can be root; here it is not. */
START_TEST(root_of_a_namespace_is_its_user)
{
	struct somebody who = { ANN, ANN, { 0 }, 0, true };
	struct connected c;

	if (geteuid() != 0)
		return;
	connected_make(&c, become, &who, NULL, NULL);
	ck_assert_msg(peer_of(c.socket, &peer, why), "%s", why);
	ck_assert_uint_eq(peer.caller.user, ANN);
	peer_free(&peer);
	connected_end(&c);
}
END_TEST

static int
refuses(int socket, const char *text)
{
	if (peer_of(socket, &peer, why))
		return 1;
	return strstr(why, text) == NULL ? 2 : 0;
}

/*
 * Run `peer_of` in namespaces of its own.  A process is in a PID namespace only
 * if it is born there.
 */
static void
refused_in(int namespaces, int socket, const char *text)
{
	int status = -1;
	const pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		if (unshare(namespaces) != 0)
			_exit(0); /* a container that may not */
		if (fork() == 0)
			_exit(refuses(socket, text));
		_exit(wait(&status) < 0 || status != 0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}

START_TEST(another_user_namespace_is_refused)
{
	struct somebody who = { ANN, ANN, { 0 }, 0, false };
	struct connected c;

	if (geteuid() != 0)
		return;
	connected_make(&c, become, &who, NULL, NULL);
	refused_in(CLONE_NEWUSER, c.socket, "user has no number here");
	connected_end(&c);
}
END_TEST

START_TEST(another_pid_namespace_is_refused)
{
	struct connected c;

	if (geteuid() != 0)
		return;
	connected_make(&c, NULL, NULL, NULL, NULL);
	refused_in(CLONE_NEWPID, c.socket, "no process number here");
	connected_end(&c);
}
END_TEST

START_TEST(what_is_not_a_socket_is_refused)
{
	const int fd = open("/dev/null", O_RDONLY);

	ck_assert(!peer_of(fd, &peer, why));
	ck_assert_ptr_nonnull(strstr(why, "does not say who"));
	(void)close(fd);
}
END_TEST

/* ---- Claims ------------------------------------------------------------ */

static const struct {
	const char *claim, *shown;
} claims[] = {
	{ "backup", "backup" },
	{ "", "?" },
	{ "a\nb", "a?b" },
	{ "\033[2J", "?[2J" },
	{ "caf\xc3\xa9", "caf\xc3\xa9" },
	{ "\xff\xfe", "??" },
	{ "x\xe2\x80\xaey", "x?y" }, /* U+202E turns the reading order */
	{ "0123456789012345678901234567890123456789012345678901234567890123456"
	  "789",
	    "01234567890123456789012345678901234567890123456789012345678901"
	    "2" },
	{ "01234567890123456789012345678901234567890123456789012345678901"
	  "\xc3\xa9",
	    "01234567890123456789012345678901234567890123456789012345678901" },
};

START_TEST(a_claim_is_plain_text)
{
	struct peer p = { .pid = 0 };

	peer_claim(&p, apam_str(claims[_i].claim));
	ck_assert_str_eq(p.program, claims[_i].shown);
}
END_TEST

/* ---- Messages ---------------------------------------------------------- */

/* What peer_sent says of the next message. */
static const char *
next(int socket)
{
	union peer_control control;
	char byte;
	struct iovec io = { &byte, 1 };
	struct msghdr message = { .msg_iov = &io,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };

	ck_assert_int_eq(recvmsg(socket, &message, MSG_CMSG_CLOEXEC), 1);
	return peer_sent(&peer, &message);
}

static void
say(int socket)
{
	if (send(socket, "x", 1, 0) != 1)
		_exit(1);
}

static void
connect_and(struct connected *c, bool (*who)(void *), void (*act)(int))
{
	connected_make(c, who, NULL, act, peer_senders);
	ck_assert_msg(peer_of(c->socket, &peer, why), "%s", why);
}

static void
say_twice(int socket)
{
	say(socket);
	say(socket);
}

START_TEST(its_messages_are_its_own)
{
	struct connected c;

	connect_and(&c, NULL, say_twice);
	ck_assert_ptr_null(next(c.socket));
	ck_assert_ptr_null(next(c.socket));
	peer_free(&peer);
	connected_end(&c);
}
END_TEST

static void
say_by_child(int socket)
{
	say(socket);
	if (fork() == 0) {
		say(socket);
		_exit(0);
	}
}

START_TEST(a_child_that_inherited_it_is_refused)
{
	struct connected c;

	connect_and(&c, NULL, say_by_child);
	ck_assert_ptr_null(next(c.socket));
	ck_assert_ptr_nonnull(strstr(next(c.socket), "another process"));
	peer_free(&peer);
	connected_end(&c);
}
END_TEST

/* The program connects, its child keeps the socket, and it becomes another. */
static void
leave_to_child(int socket)
{
	if (fork() == 0) {
		say(socket);
		_exit(0);
	}
	(void)execl("/bin/sleep", "sleep", "1000", (char *)NULL);
}

START_TEST(a_program_that_was_put_in_front_is_refused)
{
	struct connected c;

	connect_and(&c, NULL, leave_to_child);
	ck_assert_ptr_nonnull(strstr(next(c.socket), "another process"));
	peer_free(&peer);
	connected_end(&c);
}
END_TEST

/* A server gives up root; who takes it over then is not root. */
static void
give_up_root(int socket)
{
	say(socket);
	if (setresgid(ANN, ANN, ANN) != 0 || setresuid(ANN, ANN, ANN) != 0)
		_exit(1);
	say(socket);
}

START_TEST(a_changed_user_is_refused)
{
	struct connected c;

	if (geteuid() != 0)
		return;
	connect_and(&c, NULL, give_up_root);
	ck_assert_ptr_null(next(c.socket));
	ck_assert_ptr_nonnull(strstr(next(c.socket), "changed its user"));
	peer_free(&peer);
	connected_end(&c);
}
END_TEST

/* A set-user-ID program: the kernel names its real user with a message. */
static bool
become_setuid(void *arg)
{
	(void)arg;
	return setresuid(ANN, BOB, BOB) == 0;
}

START_TEST(a_set_user_id_program_is_served)
{
	struct connected c;

	if (geteuid() != 0)
		return;
	connect_and(&c, become_setuid, say_twice);
	ck_assert_uint_eq(peer.caller.user, BOB);
	ck_assert_ptr_null(next(c.socket));
	ck_assert_ptr_null(next(c.socket));
	peer_free(&peer);
	connected_end(&c);
}
END_TEST

/* Send a byte with what `c` holds. */
static void
send_with(int socket, int type, const void *what, size_t size)
{
	union {
		char bytes[64];
		struct cmsghdr align;
	} control = { { 0 } };
	char byte = 'x';
	struct iovec io = { &byte, 1 };
	struct msghdr message = { .msg_iov = &io,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = CMSG_SPACE(size) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(c), what, size);
	if (sendmsg(socket, &message, 0) != 1)
		say(socket); /* the kernel refused: the plain message comes */
}

static void
send_descriptor(int socket)
{
	send_with(socket, SCM_RIGHTS, &socket, sizeof(socket));
}

START_TEST(a_descriptor_is_refused)
{
	struct connected c;
	const int free_one = dup(0);

	connect_and(&c, NULL, send_descriptor);
	ck_assert_ptr_nonnull(strstr(next(c.socket), "a descriptor came"));
	(void)close(free_one);
	/* It was not taken: the lowest number is still free. */
	ck_assert_int_eq(dup(0), free_one);
	(void)close(free_one);
	peer_free(&peer);
	connected_end(&c);
}
END_TEST

/* A child says that it is its parent; without rights the kernel refuses that. */
static void
pretend(int socket)
{
	const struct ucred parent = { getpid(), getuid(), getgid() };

	if (fork() == 0) {
		if (geteuid() == 0 && !become_setuid(NULL))
			_exit(1);
		send_with(socket, SCM_CREDENTIALS, &parent, sizeof(parent));
		_exit(0);
	}
}

START_TEST(a_sender_cannot_pretend)
{
	struct connected c;

	connect_and(&c, NULL, pretend);
	ck_assert_ptr_nonnull(strstr(next(c.socket), "another process"));
	peer_free(&peer);
	connected_end(&c);
}
END_TEST

START_TEST(a_message_without_a_sender_is_refused)
{
	struct connected c;

	connected_make(&c, NULL, NULL, say, NULL);
	ck_assert(peer_of(c.socket, &peer, why));
	ck_assert_ptr_nonnull(strstr(next(c.socket), "does not say who"));
	peer_free(&peer);
	connected_end(&c);
}
END_TEST

static const struct {
	const char *status;
	bool one;
} numbers[] = {
	{ "Name:\tapamd\nNSpid:\t4242\nNSpgid:\t4242\t7\n", true },
	{ "Name:\tapamd\nNSpid:\t4242\t7\nNSpgid:\t4242\n", false },
	{ "Name:\tapamd\nNSpid:\t4242\t7", false },
	{ "Name:\tNSpid:\t4\nNSpid:\t4242\t7\t1\n", false },
	{ "Name:\tapamd\nNSpid:\t4242", true },
	{ "Name:\tapamd\nPid:\t4242\n", true },
};

START_TEST(a_container_numbers_its_processes)
{
	ck_assert_msg(peer_has_one_number(apam_str(numbers[_i].status)) ==
		numbers[_i].one,
	    "%s", numbers[_i].status);
}
END_TEST

START_TEST(this_process_is_in_no_container_of_its_own)
{
	const struct peer self = { .pid = getpid() }, none = { .pid = -1 };

	ck_assert(peer_is_outside_containers(&self));
	ck_assert(!peer_is_outside_containers(&none));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("peer");
	TCase *tc = tcase_create("peer");

	tcase_add_test(tc, this_process_is_known);
	tcase_add_test(tc, user_and_groups_are_the_peers);
	tcase_add_test(tc, groups_stay_as_they_were_read);
	tcase_add_test(tc, many_groups_are_read);
	tcase_add_test(tc, a_group_is_the_effective_one);
	tcase_add_test(tc, nobody_is_refused);
	tcase_add_test(tc, nogroup_is_left_out);
	tcase_add_test(tc, root_of_a_namespace_is_its_user);
	tcase_add_test(tc, another_user_namespace_is_refused);
	tcase_add_test(tc, another_pid_namespace_is_refused);
	tcase_add_test(tc, what_is_not_a_socket_is_refused);
	tcase_add_loop_test(tc, a_claim_is_plain_text, 0, ROWS(claims));
	tcase_add_test(tc, its_messages_are_its_own);
	tcase_add_test(tc, a_child_that_inherited_it_is_refused);
	tcase_add_test(tc, a_program_that_was_put_in_front_is_refused);
	tcase_add_test(tc, a_changed_user_is_refused);
	tcase_add_test(tc, a_set_user_id_program_is_served);
	tcase_add_test(tc, a_descriptor_is_refused);
	tcase_add_test(tc, a_sender_cannot_pretend);
	tcase_add_test(tc, a_message_without_a_sender_is_refused);
	tcase_add_loop_test(
	    tc, a_container_numbers_its_processes, 0, ROWS(numbers));
	tcase_add_test(tc, this_process_is_in_no_container_of_its_own);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
