/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/text/fields.c: what may not be added, order, growth, the cap,
 * and that the first refusal stays.
 */
#include "text/fields.h"

#include <stdio.h>

#include "base/secmem.h"
#include "base/str.h"
#include "support/run.h"

#define S(literal)                                                             \
	{                                                                      \
		(literal), sizeof(literal) - 1                                 \
	}
#define NAME_BAD "a header's name has characters that it must not have"
#define VALUE_BAD                                                              \
	"a header's value has control characters, or a space at its start or " \
	"end"
#define NUL_BAD "a name or value contains a NUL"

static struct fields f;
static int live;

static void
setup(void)
{
	live = secmem_live();
	fields_init(&f);
}

static void
teardown(void)
{
	fields_free(&f);
	ck_assert_int_eq(secmem_live(), live);
}

static const struct {
	const char *name;
	struct apam_str field, value;
	const char *header; /* why it is not a header; NULL: it is one */
	const char *pair; /* the same for any pair */
} rows[] = {
	{ "usual", S("Accept"), S("text/html"), NULL, NULL },
	{ "empty value", S("Accept"), S(""), NULL, NULL },
	{ "NULL value", S("Accept"), { NULL, 0 }, NULL, NULL },
	{ "beyond ASCII", S("X-A"), S("\xc3\xa4"), NULL, NULL },
	{ "tab inside", S("X-A"), S("a\tb"), VALUE_BAD, NULL },
	{ "LF", S("X-A"), S("a\nb"), VALUE_BAD, NULL },
	{ "CR LF", S("X-A"), S("a\r\nX-B: c"), VALUE_BAD, NULL },
	{ "space at the end", S("X-A"), S("a "), VALUE_BAD, NULL },
	{ "NUL in the value", S("X-A"), S("a\0b"), VALUE_BAD, NUL_BAD },
	{ "NUL at its end", S("X-A"), S("a\0"), VALUE_BAD, NUL_BAD },
	{ "NUL in the name", S("X\0A"), S("a"), NAME_BAD, NUL_BAD },
	{ "no name", S(""), S("a"), NAME_BAD, NULL },
	{ "NULL name", { NULL, 0 }, S("a"), NAME_BAD, NULL },
	{ "colon", S("X:A"), S("a"), NAME_BAD, NULL },
	{ "line end in the name", S("X\r\nA"), S("a"), NAME_BAD, NULL },
};

static void
taken_or_not(const char *name, const char *why, struct apam_str field,
    struct apam_str value)
{
	const struct apam_header *h = fields_array(&f);

	if (why != NULL) {
		ck_assert_msg(f.refused != NULL, "%s: taken", name);
		ck_assert_str_eq(f.refused, why);
		ck_assert_ptr_null(h);
		ck_assert_uint_eq(f.count, 0);
		return;
	}
	ck_assert_msg(f.refused == NULL, "%s: %s", name, f.refused);
	ck_assert_uint_eq(f.count, 1);
	ck_assert(str_equal(h[0].name, field));
	ck_assert(str_equal(h[0].value, value));
	ck_assert_int_eq(h[0].name.p[field.n], '\0');
	ck_assert_int_eq(h[0].value.p[value.n], '\0');
}

START_TEST(a_header_is_checked)
{
	fields_add_header(&f, rows[_i].field, rows[_i].value);
	taken_or_not(
	    rows[_i].name, rows[_i].header, rows[_i].field, rows[_i].value);
}
END_TEST

START_TEST(a_pair_holds_no_nul)
{
	fields_add(&f, rows[_i].field, rows[_i].value);
	taken_or_not(
	    rows[_i].name, rows[_i].pair, rows[_i].field, rows[_i].value);
}
END_TEST

START_TEST(the_first_refusal_stays)
{
	fields_add_header(&f, APAM_STR("A"), APAM_STR("b"));
	fields_add_header(&f, APAM_STR("A"), APAM_STR("\n"));
	fields_add_header(&f, APAM_STR(""), APAM_STR("b"));
	fields_add_header(&f, APAM_STR("C"), APAM_STR("d"));
	fields_add(&f, APAM_STR("C"), APAM_STR("d"));
	ck_assert_str_eq(f.refused, VALUE_BAD);
	ck_assert_uint_eq(f.count, 1);
	ck_assert_ptr_null(fields_array(&f));
	/* Freed, it starts anew. */
	fields_free(&f);
	fields_add_header(&f, APAM_STR("C"), APAM_STR("d"));
	ck_assert_ptr_null(f.refused);
	ck_assert_str_eq(fields_array(&f)[0].name.p, "C");
}
END_TEST

START_TEST(empty_gives_no_array)
{
	ck_assert_ptr_null(fields_array(&f));
	fields_free(&f);
	ck_assert_ptr_null(fields_array(&f));
}
END_TEST

START_TEST(pairs_are_read_one_by_one)
{
	struct apam_header pair;
	size_t at = 0;

	ck_assert(!fields_next(&f, &at, &pair));
	fields_add(&f, APAM_STR("a"), APAM_STR(""));
	fields_add(&f, APAM_STR(""), APAM_STR("b"));
	ck_assert(fields_next(&f, &at, &pair));
	ck_assert_str_eq(pair.name.p, "a");
	ck_assert_uint_eq(pair.value.n, 0);
	ck_assert(fields_next(&f, &at, &pair));
	ck_assert_uint_eq(pair.name.n, 0);
	ck_assert_str_eq(pair.value.p, "b");
	ck_assert(!fields_next(&f, &at, &pair));
	fields_add_header(&f, APAM_STR(""), APAM_STR("b"));
	at = 0;
	ck_assert(!fields_next(&f, &at, &pair));
}
END_TEST

