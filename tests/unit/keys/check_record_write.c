/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/keys/record_write.c: what is written reads the same again, and
 * what could not be read again is known before.
 */
#include "keys/record_write.h"

#include <string.h>

#include "base/str.h"
#include "keys/record_read.h"
#include "support/fail_alloc.h"
#include "support/record_texts.h"
#include "support/run.h"

/* They are written as they were read. */
static const char *const good[] = {
	KEYS("{ \"scheme\": \"demo\", \"id\": \"one\" }"),
	KEY(MARK("00ff")),
	KEY(", \"created\": 1, \"created_by\": \"root\", \"drops\": 7"),
	KEY(", \"created\": 253402300799, \"drops\": 9223372036854775807"),
	KEY(", \"archived\": 1700000000, \"archived_by\": \"root\""),
	KEY(", \"description\": \"" T255 "\""),
	KEY(", \"why\": \"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x94\x91 \xc2\xa0\""),
	KEY(", \"why\": \"say \\\"no\\\" \\\\ /\""),
	KEY(MARK("00fe") ", \"description\": \"d\", \"access\": \"read\""),
	KEYS("{ \"scheme\": \"a\", \"id\": \"x\" },\n"
	     "{ \"scheme\": \"a\", \"id\": \"x\"" MARK(
		 "0000") " },\n"
			 "{ \"scheme\": \"a\", \"id\": \"x\"" MARK(
			     "0001") " },\n"
				     "{ \"scheme\": \"b\", \"id\": \"x\" },\n"
				     "{ \"scheme\": \"a\", \"id\": \"X\" }"),
	"{ \"apam\": \"keys 1\", \"keys\": [\n] }\n",
	HEAD(REGISTRY "\"generation\": 9223372036854775807, "),
};

START_TEST(what_is_read_is_written_the_same)
{
	struct key_set set;
	struct buf text;
	unsigned line = 77;
	const char *why = key_set_read(apam_str(good[_i]), &set, &line);

	ck_assert_msg(why == NULL, "%s: %s", why, good[_i]);
	ck_assert_uint_eq(line, 0);
	buf_init(&text, KEY_FILE_MAX);
	ck_assert(key_set_write(&set, &text));
	ck_assert_str_eq(buf_view(&text).p, good[_i]);
	buf_free(&text);
	key_set_free(&set);
	key_set_free(&set);
}
END_TEST

/* What was not changed is copied; what is written anew must be the same. */
START_TEST(what_is_changed_is_written_anew)
{
	struct key_set set;
	struct buf text;
	unsigned line;

	ck_assert_ptr_null(key_set_read(apam_str(good[_i]), &set, &line));
	set.before_count = 0;
	buf_init(&text, KEY_FILE_MAX);
	ck_assert(key_set_write(&set, &text));
	ck_assert_str_eq(buf_view(&text).p, good[_i]);
	ck_assert_uint_eq(set.is.size, text.n);
	ck_assert_ptr_null(key_set_problem(&set));
	buf_free(&text);
	key_set_free(&set);
}
END_TEST

START_TEST(what_could_not_be_read_again_is_known)
{
	struct key_set set;
	unsigned line;

	ck_assert_ptr_null(
	    key_set_read(APAM_STR(KEYS("{ \"scheme\": \"a\", \"id\": \"x\" },\n"
				       "{ \"scheme\": \"a\", \"id\": \"y\" }")),
		&set, &line));
	ck_assert_ptr_null(key_set_problem(&set));
	set.records[1].why = "a\nb";
	ck_assert_ptr_nonnull(strstr(key_set_problem(&set), "\"why\""));
	ck_assert_ptr_nonnull(key_set_append(&set, &set.records[0]));
	set.records[1].why = "";
	ck_assert_str_eq(key_set_problem(&set), "a key is there twice");
	key_set_free(&set);
}
END_TEST

START_TEST(memory_that_runs_out_is_said)
{
	struct key_set set;
	struct buf text;
	const char *why;
	unsigned line;
	int n = 0;

	ck_assert_ptr_null(key_set_read(apam_str(good[2]), &set, &line));
	buf_init_plain(&text, KEY_FILE_MAX);
	allocations_left = 0;
	ck_assert(!key_set_write(&set, &text));
	ck_assert(allocation_failed() && text.no_memory);
	buf_free(&text);
	set.before_count = 0;
	for (;;) {
		allocations_left = n;
		why = key_set_problem(&set);
		if (!allocation_failed())
			break;
		ck_assert_ptr_eq(why, key_no_memory);
		n++;
	}
	ck_assert_ptr_null(why);
	ck_assert_int_ge(n, 5);
	key_set_free(&set);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("record_write");
	TCase *tc = tcase_create("all");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(
	    tc, what_is_read_is_written_the_same, 0, ROWS(good));
	tcase_add_loop_test(tc, what_is_changed_is_written_anew, 0, ROWS(good));
	tcase_add_test(tc, what_could_not_be_read_again_is_known);
	tcase_add_test(tc, memory_that_runs_out_is_said);
	return run_suite(suite);
}
