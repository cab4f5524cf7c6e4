/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/base/account.c: names that there are and are not, entries that
 * are long, and a database that does not answer.
 */
#include "base/account.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>

#include "support/clock.h"
#include "support/run.h"

/*
 * What the C library says in these tests, in place of its own: the account
 * "many" needs so many bytes, "broken" ends in this error.
 */
static size_t needed;
static int error;

int
getpwnam_r(const char *name, struct passwd *entry, char *room, size_t size,
    struct passwd **found)
{
	(void)room;
	*found = NULL;
	if (strcmp(name, "broken") == 0)
		return error;
	if (strcmp(name, "many") != 0)
		return 0;
	if (size < needed)
		return ERANGE;
	entry->pw_uid = 7;
	*found = entry;
	return 0;
}

int
getgrnam_r(const char *name, struct group *entry, char *room, size_t size,
    struct group **found)
{
	(void)room;
	*found = NULL;
	if (strcmp(name, "broken") == 0)
		return error;
	if (strcmp(name, "many") != 0)
		return 0;
	if (size < needed)
		return ERANGE;
	entry->gr_gid = 8;
	*found = entry;
	return 0;
}

static unsigned asked;

int
getpwuid_r(uid_t id, struct passwd *entry, char *room, size_t size,
    struct passwd **found)
{
	static char ann[] = "ann", odd[] = "a\nb";

	(void)room;
	(void)size;
	asked++;
	*found = NULL;
	if (id == 9)
		return EIO;
	entry->pw_name = id == 7 ? ann : odd;
	if (id == 7 || id == 8)
		*found = entry;
	return 0;
}

static const struct {
	uint32_t user;
	const char *text;
} described[] = {
	{ 7, "user 7 (ann)" },
	{ 8, "user 8" }, /* a name that cannot be shown */
	{ 9, "user 9" }, /* no answer */
	{ 10, "user 10" },
	{ 7 + 64, "user 71" }, /* it has the place of another */
	{ UINT32_MAX, "user 4294967295" },
};

START_TEST(a_user_has_a_name_in_messages)
{
	char text[ACCOUNT_TEXT_SIZE];

	for (int k = 0; k < 2; k++)
		for (int i = 0; i < ROWS(described); i++) {
			account_describe(described[i].user, text);
			ck_assert_str_eq(text, described[i].text);
		}
}
END_TEST

START_TEST(a_name_is_looked_up_once_a_minute)
{
	char text[ACCOUNT_TEXT_SIZE];

	clock_advance(60001); /* What another test asked is forgotten. */
	asked = 0;
	for (int k = 1; k <= 2; k++) {
		for (int i = 0; i < 100; i++)
			account_describe(7, text);
		ck_assert_uint_eq(asked, k);
		clock_advance(60001);
	}
}
END_TEST

START_TEST(a_name_has_a_number)
{
	uint32_t id = 0;

	needed = (size_t)1 << 20;
	ck_assert_ptr_null(account_id(ACCOUNT_USER, "many", &id));
	ck_assert_uint_eq(id, 7);
	ck_assert_ptr_null(account_id(ACCOUNT_GROUP, "many", &id));
	ck_assert_uint_eq(id, 8);
}
END_TEST

START_TEST(an_unknown_name_has_none)
{
	uint32_t id = 0;

	ck_assert_str_eq(
	    account_id(ACCOUNT_USER, "nobody-here", &id), "is not a user here");
	ck_assert_str_eq(account_id(ACCOUNT_GROUP, "nobody-here", &id),
	    "is not a group here");
	ck_assert_uint_eq(id, 0);
}
END_TEST

static const struct {
	int error;
	const char *why;
} errors[] = {
	{ 0, "is not a user here" },
	{ ENOENT, "is not a user here" },
	{ ESRCH, "is not a user here" },
	{ EIO, "cannot be looked up" },
	{ EAGAIN, "cannot be looked up" },
	{ EMFILE, "cannot be looked up" },
	{ ETIMEDOUT, "cannot be looked up" },
	{ ERANGE, "cannot be looked up" },
};

START_TEST(a_database_that_does_not_answer_is_called_so)
{
	uint32_t id = 0;
	const char *why;

	error = errors[_i].error;
	why = account_id(ACCOUNT_USER, "broken", &id);
	ck_assert_ptr_nonnull(why);
	ck_assert_msg(strstr(why, errors[_i].why) != NULL, "%s", why);
	ck_assert_uint_eq(id, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("account");
	TCase *tc = tcase_create("account");

	tcase_add_test(tc, a_user_has_a_name_in_messages);
	tcase_add_test(tc, a_name_is_looked_up_once_a_minute);
	tcase_add_test(tc, a_name_has_a_number);
	tcase_add_test(tc, an_unknown_name_has_none);
	tcase_add_loop_test(
	    tc, a_database_that_does_not_answer_is_called_so, 0, ROWS(errors));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
