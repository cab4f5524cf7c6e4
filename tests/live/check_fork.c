/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Forks at any moment: while credentials are refreshed in the background and
 * other threads sign, children sign with what was cached and acquire anew, and
 * hold no connection of the parent's.
 */
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/sanitizer.h"
#include "base/secmem.h"
#include "support/live.h"
#include "support/run.h"

/*
 * The sanitizers' own allocators do not survive a fork while another thread
 * allocates (before GCC 14): no other thread but the loop's, which stands
 * still meanwhile.  Side by side are so many children that waiting for an
 * expiry now and then costs little, and so few that what one acquires has not
 * expired when it comes.
 */
#ifdef SANITIZED
#define SIGNERS 0
#define CHILDREN_MAX 64
#else
#define SIGNERS 2
#define CHILDREN_MAX 256
#endif

static struct project p;
static struct apam_profile *profile;
static _Atomic(bool) stop;

static void
setup(void)
{
	live_make(&p);
	sandbox_tell("/life?provider=7signal&seconds=1");
	profile = project_get(&p, "live");
}

static void
teardown(void)
{
	project_remove(&p);
}

/* ---- Connections --------------------------------------------------------- */

/* The inode of a descriptor that is a TCP connection; 0: something else. */
static ino_t
connection_of(int fd)
{
	struct sockaddr address;
	socklen_t n = sizeof(address);
	struct stat st;

	if (getpeername(fd, &address, &n) != 0 ||
	    address.sa_family != AF_INET || fstat(fd, &st) != 0)
		return 0;
	return st.st_ino;
}

static int
connections(ino_t *list, int max)
{
	int n = 0;

	for (int fd = 0; fd < 1024 && n < max; fd++) {
		list[n] = connection_of(fd);
		n += list[n] != 0;
	}
	return n;
}

/* In the child: 0 where it holds none of the parent's. */
static int
count_shared(const ino_t *parents, int n)
{
	ino_t mine[64];
	int count = connections(mine, 64), shared = 0;

	for (int i = 0; i < count; i++)
		for (int j = 0; j < n; j++)
			shared += mine[i] == parents[j];
	return shared;
}

static int
wait_for(pid_t pid)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(
	    WIFEXITED(status), "a child ended by signal %d", WTERMSIG(status));
	return WEXITSTATUS(status);
}

START_TEST(a_child_holds_no_connection_of_its_parents)
{
	ino_t parents[64];
	pid_t pid;
	int n;

	ck_assert_int_eq(live_try(profile), APAM_OK);
	n = connections(parents, 64);
	ck_assert_int_ge(n, 1);
	pid = fork();
	if (pid == 0)
		_exit(count_shared(parents, n));
	ck_assert_int_eq(wait_for(pid), 0);
}
END_TEST

/* While the exchange hangs: the child has one of its own. */
START_TEST(a_fork_during_an_exchange)
{
	struct apam_request request = APAM_REQUEST("GET", live_url());
	struct apam_signature s = APAM_SIGNATURE_INIT;
	ino_t parents[64];
	pid_t pid;
	int n;

	sandbox_tell("/life?provider=7signal&seconds=60");
	sandbox_tell("/fault?provider=7signal&path=" TOKEN_PATH
		     "&kind=delay&arg=2500&count=1");
	request.timeout_ms = 200;
	ck_assert_int_eq(
	    apam_sign(profile, &request, &s, NULL), APAM_E_DEADLINE);
	n = connections(parents, 64);
	ck_assert_int_ge(n, 1);
	pid = fork();
	if (pid == 0) {
		alarm(20);
		if (count_shared(parents, n) != 0)
			_exit(2);
		_exit(live_try(profile) == APAM_OK ? 0 : 1);
	}
	ck_assert_int_eq(wait_for(pid), 0);
	/* The parent's own was not disturbed. */
	ck_assert_int_eq(live_try(profile), APAM_OK);
	ck_assert_int_eq(sandbox_mints(), 2);
}
END_TEST

/* What it uses of the heap, where that can be asked. */
static size_t
heap_bytes(void)
{
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
	return mallinfo2().uordblks;
#else
	return 0;
#endif
}

/*
 * libcurl's handles with their TLS session are given up, some 200 kB; all else
 * of the exchange is freed, and above all what is secret.
 */
#define GIVEN_UP ((size_t)300 * 1000)

START_TEST(a_child_of_an_exchange_gives_up_libcurls_part_alone)
{
	struct apam_request request = APAM_REQUEST("GET", live_url());
	struct apam_signature s = APAM_SIGNATURE_INIT;
	size_t before, lost;
	pid_t pid;

	/* A first exchange: libraries keep what they set up then. */
	ck_assert_int_eq(live_try(profile), APAM_OK);
	apam_close(&p.ctx);
	before = heap_bytes();
	profile = project_get(&p, "live");
	sandbox_tell("/fault?provider=7signal&path=" TOKEN_PATH
		     "&kind=delay&arg=2500&count=1");
	request.timeout_ms = 300;
	ck_assert_int_eq(
	    apam_sign(profile, &request, &s, NULL), APAM_E_DEADLINE);
	pid = fork();
	if (pid == 0) {
		alarm(20);
		apam_close(&p.ctx);
		lost = heap_bytes() - before;
		(void)printf("a child gives up %zu bytes, and %d pages of "
			     "secrets\n",
		    lost, secmem_live());
		(void)fflush(stdout);
		_exit(secmem_live() != 0 ? 1 : lost > GIVEN_UP ? 2 : 0);
	}
	ck_assert_int_eq(wait_for(pid), 0);
}
END_TEST

