/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/api/judge.c: what several entries make of one answer, how long
 * a throttled host is to wait, and when sending again is worth it.
 */
#include <time.h>

#include "profile/handle.h"
#include "support/look_now.h"
#include "support/project.h"
#include "support/run.h"

#define URL "https://api.example/"

static struct project project;
static struct apam_profile *profile;
static struct apam_signature sig;
static struct apam_error err = APAM_ERROR_INIT;

static void
setup(void)
{
	project_make(&project);
	project_module(&project, "return-test", true);
	project_module(&project, "hmac-test", true);
	project_module(&project, "old-test", true);
	project_secret(&project, "secret", "FAKEkey\n");
	sig = (struct apam_signature)APAM_SIGNATURE_INIT;
}

static void
teardown(void)
{
	apam_signature_release(&sig);
	project_remove(&project);
}

/* A profile "p" of the entries; "@/" in them is in the project. */
static void
write_entries(const char *entries)
{
	project_entries(&project, "p", entries);
}

static void
sign(void)
{
	const struct apam_request request = APAM_REQUEST("GET", URL);

	ck_assert_msg(apam_sign(profile, &request, &sig, &err) == APAM_OK, "%s",
	    err.text);
}

static void
use(const char *entries)
{
	write_entries(entries);
	profile = project_get(&project, "p");
	sign();
}

static struct apam_judgement
judge(unsigned status, const struct apam_header *headers, size_t count)
{
	const struct apam_answer answer = { .size = sizeof(answer),
		.status = status,
		.headers = headers,
		.header_count = count };
	struct apam_judgement j = { .size = sizeof(j) };

	memset(&j, 0x5a, sizeof(j));
	j.size = sizeof(j);
	memset(&err, 0x5a, sizeof(err));
	err.size = sizeof(err);
	ck_assert_int_eq(apam_judge(profile, &sig, &answer, &j, &err), APAM_OK);
	ck_assert_int_eq(err.status, APAM_OK);
	ck_assert_ptr_nonnull(j.reason);
	return j;
}

/* ---- Several entries ---------------------------------------------------- */

/* From the one that asks for least to the one that asks for most. */
static const enum apam_verdict order[] = { APAM_VERDICT_ACCEPTED,
	APAM_VERDICT_UNKNOWN, APAM_VERDICT_THROTTLED, APAM_VERDICT_FORBIDDEN,
	APAM_VERDICT_SUSPECT, APAM_VERDICT_REJECTED };

#define VERDICTS 6

/* Two entries that judge as they are told; both are taken to have signed. */
static void
use_two(int first, int second)
{
	char entries[256];

	(void)snprintf(entries, sizeof(entries),
	    "{ scheme = \"return-test\"; judge = %d; probe = \"GET /\"; }, "
	    "{ scheme = \"return-test\"; judge = %d; probe = \"GET /\"; }",
	    first, second);
	use(entries);
	ck_assert_uint_eq(sig.entries, 1);
	sig.entries = 3;
}

START_TEST(the_verdict_that_asks_for_most_wins)
{
	int a = _i / VERDICTS, b = _i % VERDICTS;
	struct apam_judgement j = { .size = sizeof(j) };

	use_two((int)order[a], (int)order[b]);
	j = judge(200, NULL, 0);
	ck_assert_msg(j.verdict == order[a > b ? a : b], "%s, %s: %s",
	    apam_verdict_name(order[a]), apam_verdict_name(order[b]),
	    apam_verdict_name(j.verdict));
	ck_assert_int_eq(j.replay, a >= 4 || b >= 4);
	ck_assert_int_eq(j.retry_at, 0);
}
END_TEST

/* The reason is that of the verdict: one of them here is illegal. */
static const struct {
	int first, second;
	const char *reason;
} reasons[] = {
	{ APAM_VERDICT_ACCEPTED, 7, "the module returned an illegal verdict" },
	{ 7, APAM_VERDICT_ACCEPTED, "the module returned an illegal verdict" },
	{ 7, APAM_VERDICT_UNKNOWN, "the module returned an illegal verdict" },
	{ 7, APAM_VERDICT_THROTTLED, "return-test says so" },
	{ APAM_VERDICT_UNKNOWN, 7, "return-test says so" },
	{ APAM_VERDICT_REJECTED, 7, "return-test says so" },
};

