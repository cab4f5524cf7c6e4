/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs that are stopped in the midst of a message to apamd for longer than it
 * waits: it drops them, and their calls succeed all the same.
 */
#define _GNU_SOURCE
#include <sys/prctl.h>

#include "base/clock.h"
#include "support/agent_process.h"
#include "support/run.h"

#define HEADERS 4
#define HEADER_LENGTH 30000 /* of all: more than a frame has room for */
#define PART_LEAST 60000 /* the first frame of such a message */
#define LONG_MS 240000

static struct project project;
static struct agent_process agent;
static bool stops; /* after the next part of a message that has more */

ssize_t __wrap_sendmsg(int s, const struct msghdr *m, int flags);
ssize_t __real_sendmsg(int s, const struct msghdr *m, int flags);

ssize_t
__wrap_sendmsg(int s, const struct msghdr *m, int flags)
{
	const ssize_t n = __real_sendmsg(s, m, flags);

	if (stops && n > PART_LEAST) {
		stops = false;
		(void)raise(SIGSTOP);
	}
	return n;
}

static void
setup(void)
{
	agent_make(&agent, &project, "");
	project_module(&project, "hmac-test", true);
	agent_secret(&agent, "secret", "FAKE-KEY");
	project_entries(&project, "each",
	    "{ scheme = \"hmac-test\"; key_id = \"k\"; "
	    "secret = \"file:@/secret\"; } );\n"
	    "allow = ( { users = [ \"root\" ]; give = \"signature\"; }");
	agent_program(&project, "apamd");
	agent_start(&agent, "agent");
}

static void
teardown(void)
{
	agent_remove(&agent);
}

/* ---- The program --------------------------------------------------------- */

static bool
signs(size_t headers)
{
	static char value[HEADER_LENGTH];
	const struct apam_header x = { .name = APAM_STR("X"),
		.value = { value, sizeof(value) } };
	const struct apam_header all[HEADERS] = { x, x, x, x };
	struct apam_request request = APAM_REQUEST(
	    "GET", "https://api.example/x");
	struct apam_signature s = APAM_SIGNATURE_INIT;
	struct apam_error err = APAM_ERROR_INIT;
	bool ok;

	memset(value, 'x', sizeof(value));
	request.headers = all;
	request.header_count = headers;
	request.timeout_ms = LONG_MS;
	ok = apam_sign(project_get(&project, "each"), &request, &s, &err) ==
	    APAM_OK;
	if (!ok)
		fprintf(stderr, "%s\n", err.text);
	apam_signature_release(&s);
	return ok;
}

/* Sign; `known`: on a connection that served before.  Then once more. */
static pid_t
start_program(bool known)
{
	const pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid > 0)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (known && !signs(0))
		_exit(2);
	stops = true;
	if (!signs(HEADERS))
		_exit(3);
	_exit(stops ? 4 : signs(0) ? 0 : 5);
}

/* ---- The test ------------------------------------------------------------ */

static unsigned
count_dropped(void)
{
	FILE *f = fopen(project_path(&project, "apamd.log"), "re");
	unsigned count = 0;
	char line[1024];

	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f) != NULL)
		count += strstr(line, "did not end a message in time") != NULL;
	(void)fclose(f);
	return count;
}

START_TEST(who_was_stopped_is_served)
{
	const int64_t end = clock_ms() + LONG_MS / 2;
	const pid_t programs[] = { start_program(false), start_program(true) };
	int status;

	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(
		    waitpid(programs[i], &status, WUNTRACED), programs[i]);
		ck_assert_msg(WIFSTOPPED(status), "program %d: %#x", i, status);
	}
	while (count_dropped() < 2) {
		ck_assert_msg(clock_ms() < end, "they were not dropped");
		clock_sleep(20);
	}
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(kill(programs[i], SIGCONT), 0);
		ck_assert_int_eq(waitpid(programs[i], &status, 0), programs[i]);
		ck_assert_msg(status == 0, "program %d: %#x", i, status);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("agent_stopped");
	TCase *tc = tcase_create("agent_stopped");

	/* apamd runs as a user of its own. */
	if (geteuid() != 0)
		return 0;
	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 300);
	tcase_add_test(tc, who_was_stopped_is_served);
	return run_suite(suite);
}
