/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/slot and core/profile/warm.c: what must go the long way does,
 * no signature is made of two credentials, and a slot ends in time by whatever
 * the wall clock does.
 */
#define _GNU_SOURCE
#include "slot/read.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "profile/warm.h"
#include "slot/write.h"
#include "support/clock.h"
#include "support/live.h"
#include "support/run.h"

#define STORE_BYTES 16384
#define ORIGIN "https://api.example"

/* ---- A stack with one entry and two credentials -------------------------- */

static struct module module;
static struct url origins[3];
static struct profile profile;
static struct profile_entry conf[2];
static struct entry entries[2];
static struct stack stack;

static _Atomic uint64_t counter; /* the key registry's */

static struct credential credentials[2];
static struct stack_result results[2];

static void
make_result(int i, char letter, size_t n)
{
	static char text[4096];

	memset(text, letter, sizeof(text));
	credentials[i].generation = (uint64_t)letter;
	credentials[i].stale = INT64_MAX;
	signing_init(&results[i].total);
	signing_init(&credentials[i].rendered);
	fields_add(&results[i].total.headers, APAM_STR("Authorization"),
	    (struct apam_str){ text, n });
	fields_add(&results[i].total.headers, APAM_STR("X-Second"),
	    (struct apam_str){ text, n / 2 });
	results[i].generation = (uint64_t)letter;
	results[i].credential = (uint64_t)letter - 1;
	results[i].entries = 1;
}

static void
setup(void)
{
	memset(&entries, 0, sizeof(entries));
	memset(&conf, 0, sizeof(conf));
	ck_assert_ptr_null(url_parse(APAM_STR(ORIGIN), &origins[0]));
	ck_assert_ptr_null(
	    url_parse(APAM_STR("https://paths.example/v1"), &origins[1]));
	ck_assert_ptr_null(
	    url_parse(APAM_STR("https://two.example:8443/"), &origins[2]));
	profile.origins = origins;
	profile.origin_count = 3;
	module.abi.traits = APAM_TRAIT_STATIC;
	for (int i = 0; i < 2; i++) {
		entries[i].conf = &conf[i];
		entries[i].module = &module;
		entries[i].credential.refresh_at = INT64_MAX;
	}
	stack.profile = &profile;
	stack.entries = entries;
	stack.count = 2;
	atomic_store(&counter, 7);
	results[0].counted = results[1].counted = 7;
	stack.slot = slot_new(&counter);
	ck_assert_ptr_nonnull(stack.slot);
	make_result(0, 'A', 2000);
	make_result(1, 'b', 70);
	entries[0].credential.current = &credentials[0];
}

static void
teardown(void)
{
	slot_free(&stack.slot);
	ck_assert_ptr_null(stack.slot);
	for (int i = 0; i < 2; i++) {
		signing_free(&results[i].total);
		signing_free(&credentials[i].rendered);
	}
}

static void
open_with(int i, int64_t ms)
{
	entries[0].credential.current = &credentials[i];
	warm_open(&stack, &results[i], clock_ms() + ms);
}

static bool
serves(const struct slot *slot, int i)
{
	return slot_serves(slot, results[i].generation, results[i].counted);
}

static _Alignas(16) char store[STORE_BYTES];

static struct apam_signature
signature(void)
{
	struct apam_signature s = APAM_SIGNATURE_INIT;

	s.store = store;
	s.store_size = sizeof(store);
	return s;
}

static bool
sign_with_slot(void)
{
	struct apam_request r = APAM_REQUEST("GET", ORIGIN "/eyes");
	struct apam_signature s = signature();

	return slot_sign(stack.slot, &r, &s);
}

/* ---- What goes the short way --------------------------------------------- */

