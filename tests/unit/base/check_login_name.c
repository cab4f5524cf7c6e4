/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/base/login_name.c: sudo's word counts for root alone, and only
 * where it is a name; a user without one is a number.
 */
#include "base/login_name.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "support/run.h"

#define NOBODY_KNOWS 4123456 /* a user that no system has */

static const struct {
	const char *name;
	const char *sudo; /* SUDO_USER; NULL: not set */
	const char *want; /* NULL: the user's own name */
} rows[] = {
	{ "no sudo", NULL, NULL },
	{ "sudo", "alice", "alice (sudo)" },
	{ "empty", "", NULL },
	{ "a newline", "al\nice", NULL },
	{ "an escape", "\x1b[31malice", NULL },
	{ "not UTF-8", "\xff\xfe", NULL },
	{ "not ASCII", "\xc3\xa9lise", "\xc3\xa9lise (sudo)" },
	{ "64 bytes",
	    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
	    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	    " (sudo)" },
	{ "65 bytes",
	    "x0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
	    NULL },
};

static void
set_sudo(const char *sudo)
{
	if (sudo == NULL)
		ck_assert_int_eq(unsetenv("SUDO_USER"), 0);
	else
		ck_assert_int_eq(setenv("SUDO_USER", sudo, 1), 0);
}

START_TEST(who_it_is)
{
	const struct passwd *me = getpwuid(getuid());
	const char *want = rows[_i].want;
	char to[LOGIN_NAME_SIZE], number[24];

	(void)snprintf(number, sizeof(number), "%lu", (unsigned long)getuid());
	if (want == NULL || getuid() != 0)
		want = me == NULL ? number : me->pw_name;
	set_sudo(rows[_i].sudo);
	memset(to, 0x5a, sizeof(to));
	login_name(to);
	ck_assert_msg(
	    strcmp(to, want) == 0, "%s: %s, not %s", rows[_i].name, to, want);
}
END_TEST

/* Each test is a process of its own. */
START_TEST(a_user_without_a_name)
{
	char to[LOGIN_NAME_SIZE];

	if (getuid() != 0)
		return;
	set_sudo("alice");
	ck_assert_int_eq(setuid(NOBODY_KNOWS), 0);
	login_name(to);
	ck_assert_str_eq(to, "4123456");
}
END_TEST

START_TEST(a_group_has_a_name_or_a_number)
{
	char name[LOGIN_NAME_SIZE];

	group_name(0, name);
	ck_assert_str_eq(name, "root");
	group_name(4123456789, name);
	ck_assert_str_eq(name, "4123456789");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("login_name");
	TCase *t = tcase_create("core");

	tcase_add_loop_test(t, who_it_is, 0, ROWS(rows));
	tcase_add_test(t, a_user_without_a_name);
	tcase_add_test(t, a_group_has_a_name_or_a_number);
	suite_add_tcase(s, t);
	/* A test becomes another user for good. */
	return run_suite_apart(s);
}
