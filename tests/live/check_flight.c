/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of flights that are driven by hand (core/flight/moves.c), without a
 * loop.  Exchanges are real ones; the server says whatever the row wants.
 */
#include "support/flights.h"

#define URL "url = \"%/x\";"
#define MINT "acquire = 2;" URL
#define SHARED "share_credentials = true;"
#define REVOKED "1282"
#define EXPIRED "1280"
#define NETWORK "768"

static struct flights t;
static struct flight *f;
static int live;

static void
setup(void)
{
	live = secmem_live();
}

static void
teardown(void)
{
	flight_free(&f);
	flights_close(&t);
	ck_assert_int_eq(secmem_live(), live);
}

static void
begin(const char *head, const char *more, const char *options)
{
	const struct raw_answer answer = { .head = head };

	flights_open(&t, &answer, more, options);
}

/* From take-off as far as it goes without sleep. */
static enum flight_wait
fly(enum flight_goal goal)
{
	return flights_fly(&t, goal, &f);
}

/* ---- Acquire ---------------------------------------------------------- */

#define STATUS(line, more)                                                     \
	"HTTP/1.1 " line "\r\nContent-Length: 0\r\n" more "\r\n"

static const struct {
	const char *name, *options, *head;
	enum apam_status status;
	bool minted;
	int hits;
	int64_t retry_after;
} acquires[] = {
	{ "static", "", EMPTY_200, APAM_OK, false, 0, -1 },
	{ "minted", MINT, EMPTY_200, APAM_OK, true, 1, -1 },
	{ "no life stated", "lifetime = -1;", EMPTY_200, APAM_OK, false, 0,
	    -1 },
	{ "failed", "acquire = 0; acquire_status = " REVOKED ";", EMPTY_200,
	    APAM_E_REVOKED, false, 0, -1 },
	{ "against the contract", "acquire = 7;", EMPTY_200, APAM_E_ABI, false,
	    0, -1 },
	{ "no exchange was built", "acquire = 2;", EMPTY_200, APAM_E_ABI, false,
	    0, -1 },
	{ "no HTTP", MINT, "garbage\r\n\r\n", APAM_E_PROVIDER, false, 1, -1 },
	{ "no answer", MINT, "", APAM_E_NETWORK, false, 1, -1 },
	{ "half an answer", MINT,
	    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", APAM_E_PROVIDER,
	    false, 1, -1 },
	{ "again and again", MINT, STATUS("500 No", ""), APAM_E_ABI, false,
	    OP_STEPS_MAX, -1 },
	{ "throttled", MINT, STATUS("429 Wait", "Retry-After: 7\r\n"),
	    APAM_E_ABI, false, OP_STEPS_MAX, 7 },
	{ "down", MINT, STATUS("503 Down", "Retry-After: 9\r\n"), APAM_E_ABI,
	    false, OP_STEPS_MAX, 9 },
	{ "throttled by a bucket", MINT,
	    STATUS("429 Wait",
		"x-ratelimit-remaining: 0\r\n"
		"x-ratelimit-replenish-rate: 2\r\n"
		"x-ratelimit-requested-tokens: 9\r\n"),
	    APAM_E_ABI, false, OP_STEPS_MAX, 5 },
	{ "throttled until", MINT,
	    STATUS("503 Down", "ratelimit-reset: 11\r\n"), APAM_E_ABI, false,
	    OP_STEPS_MAX, 11 },
	{ "a bucket that is not empty", MINT,
	    STATUS("403 No", "ratelimit-reset: 11\r\n"), APAM_E_ABI, false,
	    OP_STEPS_MAX, -1 },
	{ "a nonsense wait", MINT, STATUS("503 Down", "Retry-After: -9\r\n"),
	    APAM_E_ABI, false, OP_STEPS_MAX, -1 },
	{ "not asked to wait", MINT, STATUS("403 No", "Retry-After: 9\r\n"),
	    APAM_E_ABI, false, OP_STEPS_MAX, -1 },
	{ "no redirect", MINT, STATUS("302 Go", "Location: /y\r\n"), APAM_E_ABI,
	    false, OP_STEPS_MAX, -1 },
};

