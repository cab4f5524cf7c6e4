/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/config/allow.c: one set of rules, and for each kind of caller
 * and request what is given and which rule decides; that the order of rules
 * means nothing; idle rules; the texts of refusals.
 */
#include "config/allow.h"

#include <stdio.h>

#include "base/str.h"
#include "support/allow_table.h"
#include "support/run.h"

START_TEST(the_rules_decide)
{
	const struct row *row = &rows[_i];
	const struct caller c = caller_of(row);
	const struct allow_request r = request_of(row);
	const struct allow_verdict v = allow_decide(&allow, &c, &r);

	ck_assert_msg(v.fits == (row->rule != 0), "user %u %s %s", row->user,
	    row->method, row->path);
	if (v.fits)
		ck_assert_uint_eq(v.rule + 1, row->rule);
	ck_assert_int_eq(v.give, row->give);
	ck_assert(v.named || !v.fits);
}
END_TEST

/* In any order the same is given, by the same rule or one that gives as much. */
START_TEST(their_order_means_nothing)
{
	const struct row *row = &rows[_i];
	const struct caller c = caller_of(row);
	const struct allow_request r = request_of(row);
	struct allow_rule turned[ROWS(rules)];
	const struct allow other = { turned, allow.count };
	struct allow_verdict v;

	for (size_t by = 0; by < 2 * allow.count; by++) {
		for (size_t i = 0; i < allow.count; i++)
			turned[i] = rules[by < allow.count ?
				(i + by) % allow.count :
				(2 * allow.count - 1 - i + by) % allow.count];
		v = allow_decide(&other, &c, &r);
		ck_assert(v.fits == (row->rule != 0));
		ck_assert_int_eq(v.give, row->give);
	}
}
END_TEST

/* A rule more takes nothing away from anybody. */
START_TEST(a_rule_only_adds)
{
	const struct row *row = &rows[_i];
	const struct caller c = caller_of(row);
	const struct allow_request r = request_of(row);

	for (size_t n = 0; n < allow.count; n++) {
		const struct allow fewer = { rules, n };
		const struct allow more = { rules, n + 1 };
		const struct allow_verdict a = allow_decide(&fewer, &c, &r);
		const struct allow_verdict b = allow_decide(&more, &c, &r);

		ck_assert(b.fits || !a.fits);
		ck_assert_int_ge(b.give, a.give);
	}
}
END_TEST

START_TEST(without_rules_nothing_fits)
{
	const struct allow none = { NULL, 0 };
	const struct caller c = { .user = ROOT };
	const struct allow_request r = { APAM_STR("GET"), APAM_STR("/") };
	const struct allow_verdict v = allow_decide(&none, &c, &r);

	ck_assert(!v.fits && !v.named);
}
END_TEST

START_TEST(a_unit_is_asked_for_where_a_rule_has_one)
{
	const struct allow none = { NULL, 0 };
	const struct allow first = { rules, 1 };

	ck_assert(allow_needs_unit(&allow));
	ck_assert(!allow_needs_unit(&first));
	ck_assert(!allow_needs_unit(&none));
}
END_TEST

START_TEST(groups_are_asked_for_where_a_rule_has_one)
{
	const struct allow none = { NULL, 0 };
	size_t with = 0;

	ck_assert(allow_needs_groups(&allow));
	ck_assert(!allow_needs_groups(&none));
	while (rules[with].group_count == 0)
		with++;
	for (size_t n = 0; n <= allow.count; n++) {
		const struct allow first = { rules, n };

		ck_assert_int_eq(allow_needs_groups(&first), n > with);
	}
}
END_TEST

/* ---- Gateways --------------------------------------------------------- */

START_TEST(a_gateway_is_given_nothing_itself)
{
	const struct allow_rule both[] = {
		{ IDS(CAT), NONE, NONE, NONE, NONE, GIVE_N, 3, true },
		{ IDS(ANN), NONE, NONE, NONE, NONE, GIVE_H, 4, false },
	};
	const struct allow set = { both, 2 };
	const struct caller cat = { .user = CAT }, ann = { .user = ANN };
	const struct allow_request r = { APAM_STR("GET"), APAM_STR("/") };
	struct allow_verdict v = allow_decide(&set, &cat, &r);
	char text[512];

	ck_assert(v.gateway && !v.named && !v.fits);
	allow_refusal(&set, &cat, &v, text, sizeof(text));
	ck_assert_str_eq(text,
	    "allow has user 61003 ask for others alone, as a gateway (rule 1 "
	    "(line 3)): add a rule for it if it may sign for itself, too");
	ck_assert(allow_is_gateway(&set, &cat));
	ck_assert(!allow_is_gateway(&set, &ann));
	v = allow_decide(&set, &ann, &r);
	ck_assert(v.fits && !v.gateway);
}
END_TEST

