/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/keys/registry_write.c: what the first change makes, when
 * running programs are waited for, and disks that are full or read-only.  Rows
 * that need a file system of their own run as root alone.
 */
#define _GNU_SOURCE
#include "keys/registry_write.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <time.h>

#include "keys/reading.h"
#include "support/fail_call.h"
#include "support/registry_tests.h"
#include "support/run.h"

/* ---- What is made -------------------------------------------------------- */

START_TEST(it_is_made_by_the_first_change)
{
	const mode_t old = umask(_i == 0 ? 0 : 077);

	change("one");
	ck_assert_uint_eq(mode_of("registry"), S_IFDIR | 0755);
	ck_assert_uint_eq(mode_of("registry/keys"), S_IFREG | 0644);
	ck_assert_uint_eq(mode_of("index"), S_IFDIR | 0755);
	ck_assert_uint_eq(mode_of("index/keys"), S_IFREG | 0644);
	ck_assert_uint_eq(mode_of("index/counter"), S_IFREG | 0644);
	ck_assert_uint_eq(mode_of("registry.known"), S_IFREG | 0644);
	ck_assert_uint_eq(mode_of("registry.lock"), S_IFREG | 0600);
	ck_assert_int_eq(access(below("registry/keys.new"), F_OK), -1);
	ck_assert_int_eq(access(below("index/keys.new"), F_OK), -1);
	keys_are("registry/keys", one);
	ck_assert_uint_eq(count(), 1);
	(void)umask(old);
}
END_TEST

/* ---- Waiting ------------------------------------------------------------- */

/* Nothing is new any more: neither the counter nor what is in state_dir. */
static void
settle(void)
{
	const struct timespec t = { 1, 600000000 };

	(void)nanosleep(&t, NULL);
}

START_TEST(a_young_counter_is_waited_for)
{
	static const char *const ids[] = { "2", "3", "4", "5", "6", "7", "8" };
	int tries = 0;

	ck_assert_int_ge(time_of_change("one"), KEYS_LOOK_MS);
	settle();
	/* Where it is not waited for, a slow disk alone takes as long. */
	while (time_of_change(ids[tries]) >= KEYS_LOOK_MS) {
		tries++;
		ck_assert_int_lt(tries, ROWS(ids));
	}
}
END_TEST

/* Programs follow the counter of the one that was there, which says nothing. */
START_TEST(an_index_put_in_anothers_place_is_waited_for)
{
	make_registry();
	settle();
	ck_assert_int_eq(chdir(base), 0);
	ck_assert_int_eq(rename("index", "other"), 0);
	ck_assert_int_eq(rename("other", "index"), 0);
	ck_assert_int_ge(time_of_change("two"), KEYS_LOOK_MS);
}
END_TEST

START_TEST(a_counter_that_cannot_be_written_is_waited_for)
{
	make_registry();
	ck_assert_int_eq(unlink(below("index/counter")), 0);
	ck_assert_int_eq(mkdir(below("index/counter"), 0755), 0);
	ck_assert_int_ge(time_of_change("two"), KEYS_LOOK_MS);
	ck_assert_uint_eq(count(), 2);
}
END_TEST

/* ---- Disks --------------------------------------------------------------- */

/* A file system of its own; false where that cannot be. */
static bool
mount_small(unsigned long flags)
{
	return geteuid() == 0 &&
	    mount("none", base, "tmpfs", flags,
		(flags & MS_REMOUNT) != 0 ? NULL : "size=64k,mode=0755") == 0;
}

static void
fill(void)
{
	static char zeros[4096];
	const int fd = open(below("filler"), O_WRONLY | O_CREAT, 0600);

	ck_assert_int_ge(fd, 0);
	while (write(fd, zeros, sizeof(zeros)) > 0)
		continue;
	ck_assert_int_eq(errno, ENOSPC);
	ck_assert_int_eq(close(fd), 0);
}

