/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/file/user_dir.c on real directories below /tmp: who makes
 * which, what is refused, and that one user's is not counted as another's.
 * Rows that need another user run as root alone.
 */
#include "file/user_dir.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/run.h"

#define OTHER_UID 65534

static char base[64];
static bool user; /* user mode, where the tests are not run by root */

static void
make_base(void)
{
	user = geteuid() != 0;
	(void)snprintf(base, sizeof(base), "/tmp/apam-users-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(base));
	ck_assert_int_eq(chmod(base, 0755), 0);
}

static void
remove_base(void)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'", base);
	ck_assert_int_eq(seteuid(getuid()), 0);
	ck_assert_int_eq(system(command), 0);
}

static const char *
below(const char *name)
{
	static char path[1024];

	(void)snprintf(path, sizeof(path), "%s/%s", base, name);
	return path;
}

/* The path of a user's directory. */
static const char *
of(unsigned long uid)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "users/%lu", uid);
	return below(name);
}

static void
make_directory(const char *path, mode_t mode)
{
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(chmod(path, mode), 0);
}

static mode_t
mode_of(const char *path)
{
	struct stat st;

	ck_assert_int_eq(lstat(path, &st), 0);
	return st.st_mode;
}

static void
opens(bool make)
{
	struct apam_error err = APAM_ERROR_INIT;
	const int fd = user_dir_open(base, user, make, &err);
	struct stat found, named;

	ck_assert_msg(fd >= 0, "%s", err.text);
	ck_assert_int_eq(err.status, APAM_OK);
	ck_assert_int_eq(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	ck_assert_int_eq(fstat(fd, &found), 0);
	ck_assert_int_eq(lstat(of(geteuid()), &named), 0);
	ck_assert(found.st_ino == named.st_ino);
	ck_assert_int_eq(close(fd), 0);
}

static void
refused(bool make, enum apam_status status, const char *text)
{
	struct apam_error err = APAM_ERROR_INIT;

	ck_assert_int_eq(user_dir_open(base, user, make, &err), -1);
	ck_assert_msg(err.status == status, "%d: %s", err.status, err.text);
	ck_assert_msg(strstr(err.text, text) != NULL, "%s", err.text);
	ck_assert_int_eq(user_dir_open(base, user, make, NULL), -1);
}

/* ---- Opening ----------------------------------------------------------- */

START_TEST(nothing_is_made_unasked)
{
	refused(false, APAM_E_CONFIG, "/users does not exist; as root");
	ck_assert_int_eq(access(below("users"), F_OK), -1);
	make_directory(below("users"), 0755);
	refused(false, APAM_E_CONFIG, "does not exist");
	ck_assert_int_eq(access(of(geteuid()), F_OK), -1);
}
END_TEST

START_TEST(what_is_missing_is_made)
{
	const mode_t old = umask(_i == 0 ? 0 : 077);

	opens(true);
	ck_assert_uint_eq(mode_of(below("users")), S_IFDIR | 0755);
	ck_assert_uint_eq(mode_of(of(geteuid())), S_IFDIR | 0700);
	opens(true);
	opens(false);
	(void)umask(old);
}
END_TEST

START_TEST(another_state_dir_is_refused)
{
	ck_assert_int_eq(chmod(base, 0777), 0);
	refused(true, APAM_E_TRUST, "can be changed by others");
	ck_assert_int_eq(access(below("users"), F_OK), -1);
	ck_assert_int_eq(rmdir(base), 0);
	refused(true, APAM_E_CONFIG, "does not exist");
	make_directory(base, 0755);
}
END_TEST

START_TEST(users_that_others_can_change_is_refused)
{
	make_directory(below("users"), 0775);
	refused(true, APAM_E_TRUST, "can be changed by others; chmod 0755");
	ck_assert_int_eq(chmod(below("users"), 0757), 0);
	refused(true, APAM_E_TRUST, "can be changed by others; chmod 0755");
	ck_assert_int_eq(chmod(below("users"), 01777), 0);
	refused(true, APAM_E_TRUST, "can be changed by others; chmod 0755");
	ck_assert_int_eq(chmod(below("users"), 0755), 0);
	opens(true);
	if (geteuid() != 0)
		return;
	ck_assert_int_eq(chown(below("users"), OTHER_UID, OTHER_UID), 0);
	refused(true, APAM_E_TRUST, "/users does not belong to root; chown");
	user = true;
	refused(true, APAM_E_TRUST, "/users does not belong to root; chown");
}
END_TEST

START_TEST(another_kind_is_refused)
{
	char own[1024];

	ck_assert_int_eq(symlink("/tmp", below("users")), 0);
	refused(true, APAM_E_CONFIG, "/users cannot be opened");
	ck_assert_int_eq(unlink(below("users")), 0);
	ck_assert_int_eq(mkfifo(below("users"), 0755), 0);
	refused(true, APAM_E_CONFIG, "/users cannot be opened");
	ck_assert_int_eq(unlink(below("users")), 0);
	make_directory(below("users"), 0755);
	(void)snprintf(own, sizeof(own), "%s", of(geteuid()));
	ck_assert_int_eq(symlink("/tmp", own), 0);
	refused(true, APAM_E_CONFIG, "cannot be opened");
	ck_assert_int_eq(unlink(own), 0);
	ck_assert_int_eq(mkfifo(own, 0700), 0);
	refused(true, APAM_E_CONFIG, "cannot be opened");
}
END_TEST

START_TEST(one_that_is_not_the_users_alone_is_refused)
{
	static const mode_t modes[] = { 0750, 0701, 0710, 0704, 0777, 01777 };

	opens(true);
	for (int i = 0; i < ROWS(modes); i++) {
		ck_assert_int_eq(chmod(of(geteuid()), modes[i]), 0);
		refused(
		    true, APAM_E_TRUST, "does not belong to this user alone");
	}
	ck_assert_int_eq(chmod(of(geteuid()), 0700), 0);
	opens(true);
	if (geteuid() != 0)
		return;
	ck_assert_int_eq(chown(of(0), OTHER_UID, OTHER_UID), 0);
	refused(true, APAM_E_TRUST, "does not belong to this user alone");
}
END_TEST

/* ---- Other users ------------------------------------------------------- */

START_TEST(another_user_is_let_in_by_root)
{
	if (geteuid() != 0)
		return;
	ck_assert_int_eq(seteuid(OTHER_UID), 0);
	refused(true, APAM_E_CONFIG, "/users does not exist; as root, `apam");
	ck_assert_int_eq(seteuid(0), 0);
	opens(true);
	ck_assert_int_eq(seteuid(OTHER_UID), 0);
	refused(true, APAM_E_CONFIG,
	    "/users/65534 does not exist; as root, `apam users add 65534`");
	ck_assert_int_eq(seteuid(0), 0);
	make_directory(of(OTHER_UID), 0700);
	ck_assert_int_eq(seteuid(OTHER_UID), 0);
	refused(true, APAM_E_CONFIG, "/users/65534 cannot be opened");
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(rmdir(of(OTHER_UID)), 0);
	ck_assert_int_eq(user_dir_add(base, user, OTHER_UID, NULL), APAM_OK);
	ck_assert_int_eq(user_dir_add(base, user, OTHER_UID, NULL), APAM_OK);
	ck_assert_int_eq(seteuid(OTHER_UID), 0);
	opens(false);
}
END_TEST

START_TEST(none_but_root_lets_another_in)
{
	struct apam_error err = APAM_ERROR_INIT;

	if (geteuid() != 0)
		return;
	ck_assert_int_eq(user_dir_add(base, user, 1, NULL), APAM_OK);
	ck_assert_uint_eq(mode_of(of(1)), S_IFDIR | 0700);
	ck_assert_uint_eq(mode_of(below("users")), S_IFDIR | 0755);
	ck_assert_int_eq(seteuid(1), 0);
	ck_assert_int_eq(user_dir_add(base, user, 2, &err), APAM_E_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.text, "/users/2 cannot be made"));
	ck_assert_ptr_nonnull(strstr(err.text, "run it as root"));
	ck_assert_int_eq(access(of(2), F_OK), -1);
	ck_assert_int_eq(seteuid(0), 0);
	/* What another left there is not given away. */
	ck_assert_int_eq(symlink("/tmp", of(3)), 0);
	ck_assert_int_eq(user_dir_add(base, user, 3, NULL), APAM_E_CONFIG);
	make_directory(of(4), 0700);
	ck_assert_int_eq(user_dir_add(base, user, 4, NULL), APAM_E_TRUST);
	/* Whoever was killed half-way. */
	make_directory(below("users/5.new"), 0700);
	ck_assert_int_eq(user_dir_add(base, user, 5, NULL), APAM_OK);
}
END_TEST

