/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/cli/gateway/nginx_place.c and of hosts/cli/lib/beside.c: which
 * nginx is found, and where a file of apam's own is.
 */
#include "gateway/nginx_place.c"
#include "lib/beside.c"

#include <fcntl.h>
#include <sys/stat.h>

#include "support/run.h"

static char dir[] = "/tmp/apam-place-XXXXXX";
static char found[NGINX_PLACE_SIZE];

/* An empty file below the directory. */
static void
put(const char *name, mode_t mode)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fchmod(fd, mode), 0);
	(void)close(fd);
}

static void
setup(void)
{
	char path[128];

	ck_assert_ptr_nonnull(mkdtemp(dir));
	for (const char *const *p = (const char *const[]){ "a", "b", NULL };
	     *p != NULL; p++) {
		snprintf(path, sizeof(path), "%s/%s", dir, *p);
		ck_assert_int_eq(mkdir(path, 0700), 0);
	}
}

static void
teardown(void)
{
	static const char *const names[] = { "a/nginx", "b/nginx", "a", "b",
		"." };
	char path[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		(void)remove(path);
	}
	(void)rmdir(dir);
}

/* "/a" is the directory a here; what does not begin so stays as it is. */
static void
path_is(const char *one, const char *other)
{
	char path[256];

	snprintf(path, sizeof(path), "%s%s:%s%s", one[0] == '/' ? dir : "", one,
	    other[0] == '/' ? dir : "", other);
	ck_assert_int_eq(setenv("PATH", path, 1), 0);
}

static void
is_found(const char *name)
{
	char want[128];

	snprintf(want, sizeof(want), "%s/%s", dir, name);
	ck_assert(nginx_place_program(found));
	ck_assert_str_eq(found, want);
}

START_TEST(the_first_of_the_path_is_taken)
{
	put("a/nginx", 0755);
	put("b/nginx", 0755);
	path_is("/a", "/b");
	is_found("a/nginx");
	path_is(":/none:", "/b");
	is_found("b/nginx");
}
END_TEST

START_TEST(what_cannot_be_run_is_not)
{
	put("a/nginx", 0644);
	put("b/nginx", 0755);
	path_is("/a", "/b");
	is_found("b/nginx");
}
END_TEST

/* As a shell would: what lies in the current directory is somebody's. */
START_TEST(a_relative_directory_is_left_out)
{
	put("a/nginx", 0755);
	put("b/nginx", 0755);
	ck_assert_int_eq(chdir(dir), 0);
	path_is("a:.", "/b");
	is_found("b/nginx");
}
END_TEST

START_TEST(a_path_that_is_too_long_is_left_out)
{
	char *path = calloc(1, NGINX_PLACE_SIZE + 64);

	ck_assert_ptr_nonnull(path);
	put("a/nginx", 0755);
	path[0] = '/';
	memset(path + 1, 'x', NGINX_PLACE_SIZE);
	snprintf(path + NGINX_PLACE_SIZE, 64, ":%s/a", dir);
	ck_assert_int_eq(setenv("PATH", path, 1), 0);
	is_found("a/nginx");
	free(path);
}
END_TEST

START_TEST(a_file_lies_beside_the_program)
{
	char own[BESIDE_PATH_SIZE], to[BESIDE_PATH_SIZE];
	const ssize_t n = readlink("/proc/self/exe", own, sizeof(own) - 1);

	ck_assert_int_gt(n, 0);
	own[n] = '\0';
	ck_assert(beside_find(strrchr(own, '/') + 1, "nothing", X_OK, to));
	ck_assert_str_eq(to, own);
	ck_assert(!beside_find("nothing", "internal/nothing", R_OK, to));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("nginx_place");
	TCase *tc = tcase_create("nginx_place");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, the_first_of_the_path_is_taken);
	tcase_add_test(tc, what_cannot_be_run_is_not);
	tcase_add_test(tc, a_relative_directory_is_left_out);
	tcase_add_test(tc, a_path_that_is_too_long_is_left_out);
	tcase_add_test(tc, a_file_lies_beside_the_program);
	suite_add_tcase(s, tc);
	/* A test changes the current directory and PATH. */
	return run_suite_apart(s);
}
