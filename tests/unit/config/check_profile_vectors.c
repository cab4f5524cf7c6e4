/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs tests/vectors/conf: each folder of `invalid` holds a profile and the
 * lines that it must be refused with, each folder of `valid` a profile that
 * must pass.  Entries are of the scheme "demo".  Lists the folders itself, so
 * that a new case is a new folder and nothing else.
 *
 * With arguments it prints the lines for those files, to write `error` with.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "config/entry_conf.h"
#include "config/profile_conf.h"
#include "support/demo_options.h"
#include "support/run.h"

#define VECTORS "tests/vectors/conf/"
#define CASES_MAX 512
#define TEXT_MAX (CONF_FILE_MAX + 2)

struct lines {
	char text[8192];
	size_t n;
};

static char *invalid[CASES_MAX], *valid[CASES_MAX];
static int invalid_count, valid_count;

/* ---- What a profile is refused with ----------------------------------- */

static bool
add_line(void *arg, const struct apam_error *problem)
{
	struct lines *lines = arg;
	char *at = lines->text + lines->n;
	const size_t room = sizeof(lines->text) - lines->n;
	int n;

	if (problem->line == 0)
		n = snprintf(
		    at, room, "%s: error: %s\n", problem->file, problem->text);
	else
		n = snprintf(at, room, "%s:%u: error: %s\n", problem->file,
		    problem->line, problem->text);
	if (n > 0 && (size_t)n < room)
		lines->n += (size_t)n;
	return true;
}

static size_t
load(const char *path, char *text, size_t size)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	if (f == NULL)
		return 0;
	n = fread(text, 1, size - 1, f);
	text[n] = '\0';
	(void)fclose(f);
	return n;
}

static void
read_entries(const struct profile *p, struct problems *all)
{
	struct option_values values;

	for (size_t i = 0; i < p->entry_count; i++) {
		if (p->entries[i].scheme == NULL)
			continue; /* as nobody knows whose table to read by */
		values = (struct option_values){ 0 };
		(void)profile_entry_options(p, i, &demo_table, &values, all);
		option_values_free(&values);
	}
}

static void
collect(const char *path, struct lines *lines)
{
	static char text[TEXT_MAX];
	const struct settings settings = { .deadline = 30, .ttl = 300 };
	struct problems all = { .each = add_line, .arg = lines };
	struct apam_str view = { text, load(path, text, sizeof(text)) };
	struct profile *p = NULL;
	struct conf *conf = NULL;

	lines->n = 0;
	lines->text[0] = '\0';
	if (conf_guard("input", view, &all))
		conf = conf_parse("input", view, &all);
	if (conf != NULL)
		p = profile_from_conf("demo", &conf, &settings, &all);
	if (p != NULL)
		read_entries(p, &all);
	profile_free(&p);
}

/* ---- Tests ------------------------------------------------------------ */

static struct lines got;
static char want[sizeof(got.text)];

START_TEST(a_bad_profile_is_refused)
{
	char path[512];

	(void)snprintf(
	    path, sizeof(path), VECTORS "invalid/%s/input", invalid[_i]);
	collect(path, &got);
	(void)snprintf(
	    path, sizeof(path), VECTORS "invalid/%s/error", invalid[_i]);
	ck_assert_msg(load(path, want, sizeof(want)) > 0, "%s: no error file",
	    invalid[_i]);
	ck_assert_msg(strcmp(got.text, want) == 0, "%s: got\n%sfor\n%s",
	    invalid[_i], got.text, want);
}
END_TEST

START_TEST(no_secret_is_shown)
{
	char path[512];

	(void)snprintf(
	    path, sizeof(path), VECTORS "invalid/%s/input", invalid[_i]);
	collect(path, &got);
	ck_assert_msg(strstr(got.text, "FAKE") == NULL, "%s", invalid[_i]);
}
END_TEST

START_TEST(a_good_profile_passes)
{
	char path[512];

	(void)snprintf(path, sizeof(path), VECTORS "valid/%s/input", valid[_i]);
	collect(path, &got);
	ck_assert_msg(got.n == 0, "%s: %s", valid[_i], got.text);
}
END_TEST

static int
list(const char *path, char **names)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int n = 0;

	if (dir == NULL)
		return 0;
	while ((entry = readdir(dir)) != NULL && n < CASES_MAX) {
		if (entry->d_name[0] != '.')
			names[n++] = strdup(entry->d_name);
	}
	(void)closedir(dir);
	return n;
}

static void
print_lines(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		collect(argv[i], &got);
		(void)fputs(got.text, stdout);
	}
}

START_TEST(there_are_vectors)
{
	ck_assert_int_ge(invalid_count, 40);
	ck_assert_int_ge(valid_count, 10);
}
END_TEST

int
main(int argc, char **argv)
{
	Suite *suite;
	TCase *tc;

	if (argc > 1) {
		print_lines(argc, argv);
		return EXIT_SUCCESS;
	}
	suite = suite_create("profile_vectors");
	tc = tcase_create("profile_vectors");
	invalid_count = list(VECTORS "invalid", invalid);
	valid_count = list(VECTORS "valid", valid);
	suite_add_tcase(suite, tc);
	tcase_add_test(tc, there_are_vectors);
	tcase_add_loop_test(tc, a_bad_profile_is_refused, 0, invalid_count);
	tcase_add_loop_test(tc, no_secret_is_shown, 0, invalid_count);
	tcase_add_loop_test(tc, a_good_profile_passes, 0, valid_count);
	return run_suite(suite);
}
