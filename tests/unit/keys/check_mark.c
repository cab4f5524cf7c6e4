/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/keys/mark.c: marks against those that Python's hashlib makes,
 * and that each text and where it ends counts.
 */
#include "keys/mark.h"

#include <string.h>

#include "support/run.h"

/* hashlib.sha256(salt + length + scheme + length + id + length + secret) */
static const struct {
	unsigned char salt_first, salt_step;
	const char *scheme, *id, *secret;
	int mark;
} marks[] = {
	{ 0, 1, "basic-email-key", "one@example.org", "not-a-secret", 0x9242 },
	{ 0, 1, "basic-email-key", "one@example.org", "not-a-secret2", 0xfd11 },
	{ 0, 0, "", "", "", 0x2c34 },
	{ 255, 0, "a", "bc", "d", 0x9f7a },
	{ 255, 0, "ab", "c", "d", 0xc63d },
};

START_TEST(a_mark_is_of_all_of_it)
{
	const struct key_identity key = { marks[_i].scheme, marks[_i].id,
		apam_str(marks[_i].secret) };
	unsigned char salt[KEY_SALT_SIZE], mark[KEY_MARK_SIZE];
	struct apam_error err = APAM_ERROR_INIT;

	for (size_t i = 0; i < KEY_SALT_SIZE; i++)
		salt[i] = (unsigned char)(marks[_i].salt_first +
		    i * marks[_i].salt_step);
	ck_assert_int_eq(key_mark(&key, salt, mark, &err), APAM_OK);
	ck_assert_int_eq(mark[0] << 8 | mark[1], marks[_i].mark);
}
END_TEST

START_TEST(a_secret_may_have_any_bytes)
{
	static const char zeros[300];
	const struct key_identity key = { "a", "b", { zeros, sizeof(zeros) } };
	unsigned char salt[KEY_SALT_SIZE], mark[KEY_MARK_SIZE];
	struct apam_error err = APAM_ERROR_INIT;

	memset(salt, 255, sizeof(salt));
	ck_assert_int_eq(key_mark(&key, salt, mark, &err), APAM_OK);
	ck_assert_int_eq(mark[0] << 8 | mark[1], 0x5448);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key_mark");
	TCase *tc = tcase_create("key_mark");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, a_mark_is_of_all_of_it, 0, ROWS(marks));
	tcase_add_test(tc, a_secret_may_have_any_bytes);
	return run_suite(suite);
}
