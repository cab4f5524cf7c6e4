/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/base/siphash.c: what OpenSSL makes of the same, key and input
 * being 00, 01, 02 and so on, and that each bit counts.
 */
#include "base/siphash.h"

#include <stdio.h>
#include <string.h>

#include "support/run.h"

static unsigned char bytes[64];

static const struct {
	size_t n;
	const char *hash;
} vectors[] = {
	{ 0, "e77ebcb22788a5befd62db6add303001" },
	{ 1, "fc6f370460d3eda85e0573cc2b2ff063" },
	{ 2, "75787f090569839b855bc9548c6aea95" },
	{ 7, "1084b923f2aae0c3a62f2ec80848ab77" },
	{ 8, "aa12fee1d5e3dab4724f16ab35f9c799" },
	{ 15, "c17e5505b2bd526c2921cdec1e7e0109" },
	{ 16, "d0a8d95715518eebb513b0f83d9e1793" },
	{ 63, "4c5800e34efe426f079f6b0aa75260ad" },
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
