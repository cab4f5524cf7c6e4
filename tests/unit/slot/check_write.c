/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/slot/write.c with plain values alone: what a slot can hold,
 * when it says that it serves, and that a closed one has nothing left in it.
 * The live test check_slot has readers and writers at once.
 */
#include "slot/write.h"

#include <string.h>

#include "slot/slot.h"
#include "support/run.h"

static _Atomic uint64_t counter;
static struct slot *slot;
static struct url origin;
static struct fields headers, query;
static struct slot_content content;

static void
setup(void)
{
	atomic_store(&counter, 3);
	slot = slot_new(&counter);
	ck_assert_ptr_nonnull(slot);
	ck_assert_ptr_null(url_parse(APAM_STR("https://api.example"), &origin));
	fields_init(&headers);
	fields_init(&query);
	fields_add(&headers, APAM_STR("Authorization"), APAM_STR("FAKEtoken"));
	content = (struct slot_content){ .generation = 5,
		.credential = 4,
		.entries = 1,
		.counted = 3,
		.good_ms = 60000,
		.origins = &origin,
		.origin_count = 1,
		.headers = &headers,
		.query = &query };
}

static void
teardown(void)
{
	slot_free(&slot);
	ck_assert_ptr_null(slot);
	fields_free(&headers);
	fields_free(&query);
}

/* ---- What it can hold ---------------------------------------------------- */

static void
as_it_is(void)
{
}

static void
with_no_header(void)
{
	fields_free(&headers);
	fields_init(&headers);
}

static void
with_too_many_headers(void)
{
	for (int i = 0; i < PAGE_HEADERS_MAX; i++)
		fields_add(&headers, APAM_STR("X"), APAM_STR("y"));
}

static void
with_too_large_a_header(void)
{
	static char large[PAGE_IMAGE_MAX];

	memset(large, 'l', sizeof(large));
	fields_add(
	    &headers, APAM_STR("L"), (struct apam_str){ large, sizeof(large) });
}

static void
with_a_parameter_alone(void)
{
	with_no_header();
	fields_add(&query, APAM_STR("key"), APAM_STR("FAKE%20key"));
}

static void
with_an_encoded_name(void)
{
	fields_add(&query, APAM_STR("a%21"), APAM_STR("b"));
}

static void
with_too_many_parameters(void)
{
	for (int i = 0; i <= PAGE_PARAMETERS_MAX; i++)
		fields_add(&query, APAM_STR("x"), APAM_STR("y"));
}

static void
with_too_large_a_parameter(void)
{
	static char large[PAGE_IMAGE_MAX];

	memset(large, 'l', sizeof(large));
	fields_add(
	    &query, APAM_STR("l"), (struct apam_str){ large, sizeof(large) });
}

static void
of_a_path(void)
{
	ck_assert_ptr_null(
	    url_parse(APAM_STR("https://api.example/v1"), &origin));
}

static void
of_no_origin(void)
{
	content.origin_count = 0;
}

static const struct {
	const char *name;
	void (*make)(void);
	bool fits;
} rows[] = {
	{ "as it is", as_it_is, true },
	{ "no header", with_no_header, false },
	{ "too many headers", with_too_many_headers, false },
	{ "too large a header", with_too_large_a_header, false },
	{ "a parameter alone", with_a_parameter_alone, true },
	{ "an encoded name", with_an_encoded_name, false },
	{ "too many parameters", with_too_many_parameters, false },
	{ "too large a parameter", with_too_large_a_parameter, false },
	{ "an origin with a path", of_a_path, false },
	{ "no origin", of_no_origin, false },
};

START_TEST(it_holds_what_it_has_room_for)
{
	rows[_i].make();
	ck_assert_msg(
	    slot_can_hold(&content) == rows[_i].fits, "%s", rows[_i].name);
}
END_TEST

/* ---- Open and closed ------------------------------------------------------ */

START_TEST(it_serves_what_was_written)
{
	ck_assert(!slot_serves(NULL, 5, 3));
	ck_assert(!slot_serves(slot, 5, 3));
	slot_open(slot, &content);
	ck_assert(slot_serves(slot, 5, 3));
	ck_assert(!slot_serves(slot, 6, 3));
	ck_assert(!slot_serves(slot, 5, 4));
	atomic_store(&counter, 4);
	ck_assert(!slot_serves(slot, 5, 3));
}
END_TEST

/* Those who read it are not disturbed. */
START_TEST(it_is_not_written_again_while_it_serves)
{
	uint64_t before;

	slot_open(slot, &content);
	before = RELAXED_LOAD(slot->page.sequence);
	slot_open(slot, &content);
	ck_assert_uint_eq(RELAXED_LOAD(slot->page.sequence), before);
	content.generation = 6;
	slot_open(slot, &content);
	ck_assert_uint_eq(RELAXED_LOAD(slot->page.sequence), before + 2);
}
END_TEST

START_TEST(nothing_is_left_in_a_closed_one)
{
	static const char none[PAGE_IMAGE_MAX];

	slot_open(slot, &content);
	ck_assert_mem_ne(slot->page.image, none, sizeof(none));
	slot_close(slot);
	ck_assert(!slot_serves(slot, 5, 3));
	ck_assert_mem_eq(slot->page.image, none, sizeof(none));
	slot_close(NULL);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("write");
	TCase *tc = tcase_create("write");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, it_holds_what_it_has_room_for, 0, ROWS(rows));
	tcase_add_test(tc, it_serves_what_was_written);
	tcase_add_test(tc, it_is_not_written_again_while_it_serves);
	tcase_add_test(tc, nothing_is_left_in_a_closed_one);
	return run_suite(suite);
}
