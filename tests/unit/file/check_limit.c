/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/file/limit.c: what is allowed is written without a signal, one
 * byte more is not allowed, and would raise it.
 */
#include "file/limit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/project.h"
#include "support/run.h"

#define LIMIT 100

/* Nothing may be asserted under one: Check writes that to a file. */
static void
set_limit(rlim_t bytes)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

	(void)getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = bytes;
	if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
		abort();
}

static const struct {
	rlim_t limit;
	uint64_t bytes;
	bool allowed;
} rows[] = {
	{ LIMIT, 0, true },
	{ LIMIT, LIMIT - 1, true },
	{ LIMIT, LIMIT, true },
	{ LIMIT, LIMIT + 1, false },
	{ LIMIT, UINT64_MAX, false },
	{ 0, 0, true },
	{ 0, 1, false },
	{ RLIM_INFINITY, UINT64_MAX, true },
};

START_TEST(a_size_is_allowed_or_not)
{
	bool allowed;
	int number;

	set_limit(rows[_i].limit);
	errno = 0;
	allowed = file_limit_allows(rows[_i].bytes);
	number = errno;
	set_limit(RLIM_INFINITY);
	ck_assert_int_eq(allowed, rows[_i].allowed);
	ck_assert_int_eq(number, allowed ? 0 : EFBIG);
}
END_TEST

/* Write `bytes` to a file under the limit, whatever that leads to. */
static _Noreturn void
write_in_child(size_t bytes)
{
	static const char zeros[2 * LIMIT];
	char path[] = "/tmp/apam-limit-XXXXXX";
	const int fd = mkstemp(path);

	(void)unlink(path);
	set_limit(LIMIT);
	/* One write ends at the limit; the next one raises the signal. */
	if (write(fd, zeros, bytes < LIMIT ? bytes : LIMIT) < 0 ||
	    (bytes > LIMIT && write(fd, zeros, bytes - LIMIT) < 0))
		_exit(1);
	_exit(0);
}

START_TEST(the_kernel_agrees)
{
	const size_t bytes = LIMIT + (size_t)_i - 1;
	bool allowed;
	pid_t child;
	int status;

	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0)
		write_in_child(bytes);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	set_limit(LIMIT);
	allowed = file_limit_allows(bytes);
	set_limit(RLIM_INFINITY);
	ck_assert_int_eq(allowed, !WIFSIGNALED(status));
	if (WIFSIGNALED(status))
		ck_assert_int_eq(WTERMSIG(status), SIGXFSZ);
	else
		ck_assert_int_eq(status, 0);
}
END_TEST

/* Change the registry under a limit, and end with what came of it. */
static _Noreturn void
register_in_child(struct project *p, rlim_t limit)
{
	const struct apam_key_name key = {
		.size = sizeof(key), .id = "somebody", .scheme = "return-test"
	};

	set_limit(limit);
	_exit(apam_key_add(p->ctx, &key, NULL, NULL, NULL) == APAM_OK ? 0 : 1);
}

#define ENOUGH (1 << 20)

static const rlim_t registry_limits[] = { 0, 1, 7, 8, 9, 64, 200, 1000,
	ENOUGH };

/* What a host calls for its administrator does not end it. */
START_TEST(a_registry_under_a_limit_ends_no_host)
{
	struct project p;
	int status;
	pid_t child;

	project_make(&p);
	project_module(&p, "return-test", true);
	project_directory(&p, "state");
	project_entries(&p, "one", "{ scheme = \"return-test\"; }");
	(void)project_get(&p, "one");
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0)
		register_in_child(&p, registry_limits[_i]);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	project_remove(&p);
	ck_assert_msg(WIFEXITED(status), "ended by signal %d", status);
	if (registry_limits[_i] <= 1)
		ck_assert_int_eq(WEXITSTATUS(status), 1);
	if (registry_limits[_i] == ENOUGH)
		ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("file_limit");
	TCase *tc = tcase_create("file_limit");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, a_size_is_allowed_or_not, 0, ROWS(rows));
	tcase_add_loop_test(tc, the_kernel_agrees, 0, 3);
	tcase_add_loop_test(tc, a_registry_under_a_limit_ends_no_host, 0,
	    ROWS(registry_limits));
	return run_suite(suite);
}
