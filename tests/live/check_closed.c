/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hosts that close all descriptors, as daemons do when they start, although
 * apam has made some by then: what has their numbers afterwards is the host's,
 * and is neither written to, nor read, nor closed.  apam goes on with new ones.
 *
 * Each scenario runs in a process of its own, which says by its exit status
 * which step failed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "support/clock.h"
#include "support/live.h"
#include "support/run.h"

#define HOSTS 24 /* more than apam has */

static struct project p;
static struct apam_profile *profile;

static void
setup(void)
{
	clock_hasten();
	live_make(&p);
	sandbox_tell("/life?provider=7signal&seconds=1");
}

static void
teardown(void)
{
	project_remove(&p);
}

/* ---- The host's descriptors ---------------------------------------------- */

enum kind { NOTHING, FILES, EVENTS, SETS, SOCKETS };

static int hosts[HOSTS];
static enum kind kind;

static int
open_one(int i)
{
	int pair[2];

	switch (kind) {
	case FILES:
		return open("/tmp", O_TMPFILE | O_RDWR, 0600);
	case EVENTS:
		return eventfd(0, EFD_NONBLOCK);
	case SETS:
		/* By turns a set and a member of all sets before it. */
		return i % 2 == 0 ? epoll_create1(0) : eventfd(0, EFD_NONBLOCK);
	case SOCKETS:
		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) !=
		    0)
			return -1;
		/* The other end hears what is sent. */
		hosts[++i] = pair[1];
		return pair[0];
	case NOTHING:
		break;
	}
	return -1;
}

static void
open_hosts(void)
{
	struct epoll_event event = { .events = EPOLLIN };

	for (int i = 0; i < HOSTS; i += kind == SOCKETS ? 2 : 1) {
		hosts[i] = open_one(i);
		event.data.u64 = (uint64_t)i + 1000;
		for (int j = 0; kind == SETS && i % 2 == 1 && j < i; j += 2)
			(void)epoll_ctl(
			    hosts[j], EPOLL_CTL_ADD, hosts[i], &event);
	}
}

