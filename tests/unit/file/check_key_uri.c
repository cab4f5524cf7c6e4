/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/file/key_uri.c: a URI names a key, and neither code nor a PIN.
 */
#include "file/key_uri.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "file/secret.h"
#include "support/run.h"

/* What it is taken apart into; the first two and `file`. */
static const struct {
	const char *rest, *uri, *pin, *file;
} right[] = {
	{ "pkcs11:token=a;object=b", "pkcs11:token=a;object=b", "", "" },
	{ "pkcs11:token=a;id=%01%02;type=private pin=file:/p",
	    "pkcs11:token=a;id=%01%02;type=private", "file:/p", "" },
	{ "pkcs11:slot-id=1", "pkcs11:slot-id=1", "", "" },
	{ "handle:0x81000001", "handle:0x81000001", "", "" },
	{ "handle:0x81000001?pass pin=exec:/usr/bin/pass show a",
	    "handle:0x81000001?pass", "exec:/usr/bin/pass show a", "" },
	{ "file:/etc/key.pem", "file:/etc/key.pem", "", "/etc/key.pem" },
	{ "file:/k pin=env:PIN", "file:/k", "env:PIN", "/k" },
	{ "a+b-c.1:x", "a+b-c.1:x", "", "" },
};

static void
is(struct apam_str got, const char *wanted)
{
	ck_assert_msg(str_equal(got, apam_str(wanted)), "%.*s is not %s",
	    SARG(got), wanted);
}

START_TEST(a_uri_is_taken_apart)
{
	struct key_uri uri;
	const char *why = key_uri_read(apam_str(right[_i].rest), &uri);

	ck_assert_msg(why == NULL, "%s: %s", right[_i].rest, why);
	is(uri.uri, right[_i].uri);
	is(uri.pin, right[_i].pin);
	is(uri.file, right[_i].file);
}
END_TEST

static const struct {
	const char *rest, *why;
} wrong[] = {
	{ "", "write openssl-store:" },
	{ "pkcs11", "write openssl-store:" },
	{ "pkcs11:", "write openssl-store:" },
	{ ":a", "write openssl-store:" },
	{ "PKCS11:token=a", "write openssl-store:" },
	{ "1a:b", "write openssl-store:" },
	{ "a_b:c", "write openssl-store:" },
	{ "handle:\x80", "write openssl-store:" },
	{ "handle:1\tpin=file:/p", "write openssl-store:" },
	{ "handle:1 file:/p", "write openssl-store:" },
	{ "handle:1 pin=", "write openssl-store:" },
	{ "handle:1  pin=file:/p", "write openssl-store:" },
	{ "pkcs11:token=a?pin-value=1234", "without a query" },
	{ "pkcs11:token=a?module-path=/tmp/evil.so", "without a query" },
	{ "pkcs11:?", "without a query" },
	{ "pkcs11:token=a;module-path=/tmp/evil.so", "the attributes that" },
	{ "pkcs11:pin-value=1", "the attributes that" },
	{ "pkcs11:token=a;pin-source=/p", "the attributes that" },
	{ "pkcs11:token=a;x-evil=1", "the attributes that" },
	{ "pkcs11:token=a;;object=b", "the attributes that" },
	{ "pkcs11:%6dodule-path=/tmp/evil.so", "the attributes that" },
	{ "pkcs11:a", "the attributes that" },
	{ "tpm:1?module-path=/tmp/evil.so", "without module-path" },
	{ "tpm:1?MODULE-Name=evil", "without module-path" },
	{ "tpm:1;pin-value=1", "without module-path" },
	{ "tpm:1&Pin-Source=/p", "without module-path" },
	{ "file:k.pem", "write file:" },
	{ "file:///etc/k", "write file:" },
	{ "file:/etc/../k", "write file:" },
	{ "file:/etc/", "write file:" },
};

/* And what is wrong is not repeated: a PIN may be in it. */
START_TEST(a_uri_names_neither_code_nor_a_pin)
{
	struct key_uri uri;
	const char *why = key_uri_read(apam_str(wrong[_i].rest), &uri);

	ck_assert_msg(why != NULL && strstr(why, wrong[_i].why) != NULL,
	    "%s: %s", wrong[_i].rest, why == NULL ? "fine" : why);
}
END_TEST

START_TEST(a_uri_has_an_end)
{
	char rest[KEY_URI_MAX + 2];
	struct key_uri uri;

	memset(rest, 'a', sizeof(rest));
	rest[1] = ':';
	rest[KEY_URI_MAX + 1] = '\0';
	ck_assert_ptr_nonnull(key_uri_read(apam_str(rest), &uri));
	rest[KEY_URI_MAX] = '\0';
	ck_assert_ptr_null(key_uri_read(apam_str(rest), &uri));
}
END_TEST

static const struct {
	const char *ref, *why; /* NULL: fine */
} refs[] = {
	{ "openssl-store:handle:1", NULL },
	{ "openssl-store:handle:1 pin=file:/p", NULL },
	{ "openssl-store:handle:1 pin=1234", "write pin= with" },
	{ "openssl-store:handle:1 pin=file:p", "write pin= with" },
	{ "openssl-store:handle:1 pin=store:a", "write pin= with" },
	{ "openssl-store:handle:1 pin=openssl-store:handle:2",
	    "write pin= with" },
};

START_TEST(a_pin_is_a_reference)
{
	const char *why = secret_ref_check(apam_str(refs[_i].ref));
	struct key_uri uri;

	ck_assert_msg((why == NULL) == (refs[_i].why == NULL) &&
		(why == NULL || strstr(why, refs[_i].why) != NULL),
	    "%s: %s", refs[_i].ref, why == NULL ? "fine" : why);
	ck_assert(secret_ref_key_uri(apam_str(refs[_i].ref), &uri));
	ck_assert(!secret_ref_key_uri(apam_str("store:a"), &uri));
}
END_TEST

START_TEST(only_keys_are_there)
{
	const struct secret_terms terms = { .form = SECRET_LINE };
	struct apam_error err = APAM_ERROR_INIT;
	struct buf to;

	buf_init(&to, SECRET_MAX);
	ck_assert_int_eq(secret_ref_read(apam_str("openssl-store:handle:1"),
			     &terms, &to, &err),
	    APAM_E_SECRET);
	ck_assert_ptr_nonnull(strstr(err.text, "can be a key"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key_uri");
	TCase *tc = tcase_create("key_uri");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, a_uri_is_taken_apart, 0, ROWS(right));
	tcase_add_loop_test(
	    tc, a_uri_names_neither_code_nor_a_pin, 0, ROWS(wrong));
	tcase_add_test(tc, a_uri_has_an_end);
	tcase_add_loop_test(tc, a_pin_is_a_reference, 0, ROWS(refs));
	tcase_add_test(tc, only_keys_are_there);
	return run_suite(suite);
}
