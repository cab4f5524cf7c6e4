/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/text/unit_name.c: names of services, and which one the text of
 * a cgroup file shows.
 */
#include "text/unit_name.h"

#include <stdio.h>

#include "base/str.h"
#include "support/run.h"

static const struct {
	const char *name, *why; /* NULL: it is one */
} names[] = {
	{ "backup.service", NULL },
	{ "sync@7signal.service", NULL },
	{ "a@b@c.service", NULL },
	{ "dev-disk\\x2d1.service", NULL },
	{ "dbus-:1.2-org.x@0.service", NULL },
	{ "backup", "not a service" },
	{ ".service", "not a service" },
	{ "backup.Service", "not a service" },
	{ "backup.socket", "not a service" },
	{ "session-1.scope", "not a service" },
	{ "user.slice", "not a service" },
	{ "@x.service", "in front of the '@'" },
	{ "sync@.service", "a template" },
	{ "sync@*.service", "letters" },
	{ "a b.service", "letters" },
	{ "a/b.service", "letters" },
	{ "../b.service", "letters" },
	{ "\xc3\xa9.service", "letters" },
	{ "", "not a service" },
};

START_TEST(a_service_has_a_whole_name)
{
	const char *why = unit_name_problem(apam_str(names[_i].name));

	if (names[_i].why == NULL)
		ck_assert_msg(why == NULL, "%s: %s", names[_i].name, why);
	else
		ck_assert_msg(why != NULL && strstr(why, names[_i].why) != NULL,
		    "%s: %s", names[_i].name, why == NULL ? "none" : why);
}
END_TEST

START_TEST(a_name_has_an_end)
{
	char name[300];

	memset(name, 'a', sizeof(name));
	memcpy(name + UNIT_NAME_MAX - 8, ".service", 8);
	ck_assert_ptr_null(
	    unit_name_problem((struct apam_str){ name, UNIT_NAME_MAX }));
	memset(name, 'a', sizeof(name));
	memcpy(name + UNIT_NAME_MAX - 7, ".service", 8);
	ck_assert_ptr_nonnull(
	    unit_name_problem((struct apam_str){ name, UNIT_NAME_MAX + 1 }));
}
END_TEST

static const struct {
	const char *text, *unit;
} groups[] = {
	{ "0::/system.slice/backup.service\n", "backup.service" },
	{ "0::/system.slice/backup.service", "backup.service" },
	{ "0::/backup.service\n", "backup.service" },
	{ "0::/system.slice/system-sync.slice/sync@a.service\n",
	    "sync@a.service" },
	{ "0::/a.slice/a-b.slice/x.service\n", "x.service" },
	/* What a service makes below its own group is the service's. */
	{ "0::/system.slice/mine.service/backup.service\n", "mine.service" },
	{ "0::/system.slice/mine.service/system.slice/backup.service\n",
	    "mine.service" },
	{ "0::/system.slice/mine.service/user.slice\n", "mine.service" },
	/* Others stand before it in older systems. */
	{ "12:pids:/x.service\n0::/system.slice/backup.service\n",
	    "backup.service" },
	{ "1:name=systemd:/system.slice/backup.service\n", "" },
	/* A user's own manager can name its groups as it likes. */
	{ "0::/user.slice/user-1000.slice/user@1000.service/app.slice/"
	  "backup.service\n",
	    "" },
	{ "0::/user.slice/backup.service\n", "" },
	{ "0::/user.slice/user-1000.slice/session-1.scope\n", "" },
	{ "0::/a.slice/user.slice/backup.service\n", "" },
	/* Others than services. */
	{ "0::/init.scope\n", "" },
	{ "0::/machine.slice/box.scope/system.slice/backup.service\n", "" },
	{ "0::/docker/0123/system.slice/backup.service\n", "" },
	{ "0::/system.slice/backup.service (deleted)\n", "" },
	{ "0::/system.slice/sync@.service\n", "" },
	{ "0::/system.slice/_odd.service\n", "" },
	{ "0::/system.slice\n", "" },
	{ "0::/system.slice/\n", "" },
	{ "0::/../../system.slice/backup.service\n", "" },
	{ "0:://system.slice/backup.service\n", "" },
	{ "0::/\n", "" },
	{ "0::\n", "" },
	{ "0::system.slice/backup.service\n", "" },
	{ "10::/system.slice/backup.service\n", "" },
	{ "\n\n", "" },
	{ "", "" },
};

START_TEST(a_process_is_of_a_service)
{
	const struct apam_str unit = unit_of_cgroup(apam_str(groups[_i].text));

	ck_assert_msg(str_equal(unit, apam_str(groups[_i].unit)), "%s: %.*s",
	    groups[_i].text, (int)unit.n, unit.p);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("unit_name");
	TCase *tc = tcase_create("unit_name");

	tcase_add_loop_test(tc, a_service_has_a_whole_name, 0, ROWS(names));
	tcase_add_test(tc, a_name_has_an_end);
	tcase_add_loop_test(tc, a_process_is_of_a_service, 0, ROWS(groups));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
