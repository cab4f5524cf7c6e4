/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every check program shares: running its suite.
 */
#ifndef TESTS_RUN_H
#define TESTS_RUN_H

#include <check.h>

static inline int
run_as(Suite *suite, enum fork_status status)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_set_fork_status(runner, status);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}

/*
 * Run and free the suite, each test in a process of its own unless CK_FORK=no.
 * Returns the exit status for main.
 */
static inline int
run_suite(Suite *suite)
{
	return run_as(suite, CK_FORK_GETENV);
}

/*
 * The same, always each test in a process of its own: a test changes what belongs
 * to the process and does not put it back, so that the next one would find it so.
 */
static inline int
run_suite_apart(Suite *suite)
{
	return run_as(suite, CK_FORK);
}

/* Number of rows of a table. */
#define ROWS(table) ((int)(sizeof(table) / sizeof((table)[0])))

#endif
