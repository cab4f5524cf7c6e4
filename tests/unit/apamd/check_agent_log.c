/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/agent/agent_log.c: how many lines each user has.
 */
#include "agent/agent_log.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/clock.h"
#include "support/run.h"

static struct agent_log agents;
static char said[65536]; /* on standard error */
static FILE *file;
static int before;

static void
setup(void)
{
	memset(&agents, 0, sizeof(agents));
	file = tmpfile();
	ck_assert_ptr_nonnull(file);
	(void)fflush(stderr);
	before = dup(STDERR_FILENO);
	(void)dup2(fileno(file), STDERR_FILENO);
}

/* What was said is in `said` from here on. */
static void
teardown(void)
{
	size_t n;

	(void)fflush(stderr);
	(void)dup2(before, STDERR_FILENO);
	(void)close(before);
	rewind(file);
	n = fread(said, 1, sizeof(said) - 1, file);
	said[n] = '\0';
	(void)fclose(file);
}

static void
say(int64_t user, unsigned times)
{
	for (unsigned i = 0; i < times; i++)
		agent_log(&agents, user, APAM_LOG_WARNING, "of %lld",
		    (long long)user);
}

static unsigned
count(const char *text)
{
	unsigned n = 0;

	for (const char *at = said; (at = strstr(at, text)) != NULL; at++)
		n++;
	return n;
}

START_TEST(each_user_has_a_limit)
{
	setup();
	say(1000, AGENT_LOG_LINES + 5);
	say(1001, 2);
	say(AGENT_LOG_NO_USER, 3);
	teardown();
	ck_assert_uint_eq(count("apamd: warning: of 1000\n"), AGENT_LOG_LINES);
	ck_assert_uint_eq(count("apamd: warning: of 1001\n"), 2);
	ck_assert_uint_eq(count("apamd: warning: of -1\n"), 3);
}
END_TEST

START_TEST(what_was_left_out_is_said)
{
	setup();
	say(1000, AGENT_LOG_LINES + 5);
	say(1001, AGENT_LOG_LINES);
	say(AGENT_LOG_NO_USER, AGENT_LOG_LINES + 7);
	agent_log_tick(&agents, clock_ms() + AGENT_LOG_MS / 2);
	say(1000, 1);
	clock_advance(AGENT_LOG_MS);
	agent_log_tick(&agents, clock_ms());
	say(1000, AGENT_LOG_LINES + 1);
	teardown();
	ck_assert_uint_eq(count("warning: 6 lines about user 1000 were"), 1);
	ck_assert_uint_eq(count("warning: 7 lines were left out"), 1);
	ck_assert_uint_eq(count("left out"), 2);
	ck_assert_uint_eq(count("of 1000\n"), 2 * AGENT_LOG_LINES);
}
END_TEST

/* It is said of the user's next line, too. */
START_TEST(no_tick_is_needed)
{
	setup();
	say(1000, AGENT_LOG_LINES + 5);
	clock_advance(AGENT_LOG_MS);
	say(1000, 1);
	teardown();
	ck_assert_uint_eq(count("5 lines about user 1000 were left out"), 1);
	ck_assert_uint_eq(count("of 1000\n"), AGENT_LOG_LINES + 1);
}
END_TEST

START_TEST(at_the_end_it_is_said_of_all)
{
	setup();
	say(1000, AGENT_LOG_LINES + 5);
	say(1001, AGENT_LOG_LINES);
	say(AGENT_LOG_NO_USER, AGENT_LOG_LINES + 7);
	agent_log_end(&agents);
	agent_log_end(&agents);
	teardown();
	ck_assert_uint_eq(count("5 lines about user 1000 were left out"), 1);
	ck_assert_uint_eq(count("7 lines were left out"), 1);
	ck_assert_uint_eq(count("left out"), 2);
}
END_TEST

START_TEST(those_without_a_place_share_one)
{
	setup();
	for (unsigned i = 0; i < AGENT_LOG_USERS + AGENT_LOG_LINES + 3; i++)
		say(2000 + i, 1);
	/* Those that have a place keep it. */
	say(2000, 1);
	clock_advance(AGENT_LOG_MS);
	agent_log_tick(&agents, clock_ms());
	say(3000, 1);
	teardown();
	ck_assert_uint_eq(
	    count("warning: of 2"), AGENT_LOG_USERS + AGENT_LOG_LINES + 1);
	ck_assert_uint_eq(count("3 lines about other users were left out"), 1);
	ck_assert_uint_eq(count("of 3000\n"), 1);
}
END_TEST

START_TEST(a_long_line_is_cut)
{
	char text[2000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	setup();
	agent_log(&agents, 1, APAM_LOG_INFO, "%s", text);
	agent_log_line(NULL, (enum apam_log_level)77, "odd");
	teardown();
	ck_assert_uint_eq(count("apamd: info: x"), 1);
	ck_assert_uint_eq(count("x"), 511);
	ck_assert_uint_eq(count("apamd: debug: odd\n"), 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("agent_log");
	TCase *tc = tcase_create("agent_log");

	suite_add_tcase(suite, tc);
	tcase_add_test(tc, each_user_has_a_limit);
	tcase_add_test(tc, what_was_left_out_is_said);
	tcase_add_test(tc, no_tick_is_needed);
	tcase_add_test(tc, at_the_end_it_is_said_of_all);
	tcase_add_test(tc, those_without_a_place_share_one);
	tcase_add_test(tc, a_long_line_is_cut);
	return run_suite(suite);
}
