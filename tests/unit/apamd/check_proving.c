/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/agent/proving.c as on a kernel without SO_PEERPIDFD (the call
 * is bound to one that does not know it): a process proves that it is the one
 * that connected, and what others try fails.
 */
#define _GNU_SOURCE
#include "agent/proving.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>

#include "base/str.h"
#include "support/cgroup.h"
#include "support/connected.h"
#include "support/run.h"

enum { ANN = 61001, PEERPIDFD = 77 };

static struct peer peer;
static struct proving proving = PROVING_NONE;
static char why[APAM_TEXT_SIZE];
static char group[96];

int __wrap_getsockopt(int, int, int, void *, socklen_t *);
int __real_getsockopt(int, int, int, void *, socklen_t *);

int
__wrap_getsockopt(int socket, int level, int name, void *to, socklen_t *size)
{
	if (level == SOL_SOCKET && name == PEERPIDFD) {
		errno = ENOPROTOOPT;
		return -1;
	}
	return __real_getsockopt(socket, level, name, to, size);
}

/* ---- The other end ----------------------------------------------------- */

static bool
enter(void *arg)
{
	(void)arg;
	return cgroup_put(group, 0) && setresgid(ANN, ANN, ANN) == 0 &&
	    setresuid(ANN, ANN, ANN) == 0;
}

/* Send back what comes, as often as it comes. */
static void
answer(int socket)
{
	char nonce[PROVING_SIZE];
	ssize_t n;

	while ((n = recv(socket, nonce, sizeof(nonce), 0)) > 0)
		(void)send(socket, nonce, (size_t)n, MSG_NOSIGNAL);
}

/* It becomes a program that is allowed; a child of its answers. */
static void
answer_by_child(int socket)
{
	if (fork() == 0) {
		answer(socket);
		_exit(0);
	}
	(void)execl("/bin/sleep", "sleep", "1000", (char *)NULL);
}

static void
answer_wrong(int socket)
{
	char nonce[PROVING_SIZE];

	(void)recv(socket, nonce, sizeof(nonce), 0);
	nonce[PROVING_SIZE - 1] ^= 1;
	(void)send(socket, nonce, sizeof(nonce), MSG_NOSIGNAL);
}

static void
answer_short(int socket)
{
	char nonce[PROVING_SIZE];

	(void)recv(socket, nonce, sizeof(nonce), 0);
	(void)send(socket, nonce, sizeof(nonce) - 1, MSG_NOSIGNAL);
}

/* ---- This end ---------------------------------------------------------- */

static void
setup(void)
{
	cgroup_name(group, sizeof(group), "system.slice/apamproof#.service");
}

static void
teardown(void)
{
	cgroup_remove(group);
}

/* Connect, and ask for the service: it is not known without a proof. */
static bool
connect_and(struct connected *c, void (*act)(int))
{
	if (!cgroup_make(group))
		return false;
	connected_make(c, enter, NULL, act, peer_senders);
	ck_assert_msg(peer_of(c->socket, &peer, why), "%s", why);
	ck_assert_int_eq(peer_unit(&peer, c->socket), UNIT_UNPROVEN);
	ck_assert_uint_eq(peer.caller.unit.n, 0);
	return true;
}

static void
ask(const struct connected *c)
{
	ck_assert(proving_begin(&proving, &peer));
	ck_assert_int_eq(
	    send(c->socket, proving.nonce, PROVING_SIZE, 0), PROVING_SIZE);
}

/* What came, and what is wrong with who sent it. */
static const char *
next(const struct connected *c, char nonce[PROVING_SIZE],
    struct apam_str *answer)
{
	union peer_control control;
	struct iovec io = { nonce, PROVING_SIZE };
	struct msghdr message = { .msg_iov = &io,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };
	const ssize_t n = recvmsg(c->socket, &message, MSG_CMSG_CLOEXEC);

	ck_assert_int_gt(n, 0);
	*answer = (struct apam_str){ nonce, (size_t)n };
	return peer_sent(&peer, &message);
}

static void
end(struct connected *c)
{
	peer_free(&peer);
	proving_free(&proving);
	connected_end(c);
}

START_TEST(a_process_proves_its_service)
{
	char nonce[PROVING_SIZE];
	struct apam_str answer_is;
	struct connected c;

	if (!connect_and(&c, answer))
		return;
	ask(&c);
	ck_assert_ptr_null(next(&c, nonce, &answer_is));
	ck_assert(proving_end(&proving, &peer, answer_is));
	ck_assert_int_eq(peer_unit(&peer, c.socket), UNIT_KNOWN);
	ck_assert(
	    str_equal(peer.caller.unit, apam_str(strchr(group, '/') + 1)));
	ck_assert_int_eq(proving.pidfd, -1);
	/* An answer that comes twice answers nothing. */
	ck_assert(!proving_end(&proving, &peer, answer_is));
	end(&c);
}
END_TEST

START_TEST(a_child_cannot_answer_for_it)
{
	char nonce[PROVING_SIZE];
	struct apam_str answer_is;
	struct connected c;

	if (!connect_and(&c, answer_by_child))
		return;
	ask(&c);
	ck_assert_ptr_nonnull(
	    strstr(next(&c, nonce, &answer_is), "another process"));
	ck_assert_int_eq(peer_unit(&peer, c.socket), UNIT_UNPROVEN);
	end(&c);
}
END_TEST

