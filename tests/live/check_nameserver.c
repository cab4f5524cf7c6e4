/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A name server that never answers: no call takes longer than it was given,
 * and nobody else waits.  Each test has a network of its own, with a socket at
 * the name server's address that nobody reads; where the system allows none,
 * it has nothing to say.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <apam/curl.h>

#include "base/clock.h"
#include "support/project.h"
#include "support/run.h"

/* libc gives up after 10 s; what was given 1 s has time on a busy machine. */
#define GIVEN_MS 1000
#define LATE_MS 5000

static struct project p;
static struct apam_profile *silent, *other;
static bool isolated;

/* ---- A network of one's own ---------------------------------------------- */

static bool
write_to(const char *path, const char *text)
{
	const int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) > 0;

	if (fd >= 0)
		(void)close(fd);
	return ok;
}

/* Other users need to be root in a namespace of users. */
static bool
leave_network(void)
{
	char map[64];
	const uid_t user = geteuid();

	if (user == 0)
		return unshare(CLONE_NEWNET | CLONE_NEWNS) == 0;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS) != 0)
		return false;
	(void)snprintf(map, sizeof(map), "%lu %lu 1", (unsigned long)user,
	    (unsigned long)user);
	return write_to("/proc/self/uid_map", map);
}

static bool
raise_loopback(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	const bool ok = ioctl(fd, SIOCSIFFLAGS, &lo) == 0;

	(void)close(fd);
	return ok;
}

/* Its descriptor stays open as long as the test's process. */
static bool
deaf_server(void)
{
	const struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons(53),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return bind(fd, (const struct sockaddr *)&at, sizeof(at)) == 0;
}

