/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every check program shares: running its suite.
 */
#ifndef TESTS_RUN_H
#define TESTS_RUN_H

#include <check.h>

/* Run and free the suite.  Returns the exit status for main. */
static inline int
run_suite(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}

/* Number of rows of a table. */
#define ROWS(table) ((int)(sizeof(table) / sizeof((table)[0])))

#endif
