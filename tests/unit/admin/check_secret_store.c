/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/admin/secret_store.c: whose a stored file is and with which
 * mode, which directories are made and which refused, and that a file:
 * reference reads what was stored.
 */
#define _GNU_SOURCE /* setxattr */
#include <apam/admin.h>

#include <fcntl.h>
#include <sys/xattr.h>

#include "base/buf.h"
#include "file/secret.h"
#include "support/project.h"
#include "support/run.h"

static struct project project;
static struct apam_error err = APAM_ERROR_INIT;
static const struct apam_open_options own = { .size = sizeof(own),
	.flags = APAM_OPEN_USER };

static void
setup(void)
{
	project_make(&project);
}

static void
teardown(void)
{
	project_remove(&project);
}

static enum apam_status
store(const char *name, const char *text, int64_t group)
{
	const struct apam_secret_file file = { .size = sizeof(file),
		.path = project_path(&project, name),
		.secret = apam_str(text),
		.owner = -1,
		.group = group };

	return apam_secret_store(&own, &file, &err);
}

#define NOBODY (-1)

static mode_t
mode_of(const char *name)
{
	struct stat st;

	ck_assert_int_eq(lstat(project_path(&project, name), &st), 0);
	return st.st_mode & 07777;
}

/* What a reference to the file gives. */
static void
reads(const char *name, const char *text)
{
	const struct secret_terms terms = { .user = true };
	char ref[256];
	struct buf secret;

	(void)snprintf(ref, sizeof(ref), "file:%s/%s", project.dir, name);
	buf_init(&secret, SECRET_MAX + 2);
	ck_assert_msg(
	    secret_ref_read(apam_str(ref), &terms, &secret, &err) == APAM_OK,
	    "%s", err.text);
	ck_assert_str_eq(buf_view(&secret).p, text);
	buf_free(&secret);
}

START_TEST(a_new_one_is_for_its_owner_alone)
{
	(void)umask(0);
	ck_assert_msg(store("s", "FAKEone", NOBODY) == APAM_OK, "%s", err.text);
	ck_assert_int_eq(mode_of("s"), 0600);
	reads("s", "FAKEone");
}
END_TEST

START_TEST(a_group_may_read_it)
{
	struct stat st;

	ck_assert_int_eq(store("s", "FAKEone", getegid()), APAM_OK);
	ck_assert_int_eq(mode_of("s"), 0640);
	/* The next one takes after it. */
	ck_assert_int_eq(store("s", "FAKEtwo", NOBODY), APAM_OK);
	ck_assert_int_eq(mode_of("s"), 0640);
	ck_assert_int_eq(stat(project_path(&project, "s"), &st), 0);
	ck_assert_uint_eq(st.st_gid, getegid());
	reads("s", "FAKEtwo");
}
END_TEST

START_TEST(it_keeps_its_owner)
{
	struct stat st;

	if (geteuid() != 0)
		return;
	ck_assert_int_eq(store("s", "FAKEone", 12), APAM_OK);
	ck_assert_int_eq(store("s", "FAKEtwo", NOBODY), APAM_OK);
	ck_assert_int_eq(stat(project_path(&project, "s"), &st), 0);
	ck_assert_uint_eq(st.st_uid, 0);
	ck_assert_uint_eq(st.st_gid, 12);
}
END_TEST

/* What it let read it was another's to say, whom no reference would believe. */
START_TEST(what_another_user_made_says_nothing)
{
	static const unsigned char acl[] = { 2, 0, 0, 0, /* */
		1, 0, 6, 0, 0xff, 0xff, 0xff, 0xff, /* u::rw- */
		2, 0, 4, 0, 0x67, 0x12, 0, 0, /* u:4711:r-- */
		4, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, /* g::--- */
		16, 0, 4, 0, 0xff, 0xff, 0xff, 0xff, /* m::r-- */
		32, 0, 0, 0, 0xff, 0xff, 0xff, 0xff }; /* o::--- */
	static const char name[] = "system.posix_acl_access";
	const char *path = project_path(&project, "s");
	struct stat st;

	if (geteuid() != 0)
		return;
	project_write(&project, "s", "FAKEold");
	ck_assert_int_eq(setxattr(path, name, acl, sizeof(acl), 0), 0);
	ck_assert_int_eq(chown(path, 4711, 4711), 0);
	ck_assert_int_eq(store("s", "FAKEnew", NOBODY), APAM_OK);
	path = project_path(&project, "s");
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_uid, 0);
	ck_assert_uint_eq(st.st_gid, getegid());
	ck_assert_int_eq(mode_of("s"), 0600);
	ck_assert_int_lt((int)getxattr(path, name, NULL, 0), 0);
	reads("s", "FAKEnew");
}
END_TEST

START_TEST(what_no_secret_may_have_is_taken_away)
{
	project_write(&project, "s", "FAKEold");
	ck_assert_int_eq(chmod(project_path(&project, "s"), 0666), 0);
	ck_assert_int_eq(store("s", "FAKEnew", NOBODY), APAM_OK);
	ck_assert_int_eq(mode_of("s"), 0640);
	reads("s", "FAKEnew");
}
END_TEST

