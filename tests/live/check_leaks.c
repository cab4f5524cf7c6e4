/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Under AddressSanitizer, what a test loses is found, although processes that
 * are left with nothing are not searched (tests/support/leaks.c).
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/run.h"

#ifdef __SANITIZE_ADDRESS__
#define IS_SEARCHED true
#else
#define IS_SEARCHED false
#endif

static void *volatile last;

static void
lose(void)
{
	last = malloc(100);
	last = NULL;
}

static void
lose_beside_another(void)
{
	free(malloc(100));
	last = malloc(4096); /* as large as Check's own */
	last = malloc(4096);
	last = malloc(200);
}

static void
give_back(void)
{
	void *all[100];

	for (int i = 0; i < ROWS(all); i++)
		all[i] = malloc(16);
	for (int i = 0; i < ROWS(all); i += 2)
		free(all[i]);
	for (int i = 1; i < ROWS(all); i += 2)
		free(all[i]);
}

static void
keep(void)
{
	last = malloc(100);
}

static const struct {
	void (*work)(void);
	bool loses;
} rows[] = {
	{ lose, true },
	{ lose_beside_another, true },
	{ give_back, false },
	{ keep, false },
};

/* True where the search fails a process that does so. */
static bool
is_failed(void (*work)(void))
{
	const pid_t child = fork();
	int status;

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		/* What is said of the loss is no failure of this test's. */
		(void)dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
		work();
		exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status) != 0;
}

START_TEST(what_is_lost_is_found)
{
	ck_assert_int_eq(
	    is_failed(rows[_i].work), rows[_i].loses && IS_SEARCHED);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("leaks");
	TCase *tc = tcase_create("leaks");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, what_is_lost_is_found, 0, ROWS(rows));
	return run_suite(suite);
}
