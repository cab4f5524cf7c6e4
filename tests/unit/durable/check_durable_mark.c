/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/durable/durable_mark.c: what is written comes back, and what is
 * not such a mark is none.
 */
#include "durable/durable_mark.h"

#include <fcntl.h>

#include "support/store.h"

static void
write_text(const char *text)
{
	const int fd = open(store_path("users", "secret-demo"),
	    O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	ck_assert_int_eq(close(fd), 0);
}

START_TEST(it_comes_back)
{
	struct stat st;

	ck_assert_int_eq(durable_mark_read(&store), 0);
	ck_assert(durable_mark_write(&store, 1));
	ck_assert_int_eq(durable_mark_read(&store), 1);
	ck_assert(durable_mark_write(&store, INT64_MAX));
	ck_assert_int_eq(durable_mark_read(&store), INT64_MAX);
	ck_assert_int_eq(stat(store_path("users", "secret-demo"), &st), 0);
	ck_assert_uint_eq(st.st_mode, S_IFREG | 0600);
	store.name = "other";
	ck_assert_int_eq(durable_mark_read(&store), 0);
}
END_TEST

#define LINE "apam-secret-mark 1 3\n"

static const char *const bad[] = { "", "\n", "apam-secret-mark 1 3",
	"apam-secret-mark 1 \n", "apam-secret-mark 1 -3\n",
	"apam-secret-mark 1 3\n\n", "apam-secret-mark 1 3 \n",
	"apam-secret-mark 2 3\n", "apam-secret-mark 1 9223372036854775808\n",
	LINE LINE LINE LINE };

START_TEST(what_is_no_mark_is_none)
{
	ck_assert(durable_mark_write(&store, 5));
	write_text("apam-secret-mark 1 3\n");
	ck_assert_int_eq(durable_mark_read(&store), 3);
	write_text(bad[_i]);
	ck_assert_int_eq(durable_mark_read(&store), 0);
	ck_assert(durable_mark_write(&store, 5));
	ck_assert_int_eq(durable_mark_read(&store), 5);
}
END_TEST

START_TEST(without_a_directory_there_is_none)
{
	store.state_dir = "/nowhere";
	ck_assert(!durable_mark_write(&store, 5));
	ck_assert_int_eq(durable_mark_read(&store), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("durable_mark");
	TCase *tc = tcase_create("durable_mark");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, store_make, store_remove);
	tcase_add_test(tc, it_comes_back);
	tcase_add_loop_test(tc, what_is_no_mark_is_none, 0,
	    (int)(sizeof(bad) / sizeof(bad[0])));
	tcase_add_test(tc, without_a_directory_there_is_none);
	return run_suite(suite);
}