/* ---- What is another's ------------------------------------------------- */

static char told[4096];

static void
note_line(void *arg, enum apam_log_level level, const char *line)
{
	const size_t n = strlen(told);

	(void)arg;
	ck_assert_int_eq(level, APAM_LOG_ERROR);
	(void)snprintf(told + n, sizeof(told) - n, "%s\n", line);
}

static const struct log log_here = { note_line, NULL, APAM_LOG_ERROR };

START_TEST(a_users_that_all_may_write_is_mended)
{
	if (geteuid() != 0)
		return;
	make_directory(below("users"), 01777);
	make_directory(of(0), 0700);
	ck_assert_int_eq(chown(of(0), OTHER_UID, OTHER_UID), 0);
	user_dir_tidy(base, false, &log_here);
	ck_assert_uint_eq(mode_of(below("users")), S_IFDIR | 0755);
	ck_assert_uint_eq(mode_of(below("users/0.aside-1")), S_IFDIR | 0700);
	ck_assert_ptr_nonnull(strstr(told, "/users could be changed by"));
	ck_assert_ptr_nonnull(strstr(told, "/users/0 was another user's"));
	ck_assert_ptr_nonnull(strstr(told, "it is 0.aside-1 now"));
	opens(true);
	told[0] = '\0';
	user_dir_tidy(base, true, &log_here);
	ck_assert_str_eq(told, "");
}
END_TEST