START_TEST(a_signature_is_that_of_the_long_way)
{
	struct apam_request r = APAM_REQUEST("GET", ORIGIN "/eyes?a=b");
	struct apam_signature s = signature();

	ck_assert(!slot_sign(stack.slot, &r, &s));
	ck_assert(!slot_sign(NULL, &r, &s));
	open_with(0, 1000);
	ck_assert(slot_sign(stack.slot, &r, &s));
	ck_assert_str_eq(s.url, r.url);
	ck_assert_ptr_eq(s.method, r.method);
	ck_assert_uint_eq(s.header_count, 2);
	ck_assert_uint_eq(s.generation, 'A');
	ck_assert_uint_eq(s.credential, 'A' - 1);
	ck_assert_uint_eq(s.entries, 1);
	ck_assert_uint_eq(s.covered_count, 0);
	ck_assert_str_eq(s.headers[0].name.p, "Authorization");
	ck_assert_uint_eq(s.headers[0].value.n, 2000);
	ck_assert_uint_eq(strspn(s.headers[0].value.p, "A"), 2000);
	ck_assert_uint_eq(strlen(s.headers[1].value.p), 1000);
	slot_close(stack.slot);
	ck_assert(!slot_sign(stack.slot, &r, &s));
}
END_TEST

START_TEST(a_shorter_one_leaves_nothing_of_a_longer)
{
	struct apam_request r = APAM_REQUEST("GET", ORIGIN "/");
	struct apam_signature s = signature();

	memset(store, 0, sizeof(store));
	open_with(0, 1000);
	ck_assert(slot_sign(stack.slot, &r, &s));
	open_with(1, 1000);
	ck_assert(slot_sign(stack.slot, &r, &s));
	ck_assert_uint_eq(s.generation, 'b');
	for (size_t i = s.used; i < sizeof(store); i++)
		ck_assert_int_eq(store[i], 0);
}
END_TEST

/* A host may give another store, and not say so by a release. */
START_TEST(a_smaller_store_is_not_written_beyond)
{
	struct apam_request r = APAM_REQUEST("GET", ORIGIN "/");
	struct apam_signature s = signature();
	size_t least;

	open_with(1, 1000);
	ck_assert(slot_sign(stack.slot, &r, &s));
	least = s.used;
	open_with(0, 1000);
	ck_assert(slot_sign(stack.slot, &r, &s));
	open_with(1, 1000);
	memset(store, 0x5a, sizeof(store));
	s.store_size = least + 8;
	ck_assert(slot_sign(stack.slot, &r, &s));
	ck_assert_uint_eq(s.used, least);
	for (size_t i = s.store_size; i < sizeof(store); i++)
		ck_assert_int_eq(store[i], 0x5a);
}
END_TEST

/* ---- What goes the long way ---------------------------------------------- */

static const char *const urls[] = {
	"",
	"/eyes",
	"https://",
	ORIGIN,
	"HTTPS://api.example/",
	"https://API.example/",
	"http://api.example/",
	"https://api.example:443/",
	"https://api.example:8443/",
	"https://api.example.evil/",
	"https://api.exampl/",
	"https://api.example@evil/",
	"https://evil/?https://api.example/",
	"https://u@api.example/",
	ORIGIN "#f",
	ORIGIN "/#f",
	ORIGIN "/a b",
	ORIGIN "/a\nb",
	ORIGIN "/a\tb",
	ORIGIN "/%2e%2",
	ORIGIN "/%2e%2e#f",
	ORIGIN "/\xc3\xa4",
	ORIGIN "/a\\b",
	ORIGIN "/[1]",
	ORIGIN "/\x7f",
	ORIGIN ".",
	ORIGIN "\\",
	"https://paths.example/v1/a",
	"https://paths.example/",
	"https://two.example/",
	"https://two.example:8443",
	"https://two.example:84430/",
};

START_TEST(a_url_that_is_not_plainly_the_profiles)
{
	struct apam_request r = APAM_REQUEST("GET", urls[_i]);
	struct apam_signature s = signature();

	open_with(0, 1000);
	ck_assert(sign_with_slot());
	ck_assert_msg(!slot_sign(stack.slot, &r, &s), "%s", urls[_i]);
}
END_TEST