START_TEST(a_credential_is_acquired)
{
	const char *name = acquires[_i].name;

	begin(acquires[_i].head, "", acquires[_i].options);
	ck_assert_int_eq(fly(FLIGHT_ACQUIRE), FLIGHT_LANDED);
	ck_assert_msg(f->error.status == acquires[_i].status, "%s: %s: %s",
	    name, apam_status_name(f->error.status), f->error.text);
	ck_assert_msg((f->made != NULL) == (f->error.status == APAM_OK),
	    "%s: a credential and an error, or neither", name);
	ck_assert_msg(f->retry_after == acquires[_i].retry_after,
	    "%s: wait %lld", name, (long long)f->retry_after);
	ck_assert_msg(atomic_load(&t.server.hits) == acquires[_i].hits,
	    "%s: %d exchanges", name, atomic_load(&t.server.hits));
	if (f->made != NULL)
		ck_assert_msg(
		    f->made->minted == acquires[_i].minted, "%s", name);
	ck_assert(!f->shared);
	ck_assert_int_eq(f->finding.at, 0);
}
END_TEST

START_TEST(a_credential_counts_from_its_exchange)
{
	int64_t before, started;

	begin(EMPTY_200, "", MINT "lifetime = 60; credential = \"fake\";");
	before = clock_ms();
	f = flights_new(&t, FLIGHT_ACQUIRE, FLIGHT_MS);
	ck_assert_int_eq(flight_start(f), FLIGHT_TRANSFER);
	started = clock_ms();
	(void)poll(NULL, 0, 10);
	ck_assert_int_eq(flights_transfer(f), FLIGHT_LANDED);
	ck_assert_int_ge(f->made->since, before);
	ck_assert_int_le(f->made->since, started);
	ck_assert_int_eq(f->made->expires, f->made->since + 60000);
	ck_assert_str_eq(f->made->view.secret.p, "fake");
}
END_TEST

START_TEST(later_credentials_have_higher_numbers)
{
	uint64_t first;

	begin(EMPTY_200, "", "");
	ck_assert_int_eq(fly(FLIGHT_ACQUIRE), FLIGHT_LANDED);
	first = f->made->generation;
	flight_free(&f);
	ck_assert_int_eq(fly(FLIGHT_ACQUIRE), FLIGHT_LANDED);
	ck_assert_uint_gt(f->made->generation, first);
}
END_TEST

/* What has expired on its way is the provider's fault, not a credential. */
START_TEST(a_credential_that_comes_too_late_is_none)
{
	begin(EMPTY_200, "", MINT "lifetime = 1;");
	f = flights_new(&t, FLIGHT_ACQUIRE, FLIGHT_MS);
	ck_assert_int_eq(flight_start(f), FLIGHT_TRANSFER);
	f->sent -= 2000;
	ck_assert_int_eq(flights_transfer(f), FLIGHT_LANDED);
	ck_assert_int_eq(f->error.status, APAM_E_PROVIDER);
	ck_assert_ptr_null(f->made);
}
END_TEST

static const struct raw_answer deaf = { .silent = true };

/* True where the exchange was sent before the deadline, which ends it. */
static bool
ends_at(int ms)
{
	int64_t deadline;
	enum flight_wait wait;

	f = flights_new(&t, FLIGHT_ACQUIRE, ms);
	deadline = clock_ms() + ms;
	wait = flight_start(f);
	if (wait == FLIGHT_TRANSFER)
		wait = flights_transfer(f);
	ck_assert_int_eq(wait, FLIGHT_LANDED);
	ck_assert_int_eq(f->error.status, APAM_E_DEADLINE);
	ck_assert_int_ge(clock_ms(), deadline - 50);
	flight_free(&f);
	return atomic_load(&t.server.hits) > 0;
}

START_TEST(a_deadline_ends_it)
{
	int ms = 100;

	flights_open(&t, &deaf, "", MINT);
	/* A busy machine may need longer to get as far as the server. */
	while (!ends_at(ms)) {
		ms *= 2;
		ck_assert_int_lt(ms, FLIGHT_MS);
	}
	/* None left: there is nothing to transfer. */
	f = flights_new(&t, FLIGHT_ACQUIRE, -1);
	ck_assert_int_eq(flight_start(f), FLIGHT_LANDED);
	ck_assert_int_eq(f->error.status, APAM_E_DEADLINE);
}
END_TEST

/* In any state: before take-off, on its way, with and without a name. */
START_TEST(a_flight_can_be_dropped)
{
	flights_open(&t, &deaf, SHARED, MINT);
	flight_free(&f);
	f = flights_new(&t, FLIGHT_ACQUIRE, FLIGHT_MS);
	flight_free(&f);
	ck_assert_ptr_null(f);
	f = flights_new(&t, FLIGHT_ACQUIRE, FLIGHT_MS);
	ck_assert_int_eq(flight_start(f), FLIGHT_TRANSFER);
	ck_assert_int_eq(share_try_lock(t.entry), SHARE_BUSY);
	flight_free(&f);
	(void)close(share_try_lock(t.entry));
}
END_TEST