START_TEST(what_is_anothers_is_set_aside)
{
	if (geteuid() != 0)
		return;
	opens(true);
	ck_assert_int_eq(user_dir_add(base, user, 1, NULL), APAM_OK);
	make_directory(of(2), 0700);
	ck_assert_int_eq(symlink("/tmp", of(3)), 0);
	make_directory(of(4), 0777);
	ck_assert_int_eq(chown(of(4), 4, 4), 0);
	user_dir_tidy(base, false, &log_here);
	ck_assert_str_eq(told, "");
	user_dir_tidy(base, true, &log_here);
	ck_assert_uint_eq(mode_of(of(1)), S_IFDIR | 0700);
	for (unsigned long uid = 2; uid < 5; uid++)
		ck_assert_int_eq(access(of(uid), F_OK), -1);
	ck_assert_uint_eq(mode_of(below("users/2.aside-1")), S_IFDIR | 0700);
	ck_assert_int_eq(user_dir_add(base, user, 2, NULL), APAM_OK);
	ck_assert_int_eq(chown(of(2), OTHER_UID, OTHER_UID), 0);
	user_dir_tidy(base, true, &log_here);
	ck_assert_uint_eq(mode_of(below("users/2.aside-2")), S_IFDIR | 0700);
}
END_TEST

/* Where all may write to state_dir, such as /tmp. */
START_TEST(anothers_users_is_set_aside)
{
	if (geteuid() != 0)
		return;
	ck_assert_int_eq(chmod(base, 01777), 0);
	make_directory(below("users"), 0755);
	ck_assert_int_eq(chown(below("users"), OTHER_UID, OTHER_UID), 0);
	user_dir_tidy(base, false, &log_here);
	ck_assert_ptr_nonnull(strstr(told, "it is users.aside-1 now"));
	ck_assert_int_eq(symlink("/tmp", below("users")), 0);
	user_dir_tidy(base, false, &log_here);
	ck_assert_int_eq(access(below("users"), F_OK), -1);
	ck_assert_uint_eq(mode_of(below("users.aside-2")) & S_IFMT, S_IFLNK);
	opens(true);
}
END_TEST

START_TEST(others_tidy_nothing)
{
	if (geteuid() != 0)
		return;
	make_directory(below("users"), 01777);
	ck_assert_int_eq(seteuid(OTHER_UID), 0);
	told[0] = '\0';
	user_dir_tidy(base, true, &log_here);
	ck_assert_str_eq(told, "");
	ck_assert_uint_eq(mode_of(below("users")), S_IFDIR | 01777);
}
END_TEST