/* At the end of a page, after which nothing can be read. */
START_TEST(a_url_that_ends_its_page)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	char *page = mmap(NULL, 2 * size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const char *good = ORIGIN "/eyes";
	struct apam_request r = APAM_REQUEST("GET", NULL);
	struct apam_signature s = signature();

	ck_assert_ptr_ne(page, MAP_FAILED);
	ck_assert_int_eq(mprotect(page + size, size, PROT_NONE), 0);
	open_with(0, 1000);
	r.url = strcpy(page + size - strlen(urls[_i]) - 1, urls[_i]);
	ck_assert_msg(!slot_sign(stack.slot, &r, &s), "%s", urls[_i]);
	r.url = strcpy(page + size - strlen(good) - 1, good);
	ck_assert(slot_sign(stack.slot, &r, &s));
	ck_assert_int_eq(munmap(page, 2 * size), 0);
}
END_TEST

START_TEST(a_long_url)
{
	static char url[URL_MAX + 16];
	struct apam_request r = APAM_REQUEST("GET", url);
	struct apam_signature s = signature();

	memset(url, 'a', sizeof(url));
	memcpy(url, ORIGIN "/", sizeof(ORIGIN));
	url[URL_MAX - 1] = '\0';
	open_with(0, 1000);
	ck_assert(slot_sign(stack.slot, &r, &s));
	url[URL_MAX - 1] = 'a';
	url[URL_MAX + 1] = '\0';
	ck_assert(!slot_sign(stack.slot, &r, &s));
}
END_TEST

#define BAD_HEADER(n, v)                                                       \
	{                                                                      \
		{ n, sizeof(n) - 1 },                                          \
		{                                                              \
			v, sizeof(v) - 1                                       \
		}                                                              \
	}

static const struct apam_header bad_headers[] = {
	BAD_HEADER("", "x"),
	BAD_HEADER("A B", "x"),
	BAD_HEADER("A\r\nB", "x"),
	BAD_HEADER("A:", "x"),
	BAD_HEADER("A", "x\r\ny: z"),
	BAD_HEADER("A", "x\n"),
	BAD_HEADER("A", "x\0y"),
	BAD_HEADER("A", "\x01"),
};

START_TEST(a_request_with_a_bad_header)
{
	struct apam_header headers[2] = { { APAM_STR("Accept"),
	    APAM_STR("text/plain") } };
	struct apam_request r = APAM_REQUEST("GET", ORIGIN "/eyes");
	struct apam_signature s = signature();

	open_with(0, 1000);
	r.headers = headers;
	r.header_count = 1;
	ck_assert(slot_sign(stack.slot, &r, &s));
	r.header_count = 2;
	headers[1] = bad_headers[_i];
	ck_assert(!slot_sign(stack.slot, &r, &s));
}
END_TEST

enum odd {
	NO_METHOD,
	EMPTY_METHOD,
	LOWER,
	SPACE,
	LONG_METHOD,
	NO_URL,
	SMALL,
	NEGATIVE,
	NO_HEADERS,
	READER,
	NO_SUCH_BODY,
	OWNED,
	NO_STORE,
	SHORT_STORE,
	CROOKED_STORE,
	ODDS
};

static void
make_odd_request(enum odd odd, struct apam_request *r)
{
	static const struct apam_body reader = { .size = sizeof(reader),
		.kind = APAM_BODY_READER };
	static const struct apam_body no_such = { .size = sizeof(no_such),
		.kind = 77 };

	r->method = odd == NO_METHOD ? NULL :
	    odd == EMPTY_METHOD      ? "" :
	    odd == LOWER             ? "get" :
	    odd == SPACE             ? "GET " :
	    odd == LONG_METHOD       ? "AAAAAAAAAAAAAAAA" :
				       "GET";
	if (odd == NO_URL)
		r->url = NULL;
	if (odd == SMALL)
		r->size = offsetof(struct apam_request, caller) - 1;
	if (odd == NEGATIVE)
		r->timeout_ms = -1;
	if (odd == NO_HEADERS)
		r->header_count = 1;
	if (odd == READER)
		r->body = &reader;
	if (odd == NO_SUCH_BODY)
		r->body = &no_such;
}

