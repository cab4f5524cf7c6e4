/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/siphash.c: the first vectors of the authors' own, key and input
 * being 00, 01, 02 and so on, and that each bit counts.
 */
#include "../core/siphash.h"

#include <stdio.h>
#include <string.h>

#include "run.h"

static unsigned char bytes[64];

static const struct {
	size_t n;
	const char *hash;
} vectors[] = {
	{ 0, "a3817f04ba25a8e66df67214c7550293" },
	{ 1, "da87c1d86b99af44347659119b22fc45" },
	{ 2, "8177228da4a45dc7fca38bdef60affe4" },
	{ 7, "a1f1ebbed8dbc153c0b84aa61ff08239" },
	{ 8, "3b62a9ba6258f5610f83e264f31497b4" },
	{ 15, "5493e99933b0a8117e08ec0f97cfc3d9" },
	{ 16, "6ee2a4ca67b054bbfd3315bf85230577" },
	{ 63, "5150d1772f50834a503e069a973fbd7c" },
};

static void
fill(void)
{
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)i;
}

START_TEST(the_vectors_hold)
{
	unsigned char hash[SIPHASH_SIZE];
	char text[2 * SIPHASH_SIZE + 1];

	fill();
	siphash(bytes, bytes, vectors[_i].n, hash);
	for (size_t i = 0; i < SIPHASH_SIZE; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", hash[i]);
	ck_assert_str_eq(text, vectors[_i].hash);
}
END_TEST

START_TEST(each_bit_counts)
{
	uint64_t whole;

	fill();
	whole = siphash64(bytes, bytes, sizeof(bytes));
	for (size_t i = SIPHASH_SIZE * 8; i < sizeof(bytes) * 8; i++) {
		bytes[i / 8] ^= (unsigned char)(1 << i % 8);
		ck_assert_uint_ne(
		    siphash64(bytes, bytes, sizeof(bytes)), whole);
		bytes[i / 8] ^= (unsigned char)(1 << i % 8);
	}
	ck_assert_uint_ne(siphash64(bytes, bytes, sizeof(bytes) - 1), whole);
	ck_assert_uint_eq(siphash64(bytes, bytes, sizeof(bytes)), whole);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("siphash");
	TCase *tc = tcase_create("siphash");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, the_vectors_hold, 0, ROWS(vectors));
	tcase_add_test(tc, each_bit_counts);
	return run_suite(suite);
}