/* ---- Whose state_dir it is --------------------------------------------- */

START_TEST(a_sticky_state_dir_is_made_by_its_owner_alone)
{
	if (geteuid() != 0)
		return;
	ck_assert_int_eq(chmod(base, 01777), 0);
	user = _i == 1;
	ck_assert_int_eq(seteuid(OTHER_UID), 0);
	refused(true, APAM_E_CONFIG, "/users does not exist; as root");
	ck_assert_int_eq(access(below("users"), F_OK), -1);
}
END_TEST

START_TEST(a_user_makes_the_users_of_its_own_state_dir)
{
	if (geteuid() != 0)
		return;
	ck_assert_int_eq(chown(base, OTHER_UID, OTHER_UID), 0);
	ck_assert_int_eq(seteuid(OTHER_UID), 0);
	refused(true, APAM_E_TRUST, "does not belong to root");
	user = true;
	opens(true);
	ck_assert_uint_eq(mode_of(below("users")), S_IFDIR | 0755);
}
END_TEST

/* ---- All --------------------------------------------------------------- */

struct seen {
	int count;
	unsigned long sum;
};

static void
see(void *arg, unsigned long uid, int directory)
{
	struct seen *seen = arg;
	struct stat st;

	ck_assert_int_eq(fstat(directory, &st), 0);
	ck_assert_uint_eq(st.st_uid, uid);
	seen->count++;
	seen->sum += uid;
}

static struct seen
see_all(void)
{
	struct seen seen = { 0 };

	user_dir_each(base, user, see, &seen);
	return seen;
}

START_TEST(there_may_be_none)
{
	ck_assert_int_eq(see_all().count, 0);
	make_directory(below("users"), 0755);
	ck_assert_int_eq(see_all().count, 0);
	ck_assert_int_eq(chmod(below("users"), 0777), 0);
	make_directory(of(geteuid()), 0700);
	ck_assert_int_eq(see_all().count, 0);
	ck_assert_int_eq(chmod(below("users"), 0755), 0);
	ck_assert_int_eq(see_all().count, 1);
	ck_assert_uint_eq(see_all().sum, geteuid());
}
END_TEST

/* What stands beside the users' own, and is none of them. */
static const char *const others[] = { "00", "1x", "x", "4294967295", "-1",
	"99999999999999999999", ".0", "0 ", "65533" };

START_TEST(what_is_no_users_is_left_out)
{
	char name[64];

	opens(true);
	for (int i = 0; i < ROWS(others); i++) {
		(void)snprintf(name, sizeof(name), "users/%s", others[i]);
		make_directory(below(name), 0700);
	}
	ck_assert_int_eq(symlink("0", of(7)), 0);
	ck_assert_int_eq(mkfifo(of(8), 0700), 0);
	ck_assert_int_eq(see_all().count, 1);
	ck_assert_uint_eq(see_all().sum, geteuid());
}
END_TEST

START_TEST(root_sees_all_and_others_their_own)
{
	if (geteuid() != 0)
		return;
	opens(true);
	for (uid_t uid = 1; uid < 4; uid++) {
		make_directory(of(uid), 0700);
		ck_assert_int_eq(chown(of(uid), uid, uid), 0);
	}
	ck_assert_int_eq(chmod(of(3), 0750), 0);
	ck_assert_int_eq(see_all().count, 3);
	ck_assert_uint_eq(see_all().sum, 0 + 1 + 2);
	ck_assert_int_eq(seteuid(2), 0);
	ck_assert_int_eq(see_all().count, 1);
	ck_assert_uint_eq(see_all().sum, 2);
}
END_TEST

/* ---- Secrets ---------------------------------------------------------- */

static void
secrets_fail(enum apam_status status, const char *text)
{
	struct apam_error err = APAM_ERROR_INIT;

	ck_assert_int_eq(user_dir_open_secrets(base, user, true, &err), -1);
	ck_assert_int_eq(err.status, status);
	ck_assert_msg(strstr(err.text, text) != NULL, "%s", err.text);
}

