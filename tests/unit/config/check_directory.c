/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/config/directory.c on real directories: which files are listed,
 * in which order, and which directories are not believed.
 */
#include "config/directory.h"

#include "config/profile_conf.h"
#include "support/project.h"
#include "support/run.h"

static struct project project;
static struct directory list;
static struct apam_error err = APAM_ERROR_INIT;

static void
setup(void)
{
	project_make(&project);
	memset(&list, 0, sizeof(list));
	err = (struct apam_error)APAM_ERROR_INIT;
}

static void
teardown(void)
{
	directory_free(&list);
	ck_assert_ptr_null(list.names);
	project_remove(&project);
}

static enum apam_status
read_names(const char *dir)
{
	return directory_read(&list, project_path(&project, dir), ".conf", true,
	    profile_name_ok, &err);
}

static void
is_empty(void)
{
	ck_assert_uint_eq(list.count, 0);
	ck_assert_ptr_null(list.names);
}

START_TEST(an_empty_directory_has_no_names)
{
	ck_assert_int_eq(read_names("apam.d"), APAM_OK);
	is_empty();
}
END_TEST

static const struct {
	const char *file;
	const char *name; /* NULL: not listed */
} files[] = {
	{ "zebra.conf", "zebra" },
	{ "Apple.conf", "Apple" },
	{ "7signal.conf", "7signal" },
	{ "a.b.conf", "a.b" },
	{ "a.conf.conf", "a.conf" },
	{ ".conf", NULL },
	{ ".hidden.conf", NULL },
	{ "conf", NULL },
	{ "xconf", NULL },
	{ "a.conf~", NULL },
	{ "a.conf.bak", NULL },
	{ "a.CONF", NULL },
	{ "a b.conf", NULL },
	{ "a\nb.conf", NULL },
	{ "-a.conf", NULL },
	{ "caf\xc3\xa9.conf", NULL },
};

START_TEST(only_good_names_are_listed)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "apam.d/%s", files[_i].file);
	project_write(&project, path, "");
	ck_assert_int_eq(read_names("apam.d"), APAM_OK);
	if (files[_i].name == NULL) {
		ck_assert_msg(list.count == 0, "%s: listed", files[_i].file);
		return;
	}
	ck_assert_msg(list.count == 1, "%s: not listed", files[_i].file);
	ck_assert_str_eq(list.names[0], files[_i].name);
}
END_TEST

START_TEST(names_are_in_order)
{
	for (int i = 0; i < ROWS(files); i++) {
		char path[128];

		(void)snprintf(path, sizeof(path), "apam.d/%s", files[i].file);
		project_write(&project, path, "");
	}
	ck_assert_int_eq(read_names("apam.d"), APAM_OK);
	ck_assert_uint_eq(list.count, 5);
	ck_assert_str_eq(list.names[0], "7signal");
	ck_assert_str_eq(list.names[1], "Apple");
	ck_assert_str_eq(list.names[2], "a.b");
	ck_assert_str_eq(list.names[3], "a.conf");
	ck_assert_str_eq(list.names[4], "zebra");
}
END_TEST

START_TEST(there_may_be_many)
{
	char path[128], last[16] = "";

	for (int i = 0; i < 100; i++) {
		(void)snprintf(path, sizeof(path), "apam.d/p%d.conf", i);
		project_write(&project, path, "");
	}
	ck_assert_int_eq(read_names("apam.d"), APAM_OK);
	ck_assert_uint_eq(list.count, 100);
	for (size_t i = 0; i < list.count; i++) {
		ck_assert_int_gt(strcmp(list.names[i], last), 0);
		(void)snprintf(last, sizeof(last), "%s", list.names[i]);
	}
}
END_TEST

/* Listing opens no file: what others may write is listed all the same. */
START_TEST(listing_is_not_believing)
{
	project_write(&project, "apam.d/a.conf", "nonsense");
	ck_assert_int_eq(chmod(project.path, 0666), 0);
	ck_assert_int_eq(read_names("apam.d"), APAM_OK);
	ck_assert_uint_eq(list.count, 1);
}
END_TEST

static const struct {
	const char *name;
	const char *dir;
	mode_t mode; /* of apam.d */
	enum apam_status status;
} refusals[] = {
	{ "absent", "absent", 0700, APAM_E_CONFIG },
	{ "a file", "apam.conf", 0700, APAM_E_CONFIG },
	{ "for others to write", "apam.d", 0777, APAM_E_TRUST },
	{ "for its group to write", "apam.d", 0770, APAM_E_TRUST },
	{ "a link", "link", 0700, APAM_E_TRUST },
};

START_TEST(a_directory_has_to_be_trusted)
{
	project_write(&project, "apam.d/a.conf", "");
	ck_assert_int_eq(symlink("apam.d", project_path(&project, "link")), 0);
	ck_assert_int_eq(
	    chmod(project_path(&project, "apam.d"), refusals[_i].mode), 0);
	ck_assert_msg(read_names(refusals[_i].dir) == refusals[_i].status,
	    "%s: %s", refusals[_i].name, err.text);
	ck_assert_int_eq(err.status, refusals[_i].status);
	is_empty();
	ck_assert_int_ne(
	    directory_read(&list, project_path(&project, refusals[_i].dir),
		".conf", true, profile_name_ok, NULL),
	    APAM_OK);
	is_empty();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("directory");
	TCase *tc = tcase_create("directory");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, an_empty_directory_has_no_names);
	tcase_add_loop_test(tc, only_good_names_are_listed, 0, ROWS(files));
	tcase_add_test(tc, names_are_in_order);
	tcase_add_test(tc, there_may_be_many);
	tcase_add_test(tc, listing_is_not_believing);
	tcase_add_loop_test(
	    tc, a_directory_has_to_be_trusted, 0, ROWS(refusals));
	return run_suite(suite);
}