START_TEST(the_reason_is_the_verdicts)
{
	use_two(reasons[_i].first, reasons[_i].second);
	ck_assert_str_eq(judge(200, NULL, 0).reason, reasons[_i].reason);
}
END_TEST

START_TEST(who_did_not_sign_is_not_asked)
{
	struct apam_judgement j = { .size = sizeof(j) };

	use_two(APAM_VERDICT_REJECTED, APAM_VERDICT_THROTTLED);
	sig.entries = 2;
	j = judge(200, NULL, 0);
	ck_assert_int_eq(j.verdict, APAM_VERDICT_THROTTLED);
	ck_assert(!j.replay);
}
END_TEST

/* Two that do sign, and that do not agree on an answer. */
START_TEST(two_schemes_judge_one_answer)
{
	use("{ scheme = \"old-test\"; key_id = \"k\"; control = \"required\"; }"
	    ", { scheme = \"hmac-test\"; key_id = \"k\"; "
	    "secret = \"file:@/secret\"; control = \"required\"; }");
	ck_assert_uint_eq(sig.entries, 3);
	ck_assert_int_eq(judge(403, NULL, 0).verdict, APAM_VERDICT_FORBIDDEN);
	ck_assert_int_eq(judge(200, NULL, 0).verdict, APAM_VERDICT_ACCEPTED);
	ck_assert_int_eq(judge(500, NULL, 0).verdict, APAM_VERDICT_UNKNOWN);
	ck_assert_int_eq(judge(401, NULL, 0).verdict, APAM_VERDICT_REJECTED);
}
END_TEST

/* ---- Waiting ------------------------------------------------------------ */

#define S(literal)                                                             \
	{                                                                      \
		(literal), sizeof(literal) - 1                                 \
	}
#define H(name, value)                                                         \
	{                                                                      \
		S(name), S(value)                                              \
	}

static const struct {
	const char *name;
	unsigned status;
	struct apam_header headers[4];
	int wait; /* seconds; -1: not said */
} waits[] = {
	{ "nothing", 429, { { S(""), S("") } }, -1 },
	{ "no sense", 429, { H("Retry-After", "soon") }, -1 },
	{ "negative", 429, { H("Retry-After", "-1") }, -1 },
	{ "empty", 503, { H("Retry-After", "") }, -1 },
	{ "of an answer that is none", 200, { H("Retry-After", "7") }, -1 },
	{ "of a redirect", 301, { H("Retry-After", "7") }, -1 },
	{ "of a rejection", 401, { H("Retry-After", "7") }, -1 },
	{ "of a fault", 500, { H("Retry-After", "7") }, -1 },
	{ "of a limit that is not hit", 200, { H("ratelimit-reset", "7") },
	    -1 },
	{ "seconds", 429, { H("Retry-After", "7") }, 7 },
	{ "seconds, unavailable", 503, { H("Retry-After", "7") }, 7 },
	{ "whatever the case", 429, { H("rETRY-aFTER", "7") }, 7 },
	{ "at once", 429, { H("Retry-After", "0") }, 0 },
	{ "a date that has passed", 429,
	    { H("Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT") }, 0 },
	{ "a year", 429, { H("Retry-After", "31536000") }, 86400 },
	{ "a limit", 429, { H("x-ratelimit-reset", "9") }, 9 },
	{ "a limit, unavailable", 503, { H("ratelimit-reset", "9") }, 9 },
	{ "a bucket", 429,
	    { H("x-ratelimit-remaining", "0"),
		H("x-ratelimit-replenish-rate", "2"),
		H("x-ratelimit-requested-tokens", "5") },
	    3 },
	{ "both", 429, { H("x-ratelimit-reset", "9"), H("Retry-After", "7") },
	    7 },
	{ "both, one without sense", 429,
	    { H("Retry-After", "soon"), H("x-ratelimit-reset", "9") }, 9 },
};

