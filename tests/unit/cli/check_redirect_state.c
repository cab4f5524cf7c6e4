/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/cli/lib/redirect_state.c.
 */
#include "lib/redirect_state.c"

#include "support/run.h"

static const struct {
	const char *page, *back;
	bool same;
} rows[] = {
	{ "https://idp.example/?a=b&state=x-y&c=d", "?code=a&state=x-y", true },
	{ "https://idp.example/?state=x-y", "?state=x-y&code=a", true },
	{ "https://idp.example/?state=x-y", "?state=x%2Dy&code=a", true },
	{ "https://idp.example/?state=x-y", "?state=x%2dy#z", true },
	{ "https://idp.example/?state=a%20b", "?state=a+b", true },
	{ "https://idp.example/?state=x-y#state=z", "?state=x-y", true },
	/* Only the module knows what is right. */
	{ "https://idp.example/", "?state=x", true },
	{ "https://idp.example/?a=b", "?a=b", true },
	{ "https://idp.example/#?state=x", "?state=x", true },
	{ "https://idp.example/?state=x", "?code=a", false },
	{ "https://idp.example/?state=x", "", false },
	{ "https://idp.example/?state=x", "?state=", false },
	{ "https://idp.example/?state=x", "?state=xy", false },
	{ "https://idp.example/?state=xy", "?state=x", false },
	{ "https://idp.example/?state=x", "?state=X", false },
	{ "https://idp.example/?state=x", "?State=x", false },
	{ "https://idp.example/?state=x", "?state=%x", false },
	{ "https://idp.example/?state=x", "?state=x%00", false },
	{ "https://idp.example/?state=x", "?mystate=x", false },
	{ "https://idp.example/?state=x", "?state=y&state=x", false },
	{ "https://idp.example/?state=x", "?a=b#&state=x", false },
};

START_TEST(only_the_same_state_is)
{
	ck_assert_msg(
	    redirect_state_same(rows[_i].page, rows[_i].back) == rows[_i].same,
	    "%s, %s", rows[_i].page, rows[_i].back);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("redirect_state");
	TCase *tests = tcase_create("redirect_state");

	tcase_add_loop_test(tests, only_the_same_state_is, 0, ROWS(rows));
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
