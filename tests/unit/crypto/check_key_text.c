/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/crypto/key_text.c, and of what it calls, by the cases of
 * tests/vectors/key: each key gives the same public part, however it is
 * written, and what is not a key is told.
 */
#include "crypto/key_text.h"

#include "base/secmem.h"
#include "crypto/jwk.h"
#include "crypto/jwk_write.h"
#include "support/key_cases.h"
#include "support/run.h"
#include "text/json.h"

static struct key_cases valid, invalid;
static struct apam_error err;
static char input[KEY_CASE_MAX], wanted[KEY_CASE_MAX];

static void
setup(void)
{
	err = (struct apam_error){ .size = sizeof(err), .entry = -1 };
}

/* A JWK, or PEM's private blocks. */
static bool
is_private(const char *text)
{
	return strstr(text, "PRIVATE KEY") != NULL ||
	    strstr(text, "\"d\"") != NULL;
}

START_TEST(a_key_is_read)
{
	const struct apam_str text = key_case_read(&valid, _i, "input", input);
	const struct apam_str jwk = key_case_line(&valid, _i, "jwk", wanted);
	const int live = secmem_live();
	struct apam_key *key;
	struct buf made;

	buf_init(&made, CRYPTO_KEY_MAX);
	ck_assert_msg(key_of_text(text, &key, &err) == APAM_OK, "%s: %s",
	    key_case_name(&valid, _i), err.text);
	ck_assert_int_eq(key->is_private, is_private(input));
	ck_assert_int_eq(jwk_write(key, &made, &err), APAM_OK);
	ck_assert_str_eq(buf_view(&made).p, jwk.p);
	buf_free(&made);
	key_drop(&key);
	ck_assert_int_eq(secmem_live(), live);
}
END_TEST

START_TEST(what_is_wrong_is_told)
{
	const struct apam_str text = key_case_read(
	    &invalid, _i, "input", input);
	const int live = secmem_live();
	struct apam_key *key;

	(void)key_case_line(&invalid, _i, "error", wanted);
	ck_assert_msg(key_of_text(text, &key, &err) == APAM_E_USAGE, "%s: %s",
	    key_case_name(&invalid, _i), err.text);
	ck_assert_msg(strcmp(err.text, wanted) == 0, "%s: %s",
	    key_case_name(&invalid, _i), err.text);
	ck_assert_ptr_null(key);
	ck_assert_int_eq(secmem_live(), live);
}
END_TEST

/* Nothing half read is taken for a key. */
START_TEST(no_begin_of_a_key_is_one)
{
	const struct apam_str text = key_case_read(&valid, _i, "input", input);
	size_t n = text.n;
	struct apam_key *key;

	/* What may follow its last character. */
	while (n > 0 && strchr(" \r\n", input[n - 1]) != NULL)
		n--;
	for (size_t i = 0; i < n; i++) {
		setup();
		ck_assert_msg(key_of_text((struct apam_str){ input, i }, &key,
				  &err) == APAM_E_USAGE,
		    "%s: %zu bytes of it", key_case_name(&valid, _i), i);
	}
}
END_TEST

START_TEST(memory_that_runs_out_is_told)
{
	const struct apam_str text = key_case_read(&valid, _i, "input", input);
	enum apam_status status = APAM_E_MEMORY;
	struct apam_key *key;

	for (int n = 0; status != APAM_OK; n++) {
		setup();
		secmem_fail_after(n);
		status = key_of_text(text, &key, &err);
		secmem_fail_after(-1);
		ck_assert_msg(status == APAM_OK || status == APAM_E_MEMORY,
		    "%s: %d: %s", key_case_name(&valid, _i), n, err.text);
	}
	key_drop(&key);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key_text");
	TCase *tc = tcase_create("key_text");
	int failed;

	key_cases_find(&valid, "tests/vectors/key/valid");
	key_cases_find(&invalid, "tests/vectors/key/invalid");
	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_loop_test(tc, a_key_is_read, 0, valid.count);
	tcase_add_loop_test(tc, what_is_wrong_is_told, 0, invalid.count);
	tcase_add_loop_test(tc, no_begin_of_a_key_is_one, 0, valid.count);
	tcase_add_loop_test(tc, memory_that_runs_out_is_told, 0, valid.count);
	failed = run_suite(suite);
	key_cases_free(&valid);
	key_cases_free(&invalid);
	return failed;
}