static void (*const wrongs[])(int) = { answer_wrong, answer_short };

START_TEST(a_wrong_answer_ends_it)
{
	char nonce[PROVING_SIZE];
	struct apam_str answer_is;
	struct connected c;

	if (!connect_and(&c, wrongs[_i]))
		return;
	ask(&c);
	ck_assert_ptr_null(next(&c, nonce, &answer_is));
	ck_assert(!proving_end(&proving, &peer, answer_is));
	ck_assert_int_eq(peer_unit(&peer, c.socket), UNIT_UNPROVEN);
	ck_assert_int_eq(proving.pidfd, -1);
	end(&c);
}
END_TEST

/* An answer to an earlier question, as one with the number before may have. */
START_TEST(an_old_answer_is_wrong)
{
	char nonce[PROVING_SIZE];
	struct apam_str answer_is;
	struct connected c;

	if (!connect_and(&c, answer))
		return;
	ask(&c);
	ck_assert(proving_begin(&proving, &peer));
	ck_assert_ptr_null(next(&c, nonce, &answer_is));
	ck_assert(!proving_end(&proving, &peer, answer_is));
	end(&c);
}
END_TEST

/* It answers and ends: what is read afterwards may be another's. */
START_TEST(one_that_has_ended_is_of_none)
{
	char nonce[PROVING_SIZE];
	struct apam_str answer_is;
	struct connected c;

	if (!connect_and(&c, answer))
		return;
	ask(&c);
	ck_assert_ptr_null(next(&c, nonce, &answer_is));
	connected_kill(&c);
	ck_assert(proving_end(&proving, &peer, answer_is));
	ck_assert_int_eq(peer.unit_state, UNIT_NONE);
	ck_assert_uint_eq(peer.caller.unit.n, 0);
	end(&c);
}
END_TEST

START_TEST(of_one_that_has_ended_nothing_is_asked)
{
	struct connected c;

	if (!connect_and(&c, answer))
		return;
	connected_kill(&c);
	ck_assert(!proving_begin(&proving, &peer));
	end(&c);
}
END_TEST

/* ---- A number that is used again --------------------------------------- */

/* Start a process with this number, which the kernel must give it. */
static pid_t
start_as(pid_t number)
{
	const pid_t set[1] = { number };
	struct {
		uint64_t flags, pidfd, child_tid, parent_tid, exit_signal,
		    stack, stack_size, tls, set_tid, set_tid_size, cgroup;
	} args = { .exit_signal = SIGCHLD,
		.set_tid = (uint64_t)(uintptr_t)set,
		.set_tid_size = 1 };

	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

/*
 * Somebody without a service connects, hands the socket to a child and ends; the
 * number goes to a process of a service, which is asked, and cannot be made to
 * answer: it does not have the socket.  The child can answer, with its own
 * number.
 */
static void
hand_on(int socket)
{
	if (fork() == 0) {
		answer(socket);
		_exit(0);
	}
	_exit(0);
}

static bool
become_ann(void *arg)
{
	(void)arg;
	return setresgid(ANN, ANN, ANN) == 0 && setresuid(ANN, ANN, ANN) == 0;
}

START_TEST(a_number_used_again_gains_nothing)
{
	char nonce[PROVING_SIZE];
	struct apam_str answer_is;
	struct connected c;
	pid_t again;

	if (!cgroup_make(group))
		return;
	connected_make(&c, become_ann, NULL, hand_on, peer_senders);
	ck_assert_msg(peer_of(c.socket, &peer, why), "%s", why);
	ck_assert_int_eq(waitpid(c.child, NULL, 0), c.child);
	again = start_as(c.child);
	if (again == 0)
		connected_wait(-1);
	/* Another process may have taken the number meanwhile. */
	if (again < 0) {
		c.child = 0;
		end(&c);
		return;
	}
	ck_assert(cgroup_put(group, again));
	ck_assert_int_eq(again, peer.pid);
	ck_assert_int_eq(peer_unit(&peer, c.socket), UNIT_UNPROVEN);
	ask(&c);
	ck_assert_ptr_nonnull(
	    strstr(next(&c, nonce, &answer_is), "another process"));
	ck_assert_uint_eq(peer.caller.unit.n, 0);
	end(&c);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("proving");
	TCase *tc = tcase_create("proving");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_process_proves_its_service);
	tcase_add_test(tc, a_child_cannot_answer_for_it);
	tcase_add_loop_test(tc, a_wrong_answer_ends_it, 0, ROWS(wrongs));
	tcase_add_test(tc, an_old_answer_is_wrong);
	tcase_add_test(tc, one_that_has_ended_is_of_none);
	tcase_add_test(tc, of_one_that_has_ended_nothing_is_asked);
	tcase_add_test(tc, a_number_used_again_gains_nothing);
	suite_add_tcase(suite, tc);
	if (!cgroup_make("system.slice/apamproof.service"))
		printf("no tree of cgroups can be written here: proofs are "
		       "not tried\n");
	cgroup_remove("system.slice/apamproof.service");
	return run_suite(suite);
}