/* Nothing was read from it or written to it. */
static bool
is_untouched(int fd)
{
	struct epoll_event event;
	uint64_t count;
	struct stat st;
	char c;

	if (kind == NOTHING)
		return true;
	if (fcntl(fd, F_GETFD) < 0 || fstat(fd, &st) != 0)
		return false;
	if (kind == FILES)
		return st.st_size == 0;
	if (kind == SOCKETS)
		return recv(fd, &c, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN;
	/* An event counter is empty; a set has nothing that is ready. */
	return read(fd, &count, sizeof(count)) < 0 &&
	    (errno == EAGAIN || epoll_wait(fd, &event, 1, 0) == 0);
}

/* Its members are the host's still, with what the host wrote there. */
static bool
sets_work(void)
{
	struct epoll_event events[HOSTS];
	uint64_t one = 1;
	int n;

	for (int i = 1; kind == SETS && i < HOSTS; i += 2)
		if (write(hosts[i], &one, sizeof(one)) != sizeof(one))
			return false;
	for (int i = 0; kind == SETS && i < HOSTS; i += 2) {
		n = epoll_wait(hosts[i], events, HOSTS, 0);
		if (n != (HOSTS - i) / 2)
			return false;
		for (int j = 0; j < n; j++)
			if (events[j].data.u64 < 1000)
				return false;
	}
	return true;
}

static bool
all_untouched(void)
{
	for (int i = 0; i < HOSTS; i++)
		if (!is_untouched(hosts[i]))
			return false;
	return true;
}

static void
close_all(void)
{
	closefrom(3);
	open_hosts();
}

/* ---- Scenarios ----------------------------------------------------------- */

/* How long a provider that answers may take, on a busy machine. */
#define ANSWER_MS 30000

static enum apam_status
sign(int timeout_ms)
{
	struct apam_request request = APAM_REQUEST("GET", live_url());
	struct apam_signature s = APAM_SIGNATURE_INIT;
	enum apam_status status;

	request.timeout_ms = timeout_ms;
	status = apam_sign(profile, &request, &s, NULL);
	apam_signature_release(&s);
	return status;
}

static void
need(bool ok, int step)
{
	if (!ok)
		_exit(step);
}

static void
open_context(unsigned flags)
{
	project_open(&p, flags);
	need(apam_profile_get(p.ctx, "live", &profile, NULL) == APAM_OK, 1);
}

static void
fork_and_look(int step)
{
	int status = -1;
	const pid_t pid = fork();

	if (pid == 0)
		_exit(all_untouched() ? 0 : 1);
	need(waitpid(pid, &status, 0) == pid && status == 0, step);
}

/* When nothing is under way; what follows is another exchange. */
static void
when_idle(unsigned flags)
{
	open_context(flags);
	need(sign(ANSWER_MS) == APAM_OK, 2);
	close_all();
	fork_and_look(3);
	clock_advance(1100);
	need(sign(ANSWER_MS) == APAM_OK, 4);
	need(all_untouched(), 5);
	clock_advance(1100);
	need(sign(ANSWER_MS) == APAM_OK, 6);
	apam_close(&p.ctx);
	need(all_untouched() && sets_work(), 7);
}

/* At once closed. */
static void
before_the_end(unsigned flags)
{
	open_context(flags);
	need(sign(ANSWER_MS) == APAM_OK, 2);
	close_all();
	apam_close(&p.ctx);
	need(all_untouched() && sets_work(), 7);
}

/*
 * Until the provider has the request: before, a thread of the library's may be at
 * work on the connection, and nothing keeps a descriptor safe that is closed and
 * made anew between two steps of its.
 */
static void
ask_in_vain(unsigned flags)
{
	const int before = sandbox_mints();

	need(sign(300) == APAM_E_DEADLINE, 2);
	for (int i = 0; i < 5000 && (flags & APAM_OPEN_NO_THREAD) == 0 &&
	     sandbox_mints() == before;
	     i++)
		(void)usleep(2000);
}

/* While the provider is asked and does not answer. */
static void
while_it_asks(unsigned flags)
{
	open_context(flags);
	ask_in_vain(flags);
	close_all();
	fork_and_look(3);
	/* What was under way is lost, and the wait after that is short. */
	for (int i = 0; i < 200 && sign(ANSWER_MS) != APAM_OK; i++)
		clock_advance(100);
	need(sign(ANSWER_MS) == APAM_OK, 4);
	need(all_untouched(), 5);
	apam_close(&p.ctx);
	need(all_untouched() && sets_work(), 7);
}

static void
while_it_asks_before_the_end(unsigned flags)
{
	open_context(flags);
	ask_in_vain(flags);
	close_all();
	apam_close(&p.ctx);
	need(all_untouched() && sets_work(), 7);
}

static const struct {
	const char *name;
	void (*run)(unsigned flags);
	unsigned flags;
	bool hangs;
} scenarios[] = {
	{ "idle", when_idle, 0, false },
	{ "idle, no thread", when_idle, APAM_OPEN_NO_THREAD, false },
	{ "closed at once", before_the_end, 0, false },
	{ "closed at once, no thread", before_the_end, APAM_OPEN_NO_THREAD,
	    false },
	{ "asking", while_it_asks, 0, true },
	{ "asking, no thread", while_it_asks, APAM_OPEN_NO_THREAD, true },
	{ "asking, closed at once", while_it_asks_before_the_end, 0, true },
	{ "asking, closed at once, no thread", while_it_asks_before_the_end,
	    APAM_OPEN_NO_THREAD, true },
};

static const char *const kinds[] = { "nothing", "files", "events", "sets",
	"sockets" };

#define KINDS ROWS(kinds)

START_TEST(what_the_host_opens_stays_its_own)
{
	const int row = _i / KINDS;
	int status = -1;
	pid_t pid;

	kind = (enum kind)(_i % KINDS);
	if (scenarios[row].hangs)
		sandbox_tell("/fault?provider=7signal&path=" TOKEN_PATH
			     "&kind=hang&count=1");
	pid = fork();
	if (pid == 0) {
		alarm(100);
		scenarios[row].run(scenarios[row].flags);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	sandbox_tell("/clear");
	ck_assert_msg(!WIFSIGNALED(status), "%s, %s: ended by signal %d",
	    scenarios[row].name, kinds[kind], WTERMSIG(status));
	ck_assert_msg(status == 0, "%s, %s: step %d", scenarios[row].name,
	    kinds[kind], WEXITSTATUS(status));
}
END_TEST

/* ---- Event loops --------------------------------------------------------- */

/* The descriptor to wait for is another one, and works. */
static void
ask_for_it_anew(void)
{
	struct apam_request request = APAM_REQUEST("GET", live_url());
	struct apam_signature s = APAM_SIGNATURE_INIT;
	struct apam_call *call;
	struct epoll_event event;
	int64_t up;

	open_context(APAM_OPEN_NO_THREAD);
	need(apam_fd(p.ctx) >= 3, 1);
	need(sign(ANSWER_MS) == APAM_OK, 2);
	kind = FILES;
	close_all();
	need(apam_fd(p.ctx) > hosts[HOSTS - 1], 3);
	need(epoll_wait(apam_fd(p.ctx), &event, 1, 0) == 0, 4);
	clock_advance(1100);
	need(apam_sign_start(profile, &request, &s, &call, NULL) ==
		APAM_E_PENDING,
	    5);
	for (up = live_ms() + 5000;
	     apam_call_result(call, NULL) == APAM_E_PENDING; apam_step(p.ctx)) {
		need(live_ms() < up, 6);
		(void)epoll_wait(apam_fd(p.ctx), &event, 1, 100);
	}
	need(apam_call_result(call, NULL) == APAM_OK, 7);
	apam_call_cancel(&call);
	apam_signature_release(&s);
	apam_close(&p.ctx);
	need(all_untouched(), 8);
}

START_TEST(an_event_loop_asks_for_the_descriptor_anew)
{
	int status = -1;
	const pid_t pid = fork();

	if (pid == 0) {
		alarm(100);
		ask_for_it_anew();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(status == 0, "ended with %x", (unsigned)status);
}
END_TEST

static Suite *
closed_suite(void)
{
	Suite *suite = suite_create("closed");
	TCase *tc = tcase_create("closed");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, setup, teardown);
	suite_add_tcase(suite, tc);
	tcase_add_loop_test(
	    tc, what_the_host_opens_stays_its_own, 0, ROWS(scenarios) * KINDS);
	tcase_add_test(tc, an_event_loop_asks_for_the_descriptor_anew);
	return suite;
}

int
main(void)
{
	int failed;

	sandbox_start();
	failed = run_suite(closed_suite());
	sandbox_stop();
	return failed;
}