/* Many pairs, in order, across several growths. */
START_TEST(order_is_kept)
{
	const struct apam_header *h;
	char name[16], value[16];

	for (int i = 0; i < 3000; i++) {
		(void)snprintf(name, sizeof(name), "n%d", i);
		(void)snprintf(value, sizeof(value), "v%d", i);
		fields_add(&f, apam_str(name), apam_str(value));
		if (i % 1000 == 0)
			ck_assert_ptr_nonnull(fields_array(&f));
	}
	ck_assert_uint_eq(f.count, 3000);
	h = fields_array(&f);
	for (int i = 0; i < 3000; i++) {
		(void)snprintf(name, sizeof(name), "n%d", i);
		(void)snprintf(value, sizeof(value), "v%d", i);
		ck_assert_str_eq(h[i].name.p, name);
		ck_assert_str_eq(h[i].value.p, value);
	}
}
END_TEST

/* Up to FIELDS_FEW and beyond, asked for each time or now and then. */
START_TEST(the_array_has_all)
{
	char name[2] = "a";

	for (; name[0] <= 'h'; name[0]++) {
		fields_add(&f, apam_str(name), APAM_STR("v"));
		if (_i == 1 || name[0] % 3 == 0)
			(void)fields_array(&f);
	}
	for (size_t i = 0; i < f.count; i++) {
		ck_assert_int_eq(fields_array(&f)[i].name.p[0], 'a' + (int)i);
		ck_assert_str_eq(fields_array(&f)[i].value.p, "v");
	}
	ck_assert_uint_eq(f.count, 8);
}
END_TEST

START_TEST(small_ones_are_in_the_memory_of_the_caller)
{
	char room[16], gone[16] = { 0 };
	struct fields few;

	fields_init_in(&few, room, sizeof(room));
	fields_add_header(&few, APAM_STR("A"), APAM_STR("b"));
	ck_assert_ptr_eq(fields_array(&few)[0].name.p, room);
	fields_add_header(&few, APAM_STR("Longer"), APAM_STR("than it"));
	ck_assert_str_eq(fields_array(&few)[0].value.p, "b");
	ck_assert_str_eq(fields_array(&few)[1].value.p, "than it");
	fields_free(&few);
	ck_assert_mem_eq(room, gone, sizeof(room));
	ck_assert_ptr_null(fields_array(&few));
}
END_TEST

/* The array is as one that is read anew, whenever the memory has moved. */
START_TEST(the_array_is_where_the_text_is)
{
	static char big[4096];
	char room[64];
	struct fields few;
	struct apam_header pair;
	size_t at = 0, n = 0;

	memset(big, 'x', sizeof(big));
	fields_init_in(&few, room, sizeof(room));
	for (int i = 0; i < FIELDS_FEW; i++)
		fields_add_header(&few, APAM_STR("Name"),
		    (struct apam_str){ big, i == _i ? sizeof(big) : 3 });
	for (; fields_next(&few, &at, &pair); n++) {
		ck_assert_ptr_eq(fields_array(&few)[n].name.p, pair.name.p);
		ck_assert_uint_eq(fields_array(&few)[n].name.n, pair.name.n);
		ck_assert_ptr_eq(fields_array(&few)[n].value.p, pair.value.p);
		ck_assert_uint_eq(fields_array(&few)[n].value.n, pair.value.n);
	}
	ck_assert_uint_eq(n, FIELDS_FEW);
	fields_free(&few);
}
END_TEST

START_TEST(there_is_a_cap)
{
	static char big[FIELDS_MAX];

	memset(big, 'x', sizeof(big));
	/* Name, value, and a NUL for each. */
	fields_add(&f, APAM_STR("n"), (struct apam_str){ big, FIELDS_MAX - 3 });
	ck_assert_ptr_null(f.refused);
	ck_assert_uint_eq(fields_array(&f)[0].value.n, FIELDS_MAX - 3);
	fields_add(&f, APAM_STR(""), APAM_STR(""));
	ck_assert_str_eq(f.refused, "headers or parameters are too large");
	ck_assert(!f.text.no_memory);
	ck_assert_ptr_null(fields_array(&f));
	fields_free(&f);
	fields_add(&f, APAM_STR("n"), (struct apam_str){ big, FIELDS_MAX - 2 });
	ck_assert_str_eq(f.refused, "headers or parameters are too large");
}
END_TEST

START_TEST(memory_may_be_short)
{
	secmem_fail_after(0);
	fields_add_header(&f, APAM_STR("A"), APAM_STR("b"));
	secmem_fail_after(-1);
	ck_assert_str_eq(f.refused, "out of memory");
	ck_assert(f.text.no_memory);
	ck_assert_ptr_null(fields_array(&f));
	fields_free(&f);
	ck_assert(!f.text.no_memory);
	fields_add_header(&f, APAM_STR("A"), APAM_STR("b"));
	ck_assert_uint_eq(f.count, 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("fields");
	TCase *tc = tcase_create("fields");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, a_header_is_checked, 0, ROWS(rows));
	tcase_add_loop_test(tc, a_pair_holds_no_nul, 0, ROWS(rows));
	tcase_add_test(tc, the_first_refusal_stays);
	tcase_add_test(tc, empty_gives_no_array);
	tcase_add_test(tc, pairs_are_read_one_by_one);
	tcase_add_test(tc, order_is_kept);
	tcase_add_loop_test(tc, the_array_has_all, 0, 2);
	tcase_add_test(tc, small_ones_are_in_the_memory_of_the_caller);
	tcase_add_loop_test(
	    tc, the_array_is_where_the_text_is, 0, FIELDS_FEW + 1);
	tcase_add_test(tc, there_is_a_cap);
	tcase_add_test(tc, memory_may_be_short);
	return run_suite(suite);
}
