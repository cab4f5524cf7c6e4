/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/crypto/digests.c: several digests of bytes that come in pieces.
 */
#include "crypto/digests.h"

#include <string.h>

#include "support/run.h"

#define WANTED (1U << APAM_HASH_SHA512 | 1U << APAM_HASH_SHA256)

static struct digests d;
static struct apam_error err = APAM_ERROR_INIT;

static void
is_digest_of(int32_t hash, const char *text)
{
	const struct apam_str whole = apam_str(text);
	const struct crypto_message message = { &whole, 1 };
	const struct apam_str got = digests_find(d.all, d.count, hash);
	unsigned char wanted[APAM_HASH_MAX];
	size_t n;

	ck_assert_int_eq(
	    digest_message(hash, &message, wanted, &n, &err), APAM_OK);
	ck_assert_uint_eq(got.n, n);
	ck_assert_mem_eq(got.p, wanted, n);
}

START_TEST(each_is_that_of_the_whole)
{
	digests_begin(&d, WANTED, &err);
	digests_put(&d, APAM_STR("a"));
	digests_put(&d, APAM_STR(""));
	digests_put(&d, APAM_STR("bc"));
	ck_assert_int_eq(digests_end(&d), APAM_OK);
	ck_assert_uint_eq(d.count, 2);
	is_digest_of(APAM_HASH_SHA256, "abc");
	is_digest_of(APAM_HASH_SHA512, "abc");
}
END_TEST

START_TEST(what_was_not_wanted_is_not_there)
{
	digests_begin(&d, WANTED, &err);
	ck_assert_int_eq(digests_end(&d), APAM_OK);
	ck_assert_uint_eq(digests_find(d.all, d.count, APAM_HASH_SHA1).n, 0);
	ck_assert_uint_eq(digests_find(d.all, d.count, 0).n, 0);
}
END_TEST

START_TEST(there_may_be_none)
{
	digests_begin(&d, 0, &err);
	digests_put(&d, APAM_STR("abc"));
	ck_assert_int_eq(digests_end(&d), APAM_OK);
	ck_assert_uint_eq(d.count, 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("digests");
	TCase *t = tcase_create("core");

	tcase_add_test(t, each_is_that_of_the_whole);
	tcase_add_test(t, what_was_not_wanted_is_not_there);
	tcase_add_test(t, there_may_be_none);
	suite_add_tcase(s, t);
	return run_suite(s);
}