START_TEST(missing_directories_are_made)
{
	(void)umask(077);
	ck_assert_msg(
	    store("a/b/c/s", "FAKEone", NOBODY) == APAM_OK, "%s", err.text);
	ck_assert_int_eq(mode_of("a"), 0755);
	ck_assert_int_eq(mode_of("a/b/c"), 0755);
	ck_assert_int_eq(mode_of("a/b/c/s"), 0600);
	reads("a/b/c/s", "FAKEone");
	ck_assert_int_eq(store("a/b/d/s", "FAKEtwo", NOBODY), APAM_OK);
	reads("a/b/d/s", "FAKEtwo");
}
END_TEST

static const struct {
	const char *name, *path, *text;
	enum apam_status status;
	const char *why;
} refused[] = {
	{ "an open directory", "open/s", "x", APAM_E_TRUST,
	    "open can be changed by others; chmod go-w" },
	{ "below one", "open/new/s", "x", APAM_E_TRUST, "open can be changed" },
	{ "a link", "link", "x", APAM_E_TRUST, "name the file itself" },
	{ "a directory by a link", "way/s", "x", APAM_E_TRUST,
	    "way is a symbolic link; write the real path" },
	{ "a directory", "modules", "x", APAM_E_CONFIG, "not a regular file" },
	{ "a slash at the end", "s/", "x", APAM_E_USAGE, "ends in /" },
	{ "dots", "modules/../s", "x", APAM_E_USAGE, "component" },
	{ "a file as a directory", "apam.conf/s", "x", APAM_E_CONFIG,
	    "not a directory" },
	{ "a file further up", "apam.conf/a/s", "x", APAM_E_CONFIG,
	    "apam.conf" },
	{ "nothing", "s", "", APAM_E_USAGE, "the secret is empty" },
	{ "two lines", "s", "a\nb", APAM_E_USAGE, "more than one line" },
	{ "a byte order mark", "s",
	    "\xef\xbb\xbf"
	    "a",
	    APAM_E_USAGE, "byte order mark" },
};

START_TEST(what_is_refused)
{
	char before[256];
	FILE *listing;

	project_directory(&project, "open");
	ck_assert_int_eq(chmod(project_path(&project, "open"), 0777), 0);
	ck_assert_int_eq(
	    symlink("apam.conf", project_path(&project, "link")), 0);
	ck_assert_int_eq(symlink("modules", project_path(&project, "way")), 0);
	ck_assert_msg(store(refused[_i].path, refused[_i].text, NOBODY) ==
		refused[_i].status,
	    "%s: %s", refused[_i].name, err.text);
	ck_assert_msg(strstr(err.text, refused[_i].why) != NULL, "%s: %s",
	    refused[_i].name, err.text);
	ck_assert_int_eq(err.status, refused[_i].status);
	/* Nothing was made, and nothing is left beside. */
	(void)snprintf(before, sizeof(before),
	    "find '%s' -name 's' -o -name new -o -name '.apam*'", project.dir);
	listing = popen(before, "r");
	ck_assert_ptr_nonnull(listing);
	ck_assert_int_eq(fgetc(listing), EOF);
	ck_assert_int_eq(pclose(listing), 0);
}
END_TEST

/* The rule of the system's configuration: all is root's. */
START_TEST(without_user_mode_a_user_s_directory_is_refused)
{
	const struct apam_secret_file file = { .size = sizeof(file),
		.path = project_path(&project, "s"),
		.secret = APAM_STR("FAKEone"),
		.owner = -1,
		.group = NOBODY };

	if (geteuid() == 0)
		ck_assert_int_eq(chown(project.dir, 4711, 4711), 0);
	ck_assert_int_eq(apam_secret_store(NULL, &file, &err), APAM_E_TRUST);
	ck_assert_int_eq(apam_secret_store(NULL, &file, NULL), APAM_E_TRUST);
}
END_TEST

START_TEST(a_structure_of_another_size)
{
	const struct apam_secret_file file = { .size = 1 };

	ck_assert_int_eq(apam_secret_store(&own, &file, &err), APAM_E_USAGE);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("secret_store");
	TCase *t = tcase_create("core");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_new_one_is_for_its_owner_alone);
	tcase_add_test(t, a_group_may_read_it);
	tcase_add_test(t, it_keeps_its_owner);
	tcase_add_test(t, what_another_user_made_says_nothing);
	tcase_add_test(t, what_no_secret_may_have_is_taken_away);
	tcase_add_test(t, missing_directories_are_made);
	tcase_add_loop_test(t, what_is_refused, 0, ROWS(refused));
	tcase_add_test(t, without_user_mode_a_user_s_directory_is_refused);
	tcase_add_test(t, a_structure_of_another_size);
	suite_add_tcase(s, t);
	/* Tests set the umask. */
	return run_suite_apart(s);
}
