/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/keys/place.c: what may stand in the place of the registry's
 * directories and files and what may not, who is believed, and what is said.
 */
#define _GNU_SOURCE
#include "keys/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/run.h"

#define OTHER_UID 65534

static char base[64];
static struct key_registry registry = { base, true, NULL };
static struct apam_error err = APAM_ERROR_INIT;
static int state;
static bool absent;

static void
setup(void)
{
	memset(&err, 0, sizeof(err));
	err.size = sizeof(err);
	(void)snprintf(base, sizeof(base), "/tmp/apam-place-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(base));
	ck_assert_int_eq(chmod(base, 0755), 0);
	state = key_place_state(&registry, &absent, &err);
	ck_assert_msg(state >= 0, "%s", err.text);
	ck_assert(!absent);
}

static void
teardown(void)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'", base);
	ck_assert_int_eq(close(state), 0);
	ck_assert_int_eq(system(command), 0);
}

/* ---- What stands there -------------------------------------------------- */

static void
put_nothing(int at, const char *name)
{
	(void)at;
	(void)name;
}

static void
put_file(int at, const char *name)
{
	const int fd = openat(at, name, O_WRONLY | O_CREAT, 0644);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fchmod(fd, 0644), 0);
	ck_assert_int_eq(close(fd), 0);
}

static void
put_directory(int at, const char *name)
{
	ck_assert_int_eq(mkdirat(at, name, 0755), 0);
	ck_assert_int_eq(fchmodat(at, name, 0755, 0), 0);
}

static void
put_fifo(int at, const char *name)
{
	ck_assert_int_eq(mkfifoat(at, name, 0644), 0);
}

static void
put_link(int at, const char *name)
{
	put_file(at, "target");
	ck_assert_int_eq(symlinkat("target", at, name), 0);
}

static void
put_link_to_directory(int at, const char *name)
{
	put_directory(at, "target");
	ck_assert_int_eq(symlinkat("target", at, name), 0);
}

static void
put_open_file(int at, const char *name)
{
	put_file(at, name);
	ck_assert_int_eq(fchmodat(at, name, 0664, 0), 0);
}

static void
put_open_directory(int at, const char *name)
{
	put_directory(at, name);
	ck_assert_int_eq(fchmodat(at, name, 0777, 0), 0);
}

/* Only root can give things away: for others, one that others may write. */
static void
put_others_file(int at, const char *name)
{
	put_open_file(at, name);
	if (geteuid() == 0)
		ck_assert_int_eq(fchownat(at, name, OTHER_UID, 0, 0), 0);
}

static void
put_others_directory(int at, const char *name)
{
	put_open_directory(at, name);
	if (geteuid() == 0)
		ck_assert_int_eq(fchownat(at, name, OTHER_UID, 0, 0), 0);
}

#define IS_ABSENT APAM_E_USAGE /* in the tables below */

static const struct {
	void (*put)(int at, const char *name);
	enum apam_status status;
} directories[] = {
	{ put_directory, APAM_OK },
	{ put_nothing, IS_ABSENT },
	{ put_file, APAM_E_CONFIG },
	{ put_fifo, APAM_E_CONFIG },
	{ put_link, APAM_E_CONFIG },
	{ put_link_to_directory, APAM_E_CONFIG },
	{ put_open_directory, APAM_E_TRUST },
	{ put_others_directory, APAM_E_TRUST },
};

static const struct {
	void (*put)(int at, const char *name);
	enum apam_status status;
} files[] = {
	{ put_file, APAM_OK },
	{ put_nothing, IS_ABSENT },
	{ put_directory, APAM_E_CONFIG },
	{ put_fifo, APAM_E_CONFIG },
	{ put_link, APAM_E_CONFIG },
	{ put_link_to_directory, APAM_E_CONFIG },
	{ put_open_file, APAM_E_TRUST },
	{ put_others_file, APAM_E_TRUST },
};

static void
came_to(int fd, enum apam_status status, int row)
{
	ck_assert_int_eq(absent, status == IS_ABSENT);
	ck_assert_int_eq(fd >= 0, status == APAM_OK);
	if (fd >= 0)
		ck_assert_int_eq(close(fd), 0);
	else if (!absent)
		ck_assert_msg(
		    err.status == status, "row %d: %s", row, err.text);
	if (fd >= 0 || absent)
		ck_assert_int_eq(err.status, APAM_OK);
	else
		ck_assert(strstr(err.text, base) != NULL ||
		    strstr(err.file, base) != NULL);
}

START_TEST(a_directory_is_one_that_only_its_owner_changes)
{
	directories[_i].put(state, "index");
	absent = false;
	memset(&err, 0, sizeof(err));
	err.size = sizeof(err);
	came_to(key_place_directory(&registry, state, "index", &absent, &err),
	    directories[_i].status, _i);
}
END_TEST

