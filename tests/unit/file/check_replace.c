/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/file/replace.c on real files: what fails leaves the old file,
 * nothing is written through a link, and who reads meanwhile sees a whole one.
 */
#include "file/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "support/run.h"

#define WRITES 2000

static char base[64];
static int directory;

static void
make_base(void)
{
	(void)snprintf(base, sizeof(base), "/tmp/apam-replace-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(base));
	directory = open(base, O_RDONLY | O_DIRECTORY);
	ck_assert_int_ge(directory, 0);
}

static void
remove_base(void)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'", base);
	ck_assert_int_eq(close(directory), 0);
	ck_assert_int_eq(system(command), 0);
}

static bool
replace(const char *text, bool sync)
{
	return file_replace(
	    directory, "file", "file.new", apam_str(text), 0640, sync);
}

/* The file's bytes with a NUL; how many there are. */
static size_t
take(char *to, size_t size)
{
	const int fd = openat(directory, "file", O_RDONLY);
	ssize_t n;

	ck_assert_int_ge(fd, 0);
	n = read(fd, to, size - 1);
	ck_assert_int_ge(n, 0);
	ck_assert_int_eq(close(fd), 0);
	to[n] = '\0';
	return (size_t)n;
}

static void
holds(const char *text)
{
	char bytes[64];

	(void)take(bytes, sizeof(bytes));
	ck_assert_str_eq(bytes, text);
	ck_assert_int_ne(faccessat(directory, "file.new", F_OK, 0), 0);
}

START_TEST(a_file_is_made_and_replaced)
{
	const bool sync = _i == 1;
	const mode_t old = umask(077);
	struct stat first, second;

	ck_assert(replace("one", sync));
	holds("one");
	ck_assert_int_eq(fstatat(directory, "file", &first, 0), 0);
	ck_assert_uint_eq(first.st_mode, S_IFREG | 0640);
	(void)umask(0);
	ck_assert(replace("", sync));
	holds("");
	ck_assert_int_eq(fstatat(directory, "file", &second, 0), 0);
	ck_assert_uint_eq(second.st_mode, S_IFREG | 0640);
	ck_assert(first.st_ino != second.st_ino);
	(void)umask(old);
}
END_TEST

/* The owner is whoever it was, which only root can bring about. */
START_TEST(it_takes_after_another)
{
	const struct stat like = { .st_mode = S_IFREG | 0604,
		.st_uid = geteuid() == 0 ? 4123 : geteuid(),
		.st_gid = geteuid() == 0 ? 4124 : getegid() };
	struct stat st;

	ck_assert(replace("old", false));
	ck_assert(file_replace_like(
	    directory, "file", "file.new", APAM_STR("new"), &like));
	holds("new");
	ck_assert_int_eq(fstatat(directory, "file", &st, 0), 0);
	ck_assert_uint_eq(st.st_mode, like.st_mode);
	ck_assert_uint_eq(st.st_uid, like.st_uid);
	ck_assert_uint_eq(st.st_gid, like.st_gid);
}
END_TEST

/* A user's file stays the user's, as that is all there is to be had. */
START_TEST(a_user_gives_nothing_away)
{
	const struct stat like = { .st_mode = S_IFREG | 0640, .st_uid = 0 };
	struct stat st;

	if (geteuid() == 0) {
		ck_assert_int_eq(fchown(directory, 4123, 4123), 0);
		ck_assert_int_eq(setegid(4123), 0);
		ck_assert_int_eq(seteuid(4123), 0);
	}
	ck_assert(file_replace_like(
	    directory, "file", "file.new", APAM_STR("new"), &like));
	ck_assert_int_eq(fstatat(directory, "file", &st, 0), 0);
	ck_assert_uint_eq(st.st_mode, like.st_mode);
	ck_assert_uint_eq(st.st_uid, geteuid());
	holds("new");
	ck_assert(getuid() != 0 || (seteuid(0) == 0 && setegid(0) == 0));
}
END_TEST

