/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/base/log.c: levels, one line each, bounds, and nobody
 * listening.
 */
#include "base/log.h"

#include <string.h>

#include "support/run.h"

static char last[1024];
static int last_level, count;
static int marker;

static void
take(void *arg, enum apam_log_level level, const char *line)
{
	ck_assert_ptr_eq(arg, &marker);
	ck_assert_uint_lt(strlen(line), sizeof(last));
	(void)strcpy(last, line);
	last_level = level;
	count++;
}

static void
setup(void)
{
	last[0] = '\0';
	count = 0;
}

static void line_with(const struct log *log, enum apam_log_level level,
    const char *prefix, const char *format, ...) APAM_PRINTF(4, 5);

static void
line_with(const struct log *log, enum apam_log_level level, const char *prefix,
    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_vline(log, level, prefix, format, args);
	va_end(args);
}

START_TEST(only_what_is_wanted_is_written)
{
	struct log log = { take, &marker, _i };

	for (int level = APAM_LOG_ERROR; level <= APAM_LOG_DEBUG; level++) {
		count = 0;
		log_line(&log, (enum apam_log_level)level, "%d", level);
		ck_assert_msg(
		    count == (level <= _i), "level %d of %d", level, _i);
		if (count > 0)
			ck_assert_int_eq(last_level, level);
	}
}
END_TEST

START_TEST(nobody_has_to_listen)
{
	struct log log = { NULL, NULL, APAM_LOG_DEBUG };

	log_line(NULL, APAM_LOG_ERROR, "%s", "a");
	log_line(&log, APAM_LOG_ERROR, "%s", "a");
	line_with(NULL, APAM_LOG_ERROR, "p", "%s", "a");
	ck_assert_int_eq(count, 0);
}
END_TEST

static const struct {
	const char *text, *line;
} texts[] = {
	{ "a b", "a b" },
	{ "", "" },
	{ "a\nforged: b", "a?forged: b" },
	{ "a\r\n", "a??" },
	{ "\ta\033[31m\177", "?a?[31m?" },
	{ "caf\xc3\xa9", "caf\xc3\xa9" },
	{ "100% %s %n", "100% %s %n" },
};

START_TEST(a_line_is_one_line)
{
	struct log log = { take, &marker, APAM_LOG_INFO };

	log_line(&log, APAM_LOG_INFO, "%s", texts[_i].text);
	ck_assert_int_eq(count, 1);
	ck_assert_str_eq(last, texts[_i].line);
}
END_TEST

START_TEST(a_prefix_stands_before)
{
	struct log log = { take, &marker, APAM_LOG_INFO };
	char prefix[600];

	line_with(&log, APAM_LOG_INFO, "scheme", "%s %d", "a", 1);
	ck_assert_str_eq(last, "scheme: a 1");
	line_with(&log, APAM_LOG_INFO, "a\nb", "%s", "c");
	ck_assert_str_eq(last, "a?b: c");
	/* One that leaves no room makes no line at all. */
	memset(prefix, 'x', sizeof(prefix) - 1);
	prefix[sizeof(prefix) - 1] = '\0';
	count = 0;
	line_with(&log, APAM_LOG_INFO, prefix, "%s", "a");
	ck_assert_int_eq(count, 0);
}
END_TEST

START_TEST(a_line_has_a_length)
{
	struct log log = { take, &marker, APAM_LOG_INFO };
	char text[2000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_line(&log, APAM_LOG_INFO, "%s", text);
	ck_assert_uint_eq(strlen(last), 511);
	line_with(&log, APAM_LOG_INFO, "p", "%s", text);
	ck_assert_uint_eq(strlen(last), 511);
	ck_assert_int_eq(strncmp(last, "p: xx", 5), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("log");
	TCase *tc = tcase_create("log");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_loop_test(
	    tc, only_what_is_wanted_is_written, 0, APAM_LOG_DEBUG + 1);
	tcase_add_test(tc, nobody_has_to_listen);
	tcase_add_loop_test(tc, a_line_is_one_line, 0, ROWS(texts));
	tcase_add_test(tc, a_prefix_stands_before);
	tcase_add_test(tc, a_line_has_a_length);
	return run_suite(suite);
}