START_TEST(an_odd_request_or_signature)
{
	struct apam_request r = APAM_REQUEST("GET", ORIGIN "/eyes");
	struct apam_signature s = signature();

	open_with(0, 1000);
	make_odd_request((enum odd)_i, &r);
	if (_i == OWNED)
		s.owned = store;
	if (_i == NO_STORE)
		s.store = NULL;
	if (_i == SHORT_STORE)
		s.store_size = 3000;
	if (_i == CROOKED_STORE)
		s.store++;
	ck_assert_msg(!slot_sign(stack.slot, &r, &s), "oddity %d", _i);
}
END_TEST

enum shut {
	OPTIONAL,
	REQUIRED,
	PREPARED,
	NOT_STATIC,
	QUERY,
	COVERS,
	TWO_SIGNED,
	SECOND_SIGNED,
	LATCHED,
	REJECTED,
	OLD,
	STALE,
	DUE,
	TO_BE_LOOKED_AT,
	NO_CREDENTIAL,
	MANY_HEADERS,
	LARGE,
	PATHS_ALONE,
	SHUTS
};

static void
make_shut_entry(enum shut shut)
{
	struct entry *e = &entries[0];

	if (shut == OPTIONAL)
		conf[0].control = CONTROL_OPTIONAL;
	if (shut == REQUIRED)
		conf[0].control = CONTROL_REQUIRED;
	if (shut == PATHS_ALONE) {
		profile.origins = &origins[1];
		profile.origin_count = 1;
	}
	e->needs_prepare = shut == PREPARED;
	if (shut == NOT_STATIC)
		module.abi.traits = 0;
	if (shut == LATCHED)
		e->credential.restraint.latch.status = APAM_E_REVOKED;
	if (shut == REJECTED)
		e->credential.rejected = 'A';
	if (shut == STALE)
		credentials[0].stale = clock_ms();
	if (shut == DUE)
		e->credential.refresh_at = clock_ms();
	if (shut == OLD)
		e->credential.current = &credentials[1];
	if (shut == NO_CREDENTIAL)
		e->credential.current = NULL;
}

static void
make_shut_result(enum shut shut)
{
	struct apam_signing *total = &results[0].total;
	static char large[9000];

	if (shut == QUERY)
		fields_add(&credentials[0].rendered.query, APAM_STR("a%21"),
		    APAM_STR("b"));
	if (shut == COVERS)
		fields_add(&total->covers, APAM_STR("Date"), APAM_STR(""));
	if (shut == TWO_SIGNED)
		results[0].entries = 3;
	if (shut == SECOND_SIGNED)
		results[0].entries = 2;
	for (int i = 0; shut == MANY_HEADERS && i < PAGE_HEADERS_MAX; i++)
		fields_add(&total->headers, APAM_STR("X"), APAM_STR("y"));
	memset(large, 'l', sizeof(large));
	if (shut == LARGE)
		fields_add(&total->headers, APAM_STR("L"),
		    (struct apam_str){ large, sizeof(large) });
}

START_TEST(a_slot_that_must_stay_closed)
{
	int64_t check_at = clock_ms() + (_i == TO_BE_LOOKED_AT ? 0 : 1000);

	make_shut_entry((enum shut)_i);
	make_shut_result((enum shut)_i);
	warm_open(&stack, &results[0], check_at);
	ck_assert_msg(!sign_with_slot(), "case %d", _i);
}
END_TEST

/* ---- The key registry ---------------------------------------------------- */

START_TEST(it_ends_when_the_registry_changes)
{
	open_with(0, 1000);
	ck_assert(sign_with_slot());
	atomic_fetch_add(&counter, 1);
	ck_assert(!sign_with_slot());
	/* Signed by the old registry, and not yet opened. */
	open_with(0, 1000);
	ck_assert(!sign_with_slot());
	results[0].counted++;
	open_with(0, 1000);
	ck_assert(sign_with_slot());
}
END_TEST