START_TEST(what_is_beside_is_not_written_through)
{
	int fd = openat(directory, "real", O_WRONLY | O_CREAT, 0600);
	struct stat st;

	ck_assert_int_eq(close(fd), 0);
	ck_assert_int_eq(symlinkat("real", directory, "file.new"), 0);
	ck_assert_int_eq(symlinkat("real", directory, "file"), 0);
	ck_assert(replace("one", true));
	holds("one");
	ck_assert_int_eq(fstatat(directory, "real", &st, 0), 0);
	ck_assert_int_eq(st.st_size, 0);
}
END_TEST

START_TEST(what_cannot_be_removed_is_an_error)
{
	ck_assert(replace("old", true));
	ck_assert_int_eq(mkdirat(directory, "file.new", 0700), 0);
	ck_assert(!replace("new", true));
	ck_assert_int_eq(errno, EEXIST);
	ck_assert_int_eq(unlinkat(directory, "file.new", AT_REMOVEDIR), 0);
	holds("old");
	ck_assert_int_eq(unlinkat(directory, "file", 0), 0);
	ck_assert_int_eq(mkdirat(directory, "file", 0700), 0);
	ck_assert(!replace("new", true));
	ck_assert_int_eq(errno, EISDIR);
	ck_assert_int_ne(faccessat(directory, "file.new", F_OK, 0), 0);
}
END_TEST

START_TEST(a_file_that_does_not_fit_keeps_the_old)
{
	struct rlimit limit;
	static char large[8192];

	ck_assert(replace("old", true));
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = 4096;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	memset(large, 'x', sizeof(large) - 1);
	ck_assert(!replace(large, true));
	ck_assert_int_eq(errno, EFBIG);
	holds("old");
}
END_TEST

START_TEST(a_directory_that_is_gone_is_an_error)
{
	ck_assert_int_eq(rmdir(base), 0);
	ck_assert(!replace("one", true));
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(mkdir(base, 0700), 0);
}
END_TEST

/* In a child: replace it again and again by runs of one letter. */
static void
write_many(void)
{
	static char text[6000];

	for (size_t i = 0; i < WRITES; i++) {
		memset(text, 'a' + (int)(i % 26), sizeof(text));
		text[1 + i * 29 % (sizeof(text) - 1)] = '\0';
		if (!replace(text, false))
			_exit(1);
	}
	_exit(0);
}

START_TEST(a_reader_sees_a_whole_one)
{
	static char bytes[8192];
	int status = -1;
	pid_t pid;

	ck_assert(replace("aa", false));
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		write_many();
	while (waitpid(pid, &status, WNOHANG) == 0) {
		const size_t n = take(bytes, sizeof(bytes));

		ck_assert_uint_gt(n, 0);
		ck_assert_uint_eq(strspn(bytes, (char[]){ bytes[0], '\0' }), n);
	}
	ck_assert_int_eq(status, 0);
}
END_TEST

/* As attr/xattr.h has it: version 2, then tag, rights and id of each entry. */
static const unsigned char acl[] = { 2, 0, 0, 0, /* */
	1, 0, 6, 0, 255, 255, 255, 255, /* the owner: rw */
	2, 0, 4, 0, 0xe8, 3, 0, 0, /* user 1000: r */
	4, 0, 4, 0, 255, 255, 255, 255, /* the group: r */
	16, 0, 4, 0, 255, 255, 255, 255, /* mask: r */
	32, 0, 0, 0, 255, 255, 255, 255 };
static const char label[] = "system_u:object_r:etc_t:s0";