/* As often as there is time for, and not beyond the deadline. */
START_TEST(a_module_polls)
{
	begin(EMPTY_200, "", "acquire = 3; wait = 5;");
	f = flights_new(&t, FLIGHT_ACQUIRE, 60000);
	ck_assert_int_eq(flight_start(f), FLIGHT_SLEEP);
	ck_assert_int_ge(f->wake_at, clock_ms() + 4000);
	ck_assert_int_le(f->wake_at, clock_ms() + 5000);
	ck_assert_int_eq(flight_woken(f), FLIGHT_LANDED);
	ck_assert_int_eq(f->error.status, APAM_OK);
	ck_assert_ptr_nonnull(f->made);
	flight_free(&f);
	f = flights_new(&t, FLIGHT_ACQUIRE, 4000);
	ck_assert_int_eq(flight_start(f), FLIGHT_LANDED);
	ck_assert_int_eq(f->error.status, APAM_E_DEADLINE);
	ck_assert_ptr_nonnull(strstr(f->error.text, "in 5 s"));
}
END_TEST

START_TEST(memory_may_be_short)
{
	begin(EMPTY_200, "", "");
	secmem_fail_after(_i);
	ck_assert_int_eq(fly(FLIGHT_ACQUIRE), FLIGHT_LANDED);
	secmem_fail_after(-1);
	if (f->made == NULL)
		ck_assert_int_eq(f->error.status, APAM_E_MEMORY);
	ck_assert_int_eq(f->made == NULL, f->error.status != APAM_OK);
	ck_assert(_i > 0 || f->made == NULL);
}
END_TEST

/* ---- Prove ------------------------------------------------------------ */

#define PROBE "probe = \"GET /eyes\";"

/* With a body, for an answer without one proves nothing. */
#define FULL_200 "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"

static const struct {
	const char *name, *options, *head;
	enum apam_key_state state;
	const char *evidence;
	int hits;
} proofs[] = {
	{ "good", "key_state = 1;", EMPTY_200, APAM_KEY_GOOD, "says so", 0 },
	{ "revoked", "key_state = 4;", EMPTY_200, APAM_KEY_REVOKED, "says so",
	    0 },
	{ "failed: revoked", "check = 0; check_status = " REVOKED ";",
	    EMPTY_200, APAM_KEY_REVOKED, "says so", 0 },
	{ "failed: expired", "check = 0; check_status = " EXPIRED ";",
	    EMPTY_200, APAM_KEY_EXPIRED, "says so", 0 },
	{ "failed: network", "check = 0; check_status = " NETWORK ";",
	    EMPTY_200, APAM_KEY_UNKNOWN, "says so", 0 },
	{ "an illegal state", "key_state = 99;", EMPTY_200, APAM_KEY_UNKNOWN,
	    "without a key state", 0 },
	{ "nobody to ask", "key_state = 0;", EMPTY_200, APAM_KEY_UNKNOWN,
	    "says so", 0 },
	{ "a fresh one is given", "key_state = 0;" MINT, EMPTY_200,
	    APAM_KEY_GOOD, "a fresh credential was given", 1 },
	{ "none is given",
	    "key_state = 0; acquire = 0; acquire_status = " REVOKED ";",
	    EMPTY_200, APAM_KEY_REVOKED, "says so", 0 },
	{ "the exchange breaks", "key_state = 0;" MINT, "", APAM_KEY_UNKNOWN,
	    "", 1 },
	{ "a probe decides", "key_state = 0; judge = 1;" PROBE, FULL_200,
	    APAM_KEY_GOOD, "", 1 },
	{ "a probe refutes", "key_state = 0; judge = 2;" PROBE, FULL_200,
	    APAM_KEY_REVOKED, "", 1 },
	{ "a probe is throttled", "key_state = 0; judge = 4;" PROBE, FULL_200,
	    APAM_KEY_UNKNOWN, "", 1 },
	{ "a probe breaks", "key_state = 0; judge = 1;" PROBE, "",
	    APAM_KEY_UNKNOWN, "", 1 },
	{ "a probe is not HTTP", "key_state = 0; judge = 2;" PROBE, "x\r\n\r\n",
	    APAM_KEY_UNKNOWN, "", 1 },
	{ "a probe refutes a fresh one", "key_state = 0; judge = 2;" MINT PROBE,
	    FULL_200, APAM_KEY_REVOKED, "", 2 },
	{ "no probe of the revoked", "key_state = 4; judge = 1;" PROBE,
	    FULL_200, APAM_KEY_REVOKED, "says so", 0 },
};

