/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/keys/registry_files.c: files that are damaged, of another kind
 * or open to others, users who may not read or change them, and the lock.  Rows
 * that need another user run as root alone.
 */
#define _GNU_SOURCE
#include "keys/registry_files.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "support/fail_alloc.h"
#include "support/fail_call.h"
#include "support/registry_tests.h"
#include "support/run.h"

/* ---- Damage -------------------------------------------------------------- */

static const char empty[] = "{ \"apam\": \"keys 1\", \"keys\": [\n] }\n";

static const struct {
	const char *text;
	unsigned line;
	const char *why;
} corrupt[] = {
	{ "", 0, "is damaged: it is empty; correct it, or put back" },
	{ "{ \"apam\": \"keys 1\",\n \"keys\": [\n", 3,
	    "the JSON ends too early" },
	{ "{ \"apam\": \"keys 1\",\n \"keys\": [\n {} ] }", 3, "is missing" },
	{ "{ \"apam\": \"keys 2\", \"keys\": [ ] }", 1, "another version" },
};

START_TEST(a_damaged_file_is_neither_read_nor_overwritten)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct key_set set;

	make_registry();
	write_file("registry/keys", corrupt[_i].text);
	not_read(APAM_E_CONFIG, corrupt[_i].why);
	not_changed(APAM_E_CONFIG, corrupt[_i].why);
	file_is("registry/keys", corrupt[_i].text);
	(void)key_registry_read(&registry, &set, &err);
	ck_assert_str_eq(err.file, below("registry/keys"));
	ck_assert_uint_eq(err.line, corrupt[_i].line);
	write_file("registry/keys", empty);
	recover();
	change("two");
	ck_assert_uint_eq(count(), 1);
}
END_TEST

START_TEST(a_file_too_large_is_refused)
{
	make_registry();
	ck_assert_int_eq(truncate(below("registry/keys"), KEY_FILE_MAX + 1), 0);
	not_read(APAM_E_CONFIG, "is larger than 256 MiB");
}
END_TEST

START_TEST(a_limit_of_descriptors_is_said)
{
	struct rlimit limit, none;

	make_registry();
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = 0;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	not_read(APAM_E_MEMORY, "cannot be opened: out of descriptors");
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_uint_eq(count(), 1);
}
END_TEST

/* ---- Files that are not believed ----------------------------------------- */

static const struct {
	const char *name;
	mode_t mode;
} open_modes[] = {
	{ "", 0775 },
	{ "", 0757 },
	{ "", 01777 },
	{ "registry", 0775 },
	{ "registry", 0757 },
	{ "registry", 01777 },
	{ "registry/keys", 0664 },
	{ "registry/keys", 0646 },
	{ "index", 0775 },
	{ "index/keys", 0646 },
};

START_TEST(what_others_can_change_is_refused)
{
	make_registry();
	ck_assert_int_eq(
	    chmod(below(open_modes[_i].name), open_modes[_i].mode), 0);
	not_read(APAM_E_TRUST, "can be changed by others");
	not_changed(APAM_E_TRUST, "can be changed by others");
	keys_are("registry/keys", one);
}
END_TEST

static const char *const owned[] = { "", "registry", "registry/keys", "index",
	"index/keys" };

START_TEST(what_is_anothers_is_refused)
{
	if (geteuid() != 0)
		return;
	make_registry();
	ck_assert_int_eq(chown(below(owned[_i]), OTHER_UID, OTHER_UID), 0);
	not_read(APAM_E_TRUST, "does not belong to root");
	not_changed(APAM_E_TRUST, "does not belong to root");
	registry.user = true;
	not_read(APAM_E_TRUST, "belongs neither to root nor to this user");
	keys_are("registry/keys", one);
}
END_TEST

START_TEST(another_kind_of_file_is_refused)
{
	make_registry();
	move_away("registry/keys");
	ck_assert_int_eq(symlink("../moved", below("registry/keys")), 0);
	not_read(APAM_E_CONFIG, "must be a regular file");
	not_changed(APAM_E_CONFIG, "must be a regular file");
	keys_are("moved", one);
	ck_assert_int_eq(unlink(below("registry/keys")), 0);
	ck_assert_int_eq(mkfifo(below("registry/keys"), 0644), 0);
	not_read(APAM_E_CONFIG, "is not a regular file");
	ck_assert_int_eq(unlink(below("registry/keys")), 0);
	ck_assert_int_eq(mkdir(below("registry/keys"), 0755), 0);
	not_read(APAM_E_CONFIG, "is not a regular file");
}
END_TEST