START_TEST(a_file_is_one_that_only_its_owner_changes)
{
	struct stat st;

	files[_i].put(state, KEY_PLACE_KEYS);
	absent = false;
	memset(&err, 0, sizeof(err));
	err.size = sizeof(err);
	came_to(key_place_keys(
		    &registry, KEY_PLACE_INDEX, state, &st, &absent, &err),
	    files[_i].status, _i);
}
END_TEST

/* Anything that is there, whatever it is, says that a registry was. */
START_TEST(what_is_there_is_known)
{
	static const char *const names[] = { KEY_PLACE_KNOWN,
		KEY_PLACE_REGISTRY };
	int failed;

	ck_assert(!key_place_is_known(state, &failed));
	put_directory(state, KEY_PLACE_INDEX);
	ck_assert(!key_place_is_known(state, &failed));
	ck_assert_int_eq(failed, 0);
	for (int n = 0; n < ROWS(names); n++) {
		if (files[_i].put == put_nothing)
			break;
		files[_i].put(state, names[n]);
		ck_assert(key_place_is_known(state, &failed));
		ck_assert_int_eq(failed, 0);
		ck_assert(unlinkat(state, names[n], 0) == 0 ||
		    unlinkat(state, names[n], AT_REMOVEDIR) == 0);
		(void)unlinkat(state, "target", 0);
		(void)unlinkat(state, "target", AT_REMOVEDIR);
	}
	/* What cannot be looked at may be there. */
	ck_assert(key_place_is_known(-1, &failed));
	ck_assert_int_eq(failed, EBADF);
}
END_TEST

START_TEST(a_state_dir_that_others_may_write_is_refused)
{
	ck_assert_int_eq(chmod(base, 01777), 0);
	ck_assert_int_eq(key_place_state(&registry, &absent, &err), -1);
	ck_assert(!absent);
	ck_assert_int_eq(err.status, APAM_E_TRUST);
	ck_assert_int_eq(chmod(base, 0755), 0);
}
END_TEST

START_TEST(no_state_dir_is_absent)
{
	char path[128];
	struct key_registry none = { path, true, NULL };

	(void)snprintf(path, sizeof(path), "%s/none", base);
	ck_assert_int_eq(key_place_state(&none, &absent, &err), -1);
	ck_assert(absent);
	ck_assert_int_eq(err.status, APAM_OK);
}
END_TEST

START_TEST(what_is_the_process_s_plight_is_no_damage)
{
	static const int plights[] = { EMFILE, ENFILE, ENOMEM };
	static const int others[] = { EIO, EACCES, ELOOP, 0, -1 };

	for (int i = 0; i < ROWS(plights); i++)
		ck_assert_int_eq(key_place_status(plights[i]), APAM_E_MEMORY);
	for (int i = 0; i < ROWS(others); i++)
		ck_assert_int_eq(key_place_status(others[i]), APAM_E_CONFIG);
}
END_TEST

static const struct {
	int number;
	enum apam_status status;
	const char *what;
} failures[] = {
	{ EACCES, APAM_E_CONFIG, "may not be changed by this user" },
	{ EROFS, APAM_E_INTERNAL, "is read-only" },
	{ ENOSPC, APAM_E_INTERNAL, "the disk is full" },
	{ EFBIG, APAM_E_INTERNAL, "ulimit -f" },
	{ EMFILE, APAM_E_MEMORY, "out of descriptors or memory" },
	{ ENOMEM, APAM_E_MEMORY, "out of descriptors or memory" },
	{ EIO, APAM_E_INTERNAL, "error 5 of the system" },
};

START_TEST(why_it_cannot_be_changed_is_said)
{
	memset(&err, 0, sizeof(err));
	err.size = sizeof(err);
	ck_assert_int_eq(key_place_refuse_errno(&registry, KEY_PLACE_REGISTRY,
			     failures[_i].number, &err),
	    failures[_i].status);
	ck_assert_ptr_nonnull(strstr(err.text, failures[_i].what));
	ck_assert_ptr_nonnull(strstr(err.text, base));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key_place");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, a_directory_is_one_that_only_its_owner_changes,
	    0, ROWS(directories));
	tcase_add_loop_test(
	    tc, a_file_is_one_that_only_its_owner_changes, 0, ROWS(files));
	tcase_add_loop_test(tc, what_is_there_is_known, 0, ROWS(files));
	tcase_add_test(tc, a_state_dir_that_others_may_write_is_refused);
	tcase_add_test(tc, no_state_dir_is_absent);
	tcase_add_test(tc, what_is_the_process_s_plight_is_no_damage);
	tcase_add_loop_test(
	    tc, why_it_cannot_be_changed_is_said, 0, ROWS(failures));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