static bool
isolate(void)
{
	if (!leave_network() ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		return false;
	project_write(&p, "resolv.conf", "nameserver 127.0.0.1\n");
	project_write(&p, "nsswitch.conf", "hosts: dns\n");
	return mount(project_path(&p, "resolv.conf"), "/etc/resolv.conf", NULL,
		   MS_BIND, NULL) == 0 &&
	    mount(project_path(&p, "nsswitch.conf"), "/etc/nsswitch.conf", NULL,
		MS_BIND, NULL) == 0 &&
	    raise_loopback() && deaf_server();
}

static void
setup(void)
{
	project_make(&p);
	isolated = isolate();
	if (!isolated)
		return;
	project_module(&p, "return-test", true);
	project_profile(&p, "silent",
	    "origins = [ \"https://api.example.test\" ];\n"
	    "deadline = \"1s\";\n"
	    "auth = ( { scheme = \"return-test\"; acquire = 2;\n"
	    "  url = \"https://token.example.test/x\"; } );\n");
	project_profile(&p, "other",
	    "origins = [ \"https://other.example.test\" ];\n"
	    "auth = ( { scheme = \"return-test\"; } );\n");
}

static void
teardown(void)
{
	project_remove(&p);
}

static void
begin(unsigned flags)
{
	struct apam_open_options options = { .size = sizeof(options),
		.flags = APAM_OPEN_USER | flags };
	char config[128];

	(void)snprintf(config, sizeof(config), "%s/apam.conf", p.dir);
	options.config = config;
	ck_assert_msg(
	    apam_open(&options, &p.ctx, &p.err) == APAM_OK, "%s", p.err.text);
	silent = project_get(&p, "silent");
	other = project_get(&p, "other");
}

/* ---- What waits ---------------------------------------------------------- */

static enum apam_status
sign(struct apam_profile *profile, const char *url, struct apam_error *err)
{
	struct apam_request request = APAM_REQUEST("GET", url);
	struct apam_signature signature = APAM_SIGNATURE_INIT;
	enum apam_status status;

	request.timeout_ms = GIVEN_MS;
	status = apam_sign(profile, &request, &signature, err);
	apam_signature_release(&signature);
	return status;
}

static void *
sign_silent(void *unused)
{
	struct apam_error err = APAM_ERROR_INIT;

	(void)unused;
	ck_assert_int_eq(
	    sign(silent, "https://api.example.test/", &err), APAM_E_DEADLINE);
	return NULL;
}

static void
sign_other(void)
{
	struct apam_error err = APAM_ERROR_INIT;

	ck_assert_msg(
	    sign(other, "https://other.example.test/", &err) == APAM_OK, "%s",
	    err.text);
}

static void
fork_once(void)
{
	const pid_t pid = fork();
	int status;

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		_exit(0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
}

static const struct {
	const char *name;
	void (*act)(void);
} bystanders[] = {
	{ "another profile's first signature", sign_other },
	{ "a fork", fork_once },
};

START_TEST(nobody_else_waits)
{
	pthread_t thread;
	int64_t from;

	if (!isolated)
		return;
	begin(0);
	ck_assert_int_eq(pthread_create(&thread, NULL, sign_silent, NULL), 0);
	/* When the exchange's time is over, and the resolver's is not. */
	(void)poll(NULL, 0, GIVEN_MS + GIVEN_MS / 2);
	from = clock_ms();
	bystanders[_i].act();
	ck_assert_msg(clock_ms() - from < LATE_MS - GIVEN_MS, "%s took %d ms",
	    bystanders[_i].name, (int)(clock_ms() - from));
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

START_TEST(a_step_is_short)
{
	struct apam_request request = APAM_REQUEST(
	    "GET", "https://api.example.test/");
	struct apam_signature signature = APAM_SIGNATURE_INIT;
	const int64_t start = clock_ms();
	int64_t longest = 0, from, took;
	struct apam_call *call = NULL;
	enum apam_status status;

	if (!isolated)
		return;
	begin(APAM_OPEN_NO_THREAD);
	request.timeout_ms = GIVEN_MS;
	status = apam_sign_start(silent, &request, &signature, &call, &p.err);
	while (status == APAM_E_PENDING) {
		(void)poll(NULL, 0, 10);
		from = clock_ms();
		apam_step(p.ctx);
		took = clock_ms() - from;
		longest = took > longest ? took : longest;
		status = apam_call_result(call, &p.err);
	}
	apam_call_cancel(&call);
	ck_assert_int_eq(status, APAM_E_DEADLINE);
	ck_assert_msg(
	    longest < LATE_MS - GIVEN_MS, "a step took %d ms", (int)longest);
	ck_assert_int_lt(clock_ms() - start, LATE_MS);
}
END_TEST

START_TEST(a_transfer_keeps_its_deadline)
{
	struct apam_transfer get = { .size = sizeof(get),
		.method = "GET",
		.url = "https://other.example.test/",
		.timeout_ms = GIVEN_MS };
	struct apam_result result = APAM_RESULT_INIT;
	const int64_t start = clock_ms();
	CURL *easy;

	if (!isolated)
		return;
	begin(0);
	easy = curl_easy_init();
	ck_assert_int_eq(apam_curl_perform(other, easy, &get, &result, &p.err),
	    APAM_E_DEADLINE);
	curl_easy_cleanup(easy);
	ck_assert_int_lt(clock_ms() - start, LATE_MS);
}
END_TEST

START_TEST(closing_is_quick)
{
	int64_t from;

	if (!isolated)
		return;
	begin(0);
	ck_assert_ptr_null(sign_silent(NULL));
	from = clock_ms();
	apam_close(&p.ctx);
	ck_assert_int_lt(clock_ms() - from, LATE_MS - GIVEN_MS);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("nameserver");
	TCase *tc = tcase_create("nameserver");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, nobody_else_waits, 0, ROWS(bystanders));
	tcase_add_test(tc, a_step_is_short);
	tcase_add_test(tc, a_transfer_keeps_its_deadline);
	tcase_add_test(tc, closing_is_quick);
	return run_suite(suite);
}