START_TEST(a_throttled_host_waits)
{
	const struct apam_header *h = waits[_i].headers;
	int64_t before = time(NULL), after;
	struct apam_judgement j = { .size = sizeof(j) };
	size_t n = 0;

	use("{ scheme = \"return-test\"; judge = 4; }");
	while (n < 4 && h[n].name.n > 0)
		n++;
	j = judge(waits[_i].status, h, n);
	after = time(NULL);
	if (waits[_i].wait < 0) {
		ck_assert_msg(j.retry_at == 0, "%s: %lld", waits[_i].name,
		    (long long)j.retry_at);
		return;
	}
	ck_assert_msg(j.retry_at >= before + waits[_i].wait &&
		j.retry_at <= after + waits[_i].wait,
	    "%s: %lld", waits[_i].name, (long long)(j.retry_at - before));
	ck_assert(!j.replay);
}
END_TEST

/* ---- Sending again ------------------------------------------------------ */

#define HMAC(more)                                                             \
	"{ scheme = \"hmac-test\"; key_id = \"k\"; "                           \
	"secret = \"file:@/secret\"; " more "}"
#define RETURNS(more) "{ scheme = \"return-test\"; " more "}"
#define PROBE "probe = \"GET /x\"; "
#define REVOKED RETURNS("acquire = 0; acquire_status = 1282; ")

static const struct {
	const char *name;
	const char *entries;
	unsigned status;
	unsigned signers;
	bool replay;
} replays[] = {
	/* The same credential would come again. */
	{ "static", HMAC(""), 401, 1, false },
	{ "static, to be probed", HMAC(PROBE), 401, 1, true },
	{ "to be checked", RETURNS("judge = 2; " PROBE), 200, 1, true },
	{ "suspect", RETURNS("judge = 5; " PROBE), 200, 1, true },
	{ "accepted", RETURNS("judge = 1; "), 401, 1, false },
	{ "forbidden", RETURNS("judge = 3; "), 401, 1, false },
	{ "throttled", RETURNS("judge = 4; "), 429, 1, false },
	{ "unknown", RETURNS("judge = 0; "), 500, 1, false },
	{ "a standby", HMAC("") ", " RETURNS(""), 401, 1, true },
	{ "a standby, not needed", HMAC("") ", " RETURNS(""), 403, 1, false },
	{ "a standby, third",
	    HMAC("") ", " RETURNS("control = \"optional\"; ") ", " HMAC(""),
	    401, 1, true },
	{ "none after it", REVOKED ", " HMAC(""), 401, 2, false },
	{ "required is not a standby",
	    HMAC("control = \"required\"; ") ", " RETURNS(
		"control = \"required\"; "),
	    401, 3, false },
	{ "optional is not a standby",
	    HMAC("control = \"optional\"; ") ", " RETURNS(
		"control = \"optional\"; judge = 1; "),
	    401, 3, false },
};

START_TEST(sending_again_is_worth_it_or_not)
{
	struct apam_judgement j = { .size = sizeof(j) };

	use(replays[_i].entries);
	ck_assert_msg(sig.entries == replays[_i].signers, "%s: %u",
	    replays[_i].name, sig.entries);
	j = judge(replays[_i].status, NULL, 0);
	ck_assert_msg(j.replay == replays[_i].replay, "%s", replays[_i].name);
	/* A second report of it says the same. */
	j = judge(replays[_i].status, NULL, 0);
	ck_assert_msg(j.replay == replays[_i].replay, "%s", replays[_i].name);
}
END_TEST

/* What changed is seen at once after a rejection, and else in a second. */
static const struct {
	const char *judge;
	const char *value;
} news[] = { { "1", "one" }, { "4", "one" }, { "2", "two" }, { "5", "two" } };

START_TEST(a_rejection_may_be_news_of_changed_files)
{
	char entry[256];

	(void)snprintf(entry, sizeof(entry),
	    RETURNS("judge = %s; credential = \"one\"; " PROBE),
	    news[_i].judge);
	use(entry);
	ck_assert_str_eq(sig.headers[0].value.p, "one");
	/* However slow this machine is: the second is not over. */
	pthread_mutex_lock(&profile->ctx->env.lock);
	profile->check_at = INT64_MAX;
	pthread_mutex_unlock(&profile->ctx->env.lock);
	write_entries(RETURNS("credential = \"two\"; "));
	(void)judge(200, NULL, 0);
	sign();
	ck_assert_msg(strcmp(sig.headers[0].value.p, news[_i].value) == 0,
	    "judge = %s", news[_i].judge);
}
END_TEST

