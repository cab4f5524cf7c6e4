/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/keys/reading.c: a context reads the registry when it has to and
 * not more often, and a registry that is damaged or gone afterwards is never
 * taken for none.
 */
#define _GNU_SOURCE
#include "keys/reading.h"

#include "support/fail_call.h"
#include "support/registry_tests.h"
#include "support/run.h"

static struct keys_watch watch;
static struct keys keys;
static int lines; /* that were logged */

static void
count_line(void *arg, enum apam_log_level level, const char *line)
{
	(void)arg;
	(void)line;
	ck_assert_int_eq(level, APAM_LOG_ERROR);
	lines++;
}

static const struct log logs = { count_line, NULL, APAM_LOG_ERROR };

static void
setup(void)
{
	struct settings settings = { .user = geteuid() != 0 };

	make_base();
	settings.state_dir = base;
	lines = 0;
	ck_assert(keys_init(&watch, &settings, &logs));
}

static void
teardown(void)
{
	keys_close(&keys);
	keys_free(&watch);
	remove_base();
}

/* Look; the number of the look that counts. */
static uint64_t
current(void)
{
	struct apam_error err = APAM_ERROR_INIT;
	int64_t look_at;

	ck_assert_int_eq(keys_current(&watch, &keys, &look_at, &err), APAM_OK);
	ck_assert_int_eq(keys.open, keys.view.fd >= 0);
	keys_close(&keys);
	ck_assert(!keys.open);
	return keys.number;
}

START_TEST(it_is_read_again_only_if_it_changed)
{
	ck_assert_uint_eq(current(), 1);
	ck_assert(!keys.there);
	ck_assert_uint_eq(current(), 1);
	make_registry();
	clock_advance(1100);
	ck_assert_uint_eq(current(), 2);
	ck_assert(keys.there);
	ck_assert_uint_eq(keys.holds, 2);
	clock_advance(1100);
	ck_assert_uint_eq(current(), 2);
	change("two");
	/* The counter tells: no second has to pass. */
	ck_assert_uint_eq(current(), 3);
	ck_assert_int_eq(keys.damage.status, APAM_OK);
	ck_assert_int_eq(lines, 0);
}
END_TEST

/* What was known stays valid, and the log has one line about it. */
START_TEST(damage_afterwards_leaves_what_was_known)
{
	make_registry();
	ck_assert_uint_eq(current(), 1);
	ck_assert_int_eq(chmod(below("index/keys"), 0666), 0);
	for (uint64_t n = 2; n < 4; n++) {
		clock_advance(1100);
		ck_assert_uint_eq(current(), n);
		ck_assert_int_eq(keys.damage.status, APAM_E_TRUST);
		ck_assert_uint_eq(keys.holds, 1);
		ck_assert_int_gt(keys.held_until, 0);
	}
	ck_assert_int_eq(lines, 1);
	ck_assert_int_eq(chmod(below("index/keys"), 0644), 0);
	clock_advance(1100);
	ck_assert_uint_eq(current(), 4);
	ck_assert_int_eq(keys.damage.status, APAM_OK);
	ck_assert_uint_eq(keys.holds, 4);
}
END_TEST

START_TEST(damage_at_the_start_leaves_nothing)
{
	make_registry();
	ck_assert_int_eq(chmod(below("index/keys"), 0666), 0);
	ck_assert_uint_eq(current(), 1);
	ck_assert_int_eq(keys.damage.status, APAM_E_TRUST);
	ck_assert_uint_eq(keys.holds, 0);
	ck_assert_int_eq(keys.held_until, 0);
	ck_assert_int_eq(lines, 1);
}
END_TEST

START_TEST(a_registry_that_is_gone_is_damage)
{
	make_registry();
	ck_assert_uint_eq(current(), 1);
	registry_forget(base);
	ck_assert_int_eq(unlink(below("index/keys")), 0);
	ck_assert_int_eq(rmdir(below("index")), 0);
	ck_assert_int_eq(unlink(below("registry.known")), 0);
	ck_assert_int_eq(unlink(below("registry/keys")), 0);
	ck_assert_int_eq(rmdir(below("registry")), 0);
	clock_advance(1100);
	(void)current();
	ck_assert_int_eq(keys.damage.status, APAM_E_CONFIG);
	ck_assert_ptr_nonnull(
	    strstr(keys.damage.text, "the key registry is gone"));
}
END_TEST

/* Not damage: this look is an error, and the next one tries again. */
START_TEST(a_lack_of_descriptors_is_an_error)
{
	struct apam_error err = APAM_ERROR_INIT;

	make_registry();
	call_error = EMFILE;
	calls_left = 0;
	ck_assert_int_eq(
	    keys_current(&watch, &keys, NULL, &err), APAM_E_MEMORY);
	ck_assert(call_failed());
	ck_assert_int_eq(err.status, APAM_E_MEMORY);
	ck_assert(!keys.open);
	ck_assert_int_eq(lines, 0);
	ck_assert_uint_eq(current(), 1);
	ck_assert(keys.there);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("reading");
	TCase *tc = tcase_create("all");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, it_is_read_again_only_if_it_changed);
	tcase_add_test(tc, damage_afterwards_leaves_what_was_known);
	tcase_add_test(tc, damage_at_the_start_leaves_nothing);
	tcase_add_test(tc, a_registry_that_is_gone_is_damage);
	tcase_add_test(tc, a_lack_of_descriptors_is_an_error);
	return run_suite(suite);
}
