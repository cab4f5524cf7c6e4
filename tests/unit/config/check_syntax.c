/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/config/syntax.c on real files: what is refused before libconfig
 * sees it, what libconfig refuses, with the line, and that lines stay right.
 */
#include "config/syntax.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/run.h"

static char path[64];
static bool user;

static void
make_path(void)
{
	int fd;

	user = geteuid() != 0;
	(void)snprintf(path, sizeof(path), "/tmp/apam-conf-XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	(void)close(fd);
}

static void
remove_path(void)
{
	(void)unlink(path);
}

static void
write_file(const char *text, size_t n)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(text, 1, n, f), n);
	ck_assert_int_eq(fclose(f), 0);
}

static const struct {
	const char *text;
	unsigned line;
	const char *why;
} bad[] = {
	{ "a = 1;\na = 2;", 2, "a is set twice, first in line 1; keep one" },
	{ "a = 1;\n\nb = [ 1, \"x\" ];", 3, "one kind" },
	{ "a = ;", 1, "expected a value" },
	{ "a = { b = 1;\n", 2, "or }" },
	{ "a = 1;;", 1, "expected the name" },
	{ "a = ( 1, );", 1, "comma before )" },
	{ "\n\n}", 3, "expected the name" },
	{ "-", 1, "no meaning here" },
	{ "a.b = 1;", 1, "no meaning here" },
	{ "\xc3\xa9 = 1;", 1, "no meaning here" },
	{ "a = 1;\n@include \".\"\n", 2, "@include" },
	{ "a = 99999999999999999999;", 1, "64 bits" },
};

START_TEST(a_bad_file_is_refused)
{
	struct problems all = { 0 };

	write_file(bad[_i].text, strlen(bad[_i].text));
	ck_assert_ptr_null(conf_new(path, user, &all));
	ck_assert_uint_eq(all.count, 1);
	ck_assert_str_eq(all.first.file, path);
	ck_assert_msg(all.first.line == bad[_i].line, "%s: line %u",
	    bad[_i].text, all.first.line);
	ck_assert_msg(strstr(all.first.text, bad[_i].why) != NULL, "%s: %s",
	    bad[_i].text, all.first.text);
}
END_TEST

START_TEST(a_good_file_is_parsed)
{
	static const char text[] = "# x\na = 1; /*\n*/ b = \"@include\";\n"
				   "c = 5000000000L;\r\nd = -3; # x";
	struct problems all = { 0 };
	struct conf *conf;
	const config_setting_t *d;

	write_file(text, sizeof(text) - 1);
	conf = conf_new(path, user, &all);
	ck_assert_msg(conf != NULL, "%s", all.first.text);
	ck_assert_str_eq(conf->file, path);
	d = config_lookup(&conf->tree, "d");
	ck_assert_ptr_nonnull(d);
	ck_assert_int_eq(config_setting_get_int(d), -3);
	ck_assert_uint_eq(config_setting_source_line(d), 5);
	ck_assert_int_eq(
	    config_setting_get_int64(config_lookup(&conf->tree, "c")),
	    5000000000);
	conf_free(&conf);
	ck_assert_ptr_null(conf);
	conf_free(&conf);
}
END_TEST

START_TEST(the_last_line_of_the_largest_file_counts)
{
	char *text = malloc(CONF_FILE_MAX);
	struct problems all = { 0 };
	struct conf *conf;

	ck_assert_ptr_nonnull(text);
	memset(text, '\n', CONF_FILE_MAX);
	memcpy(text + CONF_FILE_MAX - 4, "a=1;", 4);
	write_file(text, CONF_FILE_MAX);
	free(text);
	conf = conf_new(path, user, &all);
	ck_assert_msg(conf != NULL, "%s", all.first.text);
	ck_assert_uint_eq(
	    config_setting_source_line(config_lookup(&conf->tree, "a")),
	    CONF_FILE_MAX - 3);
	conf_free(&conf);
}
END_TEST

START_TEST(a_huge_file_is_refused_by_its_size)
{
	struct problems all = { 0 };

	ck_assert_int_eq(truncate(path, 100 << 20), 0);
	ck_assert_ptr_null(conf_new(path, user, &all));
	ck_assert_msg(
	    strstr(all.first.text, "65535") != NULL, "%s", all.first.text);
	ck_assert_str_eq(all.first.file, path);
	ck_assert_uint_eq(all.first.line, 0);
}
END_TEST

START_TEST(a_file_that_others_write_is_refused)
{
	struct problems all = { 0 };

	write_file("a = 1;", 6);
	ck_assert_int_eq(chmod(path, 0666), 0);
	ck_assert_ptr_null(conf_new(path, user, &all));
	ck_assert_int_eq(all.first.status, APAM_E_TRUST);
	ck_assert_str_eq(all.first.file, path);
}
END_TEST

START_TEST(an_absent_file_is_a_configuration_error)
{
	struct problems all = { 0 };

	ck_assert_ptr_null(conf_new("/nowhere/apam.conf", user, &all));
	ck_assert_int_eq(all.first.status, APAM_E_CONFIG);
	ck_assert_msg(strstr(all.first.text, "/nowhere does not exist") != NULL,
	    "%s", all.first.text);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("conf");
	TCase *tc = tcase_create("conf");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, make_path, remove_path);
	tcase_add_loop_test(tc, a_bad_file_is_refused, 0, ROWS(bad));
	tcase_add_test(tc, a_good_file_is_parsed);
	tcase_add_test(tc, the_last_line_of_the_largest_file_counts);
	tcase_add_test(tc, a_huge_file_is_refused_by_its_size);
	tcase_add_test(tc, a_file_that_others_write_is_refused);
	tcase_add_test(tc, an_absent_file_is_a_configuration_error);
	return run_suite(suite);
}
