/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/http/rate_limit.c, row by row; bad values first.
 */
#include "http/rate_limit.h"

#include "support/run.h"

#define TEXT(s)                                                                \
	{                                                                      \
		(s), sizeof(s) - 1                                             \
	}
#define H(n, v)                                                                \
	{                                                                      \
		TEXT(n), TEXT(v)                                               \
	}
#define HEADERS 4

static const struct {
	const char *name;
	struct apam_header headers[HEADERS];
	int64_t wait;
} rows[] = {
	{ "nothing", { H("a", "b") }, -1 },
	{ "an empty reset", { H("x-ratelimit-reset", "") }, -1 },
	{ "a word", { H("x-ratelimit-reset", "soon") }, -1 },
	{ "a negative number", { H("x-ratelimit-reset", "-5") }, -1 },
	{ "a fraction", { H("x-ratelimit-reset", "1.5") }, -1 },
	{ "too large a number",
	    { H("x-ratelimit-reset", "99999999999999999999") }, -1 },
	{ "a date in seconds", { H("x-ratelimit-reset", "1764000000") }, -1 },
	{ "more than a day", { H("x-ratelimit-reset", "86401") }, -1 },
	{ "a day", { H("x-ratelimit-reset", "86400") }, 86400 },
	{ "none at all", { H("x-ratelimit-reset", "0") }, 0 },
	{ "reset", { H("x-ratelimit-reset", "7") }, 7 },
	{ "without the x-", { H("ratelimit-reset", "8") }, 8 },
	{ "in capitals", { H("RateLimit-Reset", "9") }, 9 },
	{ "both: the x- counts",
	    { H("ratelimit-reset", "8"), H("x-ratelimit-reset", "7") }, 7 },
	{ "remaining alone", { H("x-ratelimit-remaining", "0") }, -1 },
	{ "a rate of nothing",
	    { H("x-ratelimit-remaining", "0"),
		H("x-ratelimit-replenish-rate", "0") },
	    -1 },
	{ "no remaining", { H("x-ratelimit-replenish-rate", "10") }, -1 },
	{ "one token, ten a second",
	    { H("x-ratelimit-remaining", "0"),
		H("x-ratelimit-replenish-rate", "10") },
	    1 },
	{ "fifty tokens, ten a second",
	    { H("x-ratelimit-remaining", "0"),
		H("x-ratelimit-requested-tokens", "50"),
		H("x-ratelimit-replenish-rate", "10") },
	    5 },
	{ "rounded up",
	    { H("x-ratelimit-remaining", "9"),
		H("x-ratelimit-requested-tokens", "50"),
		H("x-ratelimit-replenish-rate", "10") },
	    5 },
	{ "enough",
	    { H("x-ratelimit-remaining", "50"),
		H("x-ratelimit-requested-tokens", "50"),
		H("x-ratelimit-replenish-rate", "10") },
	    0 },
	{ "no tokens wanted is one",
	    { H("ratelimit-remaining", "0"),
		H("ratelimit-requested-tokens", "0"),
		H("ratelimit-replenish-rate", "1") },
	    1 },
	{ "a day at most",
	    { H("ratelimit-remaining", "0"),
		H("ratelimit-requested-tokens", "2147483647"),
		H("ratelimit-replenish-rate", "1") },
	    86400 },
	{ "a date, and a bucket",
	    { H("x-ratelimit-reset", "1764000000"),
		H("x-ratelimit-remaining", "0"),
		H("x-ratelimit-replenish-rate", "1") },
	    1 },
};

START_TEST(each)
{
	int64_t wait = rate_limit_wait(rows[_i].headers, HEADERS);

	ck_assert_msg(wait == rows[_i].wait, "%s: %lld, not %lld",
	    rows[_i].name, (long long)wait, (long long)rows[_i].wait);
}
END_TEST

START_TEST(no_headers)
{
	ck_assert_int_eq(rate_limit_wait(NULL, 0), -1);
}
END_TEST

/* ---- Answers ------------------------------------------------------------ */

static const struct {
	const char *name;
	unsigned status;
	struct apam_header headers[HEADERS];
	int64_t wait;
} answers[] = {
	{ "nothing said", 429, { H("a", "b") }, -1 },
	{ "neither makes sense", 503,
	    { H("Retry-After", "soon"), H("x-ratelimit-reset", "later") }, -1 },
	{ "a success", 200, { H("Retry-After", "7") }, -1 },
	{ "a success, and few are left", 200,
	    { H("x-ratelimit-remaining", "0"),
		H("x-ratelimit-replenish-rate", "1") },
	    -1 },
	{ "a redirect", 302, { H("Retry-After", "7") }, -1 },
	{ "a refusal", 401, { H("x-ratelimit-reset", "7") }, -1 },
	{ "another fault", 500, { H("Retry-After", "7") }, -1 },
	{ "seconds", 429, { H("Retry-After", "7") }, 7 },
	{ "seconds, unavailable", 503, { H("retry-after", "8") }, 8 },
	{ "a date that has passed", 429,
	    { H("Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT") }, 0 },
	{ "a year", 503, { H("Retry-After", "31536000") }, 86400 },
	{ "a reset", 429, { H("ratelimit-reset", "9") }, 9 },
	{ "a bucket, unavailable", 503,
	    { H("x-ratelimit-remaining", "0"),
		H("x-ratelimit-requested-tokens", "50"),
		H("x-ratelimit-replenish-rate", "10") },
	    5 },
	{ "both", 429, { H("x-ratelimit-reset", "9"), H("Retry-After", "7") },
	    7 },
	{ "both, one without sense", 429,
	    { H("Retry-After", "-7"), H("x-ratelimit-reset", "9") }, 9 },
};

START_TEST(each_answer)
{
	struct response r;
	int64_t wait;

	response_view(
	    &r, answers[_i].status, answers[_i].headers, HEADERS, APAM_STR(""));
	wait = response_retry_after(&r);
	ck_assert_msg(wait == answers[_i].wait, "%s: %lld, not %lld",
	    answers[_i].name, (long long)wait, (long long)answers[_i].wait);
	response_free(&r);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("rate_limit");
	TCase *tc = tcase_create("rate_limit");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, each, 0, ROWS(rows));
	tcase_add_test(tc, no_headers);
	tcase_add_loop_test(tc, each_answer, 0, ROWS(answers));
	return run_suite(suite);
}