START_TEST(a_full_disk_loses_nothing)
{
	struct apam_error err = APAM_ERROR_INIT;
	char two[] = "two";

	if (!mount_small(0))
		return;
	make_registry();
	fill();
	ck_assert_int_eq(
	    key_registry_change(&registry, add, two, &err), APAM_E_INTERNAL);
	ck_assert_msg(strstr(err.text, "the disk is full; make room") != NULL,
	    "%s", err.text);
	keys_are("registry/keys", one);
	ck_assert_uint_eq(count(), 1);
	ck_assert_int_eq(unlink(below("filler")), 0);
	change("two");
	ck_assert_uint_eq(count(), 2);
}
END_TEST

START_TEST(a_full_disk_makes_no_half_registry)
{
	if (!mount_small(0))
		return;
	fill();
	not_changed(APAM_E_INTERNAL, "the disk is full");
	ck_assert_uint_eq(count(), 0);
	ck_assert_int_eq(unlink(below("filler")), 0);
	change("one");
	ck_assert_uint_eq(count(), 1);
}
END_TEST

START_TEST(a_read_only_disk_is_said)
{
	if (!mount_small(0))
		return;
	if (_i == 1)
		make_registry();
	ck_assert(mount_small(MS_REMOUNT | MS_RDONLY));
	not_changed(APAM_E_INTERNAL, "the file system is read-only");
	ck_assert_uint_eq(count(), (size_t)_i);
}
END_TEST

START_TEST(a_file_size_limit_loses_nothing)
{
	struct rlimit limit = { 64, RLIM_INFINITY };
	struct apam_error err = APAM_ERROR_INIT;
	char two[] = "two";

	make_registry();
	(void)signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(
	    key_registry_change(&registry, add, two, &err), APAM_E_INTERNAL);
	limit.rlim_cur = RLIM_INFINITY;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_msg(strstr(err.text, "ulimit -f") != NULL, "%s", err.text);
	keys_are("registry/keys", one);
}
END_TEST

/* ---- Calls that fail --------------------------------------------------- */

/* Add a key while the n-th call fails.  False if there are not so many. */
static bool
change_failing(int n, enum apam_status *status)
{
	struct apam_error err = APAM_ERROR_INIT;
	char two[] = "two";

	remove_base();
	make_base();
	if (n % 2 == 0)
		make_registry();
	calls_left = n / 2;
	*status = key_registry_change(&registry, add, two, &err);
	if (!call_failed())
		return false;
	ck_assert_int_eq(err.status, *status);
	ck_assert_int_eq(*status == APAM_OK, err.text[0] == '\0');
	return true;
}

/*
 * The registry is as before or after, and the next change finds nothing in its
 * way: even rows have a registry, odd ones begin one.
 */
START_TEST(each_call_that_fails_leaves_before_or_after)
{
	enum apam_status status;
	size_t before, after;
	int n, failed = 0;

	for (n = _i; change_failing(n, &status); n += 2) {
		before = n % 2 == 0 ? 1 : 0;
		after = count();
		ck_assert_uint_le(after, before + 1);
		ck_assert_uint_ge(
		    after, status == APAM_OK ? before + 1 : before);
		failed += status != APAM_OK;
		change("three");
		ck_assert_uint_eq(count(), after + 1);
		ck_assert_int_eq(access(below("registry/keys.new"), F_OK), -1);
		ck_assert_int_eq(access(below("index/keys.new"), F_OK), -1);
	}
	ck_assert_int_eq(status, APAM_OK);
	ck_assert_int_gt(n, 20);
	ck_assert_int_gt(failed, 10);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("registry_write");
	TCase *tc = tcase_create("all");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, make_base, remove_base);
	tcase_add_loop_test(tc, it_is_made_by_the_first_change, 0, 2);
	tcase_add_test(tc, a_young_counter_is_waited_for);
	tcase_add_test(tc, an_index_put_in_anothers_place_is_waited_for);
	tcase_add_test(tc, a_counter_that_cannot_be_written_is_waited_for);
	tcase_add_test(tc, a_full_disk_loses_nothing);
	tcase_add_test(tc, a_full_disk_makes_no_half_registry);
	tcase_add_loop_test(tc, a_read_only_disk_is_said, 0, 2);
	tcase_add_test(tc, a_file_size_limit_loses_nothing);
	tcase_add_loop_test(
	    tc, each_call_that_fails_leaves_before_or_after, 0, 2);
	/* A test changes the current directory. */
	return run_suite_apart(suite);
}