START_TEST(it_says_what_it_serves)
{
	ck_assert(!serves(NULL, 0));
	ck_assert(!serves(stack.slot, 0));
	open_with(0, 1000);
	ck_assert(serves(stack.slot, 0));
	ck_assert(!serves(stack.slot, 1));
	atomic_fetch_add(&counter, 1);
	ck_assert(!serves(stack.slot, 0));
	results[0].counted++;
	ck_assert(!serves(stack.slot, 0));
	open_with(0, 1000);
	ck_assert(serves(stack.slot, 0));
	slot_close(stack.slot);
	ck_assert(!serves(stack.slot, 0));
}
END_TEST

START_TEST(it_opens_behind_an_archived_key_alone)
{
	results[0].entries = 2;
	entries[1].credential.current = &credentials[0];
	warm_open(&stack, &results[0], clock_ms() + 1000);
	ck_assert(!sign_with_slot());
	entries[0].registry.archived_at = 1;
	warm_open(&stack, &results[0], clock_ms() + 1000);
	ck_assert(sign_with_slot());
}
END_TEST

/* ---- Clocks -------------------------------------------------------------- */

static void
until_a_look(int ms)
{
	open_with(0, ms);
}

static void
until_it_is_stale(int ms)
{
	credentials[0].stale = clock_ms() + ms;
	open_with(0, 60000);
}

/*
 * Open the slot for a while, sign, and wait for its end: for longer where the
 * machine is so busy that the end comes before the signature.
 */
static void
signs_to_its_end(void (*open)(int ms))
{
	int ms = 60;

	for (open(ms); !sign_with_slot(); open(ms)) {
		ms *= 2;
		ck_assert_int_lt(ms, 10000);
	}
	sleep_ms(ms + 20);
	ck_assert(!sign_with_slot());
}

START_TEST(it_ends_when_the_files_are_to_be_looked_at)
{
	signs_to_its_end(until_a_look);
}
END_TEST

START_TEST(it_ends_with_the_credential)
{
	signs_to_its_end(until_it_is_stale);
}
END_TEST

START_TEST(it_ends_when_a_refresh_is_due_that_nobody_began)
{
	entries[0].credential.refresh_at = clock_ms() + 60;
	open_with(0, 1000);
	sleep_ms(80);
	ck_assert(!sign_with_slot());
	/* Under way it is nobody's business any more. */
	entries[0].flight.busy = true;
	open_with(0, 1000);
	ck_assert(sign_with_slot());
}
END_TEST

static const int64_t jumps[] = { 2, 3600, -1, -2, -3600, -1000000000 };

START_TEST(the_wall_clock_jumps)
{
	open_with(0, 1000);
	ck_assert(sign_with_slot());
	clock_set_wall(jumps[_i]);
	ck_assert_msg(
	    !sign_with_slot(), "jumped by %lld", (long long)jumps[_i]);
	open_with(0, 1000);
	ck_assert(sign_with_slot());
}
END_TEST

/* In any part of a second: whether all of it is good or not. */
START_TEST(it_ends_whenever_it_began)
{
	for (int i = 0; i < 13; i++)
		signs_to_its_end(until_a_look);
}
END_TEST

/* ---- Torn reads ---------------------------------------------------------- */

static _Atomic(bool) stop;
static _Atomic int torn;

/* All of it is of one credential. */
static bool
is_whole(const struct apam_signature *s)
{
	char letter[2] = { (char)s->generation, '\0' };
	size_t n = letter[0] == 'A' ? 2000 : 70;
	const struct apam_header *h = s->headers;
	const char *key = s->url + sizeof(ORIGIN "/eyes?key=") - 1;

	return strspn(key, letter) == n / 8 && strlen(key) == n / 8 &&
	    s->header_count == 2 && h[0].value.n == n &&
	    h[1].value.n == n / 2 &&
	    strcmp(h[0].name.p, "Authorization") == 0 &&
	    strcmp(h[1].name.p, "X-Second") == 0 &&
	    strspn(h[0].value.p, letter) == n && strlen(h[0].value.p) == n &&
	    strspn(h[1].value.p, letter) == n / 2 &&
	    strlen(h[1].value.p) == n / 2;
}