START_TEST(it_keeps_acl_and_label)
{
	char found[256];
	struct stat st;
	int fd;

	ck_assert(replace("old", false));
	fd = openat(directory, "file", O_RDONLY);
	ck_assert_int_eq(
	    fsetxattr(fd, "system.posix_acl_access", acl, sizeof(acl), 0), 0);
	/* Only root may set a label where no security module is at work. */
	if (geteuid() == 0)
		ck_assert_int_eq(
		    fsetxattr(fd, "security.selinux", label, sizeof(label), 0),
		    0);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_eq(close(fd), 0);
	ck_assert(file_replace_like(
	    directory, "file", "file.new", APAM_STR("new"), &st));
	fd = openat(directory, "file", O_RDONLY);
	ck_assert_int_eq(
	    (int)fgetxattr(fd, "system.posix_acl_access", found, sizeof(found)),
	    (int)sizeof(acl));
	ck_assert_mem_eq(found, acl, sizeof(acl));
	if (geteuid() == 0) {
		ck_assert_int_eq((int)fgetxattr(fd, "security.selinux", found,
				     sizeof(found)),
		    (int)sizeof(label));
		ck_assert_str_eq(found, label);
	}
	ck_assert_int_eq(close(fd), 0);
}
END_TEST

/* ---- Room beforehand --------------------------------------------------- */

START_TEST(room_is_made_and_used)
{
	char bytes[64];
	struct stat st;

	ck_assert(replace("old", true));
	ck_assert(file_reserve(directory, "file.next", 100000));
	ck_assert_int_eq(fstatat(directory, "file.next", &st, 0), 0);
	ck_assert_uint_eq(st.st_mode, S_IFREG | 0600);
	ck_assert_int_ge((int64_t)st.st_blocks * 512, 100000);
	ck_assert(file_fill(directory, "file.next", APAM_STR("a long text")));
	ck_assert(file_fill(directory, "file.next", APAM_STR("new")));
	ck_assert_uint_eq(take(bytes, sizeof(bytes)), 3);
	ck_assert_str_eq(bytes, "old");
	ck_assert(file_put(directory, "file", "file.next", true));
	ck_assert_uint_eq(take(bytes, sizeof(bytes)), 3);
	ck_assert_str_eq(bytes, "new");
	errno = 0;
	ck_assert(!file_fill(directory, "file.next", APAM_STR("x")));
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

START_TEST(without_room_there_is_no_file)
{
	struct rlimit limit, small;

	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	small = limit;
	small.rlim_cur = 4096;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
	ck_assert(!file_reserve(directory, "file.next", 4097));
	ck_assert_int_eq(errno, EFBIG);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(faccessat(directory, "file.next", F_OK, 0), -1);
	/* More than any disk has. */
	ck_assert(!file_reserve(directory, "file.next", (size_t)1 << 62));
	ck_assert_int_eq(faccessat(directory, "file.next", F_OK, 0), -1);
}
END_TEST

START_TEST(room_is_not_filled_through_a_link)
{
	char bytes[8];

	ck_assert(replace("old", false));
	ck_assert_int_eq(symlinkat("file", directory, "file.next"), 0);
	ck_assert(!file_fill(directory, "file.next", APAM_STR("x")));
	ck_assert(file_reserve(directory, "file.next", 100));
	ck_assert(file_fill(directory, "file.next", APAM_STR("x")));
	ck_assert_uint_eq(take(bytes, sizeof(bytes)), 3);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("file_replace");
	TCase *tc = tcase_create("file_replace");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, make_base, remove_base);
	tcase_add_loop_test(tc, a_file_is_made_and_replaced, 0, 2);
	tcase_add_test(tc, it_takes_after_another);
	tcase_add_test(tc, it_keeps_acl_and_label);
	tcase_add_test(tc, a_user_gives_nothing_away);
	tcase_add_test(tc, what_is_beside_is_not_written_through);
	tcase_add_test(tc, what_cannot_be_removed_is_an_error);
	tcase_add_test(tc, a_file_that_does_not_fit_keeps_the_old);
	tcase_add_test(tc, a_directory_that_is_gone_is_an_error);
	tcase_add_test(tc, a_reader_sees_a_whole_one);
	tcase_add_test(tc, room_is_made_and_used);
	tcase_add_test(tc, without_room_there_is_no_file);
	tcase_add_test(tc, room_is_not_filled_through_a_link);
	/* A test sets a limit, beyond which a write ends the process. */
	return run_suite_apart(suite);
}