/* ---- Idle rules ------------------------------------------------------- */

/* Two rules, and which of them is idle by the other: from 1; 0: none. */
static const struct {
	struct allow_rule rules[2];
	int idle;
} pairs[] = {
	{ { { IDS(ANN), NONE, NONE, NONE, NONE, GIVE_S, 1, false },
	      { IDS(BOB), NONE, NONE, NONE, NONE, GIVE_S, 2, false } },
	    0 },
	{ { { IDS(ANN), NONE, NONE, NONE, NONE, GIVE_S, 1, false },
	      { IDS(ANN), NONE, NONE, NONE, NONE, GIVE_S, 2, false } },
	    2 },
	{ { { IDS(ANN), NONE, NONE, NONE, NONE, GIVE_N, 1, false },
	      { IDS(ANN), NONE, NONE, NONE, NONE, GIVE_S, 2, false } },
	    1 },
	{ { { IDS(ANN, BOB), NONE, NONE, NONE, NONE, GIVE_H, 1, false },
	      { IDS(ANN), NONE, NONE, NONE, NONE, GIVE_S, 2, false } },
	    2 },
	{ { { IDS(ANN), NONE, NONE, NONE, NONE, GIVE_S, 1, false },
	      { IDS(ANN), IDS(OPS), NONE, NONE, NONE, GIVE_S, 2, false } },
	    1 },
	{ { { IDS(ANN), NONE, NONE, NONE, NONE, GIVE_S, 1, false },
	      { NONE, IDS(ANN), NONE, NONE, NONE, GIVE_S, 2, false } },
	    0 },
	{ { { IDS(ANN), NONE, TEXTS(TEXT("a.service")), NONE, NONE, GIVE_S, 1,
		false },
	      { NONE, NONE, TEXTS(TEXT("a.service")), NONE, NONE, GIVE_S, 2,
		  false } },
	    2 },
	{ { { IDS(ANN), NONE, NONE, TEXTS(TEXT("GET")), NONE, GIVE_S, 1,
		false },
	      { IDS(ANN), NONE, NONE, NONE, NONE, GIVE_S, 2, false } },
	    1 },
	{ { { IDS(ANN), NONE, NONE, TEXTS(TEXT("GET")), NONE, GIVE_S, 1,
		false },
	      { IDS(ANN), NONE, NONE, TEXTS(TEXT("PUT")), NONE, GIVE_S, 2,
		  false } },
	    0 },
	{ { { IDS(ANN), NONE, NONE, NONE, TEXTS(TEXT("/a/*")), GIVE_S, 1,
		false },
	      { IDS(ANN), NONE, NONE, NONE, TEXTS(TEXT("/a/b")), GIVE_S, 2,
		  false } },
	    2 },
	{ { { IDS(ANN), NONE, NONE, NONE, TEXTS(TEXT("/a/*")), GIVE_S, 1,
		false },
	      { IDS(ANN), NONE, NONE, NONE, NONE, GIVE_S, 2, false } },
	    1 },
	{ { { IDS(ANN), NONE, NONE, NONE, TEXTS(TEXT("/a/*")), GIVE_S, 1,
		false },
	      { IDS(ANN), NONE, NONE, NONE, TEXTS(TEXT("/a/b"), TEXT("/b")),
		  GIVE_S, 2, false } },
	    0 },
	/* Each has something that the other lacks. */
	{ { { IDS(ANN), NONE, NONE, TEXTS(TEXT("GET")), NONE, GIVE_S, 1,
		false },
	      { IDS(ANN), NONE, NONE, NONE, TEXTS(TEXT("/a")), GIVE_S, 2,
		  false } },
	    0 },
	/* A gateway's rule is of another kind. */
	{ { { IDS(ANN), NONE, NONE, NONE, NONE, GIVE_N, 1, true },
	      { IDS(ANN), NONE, NONE, NONE, NONE, GIVE_S, 2, false } },
	    0 },
	{ { { IDS(ANN), NONE, NONE, NONE, NONE, GIVE_N, 1, true },
	      { IDS(ANN), NONE, NONE, NONE, NONE, GIVE_N, 2, true } },
	    2 },
	/* Even "/" and all below it has no path that is unsure. */
	{ { { IDS(ANN), NONE, NONE, NONE, TEXTS(TEXT("/*")), GIVE_S, 1, false },
	      { IDS(ANN), NONE, NONE, TEXTS(TEXT("GET")), NONE, GIVE_S, 2,
		  false } },
	    0 },
};