START_TEST(another_kind_of_directory_is_refused)
{
	make_registry();
	move_away("registry");
	ck_assert_int_eq(symlink("moved", below("registry")), 0);
	not_read(APAM_E_CONFIG, "must be a directory");
	not_changed(APAM_E_CONFIG, "must be a directory");
	ck_assert_int_eq(unlink(below("registry")), 0);
	write_file("registry", "");
	not_read(APAM_E_CONFIG, "must be a directory");
	ck_assert_int_eq(unlink(below("registry")), 0);
	not_read(APAM_E_CONFIG, "is missing");
	keys_are("moved/keys", one);
}
END_TEST

/* ---- Other users --------------------------------------------------------- */

START_TEST(another_user_reads_and_does_not_change)
{
	struct key_counter counter;

	if (geteuid() != 0)
		return;
	make_registry();
	ck_assert_int_eq(close(hold_lock()), 0);
	ck_assert_int_eq(seteuid(OTHER_UID), 0);
	ck_assert_uint_eq(count(), 1);
	ck_assert(key_counter_init(&counter));
	(void)key_view_follow(&registry, &counter, NULL);
	ck_assert(counter.attached && !counter.blind);
	key_counter_free(&counter);
	not_changed(APAM_E_CONFIG, "may not be changed by this user");
	ck_assert_int_eq(open(below("registry.lock"), O_RDONLY), -1);
	ck_assert_int_eq(errno, EACCES);
	ck_assert_int_eq(open(below("index/counter"), O_WRONLY), -1);
	ck_assert_int_eq(open(below("registry/keys"), O_WRONLY), -1);
	ck_assert_int_eq(seteuid(0), 0);
	/* One without a registry. */
	ck_assert_int_eq(unlink(below("index/counter")), 0);
	ck_assert_int_eq(seteuid(OTHER_UID), 0);
	ck_assert_uint_eq(count(), 1);
	ck_assert_int_eq(access(below("index/counter"), F_OK), -1);
}
END_TEST

START_TEST(another_user_makes_none)
{
	if (geteuid() != 0)
		return;
	ck_assert_int_eq(seteuid(OTHER_UID), 0);
	not_changed(APAM_E_CONFIG, "may not be changed by this user");
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(chmod(base, 0711), 0);
	ck_assert_int_eq(seteuid(OTHER_UID), 0);
	not_read(APAM_E_CONFIG, "may not be read by this user; chmod a+rx ");
}
END_TEST

START_TEST(a_user_has_its_own_in_user_mode)
{
	if (geteuid() != 0)
		return;
	ck_assert_int_eq(chown(base, OTHER_UID, OTHER_UID), 0);
	ck_assert_int_eq(seteuid(OTHER_UID), 0);
	not_changed(APAM_E_TRUST, "does not belong to root");
	registry.user = true;
	change("one");
	ck_assert_uint_eq(count(), 1);
}
END_TEST

/* ---- The lock ------------------------------------------------------------ */

static void
pause_ms(long ms)
{
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	(void)nanosleep(&t, NULL);
}

START_TEST(a_lock_is_waited_for)
{
	int lock, status;
	pid_t pid;

	make_registry();
	lock = hold_lock();
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		pause_ms(300);
		(void)flock(lock, LOCK_UN);
		_exit(0);
	}
	ck_assert_int_ge(time_of_change("two"), 250);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(close(lock), 0);
}
END_TEST

/* While the test waits: until it is ended. */
static void
let_seconds_pass(void)
{
	for (;;) {
		pause_ms(10);
		clock_advance(1000);
	}
}

START_TEST(a_lock_is_not_waited_for_for_ever)
{
	int lock;
	pid_t pid;

	make_registry();
	lock = hold_lock();
	ck_assert_uint_eq(count(), 1);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		let_seconds_pass();
	not_changed(APAM_E_DEADLINE, "/registry.lock was held by another");
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	keys_are("registry/keys", one);
	ck_assert_int_eq(close(lock), 0);
}
END_TEST

/* ---- Memory and calls that fail ---------------------------------------- */

START_TEST(memory_that_runs_out_is_said)
{
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;
	struct key_set set;
	int n = 0;

	make_registry();
	for (;;) {
		allocations_left = n;
		status = key_registry_read(&registry, &set, &err);
		if (!allocation_failed())
			break;
		ck_assert_int_eq(status, APAM_E_MEMORY);
		ck_assert_str_eq(err.text, "out of memory");
		ck_assert_uint_eq(set.count, 0);
		n++;
	}
	ck_assert_int_eq(status, APAM_OK);
	ck_assert_uint_eq(set.count, 1);
	ck_assert_int_ge(n, 4);
	key_set_free(&set);
}
END_TEST

