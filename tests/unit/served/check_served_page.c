/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/served/served_page.c: whose page is believed, and for what
 * there is room ahead.
 */
#include "served/served_page.h"

#include <fcntl.h>
#include <unistd.h>

#include "slot/page_file.h"
#include "support/run.h"
#include "support/served_env.h"

static struct slot *page;

static void
make_page(void)
{
	static const struct page_facts facts = { .rights = 9 };
	static _Atomic uint64_t counter;

	served_env_setup();
	page = slot_new_shared(&counter, &facts);
	ck_assert_ptr_nonnull(page);
}

static void
drop_page(void)
{
	slot_free(&page);
	served_env_teardown();
}

START_TEST(the_agents_page_is_met)
{
	const int fd = slot_descriptor(page);

	ck_assert_int_ge(fd, 0);
	ck_assert_ptr_null(served_page_meet(served, fd));
	(void)close(fd);
	ck_assert_str_eq(
	    served_page_meet(served, -1), "it is not a file in memory");
}
END_TEST

/* Its file is as it should be, and of somebody who is not the agent. */
START_TEST(another_users_page_is_not)
{
	const int fd = slot_descriptor(page);

	if (geteuid() == 0)
		ck_assert_int_eq(fchown(fd, 65533, 0), 0);
	else
		served->place.own = false;
	ck_assert_str_eq(
	    served_page_meet(served, fd), "it belongs to another user");
	(void)close(fd);
}
END_TEST

START_TEST(there_is_room_for_one_page_where_pages_can_be_used)
{
	void *first;

	served->env->keys.counter.blind = true;
	served_page_expect(served);
	ck_assert_ptr_null(atomic_load(&served->room));
	served->env->keys.counter.blind = false;
	served_page_expect(served);
	first = atomic_load(&served->room);
	ck_assert_ptr_nonnull(first);
	served_page_expect(served);
	ck_assert_ptr_eq(atomic_load(&served->room), first);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("served_page");
	TCase *t = tcase_create("served_page");

	tcase_add_checked_fixture(t, make_page, drop_page);
	tcase_add_test(t, the_agents_page_is_met);
	tcase_add_test(t, another_users_page_is_not);
	tcase_add_test(t, there_is_room_for_one_page_where_pages_can_be_used);
	suite_add_tcase(s, t);
	return run_suite(s);
}