START_TEST(an_idle_rule_is_found)
{
	const struct allow two = { pairs[_i].rules, 2 };

	ck_assert_uint_eq(allow_idle(&two, 0), pairs[_i].idle == 1 ? 1 : 2);
	ck_assert_uint_eq(allow_idle(&two, 1), pairs[_i].idle == 2 ? 0 : 2);
}
END_TEST

/* What is called idle may be taken out, and nobody is given less. */
START_TEST(an_idle_rule_is_not_missed)
{
	const struct allow two = { pairs[_i].rules, 2 };
	const int idle = pairs[_i].idle;
	const struct allow one = { pairs[_i].rules + (idle == 1), 1 };

	for (int k = 0; idle != 0 && k < ROWS(rows); k++) {
		const struct caller c = caller_of(&rows[k]);
		const struct allow_request r = request_of(&rows[k]);

		ck_assert_int_eq(allow_decide(&two, &c, &r).give,
		    allow_decide(&one, &c, &r).give);
		ck_assert_int_eq(allow_decide(&two, &c, &r).fits,
		    allow_decide(&one, &c, &r).fits);
	}
}
END_TEST

/* ---- Refusals --------------------------------------------------------- */

static const struct {
	struct row row;
	const char *text;
} refusals[] = {
	{ { EVE, { 0 }, "", "GET", "/v1/eyes", 0, GIVE_N },
	    "allow has no rule for user 61005, nor for its groups or unit: add "
	    "one to the profile if it may sign" },
	{ { ANN, { 0 }, "", "POST", "/v1/eyes", 0, GIVE_N },
	    "allow lets user 61001 send other methods or paths alone (rule 1 "
	    "(line 11), rule 6 (line 16), rule 7 (line 17)): add this one to a "
	    "rule of the profile if it may" },
	{ { ANN, { 0 }, "", "GET", "/v1/../x", 0, GIVE_N },
	    "allow compares paths for user 61001 (rule 1 (line 11), rule 6 "
	    "(line 16), rule 7 (line 17)), and the path has a dot segment, so "
	    "that it fits none: write it in the one plain way" },
	{ { CAT, { 0 }, "", "GET", "/", 0, GIVE_N },
	    "allow gives user 61003 nothing to send itself (rule 4 (line 14)): "
	    "send it through the gateway, or have the profile give more" },
	{ { ANN, { OPS, DEV, STAFF }, "backup.service", "POST", "/v1/x", 0,
	      GIVE_N },
	    "allow gives user 61001 nothing to send itself (rule 1 (line 11), "
	    "rule 2 (line 12), rule 4 (line 14), rule 6 (line 16) and others): "
	    "send it through the gateway, or have the profile give more" },
};

START_TEST(a_refusal_says_what_to_do)
{
	const struct caller c = caller_of(&refusals[_i].row);
	const struct allow_request r = request_of(&refusals[_i].row);
	const struct allow_verdict v = allow_decide(&allow, &c, &r);
	char text[512], cut[16];

	allow_refusal(&allow, &c, &v, text, sizeof(text));
	ck_assert_str_eq(text, refusals[_i].text);
	allow_refusal(&allow, &c, &v, cut, sizeof(cut));
	ck_assert_uint_eq(strlen(cut), sizeof(cut) - 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("allow");
	TCase *tc = tcase_create("allow");

	_Static_assert(ROWS(rows) >= 80, "the table has lost rows");
	tcase_add_loop_test(tc, the_rules_decide, 0, ROWS(rows));
	tcase_add_loop_test(tc, their_order_means_nothing, 0, ROWS(rows));
	tcase_add_loop_test(tc, a_rule_only_adds, 0, ROWS(rows));
	tcase_add_test(tc, without_rules_nothing_fits);
	tcase_add_test(tc, a_unit_is_asked_for_where_a_rule_has_one);
	tcase_add_test(tc, groups_are_asked_for_where_a_rule_has_one);
	tcase_add_test(tc, a_gateway_is_given_nothing_itself);
	tcase_add_loop_test(tc, an_idle_rule_is_found, 0, ROWS(pairs));
	tcase_add_loop_test(tc, an_idle_rule_is_not_missed, 0, ROWS(pairs));
	tcase_add_loop_test(tc, a_refusal_says_what_to_do, 0, ROWS(refusals));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