static const struct {
	int number;
	enum apam_status status;
} numbers[] = {
	{ EIO, APAM_E_CONFIG },
	{ ENOMEM, APAM_E_MEMORY },
	{ EMFILE, APAM_E_MEMORY },
};

/* A registry that cannot be read is never taken for none. */
START_TEST(each_call_that_fails_is_said)
{
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;
	struct key_set set;
	bool read_failed = false;
	int n = 0;

	make_registry();
	call_error = numbers[_i].number;
	for (;; n++) {
		calls_left = n;
		status = key_registry_read(&registry, &set, &err);
		if (!call_failed())
			break;
		ck_assert_int_eq(err.status, status);
		ck_assert_uint_eq(set.count, status == APAM_OK ? 1 : 0);
		key_set_free(&set);
		/* What cannot be checked is not trusted, whatever the number. */
		if (status != APAM_OK &&
		    strstr(err.text, "cannot be checked") == NULL)
			ck_assert_int_eq(status, numbers[_i].status);
		if (strstr(err.text, "cannot be read: error") != NULL)
			read_failed = true;
	}
	ck_assert_int_eq(status, APAM_OK);
	ck_assert_uint_eq(set.count, 1);
	ck_assert(read_failed);
	ck_assert_int_ge(n, 10);
	key_set_free(&set);
}
END_TEST

/*
 * Text and index are an old copy, which registry.known alone tells: it is not
 * read, nor changed, while that cannot be read for want of a descriptor.
 */
START_TEST(an_old_copy_is_not_read_for_a_lack)
{
	const int state = open(base, O_RDONLY | O_DIRECTORY);
	enum apam_status status;
	struct key_set set;
	bool failed = true;
	int n;

	make_registry();
	read_ok(&set);
	set.is.generation++;
	ck_assert(key_known_write(state, &set.is));
	key_set_free(&set);
	ck_assert_int_eq(close(state), 0);
	call_error = EMFILE;
	for (n = 0; failed; n++) {
		calls_left = n;
		status = key_registry_read(&registry, &set, NULL);
		failed = call_failed();
		ck_assert_msg(status != APAM_OK, "call %d", n);
		key_set_free(&set);
	}
	ck_assert_int_ge(n, 10);
	not_read(APAM_E_CONFIG, "is older than the one that programs use");
}
END_TEST

START_TEST(a_lock_that_was_removed_is_taken_again)
{
	struct registry_files f = registry_files_begin(&registry, NULL);

	make_registry();
	ck_assert(registry_files_enter(&f));
	ck_assert(registry_files_are_ours(&f));
	ck_assert_int_eq(unlink(below("registry.lock")), 0);
	ck_assert(registry_files_lock(&f));
	ck_assert_int_eq(access(below("registry.lock"), F_OK), 0);
	registry_files_end(&f);
	ck_assert_int_eq(f.lock + f.state, -2);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("registry_files");
	TCase *tc = tcase_create("all");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, make_base, remove_base);
	tcase_add_loop_test(tc, a_damaged_file_is_neither_read_nor_overwritten,
	    0, ROWS(corrupt));
	tcase_add_test(tc, a_file_too_large_is_refused);
	tcase_add_test(tc, a_limit_of_descriptors_is_said);
	tcase_add_loop_test(
	    tc, what_others_can_change_is_refused, 0, ROWS(open_modes));
	tcase_add_loop_test(tc, what_is_anothers_is_refused, 0, ROWS(owned));
	tcase_add_test(tc, another_kind_of_file_is_refused);
	tcase_add_test(tc, another_kind_of_directory_is_refused);
	tcase_add_test(tc, another_user_reads_and_does_not_change);
	tcase_add_test(tc, another_user_makes_none);
	tcase_add_test(tc, a_user_has_its_own_in_user_mode);
	tcase_add_test(tc, a_lock_is_waited_for);
	tcase_add_test(tc, a_lock_is_not_waited_for_for_ever);
	tcase_add_test(tc, memory_that_runs_out_is_said);
	tcase_add_loop_test(tc, each_call_that_fails_is_said, 0, ROWS(numbers));
	tcase_add_test(tc, an_old_copy_is_not_read_for_a_lack);
	tcase_add_test(tc, a_lock_that_was_removed_is_taken_again);
	return run_suite(suite);
}
