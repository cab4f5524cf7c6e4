/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/http/retry_after.c, row by row; bad values first.
 */
#include "http/retry_after.h"

#include "base/str.h"
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

/* ---- Retry-After -------------------------------------------------------- */

#define NOW 784111700 /* Sun, 06 Nov 1994 08:48:20 GMT */

static const struct retry {
	const char *value;
	int64_t now, seconds;
} retries[] = {
	{ "", NOW, -1 },
	{ " ", NOW, -1 },
	{ "soon", NOW, -1 },
	{ "-1", NOW, -1 },
	{ "+1", NOW, -1 },
	{ "1.5", NOW, -1 },
	{ "120s", NOW, -1 },
	{ "1 2", NOW, -1 },
	{ "0x10", NOW, -1 },
	{ "1, 2", NOW, -1 },
	{ "2050-01-01T00:00:00Z", NOW, -1 },
	{ "2050-01-01 00:00:00 and more", NOW, -1 },
	{ "Sun, 99 Nov 1994 08:49:37 GMT", NOW, -1 },
	{ "Sun, 06 Foo 1994 08:49:37 GMT", NOW, -1 },
	{ "Sun, 06 Nov 1994 08:49:37 GMT\n", NOW, -1 },
	{ "Sun, 06 Nov 1994 08:49:37 GMT and a great deal more of this text",
	    NOW, -1 },
	{ "0", NOW, 0 },
	{ "120", NOW, 120 },
	{ " 007\t", NOW, 7 },
	{ "86400", NOW, 86400 },
	{ "86401", NOW, 86400 },
	{ "9223372036854775808", NOW, 86400 },
	{ "99999999999999999999999999999999999999999", NOW, 86400 },
	{ "Sun, 06 Nov 1994 08:49:37 GMT", NOW, 77 },
	{ "Sunday, 06-Nov-94 08:49:37 GMT", NOW, 77 },
	{ "Sun Nov  6 08:49:37 1994", NOW, 77 },
	{ " Sun, 06 Nov 1994 08:49:37 GMT ", NOW, 77 },
	{ "Sun, 06 Nov 1994 08:48:20 GMT", NOW, 0 },
	{ "Sun, 06 Nov 1994 08:48:19 GMT", NOW, 0 },
	{ "Thu, 01 Jan 1970 00:00:00 GMT", NOW, 0 },
	{ "Mon, 07 Nov 1994 08:48:20 GMT", NOW, 86400 },
	{ "Mon, 07 Nov 1994 08:48:21 GMT", NOW, 86400 },
	{ "Fri, 31 Dec 9999 23:59:59 GMT", NOW, 86400 },
	{ "Sun, 06 Nov 1994 08:49:37 GMT", 0, 86400 },
	{ "Sun, 06 Nov 1994 08:49:37 GMT", INT64_MIN, 86400 },
	{ "Sun, 06 Nov 1994 08:49:37 GMT", INT64_MAX, 0 },
};

START_TEST(test_retry_after)
{
	const struct retry *row = &retries[_i];
	int64_t seconds = retry_after(apam_str(row->value), row->now);

	ck_assert_msg(seconds == row->seconds, "\"%s\": %lld, not %lld",
	    row->value, (long long)seconds, (long long)row->seconds);
}
END_TEST

START_TEST(test_retry_after_view)
{
	struct apam_str cut = { "12345", 2 }, nul = { "1\0", 2 };

	ck_assert_int_eq(retry_after(cut, NOW), 12);
	ck_assert_int_eq(retry_after(nul, NOW), -1);
	ck_assert_int_eq(retry_after((struct apam_str){ NULL, 0 }, NOW), -1);
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
	Suite *suite = suite_create("retry_after");
	TCase *tc = tcase_create("retry_after");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, each, 0, ROWS(rows));
	tcase_add_test(tc, no_headers);
	tcase_add_loop_test(tc, test_retry_after, 0, ROWS(retries));
	tcase_add_test(tc, test_retry_after_view);
	tcase_add_loop_test(tc, each_answer, 0, ROWS(answers));
	return run_suite(suite);
}
