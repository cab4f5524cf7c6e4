/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/config/allow.c: one set of rules, and for each kind of caller
 * and request what is given and which rule decides; that the order of rules
 * means nothing; idle rules; the texts of refusals.
 */
#include "config/allow.h"

#include <stdio.h>

#include "base/str.h"
#include "support/run.h"

/* Who: numbers of the rules and of the table. */
enum { ROOT = 0, ANN = 1000, BOB = 1001, CAT = 1002, DAN = 1003, EVE = 1004 };
enum { OPS = 500, DEV = 501, STAFF = 502 };

#define IDS(...)                                                               \
	(const uint32_t[]){ __VA_ARGS__ },                                     \
	    sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t)
#define TEXT(s)                                                                \
	{                                                                      \
		(s), sizeof(s) - 1                                             \
	}
#define TEXTS(...)                                                             \
	(const struct apam_str[]){ __VA_ARGS__ },                              \
	    sizeof((const struct apam_str[]){ __VA_ARGS__ }) /                 \
	    sizeof(struct apam_str)
#define NONE NULL, 0

#define GIVE_N APAM_GIVE_NOTHING
#define GIVE_S APAM_GIVE_SIGNATURE
#define GIVE_H APAM_GIVE_HEADERS
#define GIVE_X APAM_GIVE_SECRET

static const struct allow_rule rules[] = {
	/* 1: Ann and those of Ops read below /v1/. */
	{ IDS(ANN), IDS(OPS), NONE, TEXTS(TEXT("GET"), TEXT("HEAD")),
	    TEXTS(TEXT("/v1/*")), GIVE_S, 11 },
	/* 2: the service writes one thing. */
	{ NONE, NONE, TEXTS(TEXT("backup.service")),
	    TEXTS(TEXT("POST"), TEXT("PUT")), TEXTS(TEXT("/v1/backups")),
	    GIVE_S, 12 },
	/* 3: Bob has headers. */
	{ IDS(BOB), NONE, NONE, NONE, NONE, GIVE_H, 13 },
	/* 4: the gateway's user, and all of Dev, have nothing. */
	{ IDS(CAT), IDS(DEV), NONE, NONE, NONE, GIVE_N, 14 },
	/* 5: Dan has the secret, or signatures as one of Ops. */
	{ IDS(DAN), NONE, NONE, NONE, NONE, GIVE_X, 15 },
	/* 6: deleting, for two users and an instance of a template. */
	{ IDS(ANN, BOB), NONE, TEXTS(TEXT("sync@a.service")),
	    TEXTS(TEXT("DELETE")), NONE, GIVE_S, 16 },
	/* 7: a user by a path that ends, with any method. */
	{ IDS(ANN), NONE, NONE, NONE, TEXTS(TEXT("/v2/"), TEXT("/v3")), GIVE_S,
	    17 },
	/* 8: the staff through the gateway, for reading. */
	{ NONE, IDS(STAFF), NONE, TEXTS(TEXT("GET")), NONE, GIVE_N, 18 },
};
static const struct allow allow = { rules, sizeof(rules) / sizeof(rules[0]) };