START_TEST(a_child_may_close_the_context)
{
	pid_t pid;

	ck_assert_int_eq(live_try(profile), APAM_OK);
	pid = fork();
	if (pid == 0) {
		alarm(20);
		apam_close(&p.ctx);
		_exit(p.ctx == NULL ? 0 : 1);
	}
	ck_assert_int_eq(wait_for(pid), 0);
	sleep_ms(950);
	ck_assert_int_eq(live_try(profile), APAM_OK);
}
END_TEST

START_TEST(a_grandchild_signs)
{
	pid_t pid;

	ck_assert_int_eq(live_try(profile), APAM_OK);
	pid = fork();
	if (pid == 0) {
		alarm(20);
		sleep_ms(950);
		if (live_try(profile) != APAM_OK)
			_exit(1);
		pid = fork();
		if (pid == 0)
			_exit(live_try(profile) == APAM_OK ? 0 : 2);
		_exit(waitpid(pid, &(int){ 0 }, 0) == pid ? 0 : 3);
	}
	ck_assert_int_eq(wait_for(pid), 0);
}
END_TEST

/* ---- A storm of forks ---------------------------------------------------- */

static void *
sign_on(void *arg)
{
	_Atomic int *failed = arg;

	while (!atomic_load(&stop)) {
		*failed += live_try(profile) != APAM_OK;
		sleep_ms(1);
	}
	return NULL;
}

static void
must_sign_or_exit(struct live_signature *s, int code)
{
	struct apam_error err = APAM_ERROR_INIT;

	if (live_sign(profile, s, &err) == APAM_OK)
		return;
	(void)fprintf(stderr, "a child: %s: %s\n", apam_status_name(err.status),
	    err.text);
	_exit(code);
}

/* Never returns.  Every eighth waits until what it inherited has expired. */
static void
be_child(int i)
{
	struct live_signature s;
	bool acquire = i % 8 == 0;

	alarm(30);
	live_signature_init(&s);
	must_sign_or_exit(&s, 1);
	if (acquire) {
		sleep_ms(1000);
		must_sign_or_exit(&s, 2);
	}
	apam_signature_release(&s.s);
	_exit(0);
}

static void
fork_all(int n)
{
	pid_t pids[CHILDREN_MAX] = { 0 };

	for (int i = 0; i < n; i++) {
		pid_t *pid = &pids[i % CHILDREN_MAX];

		if (*pid != 0)
			ck_assert_int_eq(wait_for(*pid), 0);
		*pid = fork();
		ck_assert_int_ge(*pid, 0);
		if (*pid == 0)
			be_child(i);
	}
	for (int i = 0; i < CHILDREN_MAX; i++)
		if (pids[i] != 0)
			ck_assert_int_eq(wait_for(pids[i]), 0);
}

START_TEST(forks_while_others_sign_and_refresh)
{
	int n = stress_full() ? 10000 : 100;
	_Atomic int failed = 0;
	pthread_t threads[SIGNERS + 1];

	atomic_store(&stop, false);
	ck_assert_int_eq(live_try(profile), APAM_OK);
	for (int i = 0; i < SIGNERS; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, sign_on, &failed), 0);
	fork_all(n);
	atomic_store(&stop, true);
	for (int i = 0; i < SIGNERS; i++)
		(void)pthread_join(threads[i], NULL);
	ck_assert_int_eq(failed, 0);
	ck_assert_int_ge(sandbox_mints(), 1);
}
END_TEST

/* Between the first call's steps too: modules load, the stack opens. */
static void *
open_and_sign(void *arg)
{
	_Atomic int *failed = arg;

	*failed += live_try(profile) != APAM_OK;
	return NULL;
}

START_TEST(a_fork_while_another_thread_signs_first)
{
	_Atomic int failed = 0;
	pthread_t thread;
	pid_t pid;

	ck_assert_int_eq(
	    pthread_create(&thread, NULL, open_and_sign, &failed), 0);
	for (int i = 0; i < _i % 5; i++)
		sleep_ms(1);
	pid = fork();
	if (pid == 0)
		be_child(1);
	ck_assert_int_eq(wait_for(pid), 0);
	(void)pthread_join(thread, NULL);
	ck_assert_int_eq(failed, 0);
}
END_TEST

static Suite *
fork_suite(void)
{
	Suite *suite = suite_create("fork");
	TCase *tc = tcase_create("fork");

	tcase_set_timeout(tc, stress_full() ? 1800 : 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	suite_add_tcase(suite, tc);
	tcase_add_test(tc, a_child_holds_no_connection_of_its_parents);
	tcase_add_test(tc, a_fork_during_an_exchange);
	tcase_add_test(tc, a_child_of_an_exchange_gives_up_libcurls_part_alone);
	tcase_add_test(tc, a_child_may_close_the_context);
	tcase_add_test(tc, a_grandchild_signs);
	tcase_add_test(tc, forks_while_others_sign_and_refresh);
	if (SIGNERS > 0)
		tcase_add_loop_test(tc, a_fork_while_another_thread_signs_first,
		    0, stress_full() ? 200 : 15);
	return suite;
}

int
main(void)
{
	int failed;

	sandbox_start();
	failed = run_suite(fork_suite());
	sandbox_stop();
	return failed;
}
