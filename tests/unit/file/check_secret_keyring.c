/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/file/secret_keyring.c with keys of the kernel's, in a session
 * keyring of the test's own.  Where the kernel has none to give, as in most
 * containers, only what is not there can be tested.
 */
#include "file/secret_keyring.h"

#include <keyutils.h>
#include <stdio.h>
#include <unistd.h>

#include "base/secmem.h"
#include "base/str.h"
#include "support/run.h"

#define FAKE "s3cret-FAKE"
#define MAX 64

static char name[64]; /* of a key that no other process has */
static struct buf out;
static struct apam_error err = APAM_ERROR_INIT;
static bool usable;
static int live;

static void
setup(void)
{
	live = secmem_live();
	(void)snprintf(
	    name, sizeof(name), "apam-test:%ld:a key %%s", (long)getpid());
	buf_init(&out, MAX);
	err = (struct apam_error)APAM_ERROR_INIT;
	usable = keyctl_join_session_keyring(NULL) >= 0 &&
	    add_key("user", "apam-test:probe", "x", 1,
		KEY_SPEC_SESSION_KEYRING) >= 0;
}

static void
teardown(void)
{
	buf_free(&out);
	ck_assert_int_eq(secmem_live(), live);
}

static key_serial_t
add(const char *type, struct apam_str payload, key_serial_t ring)
{
	const key_serial_t key = add_key(
	    type, name, payload.p, payload.n, ring);

	ck_assert_int_gt(key, 0);
	return key;
}

static void
refused(enum apam_status status, const char *text)
{
	ck_assert_int_eq(keyring_read(name, &out, &err), status);
	ck_assert_int_eq(err.status, status);
	ck_assert_msg(strstr(err.text, text) != NULL, "%s", err.text);
	ck_assert_ptr_null(strstr(err.text, FAKE));
	ck_assert_uint_eq(out.n, 0);
	ck_assert_int_eq(secmem_live(), live);
}

START_TEST(a_key_that_is_not_there_is_named)
{
	refused(APAM_E_SECRET, name);
	/* It is not made by being looked for. */
	err = (struct apam_error)APAM_ERROR_INIT;
	refused(APAM_E_SECRET, "is not in");
	ck_assert_int_eq(keyring_read("", &out, &err), APAM_E_SECRET);
}
END_TEST

START_TEST(a_payload_is_bytes)
{
	if (!usable)
		return;
	(void)add("user", APAM_STR("a\0\n" FAKE), KEY_SPEC_SESSION_KEYRING);
	buf_put(&out, APAM_STR("before "));
	ck_assert_msg(
	    keyring_read(name, &out, &err) == APAM_OK, "%s", err.text);
	ck_assert(str_equal(buf_view(&out), APAM_STR("before a\0\n" FAKE)));
}
END_TEST

START_TEST(a_payload_has_a_size)
{
	char text[MAX + 1];

	if (!usable)
		return;
	memset(text, 'x', sizeof(text));
	(void)add(
	    "user", (struct apam_str){ text, MAX }, KEY_SPEC_SESSION_KEYRING);
	ck_assert_int_eq(keyring_read(name, &out, &err), APAM_OK);
	ck_assert_uint_eq(out.n, MAX);
	buf_free(&out);
	(void)add("user", (struct apam_str){ text, MAX + 1 },
	    KEY_SPEC_SESSION_KEYRING);
	refused(APAM_E_SECRET, "larger than 64 bytes");
}
END_TEST

/* A key of the user's alone, which is not possessed: it needs these rights. */
static key_serial_t
add_users(void)
{
	const key_serial_t key = add(
	    "user", APAM_STR("user's"), KEY_SPEC_SESSION_KEYRING);

	(void)keyctl_set_timeout(key, 5); /* should the test fail */
	ck_assert_int_eq(keyctl_setperm(key, KEY_POS_ALL | KEY_USR_ALL), 0);
	ck_assert_int_eq(keyctl_link(key, KEY_SPEC_USER_KEYRING), 0);
	ck_assert_int_eq(keyctl_unlink(key, KEY_SPEC_SESSION_KEYRING), 0);
	return key;
}

START_TEST(the_session_comes_before_the_user)
{
	key_serial_t users;

	if (!usable)
		return;
	users = add_users();
	ck_assert_msg(
	    keyring_read(name, &out, &err) == APAM_OK, "%s", err.text);
	ck_assert_str_eq(buf_view(&out).p, "user's");
	(void)add("user", APAM_STR("session's"), KEY_SPEC_SESSION_KEYRING);
	buf_truncate(&out, 0);
	ck_assert_int_eq(keyring_read(name, &out, &err), APAM_OK);
	ck_assert_str_eq(buf_view(&out).p, "session's");
	ck_assert_int_eq(keyctl_unlink(users, KEY_SPEC_USER_KEYRING), 0);
}
END_TEST

START_TEST(a_revoked_key_gives_nothing)
{
	if (!usable)
		return;
	ck_assert_int_eq(keyctl_revoke(add(
			     "user", APAM_STR(FAKE), KEY_SPEC_SESSION_KEYRING)),
	    0);
	refused(APAM_E_SECRET, name);
}
END_TEST

START_TEST(memory_may_be_short)
{
	if (!usable)
		return;
	(void)add("user", APAM_STR(FAKE), KEY_SPEC_SESSION_KEYRING);
	secmem_fail_after(_i);
	ck_assert_int_eq(keyring_read(name, &out, &err), APAM_E_MEMORY);
	secmem_fail_after(-1);
	ck_assert_uint_eq(out.n, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("keyring");
	TCase *tc = tcase_create("keyring");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_key_that_is_not_there_is_named);
	tcase_add_test(tc, a_payload_is_bytes);
	tcase_add_test(tc, a_payload_has_a_size);
	tcase_add_test(tc, the_session_comes_before_the_user);
	tcase_add_test(tc, a_revoked_key_gives_nothing);
	tcase_add_loop_test(tc, memory_may_be_short, 0, 2);
	return run_suite(suite);
}