/* `rule` is from 1; 0: none fits, and the caller is refused. */
static const struct row {
	uint32_t user;
	uint32_t groups[3]; /* ends with 0 */
	const char *unit;
	const char *method, *path;
	unsigned rule;
	enum apam_give give;
} rows[] = {
	/* A user, by method. */
	{ ANN, { 0 }, "", "GET", "/v1/eyes", 1, GIVE_S },
	{ ANN, { 0 }, "", "HEAD", "/v1/eyes", 1, GIVE_S },
	{ ANN, { 0 }, "", "POST", "/v1/eyes", 0, GIVE_N },
	{ ANN, { 0 }, "", "PUT", "/v1/eyes", 0, GIVE_N },
	{ ANN, { 0 }, "", "PATCH", "/v1/eyes", 0, GIVE_N },
	{ ANN, { 0 }, "", "get", "/v1/eyes", 0, GIVE_N },
	{ ANN, { 0 }, "", "Get", "/v1/eyes", 0, GIVE_N },
	{ ANN, { 0 }, "", "GETS", "/v1/eyes", 0, GIVE_N },
	{ ANN, { 0 }, "", "GE", "/v1/eyes", 0, GIVE_N },
	{ ANN, { 0 }, "", "", "/v1/eyes", 0, GIVE_N },
	{ ANN, { 0 }, "", "DELETE", "/v1/eyes", 6, GIVE_S },
	{ ANN, { 0 }, "", "DELETE", "/anything", 6, GIVE_S },
	/* By path. */
	{ ANN, { 0 }, "", "GET", "/v1/", 1, GIVE_S },
	{ ANN, { 0 }, "", "GET", "/v1/a/b/c", 1, GIVE_S },
	{ ANN, { 0 }, "", "GET", "/v1", 0, GIVE_N },
	{ ANN, { 0 }, "", "GET", "/", 0, GIVE_N },
	{ ANN, { 0 }, "", "GET", "/v10/eyes", 0, GIVE_N },
	{ ANN, { 0 }, "", "GET", "/V1/eyes", 0, GIVE_N },
	{ ANN, { 0 }, "", "GET", "/v2/", 7, GIVE_S },
	{ ANN, { 0 }, "", "POST", "/v2/", 7, GIVE_S },
	{ ANN, { 0 }, "", "GET", "/v2/x", 0, GIVE_N },
	{ ANN, { 0 }, "", "GET", "/v2", 0, GIVE_N },
	{ ANN, { 0 }, "", "PATCH", "/v3", 7, GIVE_S },
	{ ANN, { 0 }, "", "PATCH", "/v3/", 0, GIVE_N },
	/* Paths that some server takes for others fit no rule with paths. */
	{ ANN, { 0 }, "", "GET", "/v1/../admin", 0, GIVE_N },
	{ ANN, { 0 }, "", "GET", "/v1/%2e%2e/admin", 0, GIVE_N },
	{ ANN, { 0 }, "", "GET", "/v1/%2E%2E/admin", 0, GIVE_N },
	{ ANN, { 0 }, "", "GET", "/v1/..%2fadmin", 0, GIVE_N },
	{ ANN, { 0 }, "", "GET", "/v1//admin", 0, GIVE_N },
	{ ANN, { 0 }, "", "GET", "//v1/eyes", 0, GIVE_N },
	{ ANN, { 0 }, "", "GET", "/v1/..;/admin", 0, GIVE_N },
	{ ANN, { 0 }, "", "GET", "/v1/a;b", 0, GIVE_N },
	{ ANN, { 0 }, "", "GET", "/v1/eyes.", 0, GIVE_N },
	{ ANN, { 0 }, "", "GET", "/v1/%65yes", 0, GIVE_N },
	{ ANN, { 0 }, "", "GET", "/v1/%c3%a9", 0, GIVE_N },
	{ ANN, { 0 }, "", "GET", "/v1/%C3%A9", 1, GIVE_S },
	{ ANN, { 0 }, "", "GET", "/%76%31/eyes", 0, GIVE_N },
	/* They fit a rule without paths. */
	{ ANN, { 0 }, "", "DELETE", "/v1/../admin", 6, GIVE_S },
	{ BOB, { 0 }, "", "GET", "/v1/../admin", 3, GIVE_H },
	/* A group, as the first, as one of several. */
	{ EVE, { OPS }, "", "GET", "/v1/eyes", 1, GIVE_S },
	{ EVE, { STAFF, OPS }, "", "GET", "/v1/eyes", 1, GIVE_S },
	{ EVE, { 9, 8, OPS }, "", "HEAD", "/v1/eyes", 1, GIVE_S },
	{ EVE, { OPS }, "", "POST", "/v1/eyes", 0, GIVE_N },
	{ EVE, { OPS }, "", "GET", "/v2/", 0, GIVE_N },
	{ EVE, { OPS }, "", "DELETE", "/v1/eyes", 0, GIVE_N },
	{ EVE, { 9 }, "", "GET", "/v1/eyes", 0, GIVE_N },
	{ EVE, { 0 }, "", "GET", "/v1/eyes", 0, GIVE_N },
	/* A user's number is not a group's, and the reverse. */
	{ OPS, { 0 }, "", "GET", "/v1/eyes", 0, GIVE_N },
	{ EVE, { ANN }, "", "GET", "/v1/eyes", 0, GIVE_N },
	{ EVE, { BOB }, "", "GET", "/v1/eyes", 0, GIVE_N },
	/* A unit. */
	{ EVE, { 0 }, "backup.service", "POST", "/v1/backups", 2, GIVE_S },
	{ EVE, { 0 }, "backup.service", "PUT", "/v1/backups", 2, GIVE_S },
	{ ROOT, { 0 }, "backup.service", "PUT", "/v1/backups", 2, GIVE_S },
	{ EVE, { 0 }, "backup.service", "GET", "/v1/backups", 0, GIVE_N },
	{ EVE, { 0 }, "backup.service", "POST", "/v1/backups/", 0, GIVE_N },
	{ EVE, { 0 }, "backup.service", "POST", "/v1/backups/1", 0, GIVE_N },
	{ EVE, { 0 }, "backup.servic", "POST", "/v1/backups", 0, GIVE_N },
	{ EVE, { 0 }, "backup.service2", "POST", "/v1/backups", 0, GIVE_N },
	{ EVE, { 0 }, "Backup.service", "POST", "/v1/backups", 0, GIVE_N },
	{ EVE, { 0 }, "xbackup.service", "POST", "/v1/backups", 0, GIVE_N },
	{ EVE, { 0 }, "", "POST", "/v1/backups", 0, GIVE_N },
	{ EVE, { 0 }, "sync@a.service", "DELETE", "/x", 6, GIVE_S },
	{ EVE, { 0 }, "sync@b.service", "DELETE", "/x", 0, GIVE_N },
	{ EVE, { 0 }, "sync@.service", "DELETE", "/x", 0, GIVE_N },
	{ EVE, { 0 }, "sync@a.service", "GET", "/x", 0, GIVE_N },
	/* User and unit both name: the rules add. */
	{ ANN, { 0 }, "backup.service", "POST", "/v1/backups", 2, GIVE_S },
	{ ANN, { 0 }, "backup.service", "GET", "/v1/backups", 1, GIVE_S },
	{ ANN, { 0 }, "backup.service", "POST", "/v1/eyes", 0, GIVE_N },
	/* The greatest gift. */
	{ BOB, { 0 }, "", "GET", "/v1/eyes", 3, GIVE_H },
	{ BOB, { 0 }, "", "DELETE", "/v1/eyes", 3, GIVE_H },
	{ BOB, { OPS }, "", "GET", "/v1/eyes", 3, GIVE_H },
	{ BOB, { DEV }, "", "GET", "/", 3, GIVE_H },
	{ BOB, { 0 }, "sync@a.service", "DELETE", "/", 3, GIVE_H },
	{ DAN, { 0 }, "", "GET", "/v1/eyes", 5, GIVE_X },
	{ DAN, { OPS }, "", "GET", "/v1/eyes", 5, GIVE_X },
	{ DAN, { DEV }, "", "PATCH", "/", 5, GIVE_X },
	{ DAN, { OPS, DEV, STAFF }, "backup.service", "POST", "/v1/backups", 5,
	    GIVE_X },
	/* Nothing is a gift, too, and less than any other. */
	{ CAT, { 0 }, "", "GET", "/v1/eyes", 4, GIVE_N },
	{ CAT, { 0 }, "", "POST", "/", 4, GIVE_N },
	{ CAT, { OPS }, "", "GET", "/v1/eyes", 1, GIVE_S },
	{ CAT, { OPS }, "", "POST", "/v1/eyes", 4, GIVE_N },
	{ EVE, { DEV }, "", "GET", "/v1/eyes", 4, GIVE_N },
	{ ANN, { DEV }, "", "GET", "/v1/eyes", 1, GIVE_S },
	{ ANN, { DEV }, "", "POST", "/v1/eyes", 4, GIVE_N },
	{ EVE, { STAFF }, "", "GET", "/v1/eyes", 8, GIVE_N },
	{ EVE, { STAFF }, "", "POST", "/v1/eyes", 0, GIVE_N },
	{ EVE, { STAFF, DEV }, "", "GET", "/v1/eyes", 4, GIVE_N },
	/* Root is a user like others. */
	{ ROOT, { 0 }, "", "GET", "/v1/eyes", 0, GIVE_N },
	{ ROOT, { OPS }, "", "GET", "/v1/eyes", 1, GIVE_S },
};