/* ---- Files read anew meanwhile -------------------------------------------- */

#define ONE RETURNS("judge = 2; credential = \"one\"; " PROBE)
#define TWO RETURNS("judge = 2; credential = \"two\"; " PROBE)

/* Other entries in the file, which is read at once. */
static void
become(const char *entries)
{
	write_entries(entries);
	look_now(profile);
}

static bool
is_usable(unsigned entry)
{
	struct apam_entry_status all[2];
	size_t n = 2;

	ck_assert_int_eq(
	    apam_profile_status(profile, all, &n, sizeof(*all), NULL, &err),
	    APAM_OK);
	ck_assert_uint_gt(n, entry);
	return all[entry].usable;
}

START_TEST(an_entry_that_moved_is_judged_where_it_stands)
{
	struct apam_judgement j = { .size = sizeof(j) };

	use(ONE ", " TWO);
	become(TWO ", " ONE);
	sign();
	ck_assert_str_eq(sig.headers[0].value.p, "two");
	become(ONE ", " TWO);
	ck_assert(is_usable(0) && is_usable(1));
	j = judge(200, NULL, 0);
	ck_assert_int_eq(j.verdict, APAM_VERDICT_REJECTED);
	ck_assert(j.replay);
	ck_assert(is_usable(0));
	ck_assert(!is_usable(1));
}
END_TEST

START_TEST(an_entry_that_is_gone_marks_no_other)
{
	struct apam_judgement j = { .size = sizeof(j) };

	use(ONE);
	become(TWO ", " ONE);
	sign();
	become(ONE);
	ck_assert(is_usable(0));
	j = judge(200, NULL, 0);
	ck_assert_int_eq(j.verdict, APAM_VERDICT_REJECTED);
	ck_assert(j.replay);
	ck_assert(is_usable(0));
}
END_TEST

START_TEST(an_entry_beyond_the_end_says_nothing)
{
	struct apam_judgement j = { .size = sizeof(j) };

	use(RETURNS("acquire = 0; acquire_status = 1282; ") ", " TWO);
	ck_assert_uint_eq(sig.entries, 2);
	become(ONE);
	(void)is_usable(0); /* reads the file */
	j = judge(200, NULL, 0);
	ck_assert_int_eq(j.verdict, APAM_VERDICT_UNKNOWN);
	ck_assert(!j.replay);
}
END_TEST

START_TEST(the_detail_is_not_asked_for)
{
	const struct apam_answer answer = { .size = sizeof(answer),
		.status = 401 };
	struct apam_judgement j = { .size = sizeof(j) };

	use(HMAC(""));
	ck_assert_int_eq(apam_judge(profile, &sig, &answer, &j, NULL), APAM_OK);
	ck_assert_int_eq(j.verdict, APAM_VERDICT_REJECTED);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("judge");
	TCase *t = tcase_create("core");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(
	    t, the_verdict_that_asks_for_most_wins, 0, VERDICTS * VERDICTS);
	tcase_add_loop_test(t, the_reason_is_the_verdicts, 0, ROWS(reasons));
	tcase_add_test(t, who_did_not_sign_is_not_asked);
	tcase_add_test(t, an_entry_that_moved_is_judged_where_it_stands);
	tcase_add_test(t, an_entry_that_is_gone_marks_no_other);
	tcase_add_test(t, an_entry_beyond_the_end_says_nothing);
	tcase_add_test(t, two_schemes_judge_one_answer);
	tcase_add_loop_test(t, a_throttled_host_waits, 0, ROWS(waits));
	tcase_add_loop_test(
	    t, sending_again_is_worth_it_or_not, 0, ROWS(replays));
	tcase_add_loop_test(
	    t, a_rejection_may_be_news_of_changed_files, 0, ROWS(news));
	tcase_add_test(t, the_detail_is_not_asked_for);
	suite_add_tcase(s, t);
	return run_suite(s);
}