START_TEST(a_key_is_proved)
{
	const char *name = proofs[_i].name;

	begin(proofs[_i].head, "", proofs[_i].options);
	ck_assert_int_eq(fly(FLIGHT_PROVE), FLIGHT_LANDED);
	ck_assert_msg(f->finding.state == proofs[_i].state, "%s: %d: %s", name,
	    (int)f->finding.state, f->finding.evidence);
	ck_assert_msg(strstr(f->finding.evidence, proofs[_i].evidence) != NULL,
	    "%s: %s", name, f->finding.evidence);
	ck_assert_msg(f->finding.at > 0, "%s: no finding", name);
	ck_assert_msg(atomic_load(&t.server.hits) == proofs[_i].hits,
	    "%s: %d exchanges", name, atomic_load(&t.server.hits));
	ck_assert_msg(
	    f->error.status == APAM_OK, "%s: %s", name, f->error.text);
}
END_TEST

/* An old token that works says nothing of the key that minted it. */
START_TEST(a_token_in_use_is_not_probed)
{
	struct credential *old;

	begin(FULL_200, "", "key_state = 0; judge = 2;" MINT PROBE);
	ck_assert_int_eq(fly(FLIGHT_ACQUIRE), FLIGHT_LANDED);
	old = credential_hold(f->made);
	flight_free(&f);
	f = flight_new(t.entry, FLIGHT_PROVE, old, clock_ms() + FLIGHT_MS);
	credential_release(&old);
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(flight_start(f), FLIGHT_LANDED);
	ck_assert_int_eq(f->finding.state, APAM_KEY_UNKNOWN);
	ck_assert_int_eq(atomic_load(&t.server.hits), 1);
}
END_TEST

/* ---- Revoke ----------------------------------------------------------- */

static const struct {
	const char *name, *options;
	enum apam_status status;
	int hits;
} revokes[] = {
	{ "revoked", "", APAM_OK, 0 },
	{ "refused", "revoke = 0; revoke_status = 1028;", APAM_E_DENIED, 0 },
	{ "illegal", "revoke = 9;", APAM_E_ABI, 0 },
	{ "without end", "revoke = 2;" URL, APAM_E_ABI, OP_STEPS_MAX },
};

START_TEST(revokes_a_key)
{
	begin(EMPTY_200, "", revokes[_i].options);
	ck_assert_int_eq(fly(FLIGHT_REVOKE), FLIGHT_LANDED);
	ck_assert_msg(f->error.status == revokes[_i].status, "%s: %s",
	    revokes[_i].name, f->error.text);
	ck_assert_msg(atomic_load(&t.server.hits) == revokes[_i].hits,
	    "%s: %d exchanges", revokes[_i].name, atomic_load(&t.server.hits));
	ck_assert_ptr_null(f->made);
	ck_assert_int_eq(f->finding.at, 0);
}
END_TEST

START_TEST(a_module_that_cannot_revoke_says_so)
{
	begin(EMPTY_200, "", "");
	t.entry->module->abi.revoke = NULL;
	ck_assert_int_eq(fly(FLIGHT_REVOKE), FLIGHT_LANDED);
	ck_assert_int_eq(f->error.status, APAM_E_POLICY);
	ck_assert_ptr_nonnull(strstr(f->error.text, "return-test"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("flight");
	TCase *tc = tcase_create("flight");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, a_credential_is_acquired, 0, ROWS(acquires));
	tcase_add_test(tc, a_credential_counts_from_its_exchange);
	tcase_add_test(tc, later_credentials_have_higher_numbers);
	tcase_add_test(tc, a_credential_that_comes_too_late_is_none);
	tcase_add_test(tc, a_deadline_ends_it);
	tcase_add_test(tc, a_flight_can_be_dropped);
	tcase_add_test(tc, a_module_polls);
	tcase_add_loop_test(tc, memory_may_be_short, 0, 4);
	tcase_add_loop_test(tc, a_key_is_proved, 0, ROWS(proofs));
	tcase_add_test(tc, a_token_in_use_is_not_probed);
	tcase_add_loop_test(tc, revokes_a_key, 0, ROWS(revokes));
	tcase_add_test(tc, a_module_that_cannot_revoke_says_so);
	return run_suite(suite);
}
