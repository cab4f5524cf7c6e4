/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/base/random.c: as many bytes as were asked for and no others,
 * none of them twice, neither here nor in a child, and a failure that is told.
 */
#define _DEFAULT_SOURCE
#include "base/random.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/run.h"

#define FILL 0xa5
#define BEHIND 64
#define SPACE (5000 + BEHIND)
#define SAMPLE 32
#define FORKS 8

static const size_t sizes[] = { 0, 1, 7, 255, 256, 257, 511, 512, 513, 5000 };

/*
 * A byte that is filled is FILL once in 256 times; sixteen times in a row it
 * is not.
 */
START_TEST(these_bytes_are_filled_and_no_others)
{
	static unsigned char space[SPACE], kept[SPACE];
	const size_t n = sizes[_i];

	memset(kept, FILL, sizeof(kept));
	for (int round = 0; round < 16; round++) {
		memset(space, FILL, sizeof(space));
		ck_assert(random_bytes(space, n));
		for (size_t i = 0; i < sizeof(space); i++)
			if (kept[i] == FILL)
				kept[i] = space[i];
	}
	for (size_t i = 0; i < sizeof(space); i++)
		ck_assert_msg((kept[i] != FILL) == (i < n),
		    "%zu bytes: byte %zu is %u", n, i, kept[i]);
}
END_TEST

START_TEST(no_two_pieces_are_alike)
{
	unsigned char bytes[10000];

	ck_assert(random_bytes(bytes, 5000));
	ck_assert(random_bytes(bytes + 5000, 5000));
	for (size_t i = 0; i + SAMPLE <= sizeof(bytes); i += SAMPLE)
		for (size_t j = 0; j < i; j += SAMPLE)
			ck_assert_mem_ne(bytes + i, bytes + j, SAMPLE);
}
END_TEST

/* All bits are drawn: of 40000, half and half within six deviations. */
START_TEST(bits_are_even)
{
	unsigned char bytes[5000];
	int ones = 0;

	ck_assert(random_bytes(bytes, sizeof(bytes)));
	for (size_t i = 0; i < sizeof(bytes); i++)
		for (int bit = 0; bit < 8; bit++)
			ones += bytes[i] >> bit & 1;
	ck_assert_int_ge(ones, 20000 - 600);
	ck_assert_int_le(ones, 20000 + 600);
}
END_TEST

/* In the child: what it draws goes to its parent. */
static void
draw_and_end(int to)
{
	unsigned char bytes[SAMPLE];

	if (!random_bytes(bytes, sizeof(bytes)) ||
	    write(to, bytes, sizeof(bytes)) != (ssize_t)sizeof(bytes))
		_exit(1);
	_exit(0);
}

static void
draw_in_child(unsigned char to[SAMPLE])
{
	int ends[2], status;
	pid_t pid;

	ck_assert_int_eq(pipe(ends), 0);
	pid = fork();
	if (pid == 0)
		draw_and_end(ends[1]);
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(read(ends[0], to, SAMPLE), SAMPLE);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

START_TEST(parents_and_children_draw_their_own)
{
	unsigned char drawn[2 * FORKS][SAMPLE];

	/* Whatever is kept between calls is now there to be copied. */
	ck_assert(random_bytes(drawn[0], SAMPLE));
	for (int i = 0; i < FORKS; i++) {
		draw_in_child(drawn[2 * i]);
		ck_assert(random_bytes(drawn[2 * i + 1], SAMPLE));
	}
	for (int i = 0; i < 2 * FORKS; i++)
		for (int j = 0; j < i; j++)
			ck_assert_mem_ne(drawn[i], drawn[j], SAMPLE);
}
END_TEST

/* Where the first piece, or the second, cannot be had. */
START_TEST(a_failure_is_told)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const size_t room = _i == 0 ? 0 : 256;
	unsigned char *p = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(p, MAP_FAILED);
	ck_assert_int_eq(mprotect(p + page, page, PROT_NONE), 0);
	ck_assert(random_bytes(p + page - room, room));
	ck_assert(!random_bytes(p + page - room, 300));
	ck_assert_int_eq(munmap(p, 2 * page), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("random");
	TCase *tc = tcase_create("random");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(
	    tc, these_bytes_are_filled_and_no_others, 0, ROWS(sizes));
	tcase_add_test(tc, no_two_pieces_are_alike);
	tcase_add_test(tc, bits_are_even);
	tcase_add_test(tc, parents_and_children_draw_their_own);
	tcase_add_loop_test(tc, a_failure_is_told, 0, 2);
	return run_suite(suite);
}
