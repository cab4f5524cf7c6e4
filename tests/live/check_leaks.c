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

#include "base/sanitizer.h"
#include "support/run.h"

#ifdef SANITIZES_ADDRESSES
#define IS_SEARCHED true
int __lsan_is_turned_off(void);
#else
#define IS_SEARCHED false
#define __lsan_is_turned_off() true
#endif

static void *volatile last;

/* Several: a pointer to the last may still stand in a register or on the stack. */
static void
lose_some(size_t n)
{
	for (int i = 0; i < 16; i++)
		last = malloc(n);
	last = NULL;
}

static void
lose(void)
{
	lose_some(100);
}

/* As large as Check's own buffer. */
static void
lose_pages(void)
{
	lose_some(4096);
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
	bool is_left; /* something is there, so that it is searched */
	bool loses;
} rows[] = {
	{ lose, true, true },
	{ lose_pages, true, true },
	{ give_back, false, false },
	{ keep, true, false },
};

#define NOT_AS_EXPECTED 99

/* How a process ends that does so: 0, or as the search that fails has it. */
static int
end_of(void (*work)(void), bool is_left)
{
	const pid_t child = fork();
	int status;

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		/* The report of the leak would look like a failure. */
		(void)dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
		work();
		if (IS_SEARCHED && (__lsan_is_turned_off() == 0) != is_left)
			_exit(NOT_AS_EXPECTED);
		exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* Check allocates where it asserts: the first is before the fork. */
START_TEST(what_is_lost_is_found)
{
	const bool loses = rows[_i].loses && IS_SEARCHED;
	int end;

	ck_assert(true);
	end = end_of(rows[_i].work, rows[_i].is_left);
	ck_assert_int_ne(end, NOT_AS_EXPECTED);
	ck_assert_int_eq(end != 0, loses);
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
