/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/cli/lib/args.c: each row is a command line, written with
 * spaces, and what is read from it, written "flag=value flag | word word".
 */
#include "lib/args.c"

#include "support/run.h"

#define MOST 16

static const struct flag own[] = {
	{ .letter = 'X', .name = "method", .value = "METHOD" },
	{ .letter = 'H', .name = "header", .value = "HEADER", .many = true },
	{ .letter = 'i', .name = "include" },
	{ .name = "timeout", .value = "SECONDS" },
	{ .name = NULL },
};

static const struct flag common[] = {
	{ .letter = 'c', .name = "config", .value = "FILE" },
	{ .letter = 'v', .name = "verbose" },
	{ .name = NULL },
};

static const struct {
	const char *line, *read;
} good[] = {
	{ "", "|" },
	{ "a b", "| a b" },
	{ "a -i b", "include | a b" },
	{ "-iv", "include verbose |" },
	{ "-ii", "include include |" },
	{ "-XPOST a", "method=POST | a" },
	{ "-X POST a", "method=POST | a" },
	{ "-X -i", "method=-i |" },
	{ "-X --", "method=-- |" },
	{ "-iXPOST", "include method=POST |" },
	{ "-X=POST", "method==POST |" },
	{ "--method=POST", "method=POST |" },
	{ "--method=", "method= |" },
	{ "--method POST", "method=POST |" },
	{ "--method=a=b", "method=a=b |" },
	{ "-H a -Hb --header=c", "header=a header=b header=c |" },
	{ "a --timeout 5 -c f b", "timeout=5 config=f | a b" },
	{ "-", "| -" },
	{ "--", "|" },
	{ "a -- -i -- --no", "| a -i -- --no" },
	{ "-- -X", "| -X" },
};

static const struct {
	const char *line, *problem;
} bad[] = {
	{ "-q", "there is no option -q" },
	{ "-iq", "there is no option -q" },
	{ "--quiet", "there is no option --quiet" },
	{ "--quiet=secret", "there is no option --quiet" },
	{ "--metho POST", "there is no option --metho" },
	{ "--methodd", "there is no option --methodd" },
	{ "--=x", "there is no option --" },
	{ "---", "there is no option ---" },
	{ "-X", "--method needs a value" },
	{ "-iX", "--method needs a value" },
	{ "--method", "--method needs a value" },
	{ "--include=yes", "--include takes no value" },
	{ "-X a -X b", "--method may be given only once" },
	{ "--config=a -c b", "--config may be given only once" },
	{ "--an-option-with-a-name-that-is-longer-than-most-names",
	    "there is no option --an-option-with-a-name-that-is-longer-tha" },
};

/* Split `line` at spaces in place. */
static int
split(char *line, char *argv[MOST])
{
	int argc = 0;

	for (char *w = strtok(line, " "); w != NULL; w = strtok(NULL, " "))
		argv[argc++] = w;
	return argc;
}

static void
describe(const struct args *args, char to[256])
{
	size_t n = 0;

	to[0] = '\0';
	for (size_t i = 0; i < args->given_count; i++) {
		const char *value = args->given[i].value;
		n += (size_t)snprintf(to + n, 256 - n, "%s%s%s ",
		    args->given[i].flag->name, value == NULL ? "" : "=",
		    value == NULL ? "" : value);
	}
	n += (size_t)snprintf(to + n, 256 - n, "|");
	for (size_t i = 0; i < args->word_count; i++)
		n += (size_t)snprintf(to + n, 256 - n, " %s", args->words[i]);
}

START_TEST(a_line_is_read)
{
	struct args args = { .tables = { own, common } };
	char line[128], is[256];
	char *argv[MOST];
	int argc;

	snprintf(line, sizeof(line), "%s", good[_i].line);
	argc = split(line, argv);
	ck_assert_msg(args_read(&args, argc, argv), "'%s': %s", good[_i].line,
	    args.problem);
	describe(&args, is);
	ck_assert_msg(strcmp(is, good[_i].read) == 0, "'%s': '%s', not '%s'",
	    good[_i].line, is, good[_i].read);
	args_free(&args);
}
END_TEST

START_TEST(a_wrong_line_is_refused)
{
	struct args args = { .tables = { own, common } };
	char *argv[MOST];
	char line[128];
	int argc;

	snprintf(line, sizeof(line), "%s", bad[_i].line);
	argc = split(line, argv);
	ck_assert_msg(
	    !args_read(&args, argc, argv), "'%s' is read", bad[_i].line);
	ck_assert_msg(strcmp(args.problem, bad[_i].problem) == 0,
	    "'%s': '%s', not '%s'", bad[_i].line, args.problem,
	    bad[_i].problem);
	args_free(&args);
}
END_TEST

START_TEST(values_are_found_by_name)
{
	struct args args = { .tables = { own, NULL } };
	char *argv[] = { (char[]){ "-H" }, (char[]){ "first" },
		(char[]){ "-Hlast" }, (char[]){ "-i" } };

	ck_assert(args_read(&args, 4, argv));
	ck_assert_str_eq(args_value(&args, "header"), "first");
	ck_assert_ptr_null(args_value(&args, "method"));
	ck_assert_ptr_null(args_value(&args, "include"));
	ck_assert(args_has(&args, "include"));
	ck_assert(!args_has(&args, "verbose"));
	args_free(&args);
	ck_assert(!args_has(&args, "include"));
}
END_TEST

/* Where the command stands in a line. */
static const struct {
	const char *line;
	int next;
} stops[] = {
	{ "", 0 },
	{ "-v", 1 },
	{ "list -q", 0 },
	{ "-v list -q", 1 },
	{ "-c list -v x -q", 3 },
	{ "-v -- -q", 2 },
};

START_TEST(reading_stops_at_the_command)
{
	struct args args = { .tables = { common, NULL }, .stop_at_word = true };
	char *argv[MOST];
	char line[128];
	int argc;

	snprintf(line, sizeof(line), "%s", stops[_i].line);
	argc = split(line, argv);
	ck_assert_msg(args_read(&args, argc, argv), "%s", stops[_i].line);
	ck_assert_msg(
	    args.next == stops[_i].next, "%s: %d", stops[_i].line, args.next);
	args_free(&args);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("args");
	TCase *tc = tcase_create("args");

	tcase_add_loop_test(tc, a_wrong_line_is_refused, 0, ROWS(bad));
	tcase_add_loop_test(tc, a_line_is_read, 0, ROWS(good));
	tcase_add_test(tc, values_are_found_by_name);
	tcase_add_loop_test(tc, reading_stops_at_the_command, 0, ROWS(stops));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
