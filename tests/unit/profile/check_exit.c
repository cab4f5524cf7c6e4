/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs that end by exit() while the loop's thread is in TLS: copies of
 * this one, side by side, each with exchanges on their way, at random moments.
 */
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "support/certificate.h"
#include "support/project.h"
#include "support/raw_server.h"
#include "support/run.h"

#define PROFILES 16 /* exchanges on their way */
#define RUNS 40
#define RUNS_FULL 200
#define BESIDE 8 /* programs at a time */
#define MOMENT_US 30000 /* the last at which one ends */
#define FRESH "p16" /* a profile of which nothing was asked before */
#define LINGER_US 20000 /* of a program that has more to do at its end */

static struct project p;
static struct raw_server server;

/* ---- A program that ends ------------------------------------------------- */

static struct apam *opened;

static void
close_late(void)
{
	apam_close(&opened);
}

static void
linger(void)
{
	const struct timespec t = { .tv_nsec = LINGER_US * 1000L };

	(void)nanosleep(&t, NULL);
}

/* Nothing comes of it, and at once. */
static void
sign_late(void)
{
	struct apam_request request = APAM_REQUEST("GET", "https://api.test/");
	struct apam_signature signature = APAM_SIGNATURE_INIT;
	struct apam_profile *profile;
	const time_t from = time(NULL);
	struct apam_error err = APAM_ERROR_INIT;

	request.timeout_ms = 20000;
	if (apam_profile_get(opened, FRESH, &profile, &err) != APAM_OK ||
	    apam_sign(profile, &request, &signature, &err) == APAM_OK ||
	    strstr(err.text, "the program is ending") == NULL ||
	    time(NULL) - from > 10)
		_exit(4);
}

/* What a program does last, after all that was registered later. */
static const struct {
	const char *name;
	void (*act)(void);
} ways[] = {
	{ "ends", NULL },
	{ "lingers", linger },
	{ "closes", close_late },
	{ "signs", sign_late },
};

static void
start(struct apam *ctx, int i)
{
	struct apam_request request = APAM_REQUEST("GET", "https://api.test/");
	struct apam_signature signature = APAM_SIGNATURE_INIT;
	struct apam_profile *profile;
	struct apam_error err = APAM_ERROR_INIT;
	char name[16];

	(void)snprintf(name, sizeof(name), "p%d", i);
	request.timeout_ms = 1;
	if (apam_profile_get(ctx, name, &profile, &err) != APAM_OK)
		_exit(3);
	/* Most go on in the background; a busy machine ends one in that time. */
	if (apam_sign(profile, &request, &signature, &err) != APAM_OK &&
	    APAM_CLASS(err.status) != APAM_CLASS_TEMPORARY)
		_exit(5);
	apam_signature_release(&signature);
}

/* Never returns: it ends as a program does that does not care. */
static void
end(const char *config, long moment_us, void (*last)(void))
{
	const struct apam_open_options options = { .size = sizeof(options),
		.config = config,
		.flags = APAM_OPEN_USER };
	const struct timespec moment = { .tv_nsec = moment_us * 1000 };
	struct apam_error err = APAM_ERROR_INIT;

	if ((last != NULL && atexit(last) != 0) ||
	    apam_open(&options, &opened, &err) != APAM_OK)
		_exit(2);
	for (int i = 0; i < PROFILES; i++)
		start(opened, i);
	(void)nanosleep(&moment, NULL);
	exit(0);
}

/* ---- Many of them -------------------------------------------------------- */

static void
setup(void)
{
	const struct raw_answer answer = {
		.head = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
	};
	char name[16], text[512];

	project_make(&p);
	project_directory(&p, "state");
	project_module(&p, "return-test", true);
	(void)signal(SIGPIPE, SIG_IGN);
	raw_start(&server, &answer,
	    certificate_serve_own(project_path(&p, "ca.pem")));
	for (int i = 0; i <= PROFILES; i++) {
		(void)snprintf(name, sizeof(name), "p%d", i);
		(void)snprintf(text, sizeof(text),
		    "origins = [ \"https://api.test\" ];\n"
		    "ca_file = \"%s/ca.pem\";\n"
		    "auth = ( { scheme = \"return-test\"; acquire = 2;\n"
		    "  url = \"https://127.0.0.1:%u/x\"; } );\n",
		    p.dir, server.port);
		project_profile(&p, name, text);
	}
}

static void
teardown(void)
{
	raw_stop(&server);
	project_remove(&p);
}

static int
runs(void)
{
	const char *stress = getenv("APAM_STRESS");

	return stress != NULL && strcmp(stress, "full") == 0 ? RUNS_FULL : RUNS;
}

static pid_t
start_one(int i, int way)
{
	char config[128], moment[16], last[8];
	pid_t pid;

	(void)snprintf(config, sizeof(config), "%s/apam.conf", p.dir);
	(void)snprintf(moment, sizeof(moment), "%d",
	    (int)((unsigned)i * 7919U % MOMENT_US));
	(void)snprintf(last, sizeof(last), "%d", way);
	pid = fork();
	if (pid == 0) {
		/* What is in use at the end is not freed, and no leak. */
		(void)setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
		(void)execl("/proc/self/exe", "check_exit", last, config,
		    moment, (char *)NULL);
		_exit(127);
	}
	ck_assert_int_gt(pid, 0);
	return pid;
}

START_TEST(exit_is_clean_at_any_moment)
{
	const int n = runs();
	int status, signals = 0, bad = 0, last = 0;

	for (int i = 0; i < n + BESIDE; i++) {
		if (i < n)
			(void)start_one(i, _i);
		if (i < BESIDE)
			continue;
		ck_assert_int_gt(waitpid(-1, &status, 0), 0);
		signals += WIFSIGNALED(status);
		if (!WIFSIGNALED(status) && status != 0) {
			bad++;
			last = WEXITSTATUS(status);
		}
	}
	ck_assert_msg(signals == 0 && bad == 0,
	    "of %d programs of which each %s %d ended by a signal, %d "
	    "otherwise badly, the last with status %d",
	    n, ways[_i].name, signals, bad, last);
}
END_TEST

int
main(int argc, char **argv)
{
	Suite *suite;
	TCase *tc;

	if (argc == 4)
		end(argv[2], strtol(argv[3], NULL, 10),
		    ways[strtoul(argv[1], NULL, 10) % ROWS(ways)].act);
	suite = suite_create("exit");
	tc = tcase_create("exit");
	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, exit_is_clean_at_any_moment, 0, ROWS(ways));
	return run_suite(suite);
}
