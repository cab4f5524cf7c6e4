/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/keys/record_members.c: each member is read into its own place.
 */
#include "keys/record_members.h"

#include <string.h>

#include "keys/record_read.h"
#include "support/record_texts.h"
#include "support/run.h"

START_TEST(each_member_has_its_place)
{
	struct key_set set;
	unsigned line;
	const struct key_record *r;

	ck_assert_ptr_null(key_set_read(
	    APAM_STR(KEY(MARK("abcd") ", \"description\": \"d\", \"access\": "
				      "\"a\", \"created\": 1, \"created_by\": "
				      "\"c\", \"archived\": 2, \"archived_by\":"
				      " \"b\", \"why\": \"w\", \"drops\": 3")),
	    &set, &line));
	r = &set.records[0];
	ck_assert_int_eq(r->salt[1] + r->salt[15], 1 + 15);
	ck_assert_int_eq(r->mark[0] << 8 | r->mark[1], 0xabcd);
	ck_assert(r->marked);
	ck_assert_str_eq(r->description, "d");
	ck_assert_str_eq(r->access, "a");
	ck_assert_int_eq(r->created_at, 1);
	ck_assert_str_eq(r->created_by, "c");
	ck_assert_int_eq(r->archived_at, 2);
	ck_assert_str_eq(r->archived_by, "b");
	ck_assert_str_eq(r->why, "w");
	ck_assert_uint_eq(r->drops, 3);
	key_set_free(&set);
}
END_TEST

/* A member that shares its name or its place would overwrite another one. */
START_TEST(no_two_members_share_a_name_or_a_place)
{
	const struct key_member *a = &key_members[_i];
	struct key_record r = { .drops = 1 };
	const struct key_record *same = &r;

	for (int i = 0; i < _i; i++) {
		ck_assert_str_ne(a->name, key_members[i].name);
		ck_assert_uint_ne(a->at, key_members[i].at);
	}
	ck_assert_ptr_eq(key_member_in(&r, a), key_member_of(same, a));
	ck_assert_int_eq(a->size > 0, a->kind == KEY_MEMBER_BYTES);
	ck_assert_ptr_nonnull(strstr(a->problem, a->name));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("record_members");
	TCase *tc = tcase_create("all");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, each_member_has_its_place);
	tcase_add_loop_test(
	    tc, no_two_members_share_a_name_or_a_place, 0, KEY_MEMBERS);
	return run_suite(suite);
}