START_TEST(secrets_have_a_directory_of_their_own)
{
	const int fd = user_dir_open_secrets(base, user, true, NULL);
	char path[128];

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(close(fd), 0);
	ck_assert_uint_eq(mode_of(below("secrets")), S_IFDIR | 0755);
	ck_assert_int_eq(access(below("users"), F_OK), -1);
	(void)snprintf(
	    path, sizeof(path), "secrets/%lu", (unsigned long)geteuid());
	ck_assert_uint_eq(mode_of(below(path)), S_IFDIR | 0700);
	ck_assert_int_eq(chmod(below(path), 0750), 0);
	secrets_fail(APAM_E_TRUST, "does not belong to this user alone");
	ck_assert_int_eq(chmod(below("secrets"), 0777), 0);
	secrets_fail(APAM_E_TRUST, "/secrets can be changed by others");
}
END_TEST

START_TEST(one_comes_when_it_is_needed)
{
	ck_assert(user_dir_comes(base));
	ck_assert_int_eq(
	    close(user_dir_open_secrets(base, user, true, NULL)), 0);
	ck_assert(!user_dir_comes(base));
	ck_assert(!user_dir_comes("/no/such/state_dir"));
	if (geteuid() != 0)
		return;
	ck_assert_int_eq(seteuid(OTHER_UID), 0);
	ck_assert(!user_dir_comes(base));
}
END_TEST

START_TEST(a_user_who_is_added_gets_both)
{
	struct stat st;

	if (geteuid() != 0)
		return;
	ck_assert_int_eq(user_dir_add(base, false, OTHER_UID, NULL), APAM_OK);
	ck_assert_int_eq(stat(of(OTHER_UID), &st), 0);
	ck_assert_uint_eq(st.st_uid, OTHER_UID);
	ck_assert_int_eq(stat(below("secrets/65534"), &st), 0);
	ck_assert_uint_eq(st.st_uid, OTHER_UID);
	ck_assert_uint_eq(st.st_mode, S_IFDIR | 0700);
	/* Again: what is there is right. */
	ck_assert_int_eq(user_dir_add(base, false, OTHER_UID, NULL), APAM_OK);
}
END_TEST

START_TEST(secrets_of_another_are_set_aside)
{
	const struct log log = { .level = APAM_LOG_ERROR };

	if (geteuid() != 0)
		return;
	make_directory(below("secrets"), 0777);
	make_directory(below("secrets/0"), 0777);
	ck_assert_int_eq(chown(below("secrets/0"), OTHER_UID, OTHER_UID), 0);
	user_dir_tidy(base, false, &log);
	ck_assert_uint_eq(mode_of(below("secrets")), S_IFDIR | 0755);
	ck_assert_int_eq(access(below("secrets/0"), F_OK), -1);
	ck_assert_int_eq(access(below("secrets/0.aside-1"), F_OK), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("user_dir");
	TCase *tc = tcase_create("user_dir");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, make_base, remove_base);
	tcase_add_test(tc, nothing_is_made_unasked);
	tcase_add_loop_test(tc, what_is_missing_is_made, 0, 2);
	tcase_add_test(tc, another_state_dir_is_refused);
	tcase_add_test(tc, users_that_others_can_change_is_refused);
	tcase_add_test(tc, another_kind_is_refused);
	tcase_add_test(tc, one_that_is_not_the_users_alone_is_refused);
	tcase_add_test(tc, another_user_is_let_in_by_root);
	tcase_add_test(tc, none_but_root_lets_another_in);
	tcase_add_test(tc, a_users_that_all_may_write_is_mended);
	tcase_add_test(tc, what_is_anothers_is_set_aside);
	tcase_add_test(tc, anothers_users_is_set_aside);
	tcase_add_test(tc, others_tidy_nothing);
	tcase_add_loop_test(
	    tc, a_sticky_state_dir_is_made_by_its_owner_alone, 0, 2);
	tcase_add_test(tc, a_user_makes_the_users_of_its_own_state_dir);
	tcase_add_test(tc, there_may_be_none);
	tcase_add_test(tc, what_is_no_users_is_left_out);
	tcase_add_test(tc, root_sees_all_and_others_their_own);
	tcase_add_test(tc, secrets_have_a_directory_of_their_own);
	tcase_add_test(tc, one_comes_when_it_is_needed);
	tcase_add_test(tc, a_user_who_is_added_gets_both);
	tcase_add_test(tc, secrets_of_another_are_set_aside);
	return run_suite(suite);
}
