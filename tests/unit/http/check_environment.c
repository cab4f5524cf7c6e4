/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/base/environment.c: copies of this program make an exchange by
 * TLS with the worst environment that a caller could give them, once as they
 * are and once set-user-id of nobody, where that is allowed (as root, in a file
 * system that honours it).
 */
#include "base/environment.h"

#include <signal.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/privilege.h"
#include "http/client.h"
#include "support/certificate.h"
#include "support/project.h"
#include "support/raw_server.h"
#include "support/run.h"

#define NOBODY 65534
#define CANNOT 77

static struct project p;
static struct raw_server server;

/* ---- The copy ------------------------------------------------------------ */

enum { SENT = 1, SEES_ONE = 2, IS_SETID = 4 };

static bool
sees_one(void)
{
	for (size_t i = 0; environment_names[i] != NULL; i++)
		if (getenv(environment_names[i]) != NULL)
			return true;
	return false;
}

/* One exchange with `url`, whose certificate `ca` holds. */
static int
talk(const char *url, const char *ca)
{
	const struct http_policy policy = { .ca_file = ca, .body_max = 64 };
	struct http_transfer t;
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;
	struct exchange x;
	struct response r;

	error_clear(&err);
	exchange_init(&x);
	exchange_begin(&x, APAM_STR("GET"), apam_str(url), APAM_ENCODING_NONE);
	(void)exchange_finish(&x, &(struct reach){ 0 });
	status = http_begin(&t, &policy, &x, clock_ms() + 20000, &r, &err);
	if (status == APAM_OK)
		status = http_end(&t, curl_api()->easy_perform(t.easy), &err);
	response_free(&r);
	exchange_free(&x);
	return (status == APAM_OK ? SENT : 0) | (sees_one() ? SEES_ONE : 0) |
	    (process_is_setid() ? IS_SETID : 0);
}

/* ---- Its caller ---------------------------------------------------------- */

static void
setup(void)
{
	const struct raw_answer answer = {
		.head = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
	};

	project_make(&p);
	ck_assert_int_eq(chmod(p.dir, 0755), 0);
	project_directory(&p, "open");
	ck_assert_int_eq(chmod(project_path(&p, "open"), 0777), 0);
	project_write(
	    &p, ".netrc", "default login FAKEuser password FAKEpassword\n");
	(void)signal(SIGPIPE, SIG_IGN);
	raw_start(&server, &answer,
	    certificate_serve_own(project_path(&p, "ca.pem")));
}

static void
teardown(void)
{
	raw_stop(&server);
	project_remove(&p);
}

/* All that could lead the copy astray. */
static void
set_environment(void)
{
	for (size_t i = 0; environment_names[i] != NULL; i++)
		ck_assert_int_eq(setenv(environment_names[i], "0", 1), 0);
	ck_assert_int_eq(
	    setenv("SSLKEYLOGFILE", project_path(&p, "open/keys"), 1), 0);
	ck_assert_int_eq(setenv("HOME", p.dir, 1), 0);
	ck_assert_int_eq(unsetenv("OPENSSL_ia32cap"), 0);
	ck_assert_int_eq(setenv("https_proxy", "http://127.0.0.1:1", 1), 0);
	ck_assert_int_eq(setenv("ALL_PROXY", "http://127.0.0.1:1", 1), 0);
}

/* Run a copy with another mode and owner; CANNOT where it may not be made. */
static int
run_copy(mode_t mode, uid_t owner)
{
	char path[sizeof(p.path)], ca[sizeof(p.path)], command[256], url[64];
	int status = -1;
	pid_t pid;

	(void)snprintf(command, sizeof(command), "cp /proc/%ld/exe '%s/copy'",
	    (long)getpid(), p.dir);
	ck_assert_int_eq(system(command), 0);
	(void)strcpy(ca, project_path(&p, "ca.pem"));
	(void)strcpy(path, project_path(&p, "copy"));
	(void)snprintf(url, sizeof(url), "https://127.0.0.1:%u/", server.port);
	if (chown(path, owner, getegid()) != 0 || chmod(path, mode) != 0)
		return CANNOT;
	pid = fork();
	if (pid == 0) {
		set_environment();
		(void)umask(0);
		(void)execl(path, path, "--talk", url, ca, (char *)NULL);
		_exit(127);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static bool
keys_are_logged(void)
{
	return access(project_path(&p, "open/keys"), F_OK) == 0;
}

/* It is the caller's own program, and the caller's own file. */
START_TEST(a_plain_program_follows_its_environment)
{
	ck_assert_int_eq(run_copy(0755, geteuid()), SENT | SEES_ONE);
	ck_assert(keys_are_logged());
	ck_assert_ptr_null(strstr(server.request, "Authorization"));
}
END_TEST

START_TEST(a_set_id_program_does_not)
{
	const int found = run_copy(04755, NOBODY);

	/* Not root, or the bit is not honoured: nothing to see. */
	if (found == CANNOT || (found & IS_SETID) == 0)
		return;
	ck_assert_int_eq(found, SENT | IS_SETID);
	ck_assert(!keys_are_logged());
	ck_assert_ptr_null(strstr(server.request, "Authorization"));
}
END_TEST

int
main(int argc, char **argv)
{
	Suite *suite;
	TCase *tc;

	if (argc == 4 && strcmp(argv[1], "--talk") == 0)
		_exit(talk(argv[2], argv[3]));
	suite = suite_create("environment");
	tc = tcase_create("environment");
	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_plain_program_follows_its_environment);
	tcase_add_test(tc, a_set_id_program_does_not);
	return run_suite(suite);
}
