/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/base/sized.c on structs of three ages: a caller's may be older
 * or newer than the library's, and what lies behind it is not touched.
 */
#include "base/sized.h"

#include "support/run.h"

/* The ages of one struct. */
struct first {
	size_t size;
	uint64_t a;
};

struct known {
	size_t size;
	uint64_t a, b;
};

struct newer {
	size_t size;
	uint64_t a, b, c;
};

/* Behind each of which lies something else. */
union any {
	struct first first;
	struct known known;
	struct newer newer;
	unsigned char bytes[64];
};

static const struct sized kind = { "the_struct", sizeof(struct first),
	sizeof(struct known) };
static struct apam_error err = APAM_ERROR_INIT;

static void
untouched(const union any *u, size_t from)
{
	for (size_t i = from; i < sizeof(*u); i++)
		ck_assert_msg(u->bytes[i] == 0x5a, "byte %zu was written", i);
}

static union any
fresh(size_t size)
{
	union any u;

	memset(&u, 0x5a, sizeof(u));
	memset(&u, 0, size);
	memcpy(&u, &size, sizeof(size));
	return u;
}

static const struct {
	const char *name;
	size_t size;
	uint64_t b, c;
	bool taken;
} given[] = {
	{ "older", sizeof(struct first), 0, 0, true },
	{ "of the same age", sizeof(struct known), 2, 0, true },
	{ "newer", sizeof(struct newer), 2, 0, true },
	{ "newer, with a member set", sizeof(struct newer), 2, 3, false },
};

START_TEST(a_struct_is_taken)
{
	union any u = fresh(given[_i].size);
	struct known mine;

	u.first.a = 1;
	if (given[_i].b != 0)
		u.known.b = given[_i].b;
	if (given[_i].c != 0)
		u.newer.c = given[_i].c;
	memset(&mine, 0x77, sizeof(mine));
	ck_assert(sized_begin(&err));
	ck_assert_msg(
	    (sized_take(&kind, &u, &mine, &err) == APAM_OK) == given[_i].taken,
	    "%s: %s", given[_i].name, err.text);
	ck_assert_uint_eq(mine.a, given[_i].taken ? 1 : 0);
	ck_assert_uint_eq(mine.b, given[_i].taken ? given[_i].b : 0);
	ck_assert(given[_i].taken ? mine.size == sizeof(mine) :
				    strstr(err.text, "the_struct") != NULL);
	untouched(&u, given[_i].size);
}
END_TEST

static const size_t no_sizes[] = { 0, 1, sizeof(struct first) - 1, SIZE_MAX,
	0x5a5a5a5a5a5a5a5a };

START_TEST(what_is_no_size_is_refused)
{
	union any u;
	struct known mine;

	memset(&u, 0x5a, sizeof(u));
	memcpy(&u, &no_sizes[_i], sizeof(no_sizes[_i]));
	ck_assert(sized_begin(&err));
	ck_assert_int_eq(sized_take(&kind, &u, &mine, &err), APAM_E_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "the_struct lacks its size"));
	ck_assert(sized_begin(&err));
	ck_assert_int_eq(sized_room(&kind, &u, &err), APAM_E_USAGE);
	ck_assert_int_eq(err.status, APAM_E_USAGE);
}
END_TEST

START_TEST(a_struct_is_given)
{
	const struct known mine = { sizeof(mine), 1, 2 };
	union any u = fresh(given[_i].size);

	ck_assert_int_eq(sized_room(&kind, &u, &err), APAM_OK);
	sized_give(&kind, &mine, &u);
	ck_assert_uint_eq(u.first.size, given[_i].size);
	ck_assert_uint_eq(u.first.a, 1);
	if (given[_i].size >= sizeof(struct known))
		ck_assert_uint_eq(u.known.b, 2);
	if (given[_i].size >= sizeof(struct newer))
		ck_assert_uint_eq(u.newer.c, 0);
	untouched(&u, given[_i].size);
}
END_TEST

/* Of two elements, the first is filled, the second is not. */
START_TEST(an_element_is_put)
{
	const struct known mine = { sizeof(mine), 1, 2 };
	const size_t size = given[_i].size;
	unsigned char array[2 * sizeof(struct newer)];
	struct sized_array to;
	size_t count = 1;
	struct newer at = { 0 };

	memset(array, 0x5a, sizeof(array));
	ck_assert_int_eq(
	    sized_array_init(&to, &kind, array, &count, size, &err), APAM_OK);
	ck_assert_uint_eq(count, 0);
	sized_array_put(&to, 0, &mine);
	sized_array_put(&to, 1, &mine);
	memcpy(&at, array, size);
	ck_assert_uint_eq(at.size, size < sizeof(mine) ? size : sizeof(mine));
	ck_assert_uint_eq(at.a, 1);
	ck_assert_uint_eq(at.b, size >= sizeof(mine) ? 2 : 0);
	ck_assert_uint_eq(at.c, 0);
	for (size_t i = size; i < sizeof(array); i++)
		ck_assert_uint_eq(array[i], 0x5a);
}
END_TEST

START_TEST(an_array_that_is_none_is_refused)
{
	struct sized_array to;
	struct known one;
	size_t count = 1;

	ck_assert(sized_begin(&err));
	ck_assert_int_eq(
	    sized_array_init(&to, &kind, NULL, &count, sizeof(one), &err),
	    APAM_E_USAGE);
	ck_assert_uint_eq(count, 0);
	count = 1;
	ck_assert_int_eq(sized_array_init(&to, &kind, &one, &count,
			     sizeof(struct first) - 1, &err),
	    APAM_E_USAGE);
	count = 1;
	ck_assert_int_eq(
	    sized_array_init(&to, &kind, &one, &count, SIZE_MAX, &err),
	    APAM_E_USAGE);
	count = 0;
	ck_assert_int_eq(
	    sized_array_init(&to, &kind, NULL, &count, 0, &err), APAM_OK);
	sized_array_put(&to, 0, &one);
}
END_TEST

START_TEST(an_error_without_its_size_is_not_written)
{
	struct apam_error none = APAM_ERROR_INIT;
	unsigned char *bytes = (unsigned char *)&none;

	memset(&none, 0x5a, sizeof(none));
	none.size = sized_error.first - 1;
	ck_assert(!sized_begin(&none));
	for (size_t i = sizeof(none.size); i < sizeof(none); i++)
		ck_assert_uint_eq(bytes[i], 0x5a);
	ck_assert(sized_begin(NULL));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("sized");
	TCase *tc = tcase_create("sized");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, a_struct_is_taken, 0, ROWS(given));
	tcase_add_loop_test(tc, what_is_no_size_is_refused, 0, ROWS(no_sizes));
	tcase_add_loop_test(tc, a_struct_is_given, 0, ROWS(given));
	tcase_add_loop_test(tc, an_element_is_put, 0, ROWS(given));
	tcase_add_test(tc, an_array_that_is_none_is_refused);
	tcase_add_test(tc, an_error_without_its_size_is_not_written);
	return run_suite(suite);
}