static struct caller
caller_of(const struct row *row)
{
	struct caller c = { .user = row->user,
		.groups = row->groups,
		.unit = apam_str(row->unit) };

	while (c.group_count < 3 && row->groups[c.group_count] != 0)
		c.group_count++;
	return c;
}

static struct allow_request
request_of(const struct row *row)
{
	return (
	    struct allow_request){ apam_str(row->method), apam_str(row->path) };
}

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

/* ---- Idle rules ------------------------------------------------------- */

/* Two rules, and which of them is idle by the other: from 1; 0: none. */
static const struct {
	struct allow_rule rules[2];
	int idle;
} pairs[] = {
	{ { { IDS(ANN), NONE, NONE, NONE, NONE, GIVE_S, 1 },
	      { IDS(BOB), NONE, NONE, NONE, NONE, GIVE_S, 2 } },
	    0 },
	{ { { IDS(ANN), NONE, NONE, NONE, NONE, GIVE_S, 1 },
	      { IDS(ANN), NONE, NONE, NONE, NONE, GIVE_S, 2 } },
	    2 },
	{ { { IDS(ANN), NONE, NONE, NONE, NONE, GIVE_N, 1 },
	      { IDS(ANN), NONE, NONE, NONE, NONE, GIVE_S, 2 } },
	    1 },
	{ { { IDS(ANN, BOB), NONE, NONE, NONE, NONE, GIVE_H, 1 },
	      { IDS(ANN), NONE, NONE, NONE, NONE, GIVE_S, 2 } },
	    2 },
	{ { { IDS(ANN), NONE, NONE, NONE, NONE, GIVE_S, 1 },
	      { IDS(ANN), IDS(OPS), NONE, NONE, NONE, GIVE_S, 2 } },
	    1 },
	{ { { IDS(ANN), NONE, NONE, NONE, NONE, GIVE_S, 1 },
	      { NONE, IDS(ANN), NONE, NONE, NONE, GIVE_S, 2 } },
	    0 },
	{ { { IDS(ANN), NONE, TEXTS(TEXT("a.service")), NONE, NONE, GIVE_S, 1 },
	      { NONE, NONE, TEXTS(TEXT("a.service")), NONE, NONE, GIVE_S, 2 } },
	    2 },
	{ { { IDS(ANN), NONE, NONE, TEXTS(TEXT("GET")), NONE, GIVE_S, 1 },
	      { IDS(ANN), NONE, NONE, NONE, NONE, GIVE_S, 2 } },
	    1 },
	{ { { IDS(ANN), NONE, NONE, TEXTS(TEXT("GET")), NONE, GIVE_S, 1 },
	      { IDS(ANN), NONE, NONE, TEXTS(TEXT("PUT")), NONE, GIVE_S, 2 } },
	    0 },
	{ { { IDS(ANN), NONE, NONE, NONE, TEXTS(TEXT("/a/*")), GIVE_S, 1 },
	      { IDS(ANN), NONE, NONE, NONE, TEXTS(TEXT("/a/b")), GIVE_S, 2 } },
	    2 },
	{ { { IDS(ANN), NONE, NONE, NONE, TEXTS(TEXT("/a/*")), GIVE_S, 1 },
	      { IDS(ANN), NONE, NONE, NONE, NONE, GIVE_S, 2 } },
	    1 },
	{ { { IDS(ANN), NONE, NONE, NONE, TEXTS(TEXT("/a/*")), GIVE_S, 1 },
	      { IDS(ANN), NONE, NONE, NONE, TEXTS(TEXT("/a/b"), TEXT("/b")),
		  GIVE_S, 2 } },
	    0 },
	/* Each has something that the other lacks. */
	{ { { IDS(ANN), NONE, NONE, TEXTS(TEXT("GET")), NONE, GIVE_S, 1 },
	      { IDS(ANN), NONE, NONE, NONE, TEXTS(TEXT("/a")), GIVE_S, 2 } },
	    0 },
	/* Even "/" and all below it has no path that is unsure. */
	{ { { IDS(ANN), NONE, NONE, NONE, TEXTS(TEXT("/*")), GIVE_S, 1 },
	      { IDS(ANN), NONE, NONE, TEXTS(TEXT("GET")), NONE, GIVE_S, 2 } },
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
	    "allow has no rule for user 1004, nor for its groups or unit: add "
	    "one to the profile if it may sign" },
	{ { ANN, { 0 }, "", "POST", "/v1/eyes", 0, GIVE_N },
	    "allow lets user 1000 send other methods or paths alone (rule 1 "
	    "(line 11), rule 6 (line 16), rule 7 (line 17)): add this one to a "
	    "rule of the profile if it may" },
	{ { ANN, { 0 }, "", "GET", "/v1/../x", 0, GIVE_N },
	    "allow compares paths for user 1000 (rule 1 (line 11), rule 6 "
	    "(line 16), rule 7 (line 17)), and the path has a dot segment, so "
	    "that it fits none: write it in the one plain way" },
	{ { CAT, { 0 }, "", "GET", "/", 0, GIVE_N },
	    "allow gives user 1002 nothing to send itself (rule 4 (line 14)): "
	    "send it through the gateway, or have the profile give more" },
	{ { ANN, { OPS, DEV, STAFF }, "backup.service", "POST", "/v1/x", 0,
	      GIVE_N },
	    "allow gives user 1000 nothing to send itself (rule 1 (line 11), "
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
	tcase_add_loop_test(tc, an_idle_rule_is_found, 0, ROWS(pairs));
	tcase_add_loop_test(tc, an_idle_rule_is_not_missed, 0, ROWS(pairs));
	tcase_add_loop_test(tc, a_refusal_says_what_to_do, 0, ROWS(refusals));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