/* A query parameter to each: an eighth of the first header's value. */
static void
add_keys(void)
{
	for (int i = 0; i < 2; i++) {
		struct apam_str value =
		    fields_array(&results[i].total.headers)[0].value;

		value.n /= 8;
		fields_add(
		    &credentials[i].rendered.query, APAM_STR("key"), value);
	}
}

static void *
read_on(void *arg)
{
	struct apam_request r = APAM_REQUEST("GET", ORIGIN "/eyes");
	struct live_signature s;
	int64_t *counts = arg;

	live_signature_init(&s);
	while (!atomic_load(&stop)) {
		if (!slot_sign(stack.slot, &r, &s.s))
			continue;
		torn += !is_whole(&s.s);
		counts[s.s.generation == 'A']++;
	}
	return NULL;
}

START_TEST(a_signature_is_wholly_of_one_credential)
{
	int64_t ends = live_ms() + (stress_full() ? 30000 : 1500);
	int64_t counts[2][2] = { { 0 } }, writes = 0;
	pthread_t threads[2];

	add_keys();
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, read_on, counts[i]), 0);
	while (live_ms() < ends) {
		for (int i = 0; i < 999; i++) {
			open_with((int)(writes + i) % 2, 1000);
			if (i % 16 == 0)
				slot_close(stack.slot);
		}
		writes += 999;
		/* Readers need some peace to succeed at all. */
		sleep_ms(1);
	}
	atomic_store(&stop, true);
	for (int i = 0; i < 2; i++)
		(void)pthread_join(threads[i], NULL);
	printf("torn reads: %lld writes, %lld and %lld signatures\n",
	    (long long)writes, (long long)(counts[0][0] + counts[1][0]),
	    (long long)(counts[0][1] + counts[1][1]));
	ck_assert_int_eq(torn, 0);
	for (int i = 0; i < 2; i++)
		ck_assert_int_gt(counts[0][i] + counts[1][i], 100);
}
END_TEST

static void
add_clock_tests(TCase *tc)
{
	tcase_add_test(tc, it_ends_when_the_registry_changes);
	tcase_add_test(tc, it_says_what_it_serves);
	tcase_add_test(tc, it_opens_behind_an_archived_key_alone);
	tcase_add_test(tc, it_ends_when_the_files_are_to_be_looked_at);
	tcase_add_test(tc, it_ends_with_the_credential);
	tcase_add_test(tc, it_ends_when_a_refresh_is_due_that_nobody_began);
	tcase_add_test(tc, it_ends_whenever_it_began);
	tcase_add_loop_test(tc, the_wall_clock_jumps, 0, ROWS(jumps));
}

int
main(void)
{
	Suite *suite = suite_create("slot");
	TCase *tc = tcase_create("slot");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_signature_is_that_of_the_long_way);
	tcase_add_test(tc, a_shorter_one_leaves_nothing_of_a_longer);
	tcase_add_test(tc, a_smaller_store_is_not_written_beyond);
	tcase_add_loop_test(
	    tc, a_url_that_is_not_plainly_the_profiles, 0, ROWS(urls));
	tcase_add_loop_test(tc, a_url_that_ends_its_page, 0, ROWS(urls));
	tcase_add_test(tc, a_long_url);
	tcase_add_loop_test(
	    tc, a_request_with_a_bad_header, 0, ROWS(bad_headers));
	tcase_add_loop_test(tc, an_odd_request_or_signature, 0, ODDS);
	tcase_add_loop_test(tc, a_slot_that_must_stay_closed, 0, SHUTS);
	add_clock_tests(tc);
	tcase_add_test(tc, a_signature_is_wholly_of_one_credential);
	return run_suite(suite);
}
