/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/durable/durable_place.c: which files are believed, and who
 * holds the lock.  Rows that need another user run as root alone.
 */
#include "durable/durable_place.h"

#include <fcntl.h>

#include "base/secmem.h"
#include "file/lock_holder.h"
#include "support/store.h"

#define OTHER_UID 65534

static void
make_store(void)
{
	store_make();
	store_login("first");
}

static void
remove_store(void)
{
	ck_assert_int_eq(seteuid(getuid()), 0);
	store_remove();
	ck_assert_int_eq(secmem_live(), 0);
}

static void
refused(enum apam_status status, const char *text)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct durable_copy copy;

	ck_assert_int_eq(durable_read(&store, &copy, &err), status);
	ck_assert_msg(
	    strstr(err.text, text) != NULL, "'%s' is not '%s'", err.text, text);
	ck_assert(!copy.there);
	ck_assert_ptr_null(copy.text.p);
}

static void
write_text(const char *text)
{
	const int fd = open(store_path("secrets", "demo"), O_WRONLY | O_TRUNC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	ck_assert_int_eq(close(fd), 0);
}

/* ---- The record ---------------------------------------------------------- */

START_TEST(it_is_read)
{
	struct stat st;

	store_holds("first", 1, DURABLE_READY);
	ck_assert_int_eq(stat(store_path("secrets", "demo"), &st), 0);
	ck_assert_uint_eq(st.st_mode, S_IFREG | 0600);
	ck_assert_int_eq(stat(store_path("secrets", "."), &st), 0);
	ck_assert_uint_eq(st.st_mode, S_IFDIR | 0700);
}
END_TEST

START_TEST(none_is_no_error)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct durable_copy copy;

	store.name = "other";
	ck_assert_int_eq(durable_read(&store, &copy, &err), APAM_OK);
	ck_assert(!copy.there);
	durable_copy_free(&copy);
}
END_TEST

START_TEST(a_file_of_others_is_refused)
{
	const char *path = store_path("secrets", "demo");

	ck_assert_int_eq(chmod(path, 0640), 0);
	refused(APAM_E_TRUST, "can be read or changed by others; chmod 0600");
	ck_assert_int_eq(chmod(path, 0600), 0);
	if (geteuid() != 0)
		return;
	ck_assert_int_eq(chown(path, OTHER_UID, OTHER_UID), 0);
	refused(APAM_E_TRUST, "belongs to another user");
}
END_TEST

START_TEST(what_is_no_file_is_refused)
{
	char path[1024];

	(void)snprintf(path, sizeof(path), "%s", store_path("secrets", "demo"));
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(symlink("demo.lock", path), 0);
	refused(APAM_E_SECRET, "cannot be opened");
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	refused(APAM_E_TRUST, "is not a regular file");
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	refused(APAM_E_TRUST, "is not a regular file");
}
END_TEST

START_TEST(a_damaged_one_is_refused)
{
	char other[1024];

	(void)snprintf(
	    other, sizeof(other), "%s", store_path("secrets", "other"));
	ck_assert_int_eq(link(store_path("secrets", "demo"), other), 0);
	store.name = "other";
	refused(APAM_E_SECRET, "store:other is that of another name");
	store.name = "demo";
	write_text("apam-secret 1\n");
	refused(APAM_E_SECRET, "store:demo is damaged");
	write_text("");
	refused(APAM_E_SECRET, "not a record of this version");
	ck_assert_int_eq(
	    truncate(store_path("secrets", "demo"), DURABLE_RECORD_MAX + 1), 0);
	refused(APAM_E_SECRET, "is too large");
}
END_TEST

