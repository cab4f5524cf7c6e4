/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/keys/registry.c on real files: where there is no registry, and
 * what is repaired when it is read.  Each test has a state_dir of its own below
 * /tmp.  Rows that need another user run as root alone.
 */
#define _GNU_SOURCE
#include "keys/registry.h"

#include <sys/stat.h>
#include <unistd.h>

#include "keys/reading.h"
#include "support/registry_tests.h"
#include "support/run.h"

START_TEST(there_may_be_none)
{
	struct key_registry gone = registry;
	struct key_set set;
	char path[128];

	ck_assert_uint_eq(count(), 0);
	ck_assert_int_eq(key_registry_check(&registry, NULL), APAM_OK);
	ck_assert_int_eq(access(below("registry"), F_OK), -1);
	(void)snprintf(path, sizeof(path), "%s/gone/too", base);
	gone.state_dir = path;
	ck_assert_int_eq(key_registry_read(&gone, &set, NULL), APAM_OK);
	ck_assert_uint_eq(set.count, 0);
	ck_assert_int_eq(key_registry_check(&gone, NULL), APAM_OK);
	registry.state_dir = path;
	not_changed(APAM_E_CONFIG, "does not exist; make it: install -d");
}
END_TEST

START_TEST(a_counter_that_was_removed_is_made_anew)
{
	make_registry();
	ck_assert_int_eq(unlink(below("index/counter")), 0);
	ck_assert_int_ge(time_of_change("two"), KEYS_LOOK_MS);
	ck_assert_uint_eq(mode_of("index/counter"), S_IFREG | 0644);
	ck_assert_int_eq(unlink(below("index/counter")), 0);
	ck_assert_uint_eq(count(), 2);
	ck_assert_uint_eq(mode_of("index/counter"), S_IFREG | 0644);
	ck_assert_int_ge(time_of_change("three"), KEYS_LOOK_MS);
}
END_TEST

START_TEST(an_index_that_is_behind_is_made_anew)
{
	uint64_t before;

	make_registry();
	before = generation();
	fall_behind(_i);
	ck_assert_uint_eq(count(), 2);
	ck_assert_uint_eq(generation(), before + 1);
	ck_assert_int_eq(key_registry_check(&registry, NULL), APAM_OK);
	change("three");
	ck_assert_uint_eq(count(), 3);
}
END_TEST

START_TEST(another_user_says_that_it_is_behind)
{
	if (geteuid() != 0)
		return;
	make_registry();
	fall_behind(0);
	ck_assert_int_eq(seteuid(OTHER_UID), 0);
	not_read(APAM_E_CONFIG, "is newer than the index");
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_uint_eq(count(), 2);
}
END_TEST

START_TEST(another_kind_of_index_is_refused)
{
	make_registry();
	move_away("index");
	ck_assert_int_eq(symlink("moved", below("index")), 0);
	not_read(APAM_E_CONFIG, "must be a directory");
	not_changed(APAM_E_CONFIG, "must be a directory");
	ck_assert_int_eq(unlink(below("index")), 0);
	/* It is made anew from the text, which nothing is newer than. */
	ck_assert_uint_eq(count(), 1);
	ck_assert_uint_eq(mode_of("index/keys"), S_IFREG | 0644);
}
END_TEST

START_TEST(a_counter_follows_the_registry)
{
	struct key_counter counter;
	uint64_t value;

	ck_assert(key_counter_init(&counter));
	(void)key_view_follow(&registry, &counter, NULL);
	ck_assert(!counter.attached && !counter.blind);
	make_registry();
	(void)key_view_follow(&registry, &counter, NULL);
	ck_assert(counter.attached && !counter.blind);
	value = atomic_load(counter.value);
	ck_assert_uint_ne(value, 0);
	/* What cannot be believed or looked at may be another. */
	ck_assert_int_eq(chmod(below("index"), 0775), 0);
	(void)key_view_follow(&registry, &counter, NULL);
	ck_assert(counter.blind);
	ck_assert_uint_eq(atomic_load(counter.value), value);
	ck_assert_int_eq(chmod(below("index"), 0755), 0);
	(void)key_view_follow(&registry, &counter, NULL);
	ck_assert(!counter.blind);
	if (geteuid() == 0) {
		ck_assert_int_eq(chmod(below("index"), 0700), 0);
		ck_assert_int_eq(seteuid(OTHER_UID), 0);
		(void)key_view_follow(&registry, &counter, NULL);
		ck_assert(counter.blind);
	}
	key_counter_free(&counter);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("registry");
	TCase *tc = tcase_create("all");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, make_base, remove_base);
	tcase_add_test(tc, there_may_be_none);
	tcase_add_test(tc, a_counter_that_was_removed_is_made_anew);
	tcase_add_loop_test(tc, an_index_that_is_behind_is_made_anew, 0, 3);
	tcase_add_test(tc, another_user_says_that_it_is_behind);
	tcase_add_test(tc, another_kind_of_index_is_refused);
	tcase_add_test(tc, a_counter_follows_the_registry);
	return run_suite(suite);
}