START_TEST(a_directory_of_others_is_refused)
{
	char path[128];

	ck_assert_int_eq(chmod(store_path("secrets", "."), 0750), 0);
	refused(APAM_E_TRUST, "does not belong to this user alone");
	ck_assert_int_eq(chmod(store_path("secrets", "."), 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/secrets", store_base);
	ck_assert_int_eq(chmod(path, 0777), 0);
	refused(APAM_E_TRUST, "/secrets can be changed by others");
}
END_TEST

/* That of root, or of who has the state_dir, comes with the first login. */
START_TEST(a_directory_that_comes_is_no_error)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct durable_copy copy;
	char command[1100];

	(void)snprintf(command, sizeof(command), "rm -rf '%s/secrets/%lu'",
	    store_base, (unsigned long)geteuid());
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(system(command), 0);
		ck_assert_msg(durable_read(&store, &copy, &err) == APAM_OK,
		    "%s", err.text);
		ck_assert(!copy.there);
		ck_assert_int_eq(err.status, APAM_OK);
		(void)snprintf(command, sizeof(command), "rm -rf '%s/secrets'",
		    store_base);
	}
}
END_TEST

START_TEST(a_missing_directory_is_said)
{
	if (geteuid() != 0)
		return;
	ck_assert_int_eq(seteuid(OTHER_UID), 0);
	refused(APAM_E_CONFIG,
	    "/secrets/65534 does not exist; as root, `apam users add 65534`");
}
END_TEST

/* ---- The lock ------------------------------------------------------------ */

START_TEST(one_holds_the_lock)
{
	const int lock = durable_try_lock(&store, NULL);
	struct lock_holder holder;
	struct stat st;

	ck_assert_int_ge(lock, 0);
	ck_assert_int_eq(durable_try_lock(&store, NULL), DURABLE_LOCK_BUSY);
	ck_assert(durable_lock_stat(&store, &st));
	if (lock_holder_find(&st, &holder))
		ck_assert_int_eq(holder.pid, getpid());
	ck_assert_int_eq(close(lock), 0);
	ck_assert_int_eq(close(durable_try_lock(&store, NULL)), 0);
	store.name = "other";
	ck_assert(!durable_lock_stat(&store, &st));
}
END_TEST

START_TEST(a_lock_of_others_is_refused)
{
	struct apam_error err = APAM_ERROR_INIT;

	ck_assert_int_eq(chmod(store_path("secrets", "demo.lock"), 0644), 0);
	ck_assert_int_eq(durable_try_lock(&store, &err), DURABLE_LOCK_FAILED);
	ck_assert_int_eq(err.status, APAM_E_TRUST);
	ck_assert_ptr_nonnull(strstr(err.text, "the lock of store:demo"));
}
END_TEST

START_TEST(ringing_changes_what_is_watched)
{
	const struct timespec old[2] = { { 1000, 0 }, { 1000, 0 } };
	const int lock = durable_try_lock(&store, NULL);
	char path[1024];
	struct stat st;

	ck_assert(durable_lock_path(&store, path, sizeof(path)));
	ck_assert_str_eq(path, store_path("secrets", "demo.lock"));
	ck_assert(!durable_lock_path(&store, path, 10));
	ck_assert_int_eq(futimens(lock, old), 0);
	durable_ring(lock);
	ck_assert_int_eq(fstat(lock, &st), 0);
	ck_assert_int_ne(st.st_mtim.tv_sec, 1000);
	ck_assert_int_eq(close(lock), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("durable_place");
	TCase *tc = tcase_create("durable_place");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, make_store, remove_store);
	tcase_add_test(tc, it_is_read);
	tcase_add_test(tc, none_is_no_error);
	tcase_add_test(tc, a_file_of_others_is_refused);
	tcase_add_test(tc, what_is_no_file_is_refused);
	tcase_add_test(tc, a_damaged_one_is_refused);
	tcase_add_test(tc, a_directory_of_others_is_refused);
	tcase_add_test(tc, a_directory_that_comes_is_no_error);
	tcase_add_test(tc, a_missing_directory_is_said);
	tcase_add_test(tc, one_holds_the_lock);
	tcase_add_test(tc, a_lock_of_others_is_refused);
	tcase_add_test(tc, ringing_changes_what_is_watched);
	return run_suite(suite);
}
